"""How does a value of the database read on a page, and in a spreadsheet?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import ARRAY, Boolean, Date, DateTime, Enum
from sqlalchemy.dialects.postgresql import JSONB

from models.core.clock import LONDON

Show = Callable[[Any], str]

NOTHING = Markup("–")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY = re.compile(rf"(>\s*)(\d{{1,2}} (?:{'|'.join(_MONTHS)}) \d{{4}}(, \d\d:\d\d)?)(?=\s*<)")
"""A day, or a moment, with nothing but markup around it."""

LONGEST_WHOLE = 18
"""Letters of a reference that is never parted; it fits into the narrowest phone."""

_TEXT = re.compile(r"(class=\"whole\"[^<>]*|small)?>[^<>]+<")
_REFERENCE = r"(?=[\w/-]*\d)\w+(?:[-/]\w+)+(?![\w/-])"
_PIECE = re.compile(rf"(?<![\w/&;-])(?:({_REFERENCE})|[^\s<>&]{{{LONGEST_WHOLE + 1},}})")
_IS_NO_TEXT = re.compile(r"<(?:select|textarea|svg|script|style|title)\b")
_HAS_PIECES = re.compile(rf"\d|\S{{{LONGEST_WHOLE + 1}}}")

_COLOURS = {
    "grey": ("closed", "cancelled", "not_started", "waiting", "proposed", "void", "voided", "draft", "inactive"),
    "blue": ("completed", "done", "sent", "signed", "blue", "queued"),
    "green": ("green", "on_track", "active", "accepted", "open"),
    "amber": ("amber", "at_risk", "running", "scoping", "evidence", "in_quarantine"),
    "red": ("red", "overdue", "failed", "refused", "infected", "virus_found"),
}
_COLOUR_OF = {word: colour for colour, words in _COLOURS.items() for word in words}


def tag(word: str, colour: str = "") -> Markup:
    """A state as a word on a colour; the word alone says it too. Unknown words stay grey.

    >>> tag("Overdue")
    Markup('<strong class="tag red">Overdue</strong>')
    """
    chosen = colour or _COLOUR_OF.get(word.strip().lower().replace(" ", "_"), "grey")
    return Markup(f'<strong class="tag {escape(chosen)}">{escape(word)}</strong>')  # noqa: S704 (both are escaped)


def show_tag(value: Any) -> str:
    """Show a word, or a choice with a label, as a tag."""
    if value is None or value == "":
        return NOTHING
    return tag(getattr(value, "label", str(value)), _COLOUR_OF.get(str(value), ""))


def escaped_together(texts: Sequence[str]) -> list[str]:
    """Texts escaped, by one call for all of them: no text of the portal holds the mark that sets them apart.

    >>> escaped_together(["Health & care", "", "Police"]), escaped_together([])
    (['Health &amp; care', '', 'Police'], [])
    """
    return str(escape("\0".join(map(str, texts)))).split("\0") if texts else []


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


def whole(cell: Any) -> Any:
    """A cell, a fact or a title, text or markup, in which days, moments and references are not parted between lines.

    A day or moment is kept on one line when it stands for itself. A reference is any word that holds a digit and parts
    set off by hyphens or strokes; half of it would be the reference of something else. What is too long for a column
    may be parted; where it holds a digit, a plate that is open at the end of the line shows that it goes on.

    >>> whole("9 March 2026"), whole("Due on 9 March 2026")
    (Markup('<span class="whole">9 March 2026</span>'), 'Due on 9 March 2026')
    >>> whole(Markup('<a title="9 March 2026">9 March 2026, 10:00</a>'))
    Markup('<a title="9 March 2026"><span class="whole moment">9 March 2026, 10:00</span></a>')
    >>> whole("Late: SE-2026-08"), whole(Markup('<a href="/a-1/">multi-agency</a>'))
    (Markup('Late: <span class="reference">SE-2026-08</span>'), Markup('<a href="/a-1/">multi-agency</a>'))
    """
    if not isinstance(cell, str) or not _HAS_PIECES.search(cell) or _IS_NO_TEXT.search(cell):
        return cell
    marked = _DAY.sub(_whole_day, f">{escape(cell)}<")
    parted = _TEXT.sub(lambda text: text[0] if text[1] else _PIECE.sub(_whole_piece, text[0]), marked)[1:-1]
    return cell if parted == cell else Markup(parted)  # noqa: S704 (escaped, or markup already)


def _whole_day(day: re.Match[str]) -> str:
    return f'{day[1]}<span class="whole{" moment" if day[3] else ""}">{day[2]}</span>'


def _whole_piece(piece: re.Match[str]) -> str:
    if len(piece[0]) <= LONGEST_WHOLE:
        return f'<span class="reference">{piece[0]}</span>' if piece[1] else piece[0]
    kind = "reference long" if any(letter.isdecimal() for letter in piece[0]) else "long"
    return f'<span class="{kind}">{piece[0]}</span>'


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
    if type(value) is str:
        return value  # most of a file's cells, asked first
    if isinstance(value, datetime):
        return value.astimezone(LONDON).replace(tzinfo=None)
    if isinstance(value, bool):
        return show_yes(value)
    if value is None or isinstance(value, (date, int, float, Decimal)):
        return value
    if isinstance(value, (list, tuple, set)):
        return ", ".join(map(str, value))
    return str(getattr(value, "label", value))
