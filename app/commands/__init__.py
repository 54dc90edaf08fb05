"""Which verbs can scripts and operators use, with the same rules as on the screens?"""
