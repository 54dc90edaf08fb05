"""Of which shapes is a picture made once its size is known, and in which colours?"""

from dataclasses import dataclass, replace
from typing import Final, Self

from jobs.pdf.paper.styles import ALARM, EDGE, INK, LINE, MUTED, TINT
from jobs.pdf.paper.typefaces import REGULAR, STRONG
from models.rules.documents.bars import TONES

COLOURS: Final = {
    **TONES,
    "track": TINT,
    "planned": TINT,
    "line": LINE,
    "edge": EDGE,
    "today": ALARM,
    "h0": "#e6eef9",
    "h1": "#c9dcf4",
    "h2": "#93b9e8",
    "h3": "#1d4f8c",
    "bad": "#fbd9d9",
    "white": "#ffffff",
}
"""Each tone of a picture as it stands on white paper. Those of a grid grow darker in grey as well."""
ON_DARK: Final = frozenset({"red", "amber", "green", "blue", "navy", "teal", "plum", "h3"})
"""Tones that take white words."""
OUTLINED: Final = frozenset({"planned"})


@dataclass(frozen=True, slots=True)
class Look:
    """How words of a picture are set: font, size in points, colour."""

    font: str
    size: float
    ink: str


LOOKS: Final = {
    "name": Look(REGULAR, 9, INK),
    "strong": Look(STRONG, 9, INK),
    "quiet": Look(REGULAR, 8, MUTED),
    "on": Look(STRONG, 8, "#ffffff"),
    "over": Look(STRONG, 8, INK),
    "cell": Look(REGULAR, 9, INK),
    "cell on": Look(REGULAR, 9, "#ffffff"),
    "today": Look(STRONG, 8, ALARM),
}


@dataclass(frozen=True, slots=True)
class _Placed:
    """What every shape has: where it stands. All lengths are points, y grows downwards."""

    x: float
    y: float

    def moved(self, right: float, down: float) -> Self:
        """The same elsewhere."""
        return replace(self, x=self.x + right, y=self.y + down)


@dataclass(frozen=True, slots=True)
class Box(_Placed):
    """A filled rectangle; (x, y) is its upper left corner."""

    width: float
    height: float
    tone: str
    has_frame: bool = False


@dataclass(frozen=True, slots=True)
class Stroke(_Placed):
    """A straight line."""

    to_x: float
    to_y: float
    tone: str
    weight: float = 0.6

    def moved(self, right: float, down: float) -> Self:
        """Both ends elsewhere."""
        x, y, to_x, to_y = self.x + right, self.y + down, self.to_x + right, self.to_y + down
        return replace(self, x=x, y=y, to_x=to_x, to_y=to_y)


@dataclass(frozen=True, slots=True)
class Dot(_Placed):
    """A filled circle around (x, y)."""

    radius: float
    tone: str


@dataclass(frozen=True, slots=True)
class Words(_Placed):
    """One line of words: (x, y) is the left end of its base line."""

    text: str
    look: str


Shape = Box | Stroke | Dot | Words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture laid out: its size and its shapes, those below first."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
