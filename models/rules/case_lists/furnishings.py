"""Which lines of a list are no cases but furnishings of the report it came from: totals, page numbers, signatures?

A line is judged beside its neighbours, by signs that are added up:

- it has far fewer cells filled than most lines (2);
- its reference has another shape than most (1), or no digit where nearly all have one (2);
- it says what furnishings say, `Total`, `Page 1 of 3`, `Source: …`, and stands out in one of the ways above (2);
- it has no start date although the list has them (1);
- no whole line comes after it (1).

Four or more: surely no case, so it is set aside. Three: it may be one, so the officer is asked. Headings that come
again and lines of dashes need no sign more.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import not_, or_
from typing import NamedTuple

from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.notes import Note
from models.rules.case_lists.references.shapes import are_plain, plain_flags
from models.rules.case_lists.values import clean, heading_key
from models.rules.core.counts import count_words, noun_of

SET_ASIDE, DOUBTFUL = 4, 3
SAMPLED = 500
"""Lines that show what is usual in a list."""

KEPT = 10_000
"""Lines of one kind that are kept; a list with more of them has no furnishings but another shape."""

_USUAL_SHARE = 0.1
_SPARSE_SHARE = 0.4
_TEXT = 80

_BEGINNINGS = (
    "total", "subtotal", "sub-total", "sum of", "sum:", "average", "median", "mean:", "count of", "count:", "number of",
    "page", "source", "extract", "export", "printed", "generated", "produced", "prepared", "created", "refreshed",
    "updated", "run by", "run on", "run at", "run date", "run time", "report", "applied", "filter", "parameter",
    "criteria", "selection", "end of", "row", "record", "signed", "signature", "approved", "checked", "authorised",
    "confidential", "official", "restricted", "note", "key:", "copyright", "disclaimer", "data as", "as at", "as of",
    "correct at", "footnote", "continued", "\u00a9", "*", "\u2020",
)  # fmt: skip
"""How words begin that furnishings are told by."""

_is_worded = re.compile("|".join(rf"(?<!\w){re.escape(words)}" for words in _BEGINNINGS)).search
_LETTERS, _SHORT_NUMBERS, _NUMBERS = re.compile(r"[^\W\d_]+"), re.compile(r"\b\d{1,2}\b"), re.compile(r"\d+")
_HAS_DIGIT = re.compile(r"\d")


class Line(NamedTuple):
    """What counts about one line: its row, how many cells are filled, and the text it is told by.

    lacks_start is None where the list has no start dates.
    """

    row: int
    filled: int
    text: str
    has_reference: bool
    lacks_start: bool | None
    is_heading_or_rule: bool


@dataclass(frozen=True)
class Furnishings:
    """The rows that are surely no cases, and those that may be none."""

    set_aside: tuple[int, ...] = ()
    doubtful: tuple[int, ...] = ()


def shape_of(reference: str) -> str:
    """The kinds of signs in a reference, runs taken together; numbers of one or two digits are a kind of their own.

    >>> shape_of("QK-00412"), shape_of("7000"), shape_of("6"), shape_of("Page 1 of 1")
    ('A-9', '9', 'n', 'A n A n')
    """
    return _NUMBERS.sub("9", _SHORT_NUMBERS.sub("n", _LETTERS.sub("A", reference)).replace("n", "\0")).replace(
        "\0", "n"
    )


class _Usual:
    """What is usual among the sampled lines: cells filled, and shapes of references."""

    def __init__(self, lines: Sequence[Line]) -> None:
        filled = sorted(line.filled for line in lines) or [0]
        usual = filled[len(filled) * 3 // 4]  # not the middle: a list of two cases may have four lines under it
        self.sparse = 1 if usual == 2 else int(usual * _SPARSE_SHARE)
        references = [line.text for line in lines if line.has_reference and line.filled > self.sparse]
        counts = Counter(map(shape_of, references))
        self.shapes = {shape for shape, count in counts.items() if count >= _USUAL_SHARE * len(references)}
        with_digit = sum(1 for text in references if _HAS_DIGIT.search(text))
        self.has_digits = with_digit * 4 >= len(references) * 3 > 0

    def is_whole(self, line: Line) -> bool:
        return line.filled > self.sparse and line.has_reference and self.oddness(line.text) == 0

    def oddness(self, text: str) -> int:
        if self.has_digits and not _HAS_DIGIT.search(text):
            return 2
        return int(shape_of(text) not in self.shapes)

    def signs(self, line: Line) -> int:
        """The sum of the signs but the last one, which is known when the list ends."""
        if line.is_heading_or_rule:
            return SET_ASIDE
        is_sparse, oddness = line.filled <= self.sparse, self.oddness(line.text)
        has_words = (is_sparse or oddness > 0) and _is_worded(line.text.lower()) is not None
        if not line.has_reference and not (has_words and is_sparse):
            return 0  # a case whose reference is missing is rejected for that, and said so
        signs = 2 * is_sparse + oddness + 2 * has_words + (line.lacks_start or 0)
        is_whole_case = line.lacks_start is False and not is_sparse
        return min(signs, DOUBTFUL - 1) if is_whole_case else signs


class FurnishingSearch:
    """Looks at the lines of a sheet while they pass; `close` gives the verdict. Memory does not grow with the list."""

    def __init__(self, headings: Sequence[str], reference: int, start: int | None) -> None:
        self.heading_keys = list(map(heading_key, headings))
        self.reference, self.start = reference, start
        self.sample: list[Line] = []
        self.sampled = 0
        self.found: list[tuple[Line, int]] = []
        self.last_whole = 0

    @cached_property
    def usual(self) -> _Usual:
        """What the sample shows; asked first when the sample is full or the list has ended."""
        return _Usual(self.sample)

    def add(self, batch: Batch) -> None:
        """Looks at a batch: at every line while the sample fills, then only at those that may stand out."""
        if self.sampled < SAMPLED:
            lines = [self._line(batch, place) for place in range(len(batch.numbers))]
            self.sample += [line for line in lines if line.filled]
            self.sampled += len(lines)
            if self.sampled >= SAMPLED:
                self._weigh(self.sample)
            return
        places, is_last_plain = self._candidates(batch)
        if is_last_plain:
            self.last_whole = batch.numbers[-1]
        self._weigh(self._line(batch, place) for place in places)

    def _candidates(self, batch: Batch) -> tuple[list[int], bool]:
        """The places of lines that may stand out, and whether the last line does not."""
        references = batch.column(self.reference)
        flags = [True] * len(references) if are_plain(references) else self._plain(references)
        if self.start is None:  # then nothing but its blank cells tells a count from a number among references
            counts = map(sum, zip(*(map(bool, map(str.strip, column)) for column in self._columns(batch)), strict=True))
            flags = [flag and count > self.usual.sparse for flag, count in zip(flags, counts, strict=True)]
        return list(compress(range(len(flags)), map(not_, flags))), flags[-1]

    def _plain(self, references: Sequence[str]) -> list[bool]:
        flags = [reference[-1:].isdigit() for reference in references]
        if not all(flags):
            flags = list(map(or_, flags, plain_flags(references)))
        text = "\n".join(references).lower()
        if not any(words in text for words in _BEGINNINGS):
            return flags
        return [flag and _is_worded(text.lower()) is None for flag, text in zip(flags, references, strict=True)]

    def _columns(self, batch: Batch) -> list[Sequence[str]]:
        return [batch.column(place) for place in range(len(self.heading_keys))]

    def _line(self, batch: Batch, place: int) -> Line:
        cells = list(map(str.strip, batch.row(place)))
        reference = clean(cells[self.reference]) if self.reference < len(cells) else ""
        text = reference or next(filter(None, map(clean, cells)), "")
        return Line(
            row=batch.numbers[place],
            filled=len(cells) - cells.count(""),
            text=text[:_TEXT],
            has_reference=bool(reference),
            lacks_start=None if self.start is None else self.start >= len(cells) or not cells[self.start],
            is_heading_or_rule=_is_rule(cells) or self._repeats_headings(cells),
        )

    def _repeats_headings(self, cells: Sequence[str]) -> bool:
        key = heading_key(cells[self.reference]) if self.reference < len(cells) else ""
        if not key or key != self.heading_keys[self.reference]:
            return False
        filled = [(heading_key(cell), heading) for cell, heading in zip(cells, self.heading_keys, strict=False) if cell]
        return 2 * sum(cell == heading for cell, heading in filled) >= len(filled)

    def _weigh(self, lines: Iterable[Line]) -> None:
        for line in lines:
            signs = self.usual.signs(line)
            if signs >= DOUBTFUL - 1 and len(self.found) <= 2 * KEPT:
                self.found.append((line, signs))
            if self.usual.is_whole(line):
                self.last_whole = line.row

    def close(self) -> Furnishings:
        """The verdict, once every line has passed."""
        if self.sampled < SAMPLED:
            self._weigh(self.sample)
        summed = [(line, signs + (line.row > self.last_whole)) for line, signs in self.found]
        set_aside = tuple(line.row for line, signs in summed if signs >= SET_ASIDE)
        # Without a start date a line is rejected for that, where the list has them: there is nothing to ask.
        doubtful = tuple(line.row for line, signs in summed if signs == DOUBTFUL and not line.lacks_start)
        if len(set_aside) > KEPT:
            return Furnishings()
        return Furnishings(set_aside, doubtful if len(doubtful) <= KEPT else ())


def furnishing_notes(lines: Furnishings, *, are_left_out: bool) -> Iterator[Note]:
    """What an officer is told of them; `are_left_out`: whether the officer wants the doubtful ones left out."""
    if lines.set_aside:
        are_none = count_words(len(lines.set_aside), "line is not a case", "lines are not cases")
        yield Note(
            "no_cases",
            f"{are_none} and not counted (totals, repeated headings, page numbers or notes of the report). Look at "
            "the file if one of them should be a case.",
            lines.set_aside,
        )
    if lines.doubtful:
        verb = noun_of(len(lines.doubtful), "stands", "stand")
        a_case = noun_of(len(lines.doubtful), "a case", "cases")
        stand_out = f"{count_words(len(lines.doubtful), 'line')} {verb} out from the others and may not be {a_case}"
        left_out = (
            "left out, as you chose" if are_left_out else "counted all the same: look, and leave out what is not a case"
        )
        yield Note("perhaps_no_cases", f"{stand_out}; {left_out}.", lines.doubtful, "leave_out_doubtful")


def _is_rule(cells: Sequence[str]) -> bool:
    """Whether a line is ruled with dashes or the like in every cell.

    >>> _is_rule(["-----", "=====", ""]), _is_rule(["", "-"])
    (True, False)
    """
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(len(cell) > 1 and not cell.strip("-=_+*~.#") for cell in filled)
