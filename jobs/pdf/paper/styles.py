"""Which colours and type sizes do the papers use?"""

from dataclasses import replace
from typing import Final

from jobs.pdf.paper.texts import Style
from jobs.pdf.paper.typefaces import REGULAR, STRONG
from models.rules.documents.bars import TONES


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
    **{tone: (TONES[tone], "#ffffff") for tone in ("red", "amber", "green", "blue")},
    "none": ("#e3e7ec", "#2b3440"),
}
"""Plate and letter colour of each rating, the plate as its bars are; every pair reads at 4.5:1 or better, also in grey
(a test computes it).
"""

TITLE: Final = Style(STRONG, 25, 30, HOUSE)
SUBJECT: Final = Style(STRONG, 11.5, 15.5, HOUSE, gap=4)
"""What a letter is about: its title stands under the salutation, no larger than a line of it has to be."""
SUBTITLE: Final = Style(REGULAR, 12.5, 17, colour(INK), gap=3)
EYEBROW: Final = Style(STRONG, 9.5, 13, colour(MUTED))
HEADINGS: Final = {
    2: Style(STRONG, 13.5, 18, HOUSE, gap=8),
    3: Style(STRONG, 11, 15, HOUSE, gap=4),
    4: Style(STRONG, 9.5, 13.5, colour(INK), gap=4),
}
"""The gap is left out at the top of a page."""
BULLET: Final = "•"
PANEL_HEAD: Final = Style(STRONG, 11, 15, HOUSE)
LARGE_HEAD: Final = Style(STRONG, 13, 17.5, HOUSE)
"""Over a panel whose text is large."""
BODY: Final = Style(REGULAR, 9, 12, colour(INK))
"""What is read is set in 9 points or more; labels, notes and running lines in 8."""
LEAD: Final = Style(REGULAR, 9.5, 13.5, colour(INK))
STRONG_LEAD: Final = Style(STRONG, 9.5, 13.5, colour(INK))
STRONG_BODY: Final = Style(STRONG, 9, 12, colour(INK))
QUIET: Final = Style(REGULAR, 8, 10.8, colour(MUTED))
LABEL: Final = Style(STRONG, 8, 10.6, colour(MUTED), gap=4)
RUNNING: Final = Style(REGULAR, 8, 9.8, colour(MUTED))
RUNNING_STRONG: Final = Style(STRONG, 8, 9.8, HOUSE)
FIGURE: Final = Style(STRONG, 21, 25, colour(INK))
ALARM_FIGURE: Final = replace(FIGURE, colour=colour(ALARM))
TONE_COLOURS: Final = {
    "grey": BRAG_COLOURS["none"],
    **{tone: pair for tone, pair in BRAG_COLOURS.items() if tone != "none"},
}
STYLES: Final = {
    "lead": LEAD,
    "large": replace(LEAD, size=11.5, leading=16),
    "body": BODY,
    "strong": STRONG_BODY,
    "quiet": QUIET,
    "apart": replace(QUIET, gap=3),
    "label": LABEL,
    "alarm": replace(STRONG_BODY, colour=colour(ALARM)),
    "name": STRONG_BODY,
    "code": replace(QUIET, colour=colour(INK)),
    **{
        f"tag {tone}": Style(STRONG, 8, 10.6, colour(ink), gap=5, fill=colour(fill))
        for tone, (fill, ink) in TONE_COLOURS.items()
    },
}
"""How each look of `models/rules/documents/papers.py` is set."""
UNDER_PLATE: Final = {look: replace(style, gap=style.gap + 3) for look, style in STYLES.items()}
"""The same under a word on a plate, which is a little taller than its line."""
