"""Which letters can be printed, with which font, how wide are they, and how are the fonts put into the file?

ReportLab's own TrueType layer splits a font into pieces of 256 letters and cannot map a shaped glyph back to its text.
Here each font goes in once, as a subset under its own glyph numbers, so Arabic and Indic letters keep their joined
forms and every glyph says which text it stands for. Licences are beside the fonts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Final
from unicodedata import category

import uharfbuzz as hb
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

FONTS: Final = Path(__file__).parents[1] / "fonts"
REGULAR: Final = "Inter-Regular"
STRONG: Final = "Inter-SemiBold"
FALLBACKS: Final = (
    "NotoSansArabic-Regular",
    "NotoSansBengali-Regular",
    "NotoSansDevanagari-Regular",
    "NotoSansGujarati-Regular",
    "NotoSansGurmukhi-Regular",
    "NotoSansTamil-Regular",
    "DejaVuSans",
)
"""Asked in this order, letter by letter, for what Inter lacks; DejaVu Sans last because it is the broadest."""

_UNNEEDED: Final = (b"GSUB", b"GPOS", b"GDEF", b"STAT", b"gasp", b"cmap", b"post", b"name", b"OS/2")
"""Tables of a font file that a PDF reader never asks for."""


class _Advances(dict[str, float]):
    """Width of each letter in ems, filled as letters are met."""

    def __init__(self, face: "Face") -> None:
        super().__init__()
        self.face = face

    def __missing__(self, letter: str) -> float:
        glyph = self.face.shaper.get_nominal_glyph(ord(letter)) or 0
        width = self[letter] = self.face.glyph_width(glyph) / 1000
        return width


class Face:
    """One font file, read once for the life of the process; holds nothing of any document."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.face = hb.Face(hb.Blob.from_file_path(str(FONTS / f"{name}.ttf")))
        self.shaper = hb.Font(self.face)
        self.letters = frozenset(map(chr, self.face.unicodes))
        self.advances = _Advances(self)

    @cached_property
    def simple(self) -> frozenset[str]:
        """Letters that may be set one after the other: no joining, no marks riding on others, written left to right."""
        reach = (letter for letter in self.letters if " " <= letter < "\u0590" or "\u1e00" <= letter < "\u2c00")
        return frozenset(letter for letter in reach if category(letter) not in ("Mn", "Me", "Mc", "Cf", "Cc"))

    def glyph_width(self, glyph: int) -> float:
        """The advance of a glyph in thousandths of an em, rounded to two decimals."""
        return round(float(self.shaper.get_glyph_h_advance(glyph)) * 1000 / int(self.face.upem), 2)

    def reach(self) -> tuple[int, int]:
        """Ascent and descent in thousandths of an em, as the font's own tables give them."""
        extents, scale = self.shaper.get_font_extents("ltr"), 1000 / self.face.upem
        return int(extents.ascender * scale), int(extents.descender * scale)

    def subset(self, glyphs: Iterable[int]) -> bytes:
        """The font file reduced to `glyphs`, each under its old number; the same bytes every time."""
        wish = hb.SubsetInput()
        wish.glyph_set.update(glyphs)
        wish.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        wish.drop_table_tag_set.update(int.from_bytes(tag, "big") for tag in _UNNEEDED)
        return bytes(hb.subset(self.face, wish).blob.data)


@cache
def face(name: str) -> Face:
    """The font of that name, read from its file on first use."""
    return Face(name)


@cache
def face_for(letter: str, style: str) -> str | None:
    """The name of the first font that has `letter`, trying `style` first; None when none has it.

    >>> face_for("ŵ", REGULAR), face_for("ব", REGULAR), face_for("𓀀", REGULAR)
    ('Inter-Regular', 'NotoSansBengali-Regular', None)
    """
    return next((name for name in (style, *FALLBACKS) if letter in face(name).letters), None)


class _Glyphs(dict[int, int]):
    """`str.translate` table from letters to glyph numbers; what it holds at the end is what was printed."""

    def __init__(self, source: Face) -> None:
        super().__init__()
        self.source = source

    def __missing__(self, code: int) -> int:
        glyph = self[code] = self.source.shaper.get_nominal_glyph(code) or 0
        return glyph


