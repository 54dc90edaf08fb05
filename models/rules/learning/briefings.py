"""What are the seven points of a seven-minute briefing, and how are they drafted from what a review has found?

Source: the seven points and the three questions of published seven-minute briefings (DOMAIN b7); a team leader reads it
with a team in seven minutes, from one sheet of paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.rules.core.counts import count_words

SHEET_WORDS = 450
"""About this many words fit one printed sheet and seven minutes of reading aloud."""

HEADINGS = (
    "Background",
    "Why it matters",
    "Key information (1 of 3)",
    "Key information (2 of 3)",
    "Key information (3 of 3)",
    "Things to remember",
    "What to do",
)
"""The heading of each of the seven points, in order."""

QUESTIONS = (
    "What are our key reflections as a team?",
    "How will we embed this, and how will we know that we have?",
    "What goes into our team plan?",
)
"""What a team asks itself after the seven points."""

UNWRITTEN = "To be written"
_NOTHING_FOUND = f"{UNWRITTEN}: the review has recorded no further finding."
_NOTHING_ADVISED = f"{UNWRITTEN}: the review has made no recommendation yet."


@dataclass(frozen=True)
class Found:
    """One finding as a draft needs it: its words, whether it is a concern, and how much it weighs (1 to 3)."""

    text: str
    is_concern: bool
    weight: int


@dataclass(frozen=True)
class Sources:
    """What a review offers for its briefing: reference, title, focus, the priority it serves, findings, advice."""

    reference: str
    title: str
    focus: str
    priority: str
    priority_text: str
    findings: Sequence[Found]
    recommendations: Sequence[str]


@dataclass(frozen=True)
class BriefingFacts:
    """Everything a briefing shows, on paper or on the screen. `points` are seven texts in their order."""

    partnership: str
    reference: str
    title: str
    review: str
    audience: str
    released_on: date | None
    points: tuple[str, ...]
    headings: tuple[str, ...] = HEADINGS
    questions: tuple[str, ...] = QUESTIONS
    made_on: date | None = None
    about: str = ""


def draft_points(sources: Sources) -> tuple[str, ...]:
    """Seven texts to start from: concerns, the best evidenced first, then what went well, then the advice.

    >>> findings = [Found("Visits were late.", True, 1), Found("Plans helped.", False, 3), Found("No voice.", True, 3)]
    >>> seven = draft_points(Sources("TR-1", "Neglect", "Is it seen?", "Neglect", "", findings, ["Ask the child."]))
    >>> seven[2:5]
    ('No voice.', 'Visits were late.', 'Plans helped.')
    >>> seven[6]
    '• Ask the child.'
    """
    ordered = sorted(sources.findings, key=lambda finding: (not finding.is_concern, -finding.weight))
    words = [finding.text for finding in ordered]
    key = [*words[:3], *[_NOTHING_FOUND] * 3][:3]
    went_well = [finding.text for finding in ordered if not finding.is_concern and finding.text not in key]
    return (_background(sources), _why(sources), *key, _listed(went_well or words[3:6]), _advice(sources))


def _background(sources: Sources) -> str:
    first = f"The thematic review {sources.reference}, “{sources.title}”, looked at practice from several angles"
    return f"{first}. {_sentence(sources.focus)}".strip()


def _why(sources: Sources) -> str:
    return f"It serves the partnership's priority “{sources.priority}”. {_sentence(sources.priority_text)}".strip()


def _sentence(words: str) -> str:
    """Words with their full stop.

    >>> _sentence("Whether it helps"), _sentence("It helps."), _sentence(" ")
    ('Whether it helps.', 'It helps.', '')
    """
    bare = words.strip()
    return bare if not bare or bare.endswith((".", "?", "!")) else f"{bare}."


def _listed(words: Sequence[str]) -> str:
    return "\n".join(f"• {line}" for line in words) if words else _NOTHING_FOUND


def _advice(sources: Sources) -> str:
    return _listed(sources.recommendations) if sources.recommendations else _NOTHING_ADVISED


def word_count(points: Sequence[str]) -> int:
    """How many words the points have in all.

    >>> word_count(["Ask the child.", "• Listen"])
    4
    """
    return sum(sum(any(mark.isalnum() for mark in word) for word in point.split()) for point in points)


def length_words(points: Sequence[str]) -> str:
    """Whether the points fit one sheet, in words.

    >>> length_words(["Ask the child."])
    '3 words; one sheet holds about 450.'
    """
    count = word_count(points)
    over = count - SHEET_WORDS
    if over <= 0:
        return f"{count_words(count, 'word')}; one sheet holds about {SHEET_WORDS}."
    return f"{count_words(count, 'word')}, {over} more than one sheet holds; shorten it before it is printed."


def unwritten_words(points: Sequence[str]) -> str:
    """The sentence that says which point is still to be written; empty when all are written.

    >>> unwritten_words(["Ask.", " "]), unwritten_words(["Ask."])
    ('Point 2 of the briefing is still to be written.', '')
    """
    unwritten = _first_unwritten(points)
    return f"Point {unwritten} of the briefing is still to be written." if unwritten else ""


def _first_unwritten(points: Sequence[str]) -> int | None:
    """The number of the first point that is empty or still says that it is to be written; None when all are written.

    >>> _first_unwritten(["Ask.", " ", "Listen."]), _first_unwritten(["Ask."])
    (2, None)
    """
    places = enumerate(points, start=1)
    return next((place for place, point in places if not point.strip() or point.startswith(UNWRITTEN)), None)
