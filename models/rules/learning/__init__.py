"""What is learnt, and who uses it?"""
