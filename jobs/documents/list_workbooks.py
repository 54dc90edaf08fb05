"""How does a list become a workbook behind the scenes, with the rights of whoever asked?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from jobs.core.queue import Done, Run, job
from models.core.access import Actor
from models.core.clock import now
from models.core.errors import RuleBroken
from models.documents.list_workbooks import MOST_ROWS, ListWorkbook, discard_workbooks
from models.documents.saved_views import discard_books
from models.rules.core.counts import count_words


@dataclass(frozen=True)
class AskedList:
    """A list by its endpoint, as its address asks it, and how many rows its workbook may have.

    `report` is told how far the workbook is, in per cent; `view_name` is the saved view that asks, if one does.
    """

    list_name: str
    arguments: Mapping[str, str]
    most_rows: int
    report: Callable[[float], None] = lambda percent: None
    view_name: str = ""


@dataclass(frozen=True)
class TakenList:
    """A list as a workbook: what it is called, how many rows it holds, the file, and what the view asked in vain."""

    title: str
    row_count: int
    content: bytes
    problem: str = ""


Writer = Callable[[Session, Actor, AskedList], TakenList]
_writers: list[Writer] = []


def offer_writer(writer: Writer) -> None:
    """Say how a list becomes a workbook: the screens do, whose room lies above this one.

    The writer acts as the person given, refuses by RuleBroken what they may not take out, and puts it on record.
    """
    _writers[:] = [writer]


def take_out(session: Session, owner: Actor, asked: AskedList) -> TakenList:
    """The workbook of a list as its owner would take it out now, put on record."""
    if not _writers:
        raise RuleBroken("This process does not know the portal's lists.")
    return _writers[0](session, owner, asked)


@job(timeout=900)
def make_list_workbook(run: Run) -> Done:
    """Make the workbook that a request asks for and keep it for whoever asked; once."""
    workbook = run.session.get(ListWorkbook, run.attempt.request_id, with_for_update=True)
    if workbook is None:
        return Done("This workbook is not wanted any more.")
    asked = AskedList(workbook.list_name, workbook.arguments, MOST_ROWS, run.report)
    taken = take_out(run.session, run.session.info["actor"], asked)
    workbook.row_count, workbook.content = taken.row_count, taken.content
    return Done(f"The workbook of “{taken.title}” is ready: {count_words(taken.row_count, 'row')}.")


@job()
def discard_old_workbooks(run: Run) -> Done:
    """Delete the workbooks, those of saved views too, that have been kept as long as their pages say."""
    discarded = discard_workbooks(run.session, now()) + discard_books(run.session, now())
    return Done(f"{count_words(discarded, 'old workbook')} deleted.")
