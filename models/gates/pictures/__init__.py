"""Where do the figures of the pictures of a year come from?"""
