"""Which colours and type sizes do the papers use?"""

from dataclasses import replace
from typing import Final

from jobs.pdf.paper.texts import Style
from jobs.pdf.paper.typefaces import REGULAR, STRONG


def colour(web: str) -> str:
    """A web colour as the three operands of a PDF colour operator.

    >>> colour("#ff0033")
    '1 0 0.2'
    """
    return " ".join(f"{int(web[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


INK: Final = "#1b232d"
MUTED: Final = "#4f5b69"
NAVY: Final = "#14304f"
HOUSE: Final = colour(NAVY)
"""The colour that gives way to the partnership's own, where it has one."""
LINE: Final = "#c9d1da"
EDGE: Final = "#7d8895"
"""Boxes to tick and lines to write on: seen on paper at 3:1."""
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

TITLE: Final = Style(STRONG, 25, 30, HOUSE)
SUBTITLE: Final = Style(REGULAR, 12.5, 17, colour(INK), gap=3)
EYEBROW: Final = Style(STRONG, 9.5, 13, colour(MUTED))
HEADINGS: Final = {
    2: Style(STRONG, 13.5, 18, HOUSE, gap=8),
    3: Style(STRONG, 11, 15, HOUSE, gap=4),
    4: Style(STRONG, 9.5, 13.5, colour(INK), gap=4),
}
"""The gap is left out at the top of a page."""
BODY: Final = Style(REGULAR, 8, 11, colour(INK))
LEAD: Final = Style(REGULAR, 9.5, 13.5, colour(INK))
STRONG_LEAD: Final = Style(STRONG, 9.5, 13.5, colour(INK))
STRONG_BODY: Final = Style(STRONG, 8, 11, colour(INK))
QUIET: Final = Style(REGULAR, 7.5, 10.4, colour(MUTED))
LABEL: Final = Style(STRONG, 6.8, 9.4, colour(MUTED), gap=4)
RUNNING: Final = Style(REGULAR, 7.2, 9, colour(MUTED))
RUNNING_STRONG: Final = Style(STRONG, 7.2, 9, HOUSE)
FIGURE: Final = Style(STRONG, 21, 25, colour(INK))
ALARM_FIGURE: Final = replace(FIGURE, colour=colour(ALARM))
TONE_COLOURS: Final = {
    "grey": BRAG_COLOURS["none"],
    **{tone: pair for tone, pair in BRAG_COLOURS.items() if tone != "none"},
}
STYLES: Final = {
    "lead": LEAD,
    "body": BODY,
    "strong": STRONG_BODY,
    "quiet": QUIET,
    "apart": replace(QUIET, gap=3),
    "label": LABEL,
    "alarm": replace(STRONG_BODY, colour=colour(ALARM)),
    "name": replace(STRONG_BODY, size=8.4, leading=11.4),
    "code": replace(QUIET, colour=colour(INK)),
    **{
        f"tag {tone}": Style(STRONG, 7.4, 10, colour(ink), gap=5, fill=colour(fill))
        for tone, (fill, ink) in TONE_COLOURS.items()
    },
}
"""How each look of `models/rules/documents/papers.py` is set."""
UNDER_PLATE: Final = {look: replace(style, gap=style.gap + 3) for look, style in STYLES.items()}
"""The same under a word on a plate, which is a little taller than its line."""
