"""Are pictures the same on paper, on a page and in a file?"""
