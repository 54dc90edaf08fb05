"""In which encoding is a text file written, when its bytes do not say so?"""

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from models.core.errors import RuleBroken
from models.rules.case_lists.notes import NOTE_ROWS, Note

BLOCK_BYTES = 1 << 20

NAMES = {"cp1252": "Windows-1252", "cp850": "MS-DOS (code page 850)", "mac_roman": "Mac OS Roman"}
"""The encodings of one byte a letter that a list may be in: Python's name -> the name people know."""

UNKNOWN = "The file is written in an encoding the portal does not know: save it as “CSV UTF-8” and choose that file."

_CONTEXTS = 5_000
_ASCII = bytes(range(128))
# A letter of UTF-8 in its bytes; phonetic signs (first byte C9 to CD) are left out, because two letters of
# Windows-1252 may look like one ("É’") and no list holds them.
_UTF8 = rb"(?:[\xc2-\xc8\xce-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})"
_UTF8_LETTER = re.compile(_UTF8)
_UTF8_OR_OTHER = re.compile(_UTF8 + rb"|([\x80-\xff])")
_COMMON = frozenset("éÉ")
_USUAL = frozenset("èàçêëïôöüäâûîáóñßÈÀÇÊËÏÔÖÜÄÂÛÎÁÓÑ")
_RARE_SIGNS = frozenset("ƒıªºµðþÐÞ")
_QUOTES = frozenset("’‘“”")
_DASHES = frozenset("–—•")


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become letters.

    name, errors: as Python's decoders want them. single: the encoding of one byte a letter that was assumed for some
    or all of the file, None where nothing was assumed. is_joined: other lines of the file are UTF-8.
    """

    name: str
    errors: str = "strict"
    single: str | None = None
    is_joined: bool = False


def _other_bytes(single: str) -> str:
    """Registers, once, what a UTF-8 decoder does with bytes that are none: it reads them in the other encoding."""
    name = f"as_{single}"

    def decode(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        return error.object[error.start : error.end].decode(single), error.end

    codecs.register_error(name, decode)
    return name


_ERRORS = {single: _other_bytes(single) for single in NAMES}


def possible_encodings(source: BinaryIO) -> Iterator[Encoding]:
    """The encodings a file may be in, the likeliest first; whoever reads the file takes the first that decodes it all.

    UTF-8 and UTF-16 with or without a mark; then, where the bytes are no UTF-8, the one of `NAMES` whose letters make
    sense; lines of UTF-8 in such a file stay UTF-8. Raises RuleBroken when none is left.

    >>> [encoding.name for encoding, _other in zip(possible_encodings(io.BytesIO("A\\ncafé".encode("cp850"))), "12")]
    ['utf-8-sig', 'cp850']
    """
    source.seek(0)
    head = source.read(4096)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield Encoding("utf-16")
    elif head[1::2].count(0) * 3 > len(head) and not head[::2].count(0):
        yield Encoding("utf-16-le")
    elif head[::2].count(0) * 3 > len(head) and not head[1::2].count(0):
        yield Encoding("utf-16-be")
    else:
        yield Encoding("utf-8-sig")
        yield from _single_byte_encodings(source)
    raise RuleBroken(UNKNOWN)


def _single_byte_encodings(source: BinaryIO) -> Iterator[Encoding]:
    contexts, is_joined, line_end = _look(source)
    scores = {single: _score(contexts, single) for single in NAMES}
    scores["mac_roman"] += 0.5 if line_end == b"\r" else 0
    scores["cp1252"] += 1.5  # what spreadsheets under Windows write
    # Equal scores: the first of NAMES. Letters of MS-DOS and Mac are believed only where they make words.
    for single in sorted(NAMES, key=lambda name: -scores[name]):
        if single != "cp1252" and scores[single] <= 0:
            continue
        if is_joined:
            yield Encoding("utf-8-sig", _ERRORS[single], single, is_joined=True)
        else:
            yield Encoding(single, single=single)


def _look(source: BinaryIO) -> tuple[Counter[bytes], bool, bytes]:
    """Bytes that are no UTF-8, each between its neighbours, with counts; whether UTF-8 occurs; how a line ends."""
    contexts: Counter[bytes] = Counter()
    is_joined, line_end, before = False, b"", b" "
    source.seek(0)
    # What comes after the last line end waits for the next block, so that no letter is torn.
    while block := source.read(BLOCK_BYTES):
        block = before[-1:] + block + source.readline(BLOCK_BYTES) if b"\n" in block else before[-1:] + block
        line_end = line_end or (b"\n" if b"\n" in block else b"\r" if b"\r" in block else b"")
        is_joined = is_joined or _has_utf8(block)
        if contexts.total() < _CONTEXTS:
            contexts.update(islice(_contexts(block), _CONTEXTS))
        before = block
    return contexts, is_joined, line_end


def _has_utf8(block: bytes) -> bool:
    # What is left without ASCII is short; only where it might hold a letter is the whole block searched.
    return bool(_UTF8_LETTER.search(block.translate(None, _ASCII)) and _UTF8_LETTER.search(block, 1))


def _contexts(block: bytes) -> Iterator[bytes]:
    """Each byte that is no UTF-8, between its neighbours."""
    for match in _UTF8_OR_OTHER.finditer(block, 1):
        if match[1] is not None:
            yield block[match.start() - 1 : match.end() + 1]


def _score(contexts: Counter[bytes], single: str) -> float:
    """How much sense the letters make in an encoding: above 0 for letters inside words, below for signs inside them."""
    total = 0.0
    for context, count in contexts.items():
        # A neighbour that is foreign too is a letter of the same word as far as anybody knows.
        text = context.decode(single, "replace").ljust(3)
        total += min(count, 50) * _sense(text[0], text[1], text[2])
    return total


def _sense(before: str, sign: str, after: str) -> float:
    if sign.isalpha():
        return _sense_of_letter(before, sign, after)
    is_inside = before.isalpha() and after.isalpha()
    if sign in _QUOTES:
        return 4 if is_inside else 2
    if sign in _DASHES:
        return 2 if before == after == " " or not is_inside else 0
    if sign == "\xa0":
        return 3.2 if is_inside else 2
    if sign in "£€":
        return 2 if after.isdigit() or not is_inside else -2
    if sign in "…°½":
        return 2 if not after.isalpha() else -1
    return -3


def _sense_of_letter(before: str, letter: str, after: str) -> float:
    neighbours = [sign for sign in (before, after) if sign.isascii() and sign.isalpha()]
    if not neighbours or letter in _RARE_SIGNS:
        return -2
    # A capital opens a word or stands among capitals; no capital follows a small letter.
    is_misplaced = after.isupper()
    if letter.isupper():
        is_misplaced = before.islower() or (before.isupper() and after.islower())
    if is_misplaced:
        return -2
    worth = 3.0 if letter in _COMMON else 2.5 if letter in _USUAL else 0.5
    is_at_the_edge = len(neighbours) == 1 and letter.islower() and letter not in _COMMON
    return worth - 1 if is_at_the_edge else worth


def foreign_rows(source: BinaryIO, encoding: Encoding, *, is_quoted: bool) -> tuple[int, ...]:
    """The first 1,000 rows that hold letters read in the assumed encoding; line breaks in quotation marks are none."""
    if encoding.single is None:
        return ()
    source.seek(0)
    text = io.TextIOWrapper(source, encoding="latin-1", newline="" if is_quoted else None)
    rows: list[int] = []
    row, is_inside = 1, False
    for line in text:
        is_foreign = not line.isascii() and (not encoding.is_joined or not _is_utf8(line.encode("latin-1")))
        if is_foreign and rows[-1:] != [row]:
            rows.append(row)
        if len(rows) == NOTE_ROWS:
            break
        is_inside ^= line.count('"') % 2 == 1
        row += not (is_quoted and is_inside)
    text.detach()
    return tuple(rows)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def encoding_note(encoding: Encoding, rows: tuple[int, ...]) -> Note | None:
    """What was assumed about the letters of a file, None when nothing was."""
    if encoding.single is None or not rows:
        return None
    name = NAMES[encoding.single]
    if encoding.is_joined:
        return Note(
            "joined_encodings",
            f"The file is joined from parts in two encodings: UTF-8, and other bytes, read as {name} (these rows). "
            "Check that their letters are right; if not, save the list again as “CSV UTF-8”.",
            rows,
        )
    return Note(
        "assumed_encoding",
        f"The file does not say how its letters are written; they were read as {name}. Look at a few of these rows: if "
        "accents and dashes are wrong, save the list again as “CSV UTF-8”.",
        rows,
    )
