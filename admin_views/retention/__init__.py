"""How long is each thing kept, and how is it erased?"""
