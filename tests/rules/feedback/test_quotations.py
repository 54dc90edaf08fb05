"""Are somebody's own words published only where nobody can be known by them?"""

from __future__ import annotations

import pytest

from models.core.errors import RuleBroken
from models.rules.feedback.quotations import (
    may_be_quoted,
    published_words,
    quotations,
    refuse_quotations,
    refuse_withheld_words,
)


@pytest.mark.parametrize(
    ("writers", "heard", "may"),
    [(1, 6, False), (4, 40, False), (5, 5, True), (5, 40, True), (4, 4, False), (0, 40, False), (5, 4, False)],
)
def test_words_are_published_from_five_writers_of_five_people_on(writers: int, heard: int, may: bool) -> None:
    assert may_be_quoted(writers=writers, heard=heard) is may
    assert bool(published_words(["Nobody came."] * writers, heard=heard)) is may


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("A mother said “I had to ask three times”.", ["I had to ask three times"]),
        ('A mother said "I had to ask".', ["I had to ask"]),
        ("A mother said ‘I had to ask’.", ["I had to ask"]),
        ("A father said «nobody asked me».", ["nobody asked me"]),
        ("The children’s plans, and the carers’ own, were “met” or “not met”.", []),
        ("Parents had to ask three times.", []),
        ("", []),
    ],
)
def test_quotation_is_three_words_or_more_in_marks(text: str, quoted: list[str]) -> None:
    assert quotations(text) == quoted


def test_text_that_quotes_fewer_than_five_people_is_refused() -> None:
    refuse_quotations("One said “nobody ever came back”.", heard=5)
    refuse_quotations("Nobody came back to them.", heard=1)
    with pytest.raises(RuleBroken, match="Fewer than 5 people were heard"):
        refuse_quotations("One said “nobody ever came back”.", heard=4)


def test_text_that_repeats_withheld_words_is_refused_with_and_without_marks() -> None:
    withheld = ["Nobody came,\nnot even once!", "Busy"]
    for text in (
        "One wrote: “Nobody came, not even once”.",
        "Families say that nobody came - not even once - to them.",
    ):
        with pytest.raises(RuleBroken, match="repeats what fewer than 5 people wrote"):
            refuse_withheld_words(text, withheld)
    refuse_withheld_words("Workers are busy; visits did not happen.", withheld)
