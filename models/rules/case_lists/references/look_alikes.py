"""Which references differ only in ways that people and spreadsheets take for none: zeros, capitals, spaces, dashes?"""

import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress

from models.rules.case_lists.notes import Note
from models.rules.core.counts import count_words, list_words

NAMED = 5
"""Groups of look-alikes that a note names in full; it counts all of them."""

_PARTS = 16
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_LEADING_ZEROS = re.compile(r"^0+(?=\d)", re.MULTILINE)


def look_alike_key(references: str) -> str:
    """What references are compared by, one or many, each on its line.

    >>> look_alike_key("004120"), look_alike_key("qk 101"), look_alike_key("QK\u2013101") == look_alike_key("QK-101")
    ('4120', 'QK101', True)
    """
    key = references.upper()
    if " " in key:
        key = key.replace(" ", "")
    if not key.isascii():
        key = key.translate(_DASHES)
    return _LEADING_ZEROS.sub("", key) if key[:1] == "0" or "\n0" in key else key


class LookAlikeFinder:
    """Keeps a second hash of each reference, that of its key, from the first reference on whose key differs from it.

    Most lists have none, and then nothing is kept. `numbers` and `hashes` are those of the search for repeats, which
    fills them; a hash of 0 stands for a row that is not accepted.
    """

    def __init__(self, numbers: "array[int]", hashes: "array[int]") -> None:
        self.numbers, self.hashes = numbers, hashes
        self.keys: array[int] | None = None

    def add(self, references: Sequence[str], hashes: Sequence[int]) -> None:
        """Takes the accepted references of some rows and the hashes of all of these, before `self.hashes` has them."""
        joined = "\n".join(references)
        key = look_alike_key(joined)
        if self.keys is None and key == joined:
            return
        if self.keys is None:
            self.keys = array("q", self.hashes)
        keys = map(hash, key.split("\n"))
        if len(references) == len(hashes):
            self.keys.extend(keys)
        else:
            self.keys.extend(next(keys, 0) if value else 0 for value in hashes)

    def groups(self) -> list[list[int]]:
        """Rows of references that look alike: for each key with several references, one row of each, in file order."""
        if self.keys is None or len(self.keys) != len(self.hashes):
            return []  # nothing differs, or the list was too long to keep hashes of
        one_byte = memoryview(self.keys).cast("B")[:: self.keys.itemsize].tobytes()
        groups: list[list[int]] = []
        for part in range(_PARTS):  # a part of the keys is held at a time, as in the search for repeats
            in_part = one_byte.translate(bytes(byte % _PARTS == part for byte in range(256)))
            keys, hashes = list(compress(self.keys, in_part)), list(compress(self.hashes, in_part))
            if len(set(keys)) < len(set(hashes)):
                groups += _groups(keys, hashes, compress(self.numbers, in_part))
        return sorted(groups)


def _groups(keys: Iterable[int], hashes: Iterable[int], numbers: Iterable[int]) -> list[list[int]]:
    rows: dict[int, dict[int, int]] = {}
    for key, value, number in zip(keys, hashes, numbers, strict=True):
        if value:
            rows.setdefault(key, {}).setdefault(value, number)
    return [list(several.values()) for several in rows.values() if len(several) > 1]


def look_alike_note(groups: Sequence[Sequence[int]], read: Callable[[list[int]], Mapping[int, str]]) -> Note | None:
    """The one warning with the pairs; `read` gives the references in some rows, asked in ascending order."""
    if not groups:
        return None
    references = read(sorted(row for group in groups[:NAMED] for row in group))
    named = [
        list_words([f"{references[row]} (row {row})" for row in group]).replace(" and ", " beside ")
        for group in groups[:NAMED]
    ]
    more = f"; and {len(groups) - NAMED:,} more" if len(groups) > NAMED else ""
    return Note(
        "look_alike_references",
        f"{count_words(len(groups), 'reference is', 'references are')} written in several ways, which count as several "
        f"cases: {'; '.join(named)}{more}. Where they mean one case, write its reference one way throughout.",
        [row for group in groups for row in group],
    )
