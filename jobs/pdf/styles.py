"""Which colours and type sizes do the papers use?"""

from typing import Final

from jobs.pdf.texts import Style
from jobs.pdf.typefaces import REGULAR, STRONG


def colour(web: str) -> str:
    """Promise: a web colour as the three operands of a PDF colour operator.

    >>> colour("#ff0033")
    '1 0 0.2'
    """
    return " ".join(f"{int(web[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


INK: Final = "#1b232d"
MUTED: Final = "#4f5b69"
NAVY: Final = "#14304f"
LINE: Final = "#c9d1da"
TINT: Final = "#eef2f6"
ALARM: Final = "#a51d1d"
BRAG_COLOURS: Final = {
    "red": ("#b3261e", "#ffffff"),
    "amber": ("#f5b83d", "#2a1c00"),
    "green": ("#1d6f42", "#ffffff"),
    "blue": ("#1f5fa8", "#ffffff"),
    "none": ("#e3e7ec", "#2b3440"),
}
"""Plate and letter colour of each rating; every pair reads at 4.5:1 or better (a test computes it)."""

TITLE: Final = Style(STRONG, 25, 30, colour(NAVY))
SUBTITLE: Final = Style(REGULAR, 12.5, 17, colour(INK), gap=3)
EYEBROW: Final = Style(STRONG, 9.5, 13, colour(MUTED))
HEADING: Final = Style(STRONG, 13.5, 18, colour(NAVY))
BODY: Final = Style(REGULAR, 8, 11, colour(INK))
LEAD: Final = Style(REGULAR, 9.5, 13.5, colour(INK))
STRONG_BODY: Final = Style(STRONG, 8, 11, colour(INK))
QUIET: Final = Style(REGULAR, 7.5, 10.4, colour(MUTED))
LABEL: Final = Style(STRONG, 6.8, 9.4, colour(MUTED), gap=4)
RUNNING: Final = Style(REGULAR, 7.2, 9, colour(MUTED))
RUNNING_STRONG: Final = Style(STRONG, 7.2, 9, colour(NAVY))
