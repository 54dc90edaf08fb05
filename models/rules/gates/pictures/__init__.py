"""What do the pictures of a year show?"""
