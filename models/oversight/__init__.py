"""Who may come in and see what, and who looks at that regularly?"""
