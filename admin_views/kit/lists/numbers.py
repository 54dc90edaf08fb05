"""Which page of a list does the address name by its number, and to which numbers does a page lead?

A page is read from the row it begins after, wherever somebody goes on from the page before: that costs the same at any
depth. A number alone is counted off, which is quick for so many pages; the last page is read backwards from the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from admin_views.kit.lists.cursors import END, Cursor
from models.rules.core.counts import count_words
from models.rules.core.numbers import NumberRefused, read_whole_number

PAGE = "page"
"""The argument of a list's address that holds the number of the page, or the word for the last one."""

LAST = "last"
DEEPEST = 200
"""So many pages are opened by their number: 10,000 rows. Deeper ones are reached by going on, or from the end."""


@dataclass(frozen=True)
class Asked:
    """Where the address asks a page to begin: at a row, or at a number. `problem` says why neither could be read."""

    cursor: Cursor | None = None
    number: int | None = 1
    problem: str = ""


def asked_page(arguments: Mapping[str, str], cursor: Cursor | None) -> Asked:
    """What an address asks for. With a cursor the number only says which page that is; a wrong one says nothing.

    >>> asked_page({"page": "3"}, None).number, asked_page({"page": "last"}, None).cursor is END
    (3, True)
    >>> asked_page({"page": "three"}, None).problem
    'The page is given as a whole number, such as 2; this is the first page.'
    """
    typed = arguments.get(PAGE, "").strip()
    if typed == LAST and cursor is None:
        return Asked(END, None)
    number = _read(typed) if typed else None
    if cursor is not None:
        return Asked(cursor, number if number and number > 0 else None)
    if typed and (number is None or number < 1):
        return Asked(problem="The page is given as a whole number, such as 2; this is the first page.")
    return Asked(number=number or 1)


def missing_page(number: int, pages: int | None) -> str:
    """What is said where a page is asked for that the list has not, or that is too deep to be counted off.

    >>> missing_page(900, 166), missing_page(2, 1)
    ('There is no page 900: the list has 166 pages. This is the first.', 'There is no page 2: the list has 1 page.')
    """
    if pages is not None and number > pages:
        first = " This is the first." if pages > 1 else ""
        return f"There is no page {number:,}: the list has {count_words(pages, 'page')}.{first}"
    return (
        f"Page {number:,} cannot be opened by its number in a list as long as this one: go on from page to page, go to "
        "the last one, or narrow the list by words or filters. This is the first page."
    )


def neighbours(number: int | None, pages: int | None, *, has_more: bool) -> list[int | None]:
    """The numbers a page leads to: first, before, itself, after, last; None stands for those left out between.

    >>> neighbours(5, 166, has_more=True), neighbours(1, 3, has_more=True), neighbours(2, None, has_more=True)
    ([1, None, 4, 5, 6, None, 166], [1, 2, 3], [1, 2, 3])
    >>> neighbours(None, 12, has_more=True), neighbours(None, None, has_more=True)
    ([1, None, 12], [1])
    """
    near = {number - 1, number, number + 1} if number else set()
    highest = pages or (number + has_more if number else 1)
    wanted = sorted(each for each in near | {1, highest} if 1 <= each <= highest)
    shown: list[int | None] = []
    for before, each in zip([0, *wanted], wanted, strict=False):
        if each == before + 2:
            shown.append(each - 1)
        elif each > before + 1:
            shown.append(None)
        shown.append(each)
    return shown


def _read(typed: str) -> int | None:
    try:
        return read_whole_number(typed)
    except NumberRefused:
        return None
