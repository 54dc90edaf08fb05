"""Of which parts can a details page be made: facts, buttons, panels?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Button:
    """A link, or with `is_post` a form of one button. `tone`: "main", "warning" or nothing."""

    label: str
    href: str
    tone: str = ""
    is_post: bool = False


@dataclass(frozen=True)
class Panel:
    """A titled table of related rows on a details page; cells are text or safe markup.

    `lead` is a line above the table; `is_folded` opens when it is pressed.
    """

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Any]]
    empty: str = "Nothing here yet."
    buttons: Sequence[Button] = ()
    lead: str = ""
    is_folded: bool = False


@dataclass(frozen=True)
class Fact:
    """One line of a record: its name and its value, text or safe markup."""

    label: str
    value: Any

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say: no value, or the dash that stands for none.

        >>> Fact("Owner", "–").is_empty, Fact("Owner", "").is_empty, Fact("Owner", "Ann Lee").is_empty
        (True, True, False)
        """
        return self.value is None or str(self.value) in ("", "–")
