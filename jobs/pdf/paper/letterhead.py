"""What stands at the head and foot of every page, and what does the first page open with?"""

import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

from models.rules.documents.letterheads import PartnershipFacts
from models.rules.documents.papers import OFFICIAL, SENSITIVE

LOGO_PIXELS: Final = (900, 300)
"""A logo is made to fit into this many pixels: sharp at 300 dots an inch where it stands."""
LOGO_POINTS: Final = (150.0, 44.0)
LARGEST_FILE: Final = 5 * 1024 * 1024
LARGEST_PICTURE: Final = 16_000_000
"""Pixels: 4,000 by 4,000. A file of a few kilobytes may claim any number; none is decoded that claims more."""


class NoPictureError(ValueError):
    """A file is no picture that the portal reads."""

    def __init__(self) -> None:
        super().__init__("must be a PNG or JPEG file that can be read")


@dataclass(frozen=True, slots=True)
class Running:
    """What the running lines say: all of it is decoration to a screen reader, as all of it is said elsewhere too."""

    partnership: str
    classification: str
    edition: str
    """Reference, version and date, lower left."""
    fingerprint: str
    footer: str = ""
    """The partnership's own line, under the others."""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture re-encoded: its pixels row by row, red, green, blue, and nothing else of the file it came from."""

    width: int
    height: int
    pixels: bytes

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, fitted into the corner of the first page."""
        scale = min(LOGO_POINTS[0] / self.width, LOGO_POINTS[1] / self.height)
        return self.width * scale, self.height * scale


@dataclass(frozen=True, slots=True)
class Stationery:
    """The partnership's own on every document: its logo, its colour (empty: the portal's), a line at the foot, and its
    words for the portal's classifications, by these.
    """

    logo: Logo | None = None
    accent: str = ""
    footer: str = ""
    markings: Mapping[str, str] = field(default_factory=dict)

    def marking(self, classification: str) -> str:
        """The partnership's word for a classification.

        >>> Stationery(markings={"OFFICIAL": "INTERNAL"}).marking("OFFICIAL"), Stationery().marking("OFFICIAL")
        ('INTERNAL', 'OFFICIAL')
        """
        return self.markings.get(classification, classification)


PLAIN: Final = Stationery()
"""Paper without anything of the partnership's own but its name."""


def stationery_of(facts: PartnershipFacts) -> Stationery:
    """The stationery of a partnership as its settings are now."""
    markings = {word: facts.marking(word) for word in (OFFICIAL, SENSITIVE)}
    logo = logo_of(facts.logo) if facts.logo else None
    return Stationery(logo, facts.accent, facts.document_footer, markings)


def read_logo(path: Path) -> Logo:
    """The file of that name as a logo. Raises ValueError with one plain sentence when it cannot be used."""
    try:
        with path.open("rb") as file:
            return logo_of(file.read(LARGEST_FILE + 1))
    except (OSError, NoPictureError):
        raise ValueError("must name a PNG or JPEG file that can be read") from None


def logo_of(content: bytes) -> Logo:
    """A PNG or JPEG file as a logo on white; anything else in the file (metadata, profiles) is dropped.

    Raises ValueError with one plain sentence when the file cannot be used.
    """
    if len(content) > LARGEST_FILE:
        raise ValueError("must be a file of at most 5 MB")
    width, height = _claimed_size(content)
    if width * height > LARGEST_PICTURE:
        raise ValueError("must be a picture of at most 16 million pixels")
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as picture:
            return _logo_of(picture)
    except _UNREADABLE:
        raise NoPictureError from None


_FORMATS: Final = ("PNG", "JPEG")
_UNREADABLE: Final = (OSError, ValueError, SyntaxError, MemoryError, struct.error, Image.DecompressionBombError)
"""What Pillow raises on files that are broken, or broken on purpose. `UnidentifiedImageError` is an OSError."""


def _claimed_size(content: bytes) -> tuple[int, int]:
    """The width and height that a file says it has, with nothing of it decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower and refuses
            with Image.open(BytesIO(content), formats=_FORMATS) as picture:
                return picture.size
    except Image.DecompressionBombError:
        return LARGEST_PICTURE, LARGEST_PICTURE
    except _UNREADABLE:
        raise NoPictureError from None


def _logo_of(picture: Image.Image) -> Logo:
    clear = picture.convert("RGBA")
    clear.thumbnail(LOGO_PIXELS)
    ground = Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    return Logo(clear.width, clear.height, ground.convert("RGB").tobytes())


def logo_png(logo: Logo) -> bytes:
    """The logo as a PNG file, for pages."""
    out = BytesIO()
    Image.frombytes("RGB", (logo.width, logo.height), logo.pixels).save(out, "PNG")
    return out.getvalue()
