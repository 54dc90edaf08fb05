"""Rows of two agencies in every table, and what each role of the database may do with them."""
