"""How does a page look: fonts, tags, tables, letterhead?"""
