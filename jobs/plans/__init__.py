"""What is to be improved, by whom, and did it help?"""
