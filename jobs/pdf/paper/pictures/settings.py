"""How wide are words in a picture, how are they cut, and where does its key stand?"""

from collections.abc import Sequence
from typing import Final

from jobs.pdf.paper.pictures.shapes import LOOKS, Box, Shape, Words
from jobs.pdf.paper.texts import Style, Typesetter, short
from models.rules.documents.pictures import Key

KEY_LINE: Final = 15.0


class Setting:
    """Measures and places the words of one picture."""

    def __init__(self, type: Typesetter | None = None) -> None:
        self.type = type or Typesetter()

    def width(self, text: str, look: str) -> float:
        """The width of a line in points."""
        return self.type.width(short(text, 120), _style(look))

    def lines(self, text: str, look: str, width: float, most: int) -> list[str]:
        """The words in at most so many lines; what does not fit ends with three dots. The table has it whole."""
        lines = self.type.wrap(short(text, 200 * most), _style(look), width)
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.width(f"{last}…", look) > width:
            last = last[:-1]
        return [*lines[: most - 1], f"{last.rstrip()}…"]

    def fit(self, text: str, look: str, width: float) -> str:
        """The words on one line."""
        return (self.lines(text, look, width, 1) or [""])[0]

    def words(self, text: str, look: str, x: float, y: float, *, share: float = 0.0) -> Words:
        """A line at x: from there on, around it (`share` 0.5), or up to it (`share` 1)."""
        return Words(x - self.width(text, look) * share, y, text, look)

    def key(self, keys: Sequence[Key], width: float) -> tuple[list[Shape], float]:
        """The key from the top down, on as many lines as it takes, and its height."""
        shapes: list[Shape] = []
        x, y = 0.0, 0.0
        for key in keys:
            told = key.words if key.count is None else f"{key.words} {key.count:,}"
            words = self.fit(told, "quiet", width - 16)
            room = 14 + self.width(words, "quiet") + 14
            if x and x + room > width:
                x, y = 0.0, y + KEY_LINE
            shapes += [Box(x, y + 1.5, 9, 9, key.tone), Words(x + 13, y + 9.2, words, "quiet")]
            x += room
        return shapes, y + KEY_LINE if keys else 0.0


def _style(look: str) -> Style:
    stated = LOOKS[look]
    return Style(stated.font, stated.size)
