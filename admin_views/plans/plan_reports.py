"""How does somebody get an action plan on paper, whole or in part, or read the same on a page?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, BinaryIO

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.documents.papers import ask_once, occasion, show_document
from admin_views.kit.base import Screen, person_id
from admin_views.kit.lists.workbooks import XLSX, Worksheet, workbook_of
from models.documents.exports import record_export
from models.partnership.agencies import Agency
from models.plans.actions import Action
from models.plans.plan_reports import ReportScope, ask_for_report, plan_report
from models.reviews.thematic_reviews import ThematicReview
from models.rules.plans.plan_reports import PlanReport, ReportAction, summarise

_BIGGEST = 2_147_483_647
_FORMS = {"": "plan_pdf", "summary": "plan_summary"}


def ask_for_paper(screen: Screen, scope: ReportScope, back: str) -> ResponseReturnValue:
    """Ask for the PDF of what the address leaves of the scope, and go where people wait for it."""
    name, narrowed = _form_in_address(), narrow(screen.session, scope)
    return ask_once(screen, lambda session: ask_for_report(session, narrowed, name), back)


def show_report(screen: Screen, scope: ReportScope, back: str, back_words: str, pdf_url: str) -> ResponseReturnValue:
    """The PDF's accessible twin, with a form to narrow it: one agency, overdue only, one page."""
    session = screen.session
    narrowed = narrow(session, scope)
    return show_document(
        screen,
        _form_in_address(),
        narrowed.as_arguments(),
        back,
        back_words,
        pdf_url=f"{pdf_url}{'&' if '?' in pdf_url else '?'}{_narrowing(narrowed, scope)}".rstrip("?&"),
        template="plans/report.html",
        agencies=_leading_agencies(session, scope),
        chosen=narrowed,
        form=request.args.get("form", ""),
        kept={name: value for name, value in request.args.items() if name not in ("agency", "overdue", "form")},
    )


def narrow(session: Session, scope: ReportScope) -> ReportScope:
    """The scope as the address narrows it: `?agency=3&overdue=yes`. 404 for an agency this person may not see."""
    agency = request.args.get("agency", type=int)
    if agency is not None and scope.agency_id is None:
        scope = replace(scope, agency_id=scope_of_agency(session, agency).agency_id)
    return replace(scope, is_overdue_only=True) if request.args.get("overdue") == "yes" else scope


def _narrowing(narrowed: ReportScope, scope: ReportScope) -> str:
    """The same as part of an address."""
    agency = f"agency={narrowed.agency_id}" if narrowed.agency_id != scope.agency_id else ""
    overdue = "overdue=yes" if narrowed.is_overdue_only else ""
    form = "form=summary" if request.args.get("form") == "summary" else ""
    return "&".join(part for part in (agency, overdue, form) if part)


def _form_in_address() -> str:
    return _FORMS.get(request.args.get("form", ""), "plan_pdf")


def _leading_agencies(session: Session, scope: ReportScope) -> list[Agency]:
    """The agencies that lead an action of the plan, to choose one of; none where there is nothing to choose."""
    if scope.plan_id is None or scope.agency_id is not None:
        return []
    leading = select(Action.lead_agency_id).where(Action.plan_id == scope.plan_id)
    agencies = session.scalars(select(Agency).where(Agency.id.in_(leading)).order_by(Agency.name)).all()
    return list(agencies) if len(agencies) > 1 else []


def scope_of_review(session: Session, review_id: int) -> ReportScope:
    """Every plan of a review; 404 for a review this person may not see."""
    return ReportScope(review_id=_existing(session, ThematicReview, review_id))


def scope_of_agency(session: Session, agency_id: int) -> ReportScope:
    """Every action that an agency leads; 404 for another agency's people, from whom the database hides it."""
    return ReportScope(agency_id=_existing(session, Agency, agency_id))


def _existing(session: Session, model: type[Any], key: int) -> int:
    if not 0 < key <= _BIGGEST or session.get(model, key) is None:
        abort(404)
    return key


_SHEET = (
    ("Reference", "reference"), ("Action", "action"), ("Rating", "brag_label"), ("Recommendation", "recommendation"),
    ("Key area", "key_area"), ("Lead agency", "lead_agency"), ("Other agencies", "other_agencies"),
    ("Owner", "owner_name"), ("Owner's role", "owner_role"), ("Start", "starts_on"), ("Due", "due_on"),
    ("Due date first agreed", "original_due_on"), ("Completed", "completed_on"),
    ("How we will know", "success_measure"), ("Baseline", "baseline"), ("Target", "target"),
    ("Evidence of completion", "completion_evidence"), ("Evidence of impact", "impact_evidence"),
    ("Critical friend", "critical_friend_comment"), ("Board decision", "board_decision"),
)  # fmt: skip
_MORE = ("Days overdue", "Latest update on", "Latest update")


def send_sheet(screen: Screen, scope: ReportScope) -> ResponseReturnValue:
    """The plan as a spreadsheet: an action a row, and how the plan stands; that it was taken out is on record."""
    session = screen.session
    narrowed = narrow(session, scope)
    report = plan_report(session, narrowed, occasion(session))
    narrowing = {name: str(value) for name, value in narrowed.as_arguments().items()}
    record_export(
        session, person_id=person_id(), list_name="Action plan", file_kind="xlsx", narrowed_by=narrowing,
        row_count=len(report.actions),
    )  # fmt: skip
    session.commit()
    return send_file(
        plan_workbook(report), XLSX, as_attachment=True, download_name=f"action-plan-{report.made_on.isoformat()}.xlsx"
    )


def plan_workbook(report: PlanReport) -> BinaryIO:
    """The plan's actions in the order of the report, and on a second sheet the counts by rating and by agency."""
    summary = summarise(report)
    actions = (action for group in summary.groups for action in group.actions)
    ratings = [brag.label for brag in summary.brag]
    return workbook_of(
        Worksheet(
            report.reference,
            [*(heading for heading, _ in _SHEET), *_MORE],
            (_sheet_row(action, report.made_on) for action in actions),
        ),
        Worksheet(
            "By lead agency",
            ["Lead agency", "Actions", "Overdue", *ratings],
            ([row.agency, row.count, row.overdue_count, *row.by_code] for row in summary.agencies),
        ),
    )


def _sheet_row(action: ReportAction, today: date) -> list[Any]:
    values = [getattr(action, name) for _, name in _SHEET]
    plain = ["; ".join(value) if isinstance(value, tuple) else value for value in values]
    update = action.latest_update
    return [*plain, action.days_overdue(today), update and update.written_on, update.text if update else ""]
