"""What does a page look like: fonts, tags, tables, letterhead?"""
