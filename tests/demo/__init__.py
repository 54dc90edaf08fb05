"""Does the demo partnership show everything, and do all screens stand before it?"""
