"""Which pictures does the Board look at, and from which figures?"""
