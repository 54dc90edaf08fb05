"""What has an officer said about the columns of a list, in an address or a form?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from models.case_lists.case_imports import ImportChoice
from models.case_lists.case_lists import CaseList
from models.rules.core.keys import key_in
from models.rules.core.numbers import NumberRefused, read_whole_number

LAST_ROW = 1_048_576
"""The last row that a workbook can have."""

ROLES = ("reference", "level", "theme", "start", "end", "agency", "born")


def asked_choice(record: CaseList) -> ImportChoice:
    """The choice in the address (another sheet or heading row means new guesses), else the one kept, else guesses.

    Raises NumberRefused for a row that is no whole number.
    """
    sheet = request.args.get("sheet")
    if sheet is not None:
        return ImportChoice(sheet=sheet, header_row=_row(request.args.get("header_row", "")))
    return ImportChoice.from_facts(record.choice)


def asks_to_read_again() -> bool:
    """Whether the form asks for another sheet or row of headings, whose columns must be guessed first."""
    sent = request.form
    is_other = any(sent.get(f"read_{name}", sent.get(name)) != sent.get(name) for name in ("sheet", "header_row"))
    return "again" in sent or is_other


def choice_read() -> ImportChoice:
    """The sheet and the row of headings as the form asks for them. Raises NumberRefused for what is no row."""
    return ImportChoice(sheet=request.form.get("sheet", ""), header_row=_row(request.form.get("header_row", "")))


def choice_shown() -> ImportChoice:
    """What the form says of the columns, on the sheet and the row of headings that its page was made from."""
    sheet = request.form.get("read_sheet", request.form.get("sheet", ""))
    return ImportChoice(
        sheet=sheet, header_row=key_in(request.form.get("read_header_row", "")), columns=_columns_of_form()
    )


def _row(typed: str) -> int | None:
    try:
        row = read_whole_number(typed)
    except NumberRefused as refusal:
        raise NumberRefused(f"Row of the headings: {refusal.sentence}", field="header_row") from None
    if row is not None and not 0 < row <= LAST_ROW:
        raise NumberRefused(f"Row of the headings: Give a number from 1 to {LAST_ROW:,}.", field="header_row")
    return row


def choice_of_form() -> ImportChoice:
    """Sheet, heading row and columns as the form says. Raises NumberRefused for a row that is no whole number."""
    return replace(choice_read(), columns=_columns_of_form())


def _columns_of_form() -> dict[str, Any]:
    sent = request.form
    columns: dict[str, Any] = {role: sent.get(role) or None for role in ROLES}
    source = sent.get("level_source", "column")
    columns["level"] = columns["level"] if source == "column" else None
    columns["fixed_level"] = (sent.get("fixed_level") or None) if source == "fixed" else None
    columns["level_rule"] = "open_or_closed" if source == "open_or_closed" else None
    columns["fixed_agency"] = sent.get("fixed_agency", "").strip()[:300] or None
    columns["date_order"] = sent.get("date_order") if sent.get("date_order") in ("day", "month", "year") else None
    return columns


def placed_levels() -> list[tuple[str, str]]:
    """Each level text of the form with the rank it was given, "" for none."""
    return list(zip(request.form.getlist("word"), request.form.getlist("rank"), strict=False))
