"""In which order are the letters of a line seen when scripts run in different directions?"""

from dataclasses import dataclass, field
from typing import Final
from unicodedata import bidirectional, category, mirrored

from jobs.pdf.paper.typefaces import FALLBACKS, face, face_for

_KINDS: Final = {"L": "L", "R": "R", "AL": "R", "EN": "D", "AN": "D"}
_MIRROR: Final = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one line in one font and one direction, its letters in reading order."""

    text: str
    font: str


@dataclass(slots=True)
class _Run:
    """Letters of one font and one kind: L (left to right), R (right to left), D (digits), N (neither)."""

    font: str
    kind: str
    letters: list[str] = field(default_factory=list)


def begins_rtl(text: str) -> bool:
    """Whether the first letter of the text that has a direction runs from right to left (UAX 9, P2).

    >>> begins_rtl("3 אב ab"), begins_rtl("ab אב")
    (True, False)
    """
    kinds = (_KINDS.get(bidirectional(letter)) for letter in text)
    return next((kind for kind in kinds if kind in ("L", "R")), "L") == "R"


def segments_of(line: str, font: str, is_rtl: bool = False) -> list[Segment]:
    """The stretches of a line from left to right as they are seen; `is_rtl` is the paragraph's direction.

    A simple form of the Unicode bidirectional algorithm (UAX 9): one level of embedding, digits keep their order.

    >>> [segment.text for segment in segments_of("an אב גד b", "Inter-Regular")]
    ['an', ' ', 'גד', ' ', 'אב', ' ', 'b']
    """
    runs = _runs(line, font)
    base = "R" if is_rtl else "L"
    seen: list[Segment] = []
    turned: list[Segment] = []
    for run, kind in zip(runs, _levels(runs, base), strict=True):
        if kind == base:
            seen += reversed(turned)
            turned.clear()
            seen.append(_segment(run, kind))
        else:
            turned.append(_segment(run, kind))
    seen += reversed(turned)
    return seen[::-1] if is_rtl else seen


def _segment(run: _Run, kind: str) -> Segment:
    text = "".join(run.letters)
    if kind == "R" and run.kind == "N":
        text = "".join(_MIRROR.get(letter, letter) if mirrored(letter) else letter for letter in reversed(text))
    return Segment(text, run.font)


def _runs(line: str, font: str) -> list[_Run]:
    runs: list[_Run] = []
    for letter in line:
        last = runs[-1] if runs else None
        if last and _rides_on(letter, last):
            last.letters.append(letter)
            continue
        kind = _KINDS.get(bidirectional(letter), "N")
        name = face_for(letter, font) or font
        if last is None or (last.font, last.kind) != (name, kind) or (letter == " ") != (last.letters[-1] == " "):
            runs.append(last := _Run(name, kind))
        last.letters.append(letter)
    return runs


def _rides_on(letter: str, run: _Run) -> bool:
    """Marks and joiners stay with the letter before them if its font has them."""
    if letter in "\u200c\u200d":
        return run.font in FALLBACKS
    return category(letter).startswith("M") and letter in face(run.font).letters


def _levels(runs: list[_Run], base: str) -> list[str]:
    """Digits and signs go with right-to-left letters when those stand on both sides, otherwise with the line."""
    before, last = [], base
    for run in runs:
        last = run.kind if run.kind in "LR" else last
        before.append(last)
    after, last = [], base
    for run in reversed(runs):
        last = run.kind if run.kind in "LR" else last
        after.append(last)
    return [left if left == right else base for left, right in zip(before, reversed(after), strict=True)]
