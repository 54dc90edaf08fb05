"""What does a chart show, in figures, in shapes and in one sentence for those who cannot see it?

The PDF and the page draw the same `Chart`: how long each part of each bar is, is worked out here only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

TONES: Final = {
    "red": "#b3261e",
    "amber": "#b45f06",
    "green": "#1e7d43",
    "blue": "#1c5cab",
    "grey": "#7d8895",
    "navy": "#14304f",
    "teal": "#0b7285",
    "plum": "#7b2d72",
}
"""The colours of bars; each stands out from white paper at 3:1 or better, and none of them says anything alone."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: what it counts, how many, and its tone."""

    word: str
    count: int
    tone: str = "navy"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its word and its parts; a plain bar has one part."""

    label: str
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """The sum of the parts."""
        return sum(part.count for part in self.parts)


class Span(NamedTuple):
    """A rectangle of a bar: where it begins, how long it is (in the unit of `width`), and its tone."""

    start: float
    length: float
    tone: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under one title. `sentence` is the text equivalent; without one it is made from the figures."""

    title: str
    bars: tuple[Bar, ...]
    sentence: str = ""

    @property
    def most(self) -> int:
        """The largest total; 0 for a chart without figures."""
        return max((bar.total for bar in self.bars), default=0)

    @property
    def is_stacked(self) -> bool:
        """Whether some bar has more than one part, so that the chart needs a key."""
        return any(len(bar.parts) > 1 for bar in self.bars)

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """The words of the parts with their tones, in order, each once.

        >>> two = (Part("open", 2, "amber"), Part("done", 3, "blue"))
        >>> Chart("Actions", (Bar("Police", two), Bar("Health", two))).key
        (('open', 'amber'), ('done', 'blue'))
        """
        return tuple(dict.fromkeys((part.word, part.tone) for bar in self.bars for part in bar.parts))

    @property
    def text(self) -> str:
        """The chart in words, with all its figures.

        >>> Chart("Grades", (Bar("Good", (Part("files", 3),)), Bar("Poor", (Part("files", 1),)))).text
        'Bar chart. Grades. Good: 3; Poor: 1.'
        >>> Chart("Grades", ()).text
        'Bar chart. Grades. There are no figures yet.'
        """
        if self.sentence:
            return f"Bar chart. {self.sentence}"
        figures = "; ".join(_bar_words(bar) for bar in self.bars)
        return f"Bar chart. {self.title}. {f'{figures}.' if figures else 'There are no figures yet.'}"


def bars_of(counts: Sequence[tuple[str, int]], tone: str = "navy") -> tuple[Bar, ...]:
    """A plain bar for each word and count, all of one tone.

    >>> bars_of([("Good", 3)])
    (Bar(label='Good', parts=(Part(word='', count=3, tone='navy'),)),)
    """
    return tuple(Bar(label, (Part("", count, tone),)) for label, count in counts)


def spans(bar: Bar, most: int, width: float, least: float = 0.0) -> list[Span]:
    """The rectangles of a bar, end to end; the largest bar of the chart fills `width`.

    A part that counts something is at least `least` wide, to be seen; a part that counts nothing is left out.

    >>> spans(Bar("x", (Part("a", 1, "red"), Part("b", 0, "blue"), Part("c", 3, "green"))), 4, 100)
    [Span(start=0.0, length=25.0, tone='red'), Span(start=25.0, length=75.0, tone='green')]
    """
    placed, start = [], 0.0
    for part in bar.parts:
        if part.count > 0 and most:
            length = max(least, width * part.count / most)
            placed.append(Span(start, length, part.tone))
            start += length
    over = start / width if width and start > width else 1.0
    return [Span(span.start / over, span.length / over, span.tone) for span in placed] if over > 1 else placed


def _bar_words(bar: Bar) -> str:
    if len(bar.parts) < 2:
        return f"{bar.label}: {bar.total:,}"
    parts = ", ".join(f"{part.word} {part.count:,}" for part in bar.parts)
    return f"{bar.label}: {bar.total:,} ({parts})"
