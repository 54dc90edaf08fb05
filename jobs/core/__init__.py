"""What does every other chapter stand on?"""
