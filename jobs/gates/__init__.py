"""May a review go on, and what does the Board see of it?"""
