"""How are the days of a case list read?"""
