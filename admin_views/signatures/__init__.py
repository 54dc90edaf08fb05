"""What does the lead sponsor sign?"""