@dataclass(slots=True)
class _Used:
    """What one document prints from one font: plain letters, and shaped glyphs with the text they stand for."""

    letters: _Glyphs
    shaped: dict[int, str] = field(default_factory=dict)

    def texts(self) -> dict[int, str]:
        """Glyph number to text; a glyph that is a letter of its own speaks for that letter."""
        return {**self.shaped, **{glyph: chr(code) for code, glyph in sorted(self.letters.items(), reverse=True)}}


class FontBook:
    """The fonts of one document: turns text into glyph codes and remembers which to embed."""

    def __init__(self) -> None:
        self.used: dict[str, _Used] = {}
        self._shaped: dict[tuple[str, str, float], tuple[str, float]] = {}

    def _entry(self, name: str) -> _Used:
        if name not in self.used:
            self.used[name] = _Used(_Glyphs(face(name)))
        return self.used[name]

    def encode(self, text: str, name: str) -> str:
        """The PDF hex string (without brackets) of simple text, two bytes for each glyph."""
        entry = self.used.get(name) or self._entry(name)
        return text.translate(entry.letters).encode("utf-16-be").hex()

    def shape(self, text: str, name: str, size: float) -> tuple[str, float]:
        """The operators that show one word of any script, joined as its script demands, and its width in ems."""
        key = (text, name, size)
        if key not in self._shaped:
            self._shaped[key] = self._shape(text, name, size)
        return self._shaped[key]

    def _shape(self, text: str, name: str, size: float) -> tuple[str, float]:
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        source, entry = face(name), self._entry(name)
        hb.shape(source.shaper, buffer)
        scale, parts, width, rise = 1000 / source.face.upem, ["["], 0.0, 0.0
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
            entry.shaped.setdefault(info.codepoint, text[info.cluster : info.cluster + 1])
            if at.y_offset * scale != rise:
                rise = at.y_offset * scale
                parts.append(f"]TJ {rise * size / 1000:.2f} Ts [")
            before = at.x_offset * scale
            after = source.glyph_width(info.codepoint) - at.x_advance * scale + before
            parts.append(f"{-before:.0f}<{info.codepoint:04x}>{after:.0f} ")
            width += float(at.x_advance) * scale
        parts.append("]TJ 0 Ts" if rise else "]TJ")
        return "".join(parts), width / 1000

    def resources(self, pdf: Pdf) -> Dictionary:
        """The font dictionary for all pages, with only those fonts and glyphs that were printed."""
        return Dictionary({f"/{name}": _embedded(pdf, face(name), used) for name, used in sorted(self.used.items())})


def _embedded(pdf: Pdf, source: Face, used: _Used) -> Object:
    texts = used.texts()
    # A subset's name begins with six capitals (PDF, "Font subsets"); here they follow from the glyphs, always the same.
    tag = "".join(chr(65 + (sum(texts) // 26**power) % 26) for power in range(6))
    name = Name(f"/{tag}+{source.name}")
    program = source.subset(texts)
    ascent, descent = source.reach()
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=Array([-1000, -500, 3000, 1200]),
        ItalicAngle=0,
        CapHeight=727,
        StemV=90,
        FontFile2=pdf.make_indirect(Stream(pdf, program, Length1=len(program))),
        Ascent=ascent,
        Descent=descent,
    )
    widths = [part for glyph in sorted(texts) for part in (glyph, Array([source.glyph_width(glyph)]))]
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=Dictionary(Registry=b"Adobe", Ordering=b"Identity", Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        W=Array(widths),
        CIDToGIDMap=Name.Identity,
    )
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=name,
            Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(descendant)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, _to_unicode(texts))),
        )
    )


def _to_unicode(texts: dict[int, str]) -> bytes:
    """The table by which a reader copies, searches and speaks the glyphs."""
    pairs = [f"<{glyph:04x}><{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(texts.items()) if text]
    # A `beginbfchar` block may have at most 100 entries (Adobe's CMap specification).
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
        *("\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"]) for block in blocks),
        "endcmap CMapName currentdict /CMap defineresource pop end end",
    ]
    return "\n".join(lines).encode("ascii")
