"""Which colours follow from the partnership's accent colour, and can everything in them be read?

Contrast is that of WCAG 2.2 (1.4.3): the ratio of the relative luminances of two colours, from 1 to 21.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from models.core.errors import RuleBroken

ENOUGH: Final = 4.5
"""The contrast that text needs (WCAG 2.2, level AA)."""
LIGHT_GROUNDS: Final = {"white": "#ffffff", "the background of pages": "#f5f6f8", "the tables of documents": "#eef2f6"}
"""Everything light that the accent is written on, or that is written on it."""
DARK_SURFACES: Final = ("#10161e", "#18212c", "#1c2633")
DARK_INK: Final = "#0d1b2c"
_HEX: Final = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


@dataclass(frozen=True)
class Shades:
    """The colours of one colour scheme: links and buttons, what is written on these, their look under the pointer,
    tinted ground, the head of the page and the quieter words in it.
    """

    accent: str
    accent_ink: str
    accent_hover: str
    tint: str
    top: str
    top_muted: str


@dataclass(frozen=True)
class Palette:
    """What follows from one accent colour."""

    light: Shades
    dark: Shades


def contrast(colour: str, other: str) -> float:
    """The contrast of two colours, whichever is the text.

    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    darker, lighter = sorted((_luminance(colour), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def checked_accent(typed: str) -> str:
    """The colour as # and six small digits. Refuses what is no colour, and one in which text cannot be read.

    >>> checked_accent(" #1B4F8A "), checked_accent("063")
    ('#1b4f8a', '#006633')
    """
    match = _HEX.fullmatch(typed.strip())
    if match is None:
        raise RuleBroken("Give the colour as # and six digits, such as #1b4f8a.", field="accent")
    digits = match[1].lower()
    accent = f"#{digits}" if len(digits) == 6 else "#" + "".join(digit * 2 for digit in digits)
    ground = min(LIGHT_GROUNDS, key=lambda name: (contrast(accent, LIGHT_GROUNDS[name]) >= ENOUGH, name != "white"))
    reached = contrast(accent, LIGHT_GROUNDS[ground])
    if reached < ENOUGH:
        raise RuleBroken(
            f"This colour has a contrast of {_said(reached)} to 1 against {ground}, and text needs at least"
            f" {ENOUGH} to 1; choose a darker one.",
            field="accent",
        )
    return accent


def palette_of(accent: str) -> Palette:
    """The colours of both schemes, for an accent that `checked_accent` has passed.

    By night the accent is lightened until it can be read on dark ground; nothing needs a second choice.
    """
    top = _darkened(accent, "#ffffff", 9.0)
    light = Shades(
        accent=accent,
        accent_ink="#ffffff",
        accent_hover=mixed(accent, "#000000", 0.28),
        tint=_tint(accent, "#ffffff", (0.10, 0.08, 0.06, 0.04, 0.02, 0.0)),
        top=top,
        top_muted=mixed(top, "#ffffff", 0.78),
    )
    bright = _lightened(accent, DARK_SURFACES[-1], 6.5)
    deep = _darkened(top, "#ffffff", 15.0)
    dark = Shades(
        accent=bright,
        accent_ink=DARK_INK,
        accent_hover=mixed(bright, "#ffffff", 0.4),
        tint=_tint(bright, DARK_SURFACES[1], (0.16, 0.12, 0.08, 0.04, 0.0)),
        top=deep,
        top_muted=mixed(deep, "#ffffff", 0.7),
    )
    return Palette(light, dark)


def mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share (0 to 1) of another in it.

    >>> mixed("#000000", "#ffffff", 0.5), mixed("#1b4f8a", "#ffffff", 0)
    ('#808080', '#1b4f8a')
    """
    parts = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{int(own + (added - own) * share + 0.5):02x}" for own, added in parts)


def _tint(accent: str, ground: str, shares: tuple[float, ...]) -> str:
    """The ground with as much of the accent in it as leaves the accent readable on it."""
    tints = (mixed(ground, accent, share) for share in shares)
    return next((tint for tint in tints if contrast(tint, accent) >= ENOUGH), ground)


def _darkened(colour: str, against: str, wanted: float) -> str:
    shades = (mixed(colour, "#000000", step / 20) for step in range(21))
    return next(shade for shade in shades if contrast(shade, against) >= wanted)


def _lightened(colour: str, against: str, wanted: float) -> str:
    shades = (mixed(colour, "#ffffff", step / 20) for step in range(21))
    return next(shade for shade in shades if contrast(shade, against) >= wanted)


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    """The relative luminance of an sRGB colour, from 0 (black) to 1 (white)."""
    shares = (part / 255 for part in _parts(colour))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _said(ratio: float) -> str:
    """A ratio cut, not rounded, to one place, so that 4.49 is not said to be 4.5.

    >>> _said(4.49), _said(3.0)
    ('4.4', '3.0')
    """
    return f"{int(ratio * 10) / 10:.1f}"
