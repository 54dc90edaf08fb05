"""Which cases of a case list stand in several levels of intervention?"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import compress

from models.rules.case_lists.check import CaseListCheck, CaseRow
from models.rules.case_lists.report import LISTED, Report

_PARTS = 16
# One whole number holds all of a case: the number of its row above these bits, a bit for each rank below.
_MASK_BITS = 128
_MASK = (1 << _MASK_BITS) - 1


@dataclass(frozen=True)
class _Found:
    """A case in several levels: the row that names it first, and a bit for the rank of each level."""

    row: int
    ranks: int


def check_levels(check: CaseListCheck) -> Report:
    """Stream a check through, keeping no row, and add to its report which cases stand in several levels.

    `Report.several_levels` becomes `{"count": …, "listed": [{"row", "reference", "levels"}, …]}`: levels highest first,
    cases in the order of the list, at most 10,000 of them. Rows without a level count for none. It stays None for a
    list too long to look for repeats in. Only hashes are kept meanwhile (13 bytes a row); the references of those that
    are listed are read from the file again. Raises RuleBroken where the file cannot be read on.
    """
    levels = _LevelsOfCases()
    levels.read(check.rows())
    report = check.report
    if report.repeats_searched:
        count, first = levels.several() if report.warning_counts["repeated_reference"] else (0, [])
        report.several_levels = {"count": count, "listed": _described(check, first)}
    return report


class _LevelsOfCases:
    """A hash of each accepted row's reference with the rank of its level."""

    def __init__(self) -> None:
        self.numbers = array("I")
        self.references = array("q")
        self.ranks = array("B")

    def read(self, rows: Iterable[CaseRow]) -> None:
        add_number, add_reference, add_rank = self.numbers.append, self.references.append, self.ranks.append
        for number, reference, rank, *_rest in rows:
            if rank is not None:
                add_number(number)
                add_reference(hash(reference))
                add_rank(rank)

    def several(self) -> tuple[int, list[_Found]]:
        """How many cases have more than one rank, and the first of them; a part of all hashes is held at a time."""
        count, first = 0, list[_Found]()
        # One byte of each hash says which part it is in: `translate` marks a part without a loop in Python.
        one_byte = memoryview(self.references).cast("B")[:: self.references.itemsize].tobytes()
        for part in range(_PARTS):
            in_part = one_byte.translate(bytes(byte % _PARTS == part for byte in range(256)))
            columns = (compress(column, in_part) for column in (self.numbers, self.references, self.ranks))
            packed_by_reference: dict[int, int] = {}
            for number, reference, rank in zip(*columns, strict=True):
                packed_by_reference[reference] = packed_by_reference.get(reference, number << _MASK_BITS) | 1 << rank
            cases = [
                _Found(packed >> _MASK_BITS, packed & _MASK)
                for packed in packed_by_reference.values()
                if _has_several(packed & _MASK)
            ]
            count += len(cases)
            first = nsmallest(LISTED, [*first, *cases], key=lambda case: case.row)
        return count, first


def _has_several(ranks: int) -> bool:
    """Whether more than one bit is set.

    >>> [_has_several(ranks) for ranks in (0, 4, 6)]
    [False, False, True]
    """
    return ranks & (ranks - 1) != 0  # subtracting 1 clears the lowest bit that is set


def _described(check: CaseListCheck, cases: list[_Found]) -> list[dict[str, object]]:
    references = check.references_in([case.row for case in cases])
    labels = check.finder.labels
    return [
        {"row": case.row, "reference": references[case.row], "levels": list(_words(case.ranks, labels))}
        for case in cases
    ]


def _words(ranks: int, labels: Mapping[int, str]) -> Iterator[str]:
    """The labels of the ranks whose bits are set, highest first.

    >>> list(_words(0b110, {1: "Child in need", 2: "Child protection plan"}))
    ['Child protection plan', 'Child in need']
    """
    return (label for rank, label in sorted(labels.items(), reverse=True) if ranks >> rank & 1)
