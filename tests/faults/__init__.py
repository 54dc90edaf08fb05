"""What survives when processes and servers are killed in the middle of their work?"""
