"""What stands at the head and foot of every page, and what does the first page open with?"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from pikepdf import Dictionary, Name, Object, Pdf, Stream
from PIL import Image, UnidentifiedImageError

LOGO_PIXELS: Final = (900, 300)
"""A logo is made to fit into this many pixels: sharp at 300 dots an inch where it stands."""
LOGO_POINTS: Final = (150.0, 44.0)
LARGEST_FILE: Final = 5 * 1024 * 1024
LARGEST_PICTURE: Final = 40_000_000


@dataclass(frozen=True, slots=True)
class Running:
    """What the running lines say: all of it is decoration to a screen reader, as all of it is said elsewhere too."""

    partnership: str
    classification: str
    edition: str
    """Reference, version and date, lower left."""
    fingerprint: str


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


def read_logo(path: Path) -> Logo:
    """A PNG or JPEG file as a logo on white; anything else in the file (metadata, profiles) is dropped.

    Raises ValueError with one plain sentence when the file cannot be used.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ValueError("must be a file of at most 5 MB")
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                raise ValueError("must be a picture of at most 40 million pixels")
            return _logo_of(picture)
    except (OSError, UnidentifiedImageError, SyntaxError, Image.DecompressionBombError):
        raise ValueError("must name a PNG or JPEG file that can be read") from None


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


def logo_object(pdf: Pdf, logo: Logo) -> Object:
    """The logo as a picture of that PDF file, to be shown by the name /Logo."""
    return pdf.make_indirect(
        Stream(
            pdf,
            logo.pixels,
            Dictionary(
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=logo.width,
                Height=logo.height,
                ColorSpace=Name.DeviceRGB,
                BitsPerComponent=8,
            ),
        )
    )
