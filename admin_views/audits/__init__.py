"""How do several agencies audit one case?"""
