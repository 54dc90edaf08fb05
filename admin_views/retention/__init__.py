"""How long is what kept, and how does it go?"""
