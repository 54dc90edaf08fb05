"""Which case lists were brought in, and which are frozen as frames?"""
