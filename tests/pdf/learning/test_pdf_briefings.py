"""Does a briefing take exactly one page with all its seven points, or say which one is too long?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jobs.pdf.learning.briefings import build
from models.core.errors import RuleBroken
from models.rules.learning.briefing_paper import briefing_paper
from models.rules.learning.briefings import BriefingFacts
from tests.pdf.pdf_facts import TODAY, words
from tests.pdf.pdf_kit import NAMES, TRICKS, as_page, checked, pages, says, sound


def briefing(length: int = 2) -> BriefingFacts:
    """A briefing whose points have so many sentences each."""
    points = tuple(words(number, length) for number in range(7))
    return BriefingFacts(
        "Arden Partnership", "LP-2026-01", "Hearing the child", "TR-2026-01 The front door", "All teams", TODAY, points,
        made_on=TODAY, about="briefings:1",
    )  # fmt: skip


@pytest.mark.parametrize("length", [1, 3, 4])
def test_sheet_is_sound_and_takes_one_page_with_every_point(length: int, tmp_path: Path) -> None:
    facts = briefing(length)
    pdf_bytes = build(facts)
    sound(pdf_bytes)
    checked(pdf_bytes, tmp_path)
    assert len(pages(pdf_bytes)) == 1
    assert all(says(pdf_bytes, text) for text in (*facts.points, *facts.questions))
    assert build(facts) == pdf_bytes


@pytest.mark.parametrize("text", ["", " ", "To be written: the review has recorded no further finding."])
def test_sheet_with_an_unwritten_point_is_not_drawn(text: str) -> None:
    points = (*briefing().points[:4], text, *briefing().points[5:])
    with pytest.raises(RuleBroken, match=r"Point 5 of the briefing is still to be written\. Until then"):
        build(replace(briefing(), points=points))


@pytest.mark.parametrize("long", ["word " * 2000, "W" * 200_000])
def test_sheet_that_does_not_fit_is_refused_naming_the_point(long: str) -> None:
    points = list(briefing().points)
    points[3] = long
    with pytest.raises(RuleBroken, match=r"point 4, Key information \(2 of 3\), is the longest"):
        build(replace(briefing(), points=tuple(points)))


@pytest.mark.parametrize("text", [*NAMES, *TRICKS])
def test_any_script_and_any_trick_is_printed_as_typed(text: str) -> None:
    facts = replace(briefing(), points=(text,) * 7)
    pdf_bytes = build(facts)
    sound(pdf_bytes)
    assert says(pdf_bytes, text)
    page = as_page(briefing_paper(facts))
    assert not [markup for markup in ("<img", "<b>bold", "<script>alert", '<a href="javascript') if markup in page]
