"""Which episodes does a frame hold?"""

from __future__ import annotations

from typing import Any

from flask import abort, g, request
from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import Session

from admin_views.kit.base import OFFICERS, Column, Group, Screen, screen
from admin_views.kit.filters import Filter
from admin_views.kit.pages import ListQuery
from models.case_lists.case_frames import CaseFrame, level_word
from models.case_lists.frame_rows import FrameRow


def _frame() -> CaseFrame:
    """The frame that the address names; 404 when there is none. Asked for every row, so it looks once."""
    known: CaseFrame | None = g.get("frame_shown")
    if known is None:
        known = g.frame_shown = _asked()
    return known


def _asked() -> CaseFrame:
    number = request.args.get("frame", type=int)
    is_number = number is not None and 0 < number < 2**31
    frame: CaseFrame | None = g.database_session.get(CaseFrame, number) if is_number else None
    if frame is None:
        abort(404)
    return frame


def _show_level(rank: int | None) -> str:
    return level_word(_frame(), rank)


def _has_level(answer: str) -> ColumnElement[bool]:
    ranks = [int(rank) for rank, word in _frame().levels.items() if answer.casefold() in word.casefold()]
    return FrameRow.level_rank.in_(ranks) if ranks else false()


@screen
class FrameRowScreen(Screen):
    """The rows of one frame, a million of them as quickly as ten. Nobody changes them."""

    model = FrameRow
    title, noun, plural = "Rows of a frame", "row", "rows"
    path, group = "frame-rows", Group.HIDDEN
    key = "row_number"
    is_large = True
    may = {"list": OFFICERS, "export": OFFICERS}
    columns = (
        Column("row_number", "Row", is_numeric=True),
        Column("reference", "Case reference"),
        Column("level_rank", "Level", show=_show_level),
        "theme",
        Column("started_on", "Started"),
        Column("ended_on", "Ended"),
        "agency",
    )
    search = ("reference",)
    filters = (Filter("level", "Level", apply=_has_level), "theme", "started_on")
    sort = ("row_number", "reference", "started_on")
    default_sort = "row_number"
    labels = {"started_on": "Started"}
    has_history = False

    def scope(self, statement: Select[Any]) -> Select[Any]:
        return statement.where(FrameRow.frame_id == _frame().id)

    def kept_arguments(self) -> dict[str, str]:
        return {"frame": request.args.get("frame", "")}

    def known_total(self, session: Session, query: ListQuery) -> int | None:
        return None if query.is_narrowed or _frame().erased_on else _frame().row_count
