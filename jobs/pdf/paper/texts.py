"""How does any text, however hostile, become lines that fit a column and operators that draw them?

Text is data here: nothing in it is markup, nothing in it is opened. What cannot be printed is marked where it stands.
"""

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final
from unicodedata import category, normalize

from jobs.pdf.paper.directions import begins_rtl, segments_of
from jobs.pdf.paper.typefaces import FALLBACKS, REGULAR, STRONG, FontBook, face, face_for
from models.rules.core.counts import count_words

LETTER_LIMIT: Final = 12_000
"""A field longer than this is cut, and says so: some eight pages of one column."""
LINE_LIMIT: Final = 800
"""Likewise for a field of very many short lines."""

SHORT_LINE: Final = 30
"""Shorter lines (labels, dates, names, roles) come back often enough to be kept ready."""
LONG_WORD: Final = 300
"""Longer words are measured letter by letter: they will be broken anyway."""
ORDINARY_WORD: Final = 40
"""Letters of the longest word that is set smaller rather than broken; longer ones are no words."""
SMALLEST_SIZE: Final = 5.0
"""Points; nothing is set smaller than this to keep a word in one piece."""
GOES_ON: Final = "→"
"""Stands at the end of a line in which a word had to be broken: without it 1144-90 would read as a whole reference."""
_COMPARED = re.compile(r"[0-9a-f]{40,}")
"""A fingerprint is compared and not read; it is broken without a mark."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece of text looks: font name, size and line distance in points, colour as PDF operands."""

    font: str = REGULAR
    size: float = 8.0
    leading: float = 10.6
    colour: str = "0.11 0.14 0.18"
    gap: float = 0.0
    """Space above, in points, when something stands above."""
    fill: str = ""
    """Colour of a rounded plate behind the text; none when empty."""


class CutLine(str):
    """A line that ends within a word."""

    __slots__ = ()


class Typesetter:
    """Measures, wraps and writes the text of one document."""

    def __init__(self) -> None:
        self.fonts = FontBook()
        self.lost: Counter[str] = Counter()
        self._widths = {name: _WordWidths(self.fonts, name) for name in (REGULAR, STRONG)}
        self._shown: dict[tuple[str, str], str] = {}
        self._wrapped: dict[tuple[str, str, float, float], list[str]] = {}

    def width(self, text: str, style: Style) -> float:
        """The width in points of one line of cleaned text."""
        return self._widths[style.font][text] * style.size

    def widest_word(self, text: str, style: Style) -> float:
        """The width in points of the widest word of a text that is not to be broken."""
        widths = self._widths[style.font]
        words = readable(text).split()
        return max((widths[word] for word in words if len(word) <= ORDINARY_WORD), default=0.0) * style.size

    def wrap_whole(self, text: str, style: Style, width: float) -> tuple[Style, list[str]]:
        """The lines of a text, and the style: as much smaller as its widest word needs to stay in one piece."""
        lines = self.wrap(text, style, width)
        if not any(isinstance(line, CutLine) for line in lines):
            return style, lines
        widest = self.widest_word(text, style)
        size = min(style.size, int(style.size * width / widest * 100) / 100) if widest else style.size
        smaller = replace(style, size=max(SMALLEST_SIZE, size))
        return smaller, self.wrap(text, smaller, width)

    def wrap(self, text: str, style: Style, width: float) -> list[str]:
        """Cleaned lines no wider than `width` points; no word is lost, and words that are too wide are broken."""
        key = (text, style.font, style.size, width) if len(text) < 80 else None
        if key in self._wrapped:
            return self._wrapped[key]
        lines = self._wrap(readable(text, self.lost), self._widths[style.font], width / style.size)
        if key:
            self._wrapped[key] = lines
        return lines

    def _wrap(self, text: str, widths: "_WordWidths", limit: float) -> list[str]:
        lines: list[str] = []
        for paragraph in text.split("\n"):
            words = paragraph.split()
            if words or (lines and lines[-1]):
                _fill_lines(words, widths, limit, lines)
        while lines and not lines[-1]:
            lines.pop()
        if len(lines) > LINE_LIMIT:
            note = f"[cut after {LINE_LIMIT:,} lines; the full text is in the portal]"
            del lines[LINE_LIMIT:]
            _fill_lines(note.split(), widths, limit, lines)
        return lines

    def show(self, lines: Sequence[str], style: Style, room: float = 0.0) -> str:
        """The operators that show the wrapped lines of one text from the current text position down.

        `room` (points) is the width of the column: a text that begins in a right-to-left script ends there.
        """
        parts, font = [], style.font
        simple, encode, ready = face(font).simple.issuperset, self.fonts.encode, self._shown
        for line in lines:
            if isinstance(line, CutLine) and simple(line):
                actual = line.encode(
                    "utf-16-be", "replace"
                ).hex()  # what is copied and read aloud: no mark within a word
                parts.append(f"/Span<</ActualText<feff{actual}>>>BDC <{encode(line + GOES_ON, font)}>Tj EMC T*")
            elif (font, line) in ready:
                parts.append(ready[font, line])
            elif simple(line):
                operators = f"<{encode(line + ' ', font)}>Tj T*"
                parts.append(operators)
                if len(line) < SHORT_LINE:
                    ready[font, line] = operators
            else:
                parts.append(self._show_mixed(line, style, room, begins_rtl(lines[0])))
        return " ".join(parts)

    def _show_mixed(self, line: str, style: Style, room: float, is_rtl: bool) -> str:
        # What a reader copies and speaks in place of the shaped glyphs: UTF-16 with its mark (feff), then a blank.
        actual = line.encode("utf-16-be", "replace").hex()
        out = [f"/Span<</ActualText<feff{actual}0020>>>BDC"]
        if is_rtl and room:
            out.append(f"[{(self._widths[style.font][line] - room / style.size) * 1000:.0f}]TJ")
        for segment in segments_of(line, style.font, is_rtl):
            out.append(f"/{segment.font} {style.size} Tf")
            if segment.text.isspace():
                out.append(f"<{self.fonts.encode(segment.text, segment.font)}>Tj")
            else:
                out.append(self.fonts.shape(segment.text, segment.font, style.size)[0])
        out.append(f"EMC /{style.font} {style.size} Tf T*")
        return " ".join(out)

    def report_lost(self, document: str) -> None:
        """Write one log line that names the code points no font has, and never the text itself."""
        if self.lost:
            points = [f"U+{ord(letter):04X}" for letter, _ in self.lost.most_common(20)]
            log.warning("%s: %d characters not available: %s", document, self.lost.total(), " ".join(points))


