"""How is a picture laid out at a size, and drawn on paper or into a file?"""
