"""How does somebody get an action plan on paper, or read the same on a page?"""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.base import Screen, already_sent, person_id
from admin_views.job_requests import waiting_url
from admin_views.kit.requests import actor
from admin_views.kit.saving import one_time_token
from models.agencies import Agency
from models.clock import today
from models.errors import RuleBroken
from models.form_receipts import note_record
from models.people import Person
from models.plan_reports import ReportScope, ask_for_report, plan_report
from models.rules.plan_report import summarise
from models.thematic_reviews import ThematicReview

_BIGGEST = 2_147_483_647


def ask_for_paper(screen: Screen, scope: ReportScope, back: str) -> ResponseReturnValue:
    """Ask for the PDF and go where people wait for it; a form sent twice leads to the request of the first time."""
    session = screen.session
    sent = already_sent(session)
    if sent is not None:
        session.rollback()
        return redirect(waiting_url(int(sent), back) if sent else back)
    try:
        asked = ask_for_report(session, scope)
    except RuleBroken as refusal:
        session.rollback()
        flash(refusal.sentence, "error")
        return redirect(back)
    note_record(session, token=one_time_token(), person_id=person_id(), record_key=asked)
    session.commit()
    return redirect(waiting_url(asked, back))


def show_report(screen: Screen, scope: ReportScope, back: str, back_words: str) -> str:
    """The PDF's accessible twin: the same facts in the same order, with the same fingerprint on the same day."""
    session = screen.session
    reader = session.get_one(Person, person_id())
    name = current_app.extensions["settings"].partnership_name
    report = plan_report(session, scope, made_on=today(), partnership=name, made_by=reader.name)
    summary = summarise(report)
    return screen.render("plans/report.html", report=report, summary=summary, back=back, back_words=back_words)


def scope_of_review(session: Session, review_id: int) -> ReportScope:
    """Every plan of a review; 404 for a review this person may not see."""
    return ReportScope(review_id=_existing(session, ThematicReview, review_id))


def scope_of_agency(session: Session, agency_id: int) -> ReportScope:
    """Every action that an agency leads; 404 for another agency's people."""
    if actor().is_agency_bound and agency_id not in actor().agency_ids:
        abort(404)
    return ReportScope(agency_id=_existing(session, Agency, agency_id))


def _existing(session: Session, model: type[Any], key: int) -> int:
    if not 0 < key <= _BIGGEST or session.get(model, key) is None:
        abort(404)
    return key
