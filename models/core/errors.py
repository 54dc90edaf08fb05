"""How does a rule tell a person, in one sentence, that something may not be done?"""


class RuleBroken(Exception):
    """A refusal whose text is one plain sentence for the person who asked.

    Screens show the sentence with status 4xx, jobs keep it on the request, commands print it. It never carries
    SQL, paths, or values of other people's records.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
