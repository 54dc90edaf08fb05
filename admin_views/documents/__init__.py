"""What is requested, kept and given out on paper?"""
