"""To which stratum does a row of a frame belong, and in which order are the strata listed?

Every stratum has a key; the lowest key comes first in lists, gets the odd case when a division does not come out
even, and wins where a case has rows in several strata. So a case counts once: in its highest level; or under the
first of its themes (or agencies) in alphabetical order, counting only themes that the plan chose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache

from models.core.errors import RuleBroken
from models.rules.case_lists.values import stem

Key = tuple[int, str]
"""(minus the rank, "") of a level; (0, stem) of a theme or an agency. Compare with <."""

# 1 << 20 is beyond minus any rank (ranks are small integers) and beyond the 0 of themes and agencies.
NOT_RECORDED: Key = (1 << 20, "")
"""The stratum of rows whose cell is blank: last in every order, so any recorded value wins over it."""

_LETTER = re.compile(r"[A-Za-z]{1,2}\)\s*")
_BETWEEN_VALUES = re.compile(r"[;|]")


class StrataKind(StrEnum):
    """What divides the population."""

    LEVEL = "level"
    THEME = "theme"
    AGENCY = "agency"


_WORDS = {
    StrataKind.LEVEL: "Level of intervention",
    StrataKind.THEME: "Theme",
    StrataKind.AGENCY: "Agency in the list",
}


def stratum_word(kind: StrataKind) -> str:
    """What a stratum of that division is called beside its name.

    >>> stratum_word(StrataKind.THEME)
    'Theme'
    """
    return _WORDS[kind]


def places_of(kind: StrataKind, level: str, stratum: str) -> tuple[tuple[str, str], ...]:
    """Where a drawn case stands, as label and value: always its level, and its stratum where that is something else.

    >>> places_of(StrataKind.LEVEL, "Looked after", "Looked after")
    (('Level of intervention', 'Looked after'),)
    >>> places_of(StrataKind.THEME, "Looked after", "PN2")
    (('Level of intervention', 'Looked after'), ('Theme', 'PN2'))
    """
    own = (_WORDS[StrataKind.LEVEL], level)
    return (own,) if kind is StrataKind.LEVEL else (own, (_WORDS[kind], stratum))


def label_of(text: str) -> str:
    """A value as people see it: blanks tidied, the letter that some code lists put before it taken away.

    >>> label_of(" b)  Physical\u00a0abuse ")
    'Physical abuse'
    """
    tidy = " ".join(text.split())
    return _LETTER.sub("", tidy, count=1) if _LETTER.match(tidy) else tidy


def stem_of(text: str) -> str:
    """What makes two spellings the same value: capitals, blanks, punctuation and a code list's letter do not count.

    >>> stem_of("b) Physical abuse") == stem_of("physical  Abuse")
    True
    """
    return stem(text) or label_of(text).casefold()


def theme_labels(cell: str | None) -> dict[str, str]:
    """stem -> label of each value in a theme cell; a cell may hold several, divided by ";" or "|".

    >>> theme_labels("a) Neglect; Physical abuse")
    {'neglect': 'Neglect', 'physical abuse': 'Physical abuse'}
    """
    labels = (label_of(part) for part in _BETWEEN_VALUES.split(cell or ""))
    return {stem_of(label): label for label in labels if label}


def theme_counts(cells: Mapping[str, int]) -> dict[str, int]:
    """Rows by theme, in alphabetical order, when `cells` are rows by theme cell; spellings of one theme are joined.

    A row whose cell holds several themes counts under each. Of several spellings the first in the order of characters
    names the theme.

    >>> theme_counts({"missing": 2, "Missing": 3, "a) Neglect; Missing": 1})
    {'Missing': 6, 'Neglect': 1}
    """
    counts: dict[str, int] = {}
    labels: dict[str, str] = {}
    for cell, count in cells.items():
        for key, label in theme_labels(cell).items():
            counts[key] = counts.get(key, 0) + count
            labels[key] = min(label, labels.get(key, label))
    return {labels[key]: counts[key] for key in sorted(counts)}


@lru_cache(maxsize=10_000)
def theme_keys(cell: str | None, chosen: frozenset[str] | None) -> tuple[Key, ...]:
    """The keys of a theme cell, lowest first; only those chosen (stems), or all when `chosen` is None.

    >>> theme_keys("Neglect|Bullying", None), theme_keys("Neglect|Bullying", frozenset(["neglect"]))
    (((0, 'bullying'), (0, 'neglect')), ((0, 'neglect'),))
    """
    return tuple(sorted((0, stem) for stem in theme_labels(cell) if chosen is None or stem in chosen))


@lru_cache(maxsize=10_000)
def agency_keys(cell: str | None) -> tuple[Key, ...]:
    """The key of an agency cell, which holds one agency; none when it is blank.

    >>> agency_keys(" Wayfenshire  Police")
    ((0, 'wayfenshire police'),)
    """
    name = " ".join((cell or "").split()).casefold()
    return ((0, name),) if name else ()


def level_keys(rank: int | None) -> tuple[Key, ...]:
    """The key of a level: the higher the rank, the lower the key.

    >>> level_keys(5) < level_keys(1)
    True
    """
    return () if rank is None else ((-rank, ""),)


def row_keys(
    kind: StrataKind, rank: int | None, theme: str | None, agency: str | None, chosen: frozenset[str] | None
) -> tuple[Key, ...]:
    """The strata one row belongs to, lowest key first; NOT_RECORDED where its cell is blank.

    >>> row_keys(StrataKind.LEVEL, None, "Neglect", None, None) == (NOT_RECORDED,)
    True
    """
    if kind is StrataKind.LEVEL:
        keys = level_keys(rank)
    elif kind is StrataKind.THEME:
        keys = theme_keys(theme, chosen)
    else:
        keys = agency_keys(agency)
    return keys or (NOT_RECORDED,)


def stratum_names(
    kind: StrataKind,
    *,
    levels: Mapping[int, str],
    themes: Iterable[str] = (),
    agencies: Iterable[str] = (),
    chosen: Iterable[str] | None = None,
) -> dict[Key, str]:
    """Name of every stratum of a frame, in listing order; the one for blank cells last.

    `levels` are the frame's own words by rank, `themes` and `agencies` the distinct cells of its rows, `chosen` the
    themes of the plan in its own spelling. Where a frame spells a value in several ways, the first in the order of
    characters names the stratum. Raises RuleBroken when two levels share one name.

    >>> list(stratum_names(StrataKind.LEVEL, levels={1: "Early help", 2: "Child in need"}).values())
    ['Child in need', 'Early help', 'Level not recorded']
    """
    if kind is StrataKind.LEVEL:
        names = {(-rank, ""): " ".join(word.split()) for rank, word in levels.items()}
        if len(set(names.values())) < len(names):
            raise RuleBroken("Two levels of this frame have the same name, so they cannot be told apart in a draw.")
    elif kind is StrataKind.THEME:
        names = _theme_names(themes, chosen)
    else:
        spellings = sorted((" ".join(cell.split()) for cell in agencies), reverse=True)
        names = {key: name for name in spellings for key in agency_keys(name)}
    return dict(sorted(names.items())) | {NOT_RECORDED: f"{kind.capitalize()} not recorded"}


def _theme_names(cells: Iterable[str], chosen: Iterable[str] | None) -> dict[Key, str]:
    if chosen is not None:
        return {(0, stem_of(theme)): label_of(theme) for theme in chosen}
    spellings = sorted((label for cell in cells for label in theme_labels(cell).values()), reverse=True)
    return {(0, stem_of(label)): label for label in spellings}
