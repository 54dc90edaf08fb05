"""What is tried out for the partnership's settings?"""
