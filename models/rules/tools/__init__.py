"""With which tools and questions is assurance asked for?"""
