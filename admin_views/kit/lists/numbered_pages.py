"""Which part of what has been counted stands on the page of that number, where no list has it by its own means?"""

from __future__ import annotations

from dataclasses import dataclass

from admin_views.kit.lists.pages import PAGE_SIZE
from models.rules.core.keys import key_in


@dataclass(frozen=True)
class NumberedPage:
    """One page of so many, and how many rows there are in all."""

    number: int
    pages: int
    count: int

    @property
    def part(self) -> slice:
        """The places of its rows among all of them.

        >>> NumberedPage(2, 3, 130).part
        slice(50, 100, None)
        """
        return slice((self.number - 1) * PAGE_SIZE, self.number * PAGE_SIZE)


def numbered_page(typed: str, count: int) -> NumberedPage:
    """The page that the address asks for, or the nearest there is.

    >>> numbered_page("2", 130), numbered_page("9", 130).number, numbered_page("", 0)
    (NumberedPage(number=2, pages=3, count=130), 3, NumberedPage(number=1, pages=1, count=0))
    """
    pages = max(1, -(-count // PAGE_SIZE))
    return NumberedPage(min(max(key_in(typed) or 1, 1), pages), pages, count)
