"""How does a list of many rows leave as a workbook without anybody waiting on its page?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, abort, current_app, g, redirect, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import EVERYONE, NOBODY, expose
from admin_views.kit.lists.views import problem_of
from admin_views.kit.lists.workbooks import XLSX, Worksheet, workbook_of
from admin_views.kit.page_sets import PageSet
from admin_views.kit.registry import load_screens
from admin_views.kit.requests import Database, person_id
from jobs.documents.list_workbooks import AskedList, TakenList, offer_writer
from models.core.access import Actor
from models.core.errors import RuleBroken
from models.core.looks import LookKind, NewLook, note_look
from models.documents.exports import record_export
from models.documents.list_workbooks import AT_ONCE, WORKBOOK_DAYS, ask_for_workbook, workbook_asked

_TOLD_EVERY = 500


def list_of(name: str) -> Any:
    """The screen whose list that is, where the asking person may open it and views are kept of it; else None."""
    known = current_app.extensions["admin"][0]._views[1:]
    named = (view for view in known if view.endpoint == name and view.keeps_views and view.opens("index_view"))
    return next(named, None)


class ListWorkbookPages(PageSet):
    """Workbooks of long lists stand with the requests that made them, for whoever asked."""

    @expose("/workbook/", roles=EVERYONE, methods=("GET", "POST"))
    def ask_workbook(self) -> ResponseReturnValue:
        """Say that a workbook of this list takes a while, and ask for it."""
        known = list_of(request.args.get("of", "")) or abort(404)
        if not known.allows("export"):
            abort(403)
        arguments = known.listing.args(dict(parse_qsl(request.args.get("asked", "")))).arguments()
        back = known.list_url(**arguments)

        def ask() -> tuple[str, str]:
            request_id = ask_for_workbook(self.session, person_id(), known.endpoint, arguments)
            return "The workbook is asked for.", self.link("wait", record_id=request_id, back=back)

        return self.ask(Form(), back, ask, **_words(known))

    @expose("/<int:record_id>/workbook/", roles=EVERYONE)
    def workbook(self, record_id: int) -> ResponseReturnValue:
        """The workbook that a request has made for the asking person; the download is on record."""
        kept = workbook_asked(self.session, self.get_record(record_id).id)
        if kept is None or kept.content is None:
            return redirect(self.details_url(record_id))
        name = f"{kept.list_name.replace('_', '-')}-{kept.asked_at:%Y-%m-%d}.xlsx"
        return send_file(BytesIO(kept.content), XLSX, as_attachment=True, download_name=name)


def _words(known: Any) -> dict[str, Any]:
    lead = (
        f"A workbook of more than {AT_ONCE:,} rows is made while you do something else. It comes by itself where you "
        f"wait for it, and is kept for {WORKBOOK_DAYS} days with your requests. As CSV a list leaves at once."
    )
    title = f"{known.name} as a workbook"
    return {"title": title, "button": "Make the workbook", "lead": lead, "back_words": known.name}


def _told(sheet: Worksheet, count: int, asked: AskedList) -> Worksheet:
    """The same sheet, which tells how far it is as its rows are written."""

    def rows() -> Iterator[Sequence[Any]]:
        for number, row in enumerate(sheet.rows, 1):
            if number % _TOLD_EVERY == 0:
                asked.report(100 * number / count)
            yield row

    return Worksheet(sheet.title, sheet.headings, rows())


# Without a request: the same list, the same rights, the same records of what left


def written(session: Session, owner: Actor, asked: AskedList) -> TakenList:
    """The workbook of a list as its owner would take it out now. Refuses what their role may not take out."""
    known: Any = next((each for each in load_screens() if each.endpoint_of() == asked.list_name), None)
    if known is None or owner.role not in known.roles.get("export", NOBODY) & known.roles_of("index_view"):
        raise RuleBroken("Your role may not take this list out, so it is not made into a workbook any more.")
    with Flask(__name__).app_context():
        g.actor, g.database_session = owner, session
        return _taken(session, asked, known(Database(_no_other_session)))


def _no_other_session() -> Any:
    raise LookupError("a job has one session")


def _taken(session: Session, asked: AskedList, shown: Any) -> TakenList:
    args = shown.listing.args(asked.arguments)
    counted = shown.listing.counted(args).limit(asked.most_rows + 1).subquery()
    count = session.scalars(select(func.count()).select_from(counted)).one()
    if count > asked.most_rows:
        raise RuleBroken(f"A workbook has at most {asked.most_rows:,} rows; narrow the list, or take it out as CSV.")
    _put_on_record(session, asked, shown, args.arguments(), count)
    rows = session.execute(shown.exported.sorted(args), execution_options={"yield_per": 500})
    told = _told(shown.taken_out(rows, args), count, asked)
    with workbook_of(told, *shown.further_sheets(args)) as file:
        content = file.read()
    return TakenList(shown.name, count, content, problem_of(shown.listing, asked.view_name, asked.arguments))


def _put_on_record(session: Session, asked: AskedList, shown: Any, narrowed_by: dict[str, str], count: int) -> None:
    """As the export of the list's own page: an export, and a look."""
    record_export(
        session, person_id=g.actor.person_id, list_name=shown.name, file_kind="xlsx", narrowed_by=narrowed_by,
        row_count=count,
    )  # fmt: skip
    tables: dict[str, tuple[int, ...]] = {shown.model.__tablename__: ()}
    asked_by = tuple(sorted(narrowed_by))
    note_look(session, NewLook(LookKind.EXPORT, f"{asked.list_name}.export", 200, tables, count, asked_by))


offer_writer(written)
