"""How does somebody without a sign-in answer an anonymous survey, on a phone, without a cookie?"""

from __future__ import annotations

from secrets import token_urlsafe

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.kit.requests import Database
from admin_views.tools.questionnaires import questions_html, read_form
from app.security import csrf, limiter
from models.core.clock import today
from models.core.errors import RuleBroken
from models.feedback.surveys import Survey, answer_survey, as_the_public
from models.tools.tool_versions import ToolVersion

READING, SENDING = "60 per minute", "12 per minute; 120 per hour"
_TOKEN_LENGTH = range(20, 101)

surveys = Blueprint("surveys", __name__)


def offer_surveys(app: Flask, database: Database) -> None:
    """Put the anonymous surveys into the portal.

    Nobody is signed in here and no cookie is set, so there is nothing that a forged request could borrow: the token
    against forged forms, which lives in a cookie, is not needed.
    """
    app.extensions["surveys"] = database
    app.register_blueprint(surveys)
    csrf.exempt(surveys)


@surveys.get("/answer/<token>/")
@limiter.limit(READING)
def ask(token: str) -> ResponseReturnValue:
    """The questions, or the outcome once it is published."""
    session, survey = _survey(token)
    if not survey.is_open(today()):
        return render_template("surveys/outcome.html", survey=survey)
    questionnaire = session.get_one(ToolVersion, survey.version_id).questionnaire
    questions = questions_html(questionnaire, has_files=False, has_lines=False)
    return render_template(
        "surveys/ask.html", asked=questionnaire, questions=questions, problems=[], receipt=token_urlsafe(18)
    )


@surveys.post("/answer/<token>/")
@limiter.limit(SENDING)
def take(token: str) -> ResponseReturnValue:
    """Keep the answers; the page says what is missing and keeps what was typed."""
    session, survey = _survey(token)
    if not survey.is_open(today()):
        abort(404)
    questionnaire, receipt = (
        session.get_one(ToolVersion, survey.version_id).questionnaire,
        request.form.get("receipt", "")[:64],
    )
    answers, wrong = read_form(questionnaire, request.form)
    problems = [(f"q-{key}", sentence) for key, sentence in wrong.items()]
    if not problems:
        try:
            answer_survey(session, survey, answers=answers, receipt=receipt or token_urlsafe(18))
            session.commit()
            return redirect(url_for("surveys.thank"), 303)
        except RuleBroken as refusal:
            session.rollback()
            problems = [("", refusal.sentence)]
    questions = questions_html(questionnaire, answers, wrong, has_files=False, has_lines=False)
    page = render_template(
        "surveys/ask.html", asked=questionnaire, questions=questions, problems=problems, receipt=receipt
    )
    return page, 422


@surveys.get("/answer/thank-you/")
def thank() -> str:
    """The page that says the answers are kept, and that nobody is told whose they are."""
    return render_template("surveys/thanks.html")


def _survey(token: str) -> tuple[Session, Survey]:
    """This request's session as the public, and the survey of the link; 404 for any other address."""
    session: Session = current_app.extensions["surveys"].session
    survey = as_the_public(session, token) if len(token) in _TOKEN_LENGTH else None
    if survey is None:
        abort(404)
    return session, survey
