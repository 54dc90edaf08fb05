"""Does the picture of a survey's answers withhold exactly what its table withholds?"""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models.core.access import Role
from models.feedback.surveys import Survey
from models.rules.documents.pictures import Rows
from models.rules.feedback.answer_pictures import answers_picture
from models.rules.feedback.small_numbers import Tally, published
from tests.documents.drawings import drawn_bars, table_of
from tests.feedback.make_surveys import respond
from tests.feedback.test_surveys import activity, close, survey, tool  # noqa: F401 (fixtures)
from tests.web import Browser

Open = Callable[..., Browser]
LABELS = ("Yes", "In part", "No", "I do not know")


@given(st.lists(st.integers(0, 40), min_size=len(LABELS), max_size=len(LABELS)))
def test_no_bar_stands_for_a_number_that_the_table_withholds(numbers: list[int]) -> None:
    tally = Tally(sum(numbers), dict(zip(LABELS, numbers, strict=True)))
    picture = answers_picture("Were you heard?", tally, LABELS)
    assert picture.table == tuple(tally.lines(LABELS))
    if picture.plot is None:
        assert picture.table == ()
        assert picture.says == "Too few answers to show."
        return
    assert isinstance(picture.plot, Rows)
    whole = published(tally.total)
    assert whole
    for line, (label, words) in zip(picture.plot.lines, picture.table, strict=True):
        assert (line.label, line.value) == (label, words)
        drawn = [mark.ends - mark.begins for mark in line.marks]
        assert drawn == ([int(words.removeprefix("about ")) / whole] if words.startswith("about ") else [])
        assert line.text == ""


@given(st.lists(st.integers(0, 40), min_size=len(LABELS), max_size=len(LABELS)))
def test_nothing_that_is_said_tells_more_than_the_published_numbers(numbers: list[int]) -> None:
    tally = Tally(sum(numbers), dict(zip(LABELS, numbers, strict=True)))
    picture = answers_picture("Were you heard?", tally, LABELS)
    if picture.plot is not None:
        said = [number for _, _, number in tally.published(LABELS) if number]
        assert all(
            words in {f"about {each}" for each in (*said, published(tally.total))} for words in _abouts(picture.says)
        )
        assert picture.base == f"About {published(tally.total)} people answered."


def _abouts(sentence: str) -> list[str]:
    words = sentence.replace(".", "").replace(",", "").split()
    return [f"about {words[at + 1]}" for at, word in enumerate(words) if word == "about"]


def test_sentence_names_what_was_given_most_often_as_far_as_it_may() -> None:
    def said(**numbers: int) -> str:
        return answers_picture("Heard?", Tally(sum(numbers.values()), numbers), tuple(numbers)).says

    assert said(Yes=20, No=10) == "Given most often: “Yes”, by about 20 of about 30."
    assert said(Yes=11, No=9, Maybe=6) == "Given most often: “Yes” and “No”, by about 10 each of about 25."
    assert said(Yes=17, No=3) == "Which answer was given most often is withheld."
    assert said(a=5, b=5, c=5, d=5) == "No answer was given much more often than the others."
    several = answers_picture("Where?", Tally(9, {"Home": 9, "School": 6}), ("Home", "School"), is_several=True)
    assert several.base == "About 10 people answered, and could choose several."


def test_page_draws_the_published_numbers_and_has_them_as_a_table(
    browser: Open,
    session: Session,
    survey: Survey,  # noqa: F811
) -> None:
    respond(session, survey, 12, seen="Yes")
    respond(session, survey, 3, seen="No")
    respond(session, survey, 9, seen="Partly")
    close(session, survey)
    page = browser(Role.OFFICER).get(f"/feedback/survey/{survey.id}/")
    part = page.select_one("article[aria-labelledby=r-seen]")
    assert part is not None
    assert drawn_bars(part) == {
        "Yes": ("about 10", [40.0]), "Partly": ("withheld", []), "No": ("fewer than 5", []),
    }  # fmt: skip
    assert table_of(part) == [["Yes", "about 10"], ["Partly", "withheld"], ["No", "fewer than 5"]]
    assert len(page.select("article[aria-labelledby=r-seen] table")) == 1, "the table stands once"
