"""Which servers run on this machine, and who keeps them up?"""
