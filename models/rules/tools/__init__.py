"""Which tools and questions does assurance use?"""
