"""Do the rules of evidence keep what they promise?"""
