"""How does a document become a Word file that its authors go on editing?"""
