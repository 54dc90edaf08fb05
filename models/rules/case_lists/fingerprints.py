"""Which text lines and which hash show that two case frames are the same?"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import compress
from operator import eq

_ESCAPES = str.maketrans({"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"})


def canonical_text(value: str | date | None) -> str:
    r"""One field of a canonical line: "" for a blank, a date as yyyy-mm-dd, backslash and control characters escaped.

    The same text that PostgreSQL's `COPY ... TO STDOUT WITH (NULL '')` writes (manual, COPY, text format).

    >>> canonical_text("a\\b"), canonical_text(None), canonical_text(date(2021, 2, 8))
    ('a\\\\b', '', '2021-02-08')
    """
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value.translate(_ESCAPES)


_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def plain_text(field: str) -> str:
    r"""The text of one field of a canonical line again.

    >>> plain_text(canonical_text("a\\nb\n")) == "a\\nb\n"
    True
    """
    return _ESCAPED.sub(lambda escape: _PLAIN.get(escape[1], escape[1]), field) if "\\" in field else field


def canonical_line(row: tuple[str, str | None, str | None, date | None, date | None, str | None]) -> str:
    r"""The line of one case row: reference, level label, theme, started_on, ended_on, agency, joined by tabs.

    >>> canonical_line(("00123", "Looked after", None, date(2021, 2, 8), None, "LA\\1"))
    '00123\tLooked after\t\t2021-02-08\t\tLA\\\\1'
    """
    return "\t".join(map(canonical_text, row))


def fingerprint(lines: Iterable[str]) -> str:
    r"""SHA-256, in hexadecimal, over the lines in the order of their UTF-8 bytes, each ended by a line feed.

    Anybody who has the lines in a file can repeat it: `LC_ALL=C sort lines.txt | sha256sum`.

    >>> fingerprint(["b", "a"]) == hashlib.sha256(b"a\nb\n").hexdigest()
    True
    """
    digest = hashlib.sha256()
    for line in sorted(line.encode() for line in lines):
        digest.update(line + b"\n")
    return digest.hexdigest()


class FrameDigest:
    r"""The fingerprint of lines that come in order, some at a time, and which references come more than once.

    `repeated` holds the repeated references as COPY text, each once, and little else of the list stays in memory.

    >>> digest = FrameDigest()
    >>> digest.add([b"A\\\\1\tx\n", b"A\\\\1\ty\n", b"B\tx\n"]); digest.add([b"B\tz\n", b"B\tz\n"])
    >>> list(digest.repeated_references()), digest.case_count
    (['A\\1', 'B'], 2)
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._last = self._last_repeated = b""
        self.case_count = 0
        self.repeated: list[bytes] = []

    def add(self, lines: Sequence[bytes]) -> None:
        """Takes the next lines, each ended by a line feed."""
        self._digest.update(b"".join(lines))
        references = [line.partition(b"\t")[0] for line in lines]
        again = list(compress(references, map(eq, references, [self._last, *references])))
        self.case_count += len(references) - len(again)
        self._last = references[-1] if references else self._last
        fresh = [reference for reference in dict.fromkeys(again) if reference != self._last_repeated]
        if fresh:
            self._last_repeated = fresh[-1]
            self.repeated.append(b"\n".join(fresh) + b"\n")

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the lines so far, in hexadecimal."""
        return self._digest.hexdigest()

    def repeated_references(self) -> Iterator[str]:
        """The references that come more than once, in order."""
        for block in self.repeated:
            yield from map(plain_text, block.decode()[:-1].split("\n"))
