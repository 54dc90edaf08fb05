"""How does the partnership present itself?"""
