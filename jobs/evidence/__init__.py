"""What does the evidence say, source by source?"""
