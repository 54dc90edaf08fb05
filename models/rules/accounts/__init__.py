"""What is true of signing in, whatever is stored?"""
