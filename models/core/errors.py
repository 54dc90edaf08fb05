"""How does a rule tell a person, in one sentence, that something may not be done?"""


class RuleBroken(Exception):
    """A refusal whose text is one plain sentence for the person who asked.

    Screens show the sentence with status 4xx, jobs keep it on the request, commands print it. It never carries
    SQL, paths, or values of other people's records. `field` names the attribute that the sentence is about, where it is
    about one: a form that asks for it marks it and leads to it.
    """

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field