class _WordWidths(dict[str, float]):
    """Width of words in ems for one font, measured once each."""

    def __init__(self, fonts: FontBook, name: str) -> None:
        super().__init__({"": 0.0})
        self.fonts, self.name, self.face = fonts, name, face(name)

    def __missing__(self, word: str) -> float:
        if self.face.simple.issuperset(word):
            width = sum(map(self.face.advances.__getitem__, word))
        elif len(word) > LONG_WORD:
            width = sum(face(face_for(letter, self.name) or self.name).advances[letter] for letter in word)
        else:
            parts = segments_of(word, self.name)
            width = sum(self.fonts.shape(part.text, part.font, 1)[1] for part in parts)
        self[word] = width
        return width


def _fill_lines(words: list[str], widths: _WordWidths, limit: float, lines: list[str]) -> None:
    """Put words greedily into lines; a word wider than a line is broken first."""
    space = widths[" "]
    start, used = 0, -space
    for at, word in enumerate(words):
        width = widths[word]
        if used + space + width <= limit:
            used += space + width
            continue
        if at > start:
            lines.append(" ".join(words[start:at]))
        if width > limit:
            *full, rest = _broken(word, widths, limit)
            lines.extend(full)
            words[at] = rest
            width = widths[rest]
        start, used = at, width
    lines.append(" ".join(words[start:]))


def _broken(word: str, widths: _WordWidths, limit: float) -> list[str]:
    """Pieces of a word, each no wider than `limit` ems, cut between letters and never before a mark."""
    name, sign = widths.name, 0.0 if _COMPARED.fullmatch(word) else widths[GOES_ON]
    kind = CutLine if sign else str
    pieces, start, used = [], 0, 0.0
    for at, letter in enumerate(word):
        width = face(face_for(letter, name) or name).advances[letter]
        if used + width > max(limit - sign, 0) and at > start and not category(letter).startswith("M"):
            pieces.append(kind(word[start:at]))
            start, used = at, 0.0
        used += width
    return [*pieces, word[start:]]


class _Cleaner(dict[int, int | str | None]):
    """What replaces a letter: itself, a visible mark for a control code, a blank, or nothing if it is invisible."""

    def __missing__(self, code: int) -> int | str | None:
        self[code] = cleaned = _clean(code)
        return cleaned


def _clean(code: int) -> int | str | None:
    kind = category(chr(code))
    if chr(code) in "\t\v\f\r\x85\u2028\u2029":
        return "\n" if chr(code) != "\t" else " "
    if kind in ("Cc", "Cs"):
        return 0xFFFD
    # Variation selectors (U+FE00 to FE0F, U+E0100 to E01EF) are marks by category, but draw nothing of their own.
    is_joiner = code in (0x200C, 0x200D)
    is_invisible = kind == "Cf" or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
    return None if is_invisible and not is_joiner else code


_CLEANER = _Cleaner({10: 10})


@cache
def _printable() -> frozenset[str]:
    """Every letter that some font has, with the line break and the two joiners."""
    return frozenset("\n\u200c\u200d").union(*(face(name).letters for name in (REGULAR, *FALLBACKS)))


@cache
def _easy() -> frozenset[str]:
    return face(REGULAR).simple | {"\n"}


def readable(text: str, lost: Counter[str] | None = None, limit: int = LETTER_LIMIT) -> str:
    r"""The text with every letter printable; whatever is not is marked, and counted in `lost`.

    Control codes become �, letters no font has become a mark that says how many, text over `limit` letters is cut
    with a note, towers of accents are cut likewise. Invisible format codes go.

    >>> readable("Siân\x07 <b>𓀀𓀀</b>")
    'Siân� <b>[2 characters not available]</b>'
    >>> readable("aaaa", limit=3)
    'aaa [cut after 3 characters; the full text is in the portal]'
    """
    if len(text) > limit:
        text = f"{text[:limit]} [cut after {limit:,} characters; the full text is in the portal]"
    if _easy().issuperset(text):
        return text
    text = normalize("NFC", _TOWERS.sub(_cut_tower, text.replace("\r\n", "\n").translate(_CLEANER)))
    missing = set(text) - _printable()
    if not missing:
        return text
    if lost is not None:
        lost.update(letter for letter in text if letter in missing)
    return re.sub(f"[{re.escape(''.join(sorted(missing)))}]+", _mark, text)


_TOWERS: Final = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
"""More than three accents on one letter would climb into the lines above."""


def _cut_tower(tower: re.Match[str]) -> str:
    return f"{tower.group(1)}[{count_words(len(tower.group()) - 3, 'accent')} not shown]"


def _mark(run: re.Match[str]) -> str:
    count = len(run.group())
    return "[character not available]" if count == 1 else f"[{count} characters not available]"


def short(text: str, limit: int = 300) -> str:
    """One line of printable text, cut with a note after `limit` characters."""
    return " ".join(readable(text, limit=limit).split())
