"""Which rows of a case list repeat an earlier reference, or a whole earlier row?"""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress

from models.rules.case_lists.references.look_alikes import LookAlikeFinder

MAX_ROWS = 2_000_000
"""Rows up to which repeats are searched in memory (20 bytes a row); a larger list leaves them to the database."""

_PARTS = 4


class RepeatFinder:
    """Collects a 64-bit hash of each row and of its reference while rows pass; finds the repeats at the end.

    Only hashes are kept. Two different rows among a million share a hash with a chance of 1 in 30 million; a hash
    decides a warning only. A reference hash of 0 means the row has no reference or is not accepted.
    """

    def __init__(self) -> None:
        self.numbers = array("I")
        self.rows = array("q")
        self.references = array("q")
        self.look_alikes = LookAlikeFinder(self.numbers, self.references)
        self.is_full = False

    def add(self, numbers: Iterable[int], rows: list[int], references: list[int], accepted: Sequence[str]) -> None:
        """Takes numbers, row hashes and reference hashes of some rows in file order, and the accepted references."""
        if len(self.numbers) > MAX_ROWS:
            self.is_full = True
            del self.numbers[:], self.rows[:], self.references[:]
        if not self.is_full:
            self.look_alikes.add(accepted, references)
            self.numbers.extend(numbers)
            self.rows.fromlist(rows)
            self.references.fromlist(references)

    def know(self, references: Iterable[str]) -> None:
        """Save the search: these are the references of more than one accepted row, as the database found them."""
        self._again = set(map(hash, references))

    @cached_property
    def _again(self) -> set[int]:
        return _repeated(self.references)

    def repeated_references(self) -> Iterator[int]:
        """The numbers of accepted rows whose reference an earlier accepted row has, in file order."""
        return _later_ones(self.numbers, self.references, self._again)

    def repeated_rows(self) -> Iterator[int]:
        """The numbers of rows whose every cell equals an earlier row's, in file order.

        Equal rows have equal references, so only rows with a repeated reference, or none, are looked at.
        """
        places = [place for place, value in enumerate(self.references) if not value or value in self._again]
        numbers = array("I", map(self.numbers.__getitem__, places))
        rows = array("q", map(self.rows.__getitem__, places))
        return _later_ones(numbers, rows, _repeated(rows))


def _repeated(hashes: "array[int]") -> set[int]:
    """The hashes that occur more than once, 0 left out; a quarter of them, by one of their bytes, is held at a time."""
    repeated: set[int] = set()
    # One byte of each hash says which part it is in: `translate` marks a part without a loop in Python.
    one_byte = memoryview(hashes).cast("B")[:: hashes.itemsize].tobytes()
    for rest in range(_PARTS):
        in_part = bytes(byte % _PARTS == rest for byte in range(256))
        part = list(compress(hashes, one_byte.translate(in_part)))
        if len(set(part)) < len(part):
            repeated.update(value for value, count in Counter(part).items() if count > 1)
    repeated.discard(0)
    return repeated


def _later_ones(numbers: "array[int]", hashes: "array[int]", repeated: set[int]) -> Iterator[int]:
    first = set(repeated)
    for number, value in zip(numbers, hashes, strict=True) if repeated else ():
        if value in repeated:
            if value in first:
                first.remove(value)
            else:
                yield number
