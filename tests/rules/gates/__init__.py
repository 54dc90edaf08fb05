"""What do the Board's pictures say of their figures?"""
