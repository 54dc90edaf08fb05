"""How is a fixed choice written down once: its word in the database, its label, and what it means?"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """A fixed choice: the word that is stored, the label people read, and a sentence on what it means where one helps.

    The label is the stored word with spaces unless the member says otherwise; the meaning is empty unless it is given.
    Nothing else keeps labels of choices: no dictionary beside the class, none in a screen.

    >>> class Answer(Choice):
    ...     NOT_YET = "not_yet"
    ...     HELD_BACK = "held_back", "Kept", "Nobody is told before Monday."
    >>> Answer.NOT_YET.label, Answer.HELD_BACK.label, Answer.HELD_BACK.meaning
    ('Not yet', 'Kept', 'Nobody is told before Monday.')
    >>> Answer("held_back") is Answer.HELD_BACK, f"{Answer.HELD_BACK}"
    (True, 'held_back')
    """

    _value_: str
    label: str
    meaning: str

    def __new__(cls, word: str, label: str = "", meaning: str = "") -> Self:
        member = str.__new__(cls, word)
        member._value_ = word
        member.label = label or word.replace("_", " ").capitalize()
        member.meaning = meaning
        return member
