"""How are many whole numbers written short, so that an address can carry what was ticked?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_WRITTEN: Final = re.compile(r"\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*")
_LONGEST: Final = 8_000


def written_short(numbers: Iterable[int]) -> str:
    """Numbers in order, those that follow each other as first and last; nothing for none.

    >>> written_short([7, 3, 4, 5, 12]), written_short([])
    ('3-5,7,12', '')
    """
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in _runs(sorted(set(numbers))))


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    first = last = None
    for number in numbers:
        if first is not None and last is not None and number != last + 1:
            yield first, last
            first = number
        first = number if first is None else first
        last = number
    if first is not None and last is not None:
        yield first, last


def written_in(text: str, offered: Iterable[int]) -> set[int]:
    """Those of the offered numbers that `written_short` wrote down; none where the text is something else.

    >>> sorted(written_in("3-5,7", [4, 5, 6, 7])), written_in("3 to 5", [4]), written_in("", [4])
    ([4, 5, 7], set(), set())
    """
    if len(text) > _LONGEST or not _WRITTEN.fullmatch(text):
        return set()
    spans = [tuple(map(int, part.split("-"))) for part in text.split(",")]
    return {number for number in offered if any(span[0] <= number <= span[-1] for span in spans)}
