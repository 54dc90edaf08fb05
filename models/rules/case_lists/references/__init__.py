"""Which references can be kept, which tell of a person, and which look alike?"""
