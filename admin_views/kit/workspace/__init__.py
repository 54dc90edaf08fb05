"""What do all pages of a review have in common: its head, its side menu, the lists of its parts?"""
