"""How are cases drawn at random?"""
