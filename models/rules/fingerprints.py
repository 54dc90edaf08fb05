"""By which text line and which hash can anybody tell that two case frames are the same?"""

import hashlib
from collections.abc import Iterable
from datetime import date

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


def canonical_line(row: tuple[str, str | None, str | None, date | None, date | None, str | None]) -> str:
    r"""The line of one case row: reference, level label, theme, started_on, ended_on, agency, joined by tabs.

    >>> canonical_line(("00123", "Looked after", None, date(2021, 2, 8), None, "LA\\1"))
    '00123\tLooked after\t\t2021-02-08\t\tLA\\\\1'
    """
    return "\t".join(map(canonical_text, row))


def fingerprint(lines: Iterable[str]) -> str:
    r"""SHA-256, in hexadecimal, over the lines in the order of their UTF-8 bytes, each ended by a line feed.

    Whoever has the lines in a file can repeat it: `LC_ALL=C sort lines.txt | sha256sum`.

    >>> fingerprint(["b", "a"]) == hashlib.sha256(b"a\nb\n").hexdigest()
    True
    """
    digest = hashlib.sha256()
    for line in sorted(line.encode() for line in lines):
        digest.update(line + b"\n")
    return digest.hexdigest()
