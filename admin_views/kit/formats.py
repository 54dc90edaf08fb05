"""How does a value of the database read on a page, and in a spreadsheet?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Enum
from sqlalchemy.dialects.postgresql import JSONB

from models.core.clock import LONDON

Show = Callable[[Any], str]

NOTHING = Markup('<span class="none">–</span>')
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY = re.compile(rf"(>\s*)(\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}(, \d\d:\d\d)?)(?=\s*<)")
"""A day, or a moment, with nothing but markup around it."""

_COLOURS = {
    "grey": ("closed", "cancelled", "not_started", "waiting", "proposed", "void", "voided", "draft", "inactive"),
    "blue": ("completed", "done", "sent", "signed", "blue", "queued"),
    "green": ("green", "on_track", "active", "accepted", "open"),
    "amber": ("amber", "at_risk", "running", "scoping", "evidence"),
    "red": ("red", "overdue", "failed", "refused"),
}
_COLOUR_OF = {word: colour for colour, words in _COLOURS.items() for word in words}


def tag(word: str, colour: str = "") -> Markup:
    """A state as a word on a colour; the word alone says it too. Unknown words stay grey.

    >>> tag("Overdue")
    Markup('<strong class="tag red">Overdue</strong>')
    """
    chosen = colour or _COLOUR_OF.get(word.strip().lower().replace(" ", "_"), "grey")
    return Markup('<strong class="tag {}">{}</strong>').format(chosen, word)


def show_tag(value: Any) -> str:
    """Show a word, or a choice with a label, as a tag."""
    if value is None or value == "":
        return NOTHING
    return tag(getattr(value, "label", str(value)), _COLOUR_OF.get(str(value), ""))


def by_value(show: Show) -> Any:
    """A Flask-Admin column formatter from the column's value: `column_formatters = {"late": by_value(show_late)}`.

    It carries `show`, so that a list, which shows fifty rows at once, need not look up the value by name for each.
    """

    def formatter(view: Any, context: Any, model: Any, name: str) -> str:
        return show(view._get_field_value(model, name))

    formatter.show = show  # type: ignore[attr-defined]
    return formatter


def show_date(value: date | None) -> str:
    """A day as people in the partnership write it.

    >>> show_date(date(2026, 3, 9))
    '9 March 2026'
    """
    return NOTHING if value is None else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def whole_days(cell: Any) -> Any:
    """A table's cell, text or markup, in which a day or moment that stands for itself is kept on one line.

    >>> whole_days("9 March 2026"), whole_days("Due on 9 March 2026")
    (Markup('<span class="whole">9 March 2026</span>'), 'Due on 9 March 2026')
    >>> whole_days(Markup('<a title="9 March 2026">9 March 2026, 10:00</a>'))
    Markup('<a title="9 March 2026"><span class="whole moment">9 March 2026, 10:00</span></a>')
    """
    if not isinstance(cell, str) or not _DAY.search(f">{cell}<"):
        return cell
    return Markup(_DAY.sub(_whole_day, f">{escape(cell)}<")[1:-1])  # noqa: S704 (escaped, or markup already)


def _whole_day(day: re.Match[str]) -> str:
    return f'{day[1]}<span class="whole{" moment" if day[3] else ""}">{day[2]}</span>'


def show_moment(value: datetime | None) -> str:
    """A moment on London's clock.

    >>> from datetime import UTC
    >>> show_moment(datetime(2026, 7, 1, 11, 0, tzinfo=UTC))
    '1 July 2026, 12:00'
    """
    if value is None:
        return NOTHING
    local = value.astimezone(LONDON)
    return f"{show_date(local)}, {local:%H:%M}"


def show_yes(value: bool | None) -> str:
    return NOTHING if value is None else ("Yes" if value else "No")


def show_choice(value: Any) -> str:
    """A fixed choice by its label."""
    return NOTHING if value is None else str(getattr(value, "label", value))


def show_text(value: Any) -> str:
    """Text, escaped, its line breaks kept by the style sheet; a dash for nothing."""
    return NOTHING if value is None or value == "" else escape(value)


def show_number(value: Any) -> str:
    """A number with thousands separators.

    >>> show_number(1234567)
    '1,234,567'
    """
    return NOTHING if value is None else f"{value:,}"


def show_words(value: Any) -> str:
    """Several words, one after the other."""
    return show_text(", ".join(map(str, value or ())))


def show_value(kind: Any) -> Show:
    """The usual way to show a column of that type."""
    by_type: tuple[tuple[Any, Show], ...] = (
        (Enum, show_choice),
        (Boolean, show_yes),
        (DateTime, show_moment),
        (Date, show_date),
        (ARRAY, show_words),
        (JSONB, show_text),
    )
    return next((show for known, show in by_type if isinstance(kind, known)), show_text)


def plain_value(value: Any) -> Any:
    """A value as a spreadsheet keeps it: dates stay dates, moments become London's clock, choices their label."""
    if isinstance(value, datetime):
        return value.astimezone(LONDON).replace(tzinfo=None)
    if isinstance(value, bool):
        return show_yes(value)
    if value is None or isinstance(value, (date, int, float, Decimal)):
        return value
    if isinstance(value, (list, tuple, set)):
        return ", ".join(map(str, value))
    return str(getattr(value, "label", value))
