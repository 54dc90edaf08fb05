"""How do the rows of a case list spread over levels and months, so that a gap in it is seen before it is frozen?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.rules.case_lists.levels import NOT_RECORDED
from models.rules.core.counts import count_words, list_words, noun_of
from models.rules.documents.bars import Bar, Part, bars_of
from models.rules.documents.pictures import Picture, bar_rows, piles

MOST_MONTHS: Final = 36
"""So many months stand side by side; a longer list is shown by year."""

MOST_YEARS: Final = 18
"""So many years stand side by side, the latest; what is earlier is one column."""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_NAMED: Final = 3


def levels_picture(counts: Mapping[str, int]) -> Picture:
    """The rows of a list that can be used by level, in the order in which they are given.

    >>> picture = levels_picture({"Looked after": 20, "Early help": 60, "Level not recorded": 0})
    >>> picture.says, picture.table[0]
    ('The largest level is Early help: 60 of 80 rows.', ('Looked after', '20', '25%'))
    >>> levels_picture({}).says
    'The list has no level.'
    """
    total = sum(counts.values())
    title, headings = "Rows by level", ("Level", "Rows", "Share")
    if not total:
        return Picture("levels", title, "The list has no level.", None, headings, ())
    most = max(counts.values())
    largest = [level for level, count in counts.items() if count == most]
    said = _largest(largest, f"{most:,} of {count_words(total, 'row')}")
    shares = {level: f"{round(100 * count / total)}%" for level, count in counts.items()}
    return Picture(
        "levels", title, said,
        bar_rows(bars_of(list(counts.items())), most=total,
                 values=[f"{count:,}, {shares[level]}" for level, count in counts.items()]),
        headings, tuple((level, f"{count:,}", shares[level]) for level, count in counts.items()),
        "Rows that can be used, not cases: a case with several rows counts in each. Shares are of all these rows.",
    )  # fmt: skip


def _largest(levels: list[str], of: str) -> str:
    if levels == [NOT_RECORDED]:
        return f"The largest part has no level that is recorded: {of}."
    if not levels[1:]:
        return f"The largest level is {levels[0]}: {of}."
    return f"{count_words(len(levels), 'level') if len(levels) > _NAMED else list_words(levels)} have {of} each."


def starts_picture(by_month: Mapping[str, int], rows: int) -> Picture:
    """The rows of a list by the month they start in (keys such as 2025-03), empty months too; a long list by year.

    `rows` are all rows of the list.

    >>> picture = starts_picture({"2025-11": 40, "2026-01": 35}, 80)
    >>> picture.says
    'Rows start from November 2025 to January 2026. No row starts in December 2025.'
    >>> picture.table
    (('November 2025', '40'), ('December 2025', '0'), ('January 2026', '35'))
    >>> [pile.label for pile in picture.plot.piles]
    ['Nov', 'Dec', 'Jan 26']
    >>> starts_picture({"1990-01": 1, "2025-03": 40}, 41).table[0]
    ('2008 and earlier', '1')
    """
    if not by_month:
        says = "No start date is known by month."
        return Picture("starts", "Rows by month of start", says, None, ("Month", "Rows"), ())
    months = _span(*min(by_month).split("-"), *max(by_month).split("-"))
    is_by_month = len(months) <= MOST_MONTHS
    counts = {month: by_month.get(f"{month[0]:04d}-{month[1]:02d}", 0) for month in months}
    named = {_name(*month): count for month, count in counts.items()} if is_by_month else _by_year(counts)
    labels = _labels(months) if is_by_month else _year_labels(list(named))
    unit = "month" if is_by_month else "year"
    bars = [Bar(label, (Part("Rows", count, "navy"),)) for label, count in zip(labels, named.values(), strict=True)]
    known = sum(by_month.values())
    plot = piles(bars)
    return Picture(
        "starts", f"Rows by {unit} of start", _sentence(months, named, unit),
        plot, (unit.capitalize(), "Rows"), tuple((name, f"{count:,}") for name, count in named.items()),
        f"{known:,} of {count_words(rows, 'row')} {noun_of(known, 'has', 'have')} a start date that could be read; "
        "rows that cannot be used count too. It does not show whether a case is missing from the list.",
        shape="Column chart",
    )  # fmt: skip


def _span(year: str, month: str, last_year: str, last_month: str) -> list[tuple[int, int]]:
    """Every month from the first to the last, as year and month."""
    first, last = 12 * int(year) + int(month) - 1, 12 * int(last_year) + int(last_month) - 1
    return [(number // 12, number % 12 + 1) for number in range(first, last + 1)]


def _name(year: int, month: int) -> str:
    return f"{_MONTHS[month - 1]} {year}"


def _labels(months: list[tuple[int, int]]) -> list[str]:
    """The months as they stand under their columns, as many as there is room for: all, quarters or halves of years.

    >>> _labels(_span("2025", "11", "2026", "02"))
    ['Nov', 'Dec', 'Jan 26', 'Feb']
    >>> [label for label in _labels(_span("2024", "02", "2026", "02")) if label]
    ['Jul 24', 'Jan 25', 'Jul', 'Jan 26']
    """
    every = next(step for step, most in ((1, 6), (3, 18), (6, MOST_MONTHS)) if len(months) <= most)
    labels: list[str] = []
    for year, month in months:
        is_named = (month - 1) % every == 0
        has_year = month == 1 or (every > 1 and not any(labels))
        word = f"{_MONTHS[month - 1][:3]} {year % 100:02d}" if has_year else _MONTHS[month - 1][:3]
        labels.append(word if is_named else "")
    return labels


def _year_labels(names: list[str]) -> list[str]:
    """The years under their columns, each third of many.

    >>> _year_labels(["2024 and earlier", "2025"])
    ['to 2024', '2025']
    """
    every = 1 if len(names) <= MOST_YEARS // 2 else 3
    words = (f"to {name[:4]}" if name[4:] else name for name in names)
    return [word if not at % every else "" for at, word in enumerate(words)]


def _by_year(counts: Mapping[tuple[int, int], int]) -> dict[str, int]:
    years: dict[int, int] = {}
    for (year, _), count in counts.items():
        years[year] = years.get(year, 0) + count
    shown = list(years)[-MOST_YEARS:]
    earlier = sum(count for year, count in years.items() if year < shown[0])
    if not earlier:
        return {str(year): years[year] for year in shown}
    first = shown[0]
    return {f"{first} and earlier": earlier + years[first], **{str(year): years[year] for year in shown[1:]}}


def _sentence(months: list[tuple[int, int]], named: Mapping[str, int], unit: str) -> str:
    first, last = _name(*months[0]), _name(*months[-1])
    span = f"Rows start from {first} to {last}." if months[1:] else f"All rows start in {first}."
    empty = [name for name, count in named.items() if not count]
    if len(empty) > _NAMED:
        return f"{span} In {len(empty)} {unit}s no row starts."
    if empty:
        return f"{span} No row starts in {list_words(empty)}."
    if not months[1:]:
        return span
    fewest, most = min(named, key=named.__getitem__), max(named, key=named.__getitem__)
    if named[fewest] == named[most]:
        return span
    rows = noun_of(named[fewest], "row", "rows")
    return f"{span} The fewest start in {fewest} ({named[fewest]:,} {rows}), the most in {most} ({named[most]:,})."
