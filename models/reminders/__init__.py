"""Who is told of which day?"""
