"""Which rows of a case list repeat an earlier reference, or a whole earlier row?"""

from array import array
from collections.abc import Iterable, Iterator
from operator import and_

MAX_ROWS = 2_000_000
"""Rows up to which repeats are searched in memory (20 bytes a row); a larger list leaves them to the database."""

_SLOTS = 1 << 24


class RepeatFinder:
    """Collects a 64-bit hash of each row and of its reference while rows pass; finds the repeats at the end.

    Only hashes are kept. Two different rows among a million share a hash with a chance of 1 in 30 million; a hash
    decides a warning only. A reference hash of 0 means the row has no reference or is not accepted.
    """

    def __init__(self) -> None:
        self.numbers = array("I")
        self.rows = array("q")
        self.references = array("q")
        self.is_full = False

    def add(self, numbers: Iterable[int], rows: Iterable[int], references: Iterable[int]) -> None:
        """Takes the row numbers, row hashes and reference hashes of some rows, in file order."""
        if len(self.numbers) > MAX_ROWS:
            self.is_full = True
            del self.numbers[:], self.rows[:], self.references[:]
        if not self.is_full:
            self.numbers.extend(numbers)
            self.rows.extend(rows)
            self.references.extend(references)

    def repeated_references(self) -> Iterator[int]:
        """The numbers of accepted rows whose reference an earlier accepted row has, in file order."""
        return self._repeats(self.references)

    def repeated_rows(self) -> Iterator[int]:
        """The numbers of rows whose every cell equals an earlier row's, in file order."""
        return self._repeats(self.rows)

    def _repeats(self, hashes: "array[int]") -> Iterator[int]:
        crowded = _crowded_slots(hashes)
        mask = _SLOTS - 1
        seen: set[int] = set()
        for number, value in zip(self.numbers, hashes, strict=True):
            if value & mask in crowded and value:
                if value in seen:
                    yield number
                else:
                    seen.add(value)


def _crowded_slots(hashes: "array[int]") -> set[int]:
    """Slots (low bits of a hash) that more than one row falls into: only there can a repeat be."""
    taken = bytearray(_SLOTS)
    crowded = set()
    mask = _SLOTS - 1
    for slot in map(and_, hashes, [mask] * len(hashes)):
        if taken[slot]:
            crowded.add(slot)
        else:
            taken[slot] = 1
    return crowded
