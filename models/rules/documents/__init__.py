"""What is kept, asked for and given out on paper?"""
