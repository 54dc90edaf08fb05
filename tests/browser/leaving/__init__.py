"""Is nobody's typed text left behind unasked?"""
