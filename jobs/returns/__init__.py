"""What do agencies return about themselves, and what happens when they do not?"""
