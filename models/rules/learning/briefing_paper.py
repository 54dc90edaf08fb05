"""How is a seven-minute briefing put on exactly one page?"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Final

from models.rules.core.counts import count_words
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

SIZES: Final = (LEAD, BODY)
"""The looks of the seven texts, largest first; smaller is not read aloud any more."""
_BULLET: Final = "•"


def briefing_papers(facts: BriefingFacts) -> Iterator[Paper]:
    """The sheet in each size, largest first. Nothing of the seven points is ever left out."""
    return (_paper(facts, look) for look in SIZES)


def briefing_paper(facts: BriefingFacts) -> Paper:
    """The sheet as it is read on the screen, where nothing has to fit."""
    return _paper(facts, LEAD)


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


def _paper(facts: BriefingFacts, look: str) -> Paper:
    return Paper(
        partnership=facts.partnership, kind="7 Minute Briefing", reference=facts.reference, title=facts.title,
        made_on=facts.made_on or date.min, fingerprint=fingerprint_of(facts), blocks=tuple(_blocks(facts, look)),
        classification=OFFICIAL, about=facts.about,
    )  # fmt: skip


def _blocks(facts: BriefingFacts, look: str) -> Iterator[Block]:
    released = f"Released {day(facts.released_on)}" if facts.released_on else "Draft, not released yet"
    yield Paragraph(" · ".join(part for part in (facts.review, facts.audience, released) if part), BODY)
    for number, (heading, text) in enumerate(zip(facts.headings, facts.points, strict=True), 1):
        yield Heading(f"{number}. {heading}")
        yield from _point(text if text.strip() else f"{UNWRITTEN}.", look)
    yield Heading("Questions for the team")
    yield Items(facts.questions)


def _point(text: str, look: str) -> Iterator[Block]:
    """What a point says; lines that begin with a bullet are a list like every other."""
    for is_list, lines in groupby(text.splitlines(), key=lambda line: line.lstrip().startswith(_BULLET)):
        if is_list:
            yield Items([line.lstrip().removeprefix(_BULLET).strip() for line in lines])
        else:
            yield Paragraph("\n".join(lines), look)
