"""Which record does somebody mean by the words they typed, among those they may choose?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.rules.core.keys import key_in

CANDIDATES = 20
"""So many choices are offered where the words do not say which one is meant."""

Pairs = Sequence[tuple[int, str]]
_NUMBERED = re.compile(r" \(no\. (\d{1,9})\)$")


@dataclass(frozen=True)
class Meant:
    """What typed words mean: the key of one record, or None with the choices that fit them."""

    key: int | None
    candidates: Pairs = ()


def meant_by(words: str, pairs: Pairs) -> Meant:
    """The one choice that is called so, or whose id that is, or whose name alone begins so; capitals do not matter.

    A name goes before an id. Two that are called alike are told apart by their numbers.

    >>> pairs = [(1, "Police"), (2, "Police of the railways"), (3, "Probation"), (7, "12")]
    >>> meant_by("police", pairs).key, meant_by("prob", pairs).key, meant_by("3", pairs).key, meant_by("12", pairs).key
    (1, 3, 3, 7)
    >>> meant_by("pol", pairs)
    Meant(key=None, candidates=[(1, 'Police'), (2, 'Police of the railways')])
    >>> meant_by("railways", pairs)
    Meant(key=None, candidates=[(2, 'Police of the railways')])
    >>> meant_by("ann cole", [(3, "Ann Cole (no. 3)"), (9, "Ann Cole (no. 9)")])
    Meant(key=None, candidates=[(3, 'Ann Cole (no. 3)'), (9, 'Ann Cole (no. 9)')])
    """
    asked = _plain(words)
    named = [pair for pair in pairs if asked in (_plain(pair[1]), _plain(without_number(pair[1])))]
    begun = [pair for pair in pairs if _plain(pair[1]).startswith(asked)]
    by_id = [pair for pair in pairs if pair[0] == key_in(words)]
    for fitting in (named, by_id, begun):
        if len(fitting) == 1:
            return Meant(fitting[0][0])
        if fitting:
            return Meant(None, fitting[:CANDIDATES])
    return Meant(None, [pair for pair in pairs if all(word in _plain(pair[1]) for word in asked.split())][:CANDIDATES])


def without_number(words: str) -> str:
    """A label without the number that tells it from others that are called alike.

    >>> without_number("Ann Cole (no. 9)"), without_number("Ann Cole")
    ('Ann Cole', 'Ann Cole')
    """
    return _NUMBERED.sub("", words)


def sentence_for(words: str, label: str, candidates: Pairs) -> str:
    """What is asked of whoever typed words that name no one choice of a field.

    >>> sentence_for("pol", "agency", [(1, "Police"), (2, "Police of the railways")])
    'Which one do you mean by “pol”? Choose it below.'
    >>> sentence_for("xyz", "agency", [])
    'Nothing that you can choose as agency is called “xyz”. Type a part of its name.'
    """
    short = words if len(words) <= 60 else f"{words[:60]}…"
    if not candidates:
        return f"Nothing that you can choose as {label} is called “{short}”. Type a part of its name."
    more = " These are the first; type more of its name for others." if len(candidates) == CANDIDATES else ""
    return f"Which one do you mean by “{short}”? Choose it below.{more}"


def _plain(words: str) -> str:
    """Words as they are compared: single spaces, no capitals."""
    return " ".join(words.split()).casefold()
