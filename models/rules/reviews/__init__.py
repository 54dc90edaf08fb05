"""What is a thematic review, its stages and who is invited?"""
