"""How is a table listed, searched, narrowed, paged and taken out, at any size?"""
