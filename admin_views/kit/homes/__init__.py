"""What does the first page show: what waits for somebody, and the first steps of a new portal?"""
