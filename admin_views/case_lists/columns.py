"""What has an officer said about the columns of a list, in an address or a form?"""

from __future__ import annotations

from typing import Any

from flask import request

from models.case_lists.case_imports import ImportChoice
from models.case_lists.case_lists import CaseList

ROLES = ("reference", "level", "theme", "start", "end", "agency", "born")


def asked_choice(record: CaseList) -> ImportChoice:
    """The choice in the address (another sheet or heading row means new guesses), else the one kept, else guesses."""
    sheet, header_row = request.args.get("sheet"), request.args.get("header_row", type=int)
    if sheet is not None:
        return ImportChoice(sheet=sheet, header_row=header_row)
    return ImportChoice.from_facts(record.choice)


def choice_of_form() -> dict[str, Any]:
    """Sheet, heading row and columns as the form says."""
    sent = request.form
    columns: dict[str, Any] = {role: sent.get(role) or None for role in ROLES}
    source = sent.get("level_source", "column")
    columns["level"] = columns["level"] if source == "column" else None
    columns["fixed_level"] = (sent.get("fixed_level") or None) if source == "fixed" else None
    columns["level_rule"] = "open_or_closed" if source == "open_or_closed" else None
    columns["fixed_agency"] = sent.get("fixed_agency", "").strip()[:300] or None
    columns["date_order"] = sent.get("date_order") if sent.get("date_order") in ("day", "month", "year") else None
    header_row = sent.get("header_row", type=int)
    return {"sheet": sent.get("sheet", ""), "header_row": header_row, "columns": columns}


def placed_levels() -> list[tuple[str, str]]:
    """Each level text of the form with the rank it was given, "" for none."""
    return list(zip(request.form.getlist("word"), request.form.getlist("rank"), strict=False))
