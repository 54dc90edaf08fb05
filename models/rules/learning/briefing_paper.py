"""How is a seven-minute briefing put on exactly one page?"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from models.rules.core.counts import count_words
from models.rules.documents.panels import LARGE, Panels, panel_of
from models.rules.documents.papers import (
    BODY,
    LEAD,
    OFFICIAL,
    Block,
    Heading,
    Items,
    Paper,
    Paragraph,
    day,
    fingerprint_of,
)
from models.rules.learning.briefings import UNWRITTEN, BriefingFacts

SIZES: Final = (LARGE, LEAD, BODY)
"""The looks of the seven texts, largest first; smaller is not read aloud any more."""


def briefing_papers(facts: BriefingFacts) -> Iterator[Paper]:
    """The sheet as seven panels in each size, largest first, then as plain text, which holds a little more. Nothing of
    the seven points is ever left out.
    """
    kinds = [(look, True) for look in SIZES] + [(look, False) for look in SIZES[1:]]
    return (_paper(facts, look, in_panels=is_drawn) for look, is_drawn in kinds)


def briefing_paper(facts: BriefingFacts) -> Paper:
    """The sheet as it is read on the screen, where nothing has to fit."""
    return _paper(facts, LEAD, in_panels=True)


def too_long(facts: BriefingFacts) -> str:
    """The sentence that refuses a sheet that does not fit; it names the longest point.

    >>> facts = BriefingFacts("P", "LP-1", "T", "", "", None, ("a",) * 6 + ("Ask the child.",))
    >>> too_long(facts)
    'The briefing does not fit one page: point 7, What to do, is the longest with 3 words; shorten it first.'
    """
    place = max(range(len(facts.points)), key=lambda point: len(facts.points[point]))
    count = len(facts.points[place].split())
    words = count_words(count, "word")
    return (
        f"The briefing does not fit one page: point {place + 1}, {facts.headings[place]}, is the longest with {words}; "
        "shorten it first."
    )


def _paper(facts: BriefingFacts, look: str, *, in_panels: bool) -> Paper:
    return Paper(
        partnership=facts.partnership, kind="7 Minute Briefing", reference=facts.reference, title=facts.title,
        made_on=facts.made_on or date.min, fingerprint=fingerprint_of(facts),
        blocks=tuple(_blocks(facts, look, in_panels=in_panels)),
        classification=OFFICIAL, about=facts.about,
    )  # fmt: skip


def _blocks(facts: BriefingFacts, look: str, *, in_panels: bool) -> Iterator[Block]:
    released = f"Released {day(facts.released_on)}" if facts.released_on else "Draft, not released yet"
    yield Paragraph(" · ".join(part for part in (facts.review, facts.audience, released) if part), BODY)
    titles = [f"{number}. {heading}" for number, heading in enumerate(facts.headings, 1)]
    texts = [text if text.strip() else f"{UNWRITTEN}." for text in facts.points]
    points = list(zip(titles, texts, strict=True))
    if in_panels:
        yield Panels([panel_of(title, text) for title, text in points], look)
    else:
        yield from (block for title, text in points for block in (Heading(title), Paragraph(text, look)))
    yield Heading("Questions for the team")
    yield Items(facts.questions)
