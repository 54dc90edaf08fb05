"""Which episodes does a frame hold?"""

from __future__ import annotations

from typing import Any

from flask import abort, g, request
from sqlalchemy import ColumnElement, Select, false
from sqlalchemy.orm import Session

from admin_views.kit.base import OFFICERS, Category, Part, Screen, by_value, screen
from admin_views.kit.lists.filters import Filter
from admin_views.kit.lists.pages import ListArgs
from admin_views.kit.looks import note_shown
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
    note_shown(frame)
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
    name, noun, plural = "Rows of a frame", "row", "rows"
    list_purpose = "The rows of one frozen case list. Open a frame to see its rows."
    list_begins_at = "/case-frames"
    url, category = "/frame-rows", Category.HIDDEN
    part, is_tab = Part.CASES, False
    is_large = True
    keeps_views = False  # its rows are those of the one frame that its address names
    roles = {"list": OFFICERS, "export": OFFICERS}
    column_list = ("row_number", "reference", "level_rank", "theme", "started_on", "ended_on", "agency")
    column_formatters = {"level_rank": by_value(_show_level)}
    column_searchable_list = ("reference",)
    column_filters = (Filter("level", "Level", apply=_has_level), "theme", "started_on")
    column_sortable_list = ("row_number", "reference", "started_on")
    column_default_sort = "row_number"
    column_labels = {
        "started_on": "Started",
        "row_number": "Row",
        "reference": "Case reference",
        "level_rank": "Level",
        "ended_on": "Ended",
    }
    has_history = False

    def scaffold_pk(self) -> str:
        """A row is called by its number within its frame."""
        return "row_number"

    def get_query(self) -> Select[Any]:
        return super().get_query().filter(FrameRow.frame_id == _frame().id)

    def kept_arguments(self) -> dict[str, str]:
        return {"frame": request.args.get("frame", "")}

    def known_total(self, session: Session, args: ListArgs) -> int | None:
        return None if args.is_narrowed or _frame().erased_on else _frame().row_count
