"""How does somebody without a sign-in answer an anonymous survey, on a phone, without a cookie?"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from sqlalchemy.orm import Session

from admin_views.kit.requests import Database
from admin_views.tools.questionnaires import questions_html, read_form
from app.security import csrf, limiter
from models.core.clock import today
from models.core.errors import RuleBroken
from models.feedback.surveys import Survey, answer_survey, as_the_public
from models.rules.tools.question_problems import named_problems
from models.rules.tools.questionnaires import Answers, Questionnaire
from models.tools.tool_versions import ToolVersion

READING = "600 per minute"
"""From one address, for all surveys: whole offices stand behind one, and a link cannot be guessed at this pace."""
SENDING = "300 per minute; 3000 per hour"
"""From one address, for each survey."""
SENDING_AT_ALL = "1200 per minute; 12000 per hour"
"""From all addresses, for each survey, so that nobody with many can bury it."""
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
    return _page(_asked(session, survey), receipt=token_urlsafe(18), here=url_for("surveys.ask", token=token))


@surveys.get("/answer/<token>/sent/")
def again(token: str) -> ResponseReturnValue:
    """Whoever opens the address to which the form is sent gets the form."""
    return redirect(url_for("surveys.ask", token=token))


@surveys.post("/answer/<token>/")
@surveys.post("/answer/<token>/sent/")
@limiter.limit(SENDING, key_func=lambda: f"{_link()} {get_remote_address()}")
@limiter.limit(SENDING_AT_ALL, key_func=lambda: _link())
def take(token: str) -> ResponseReturnValue:
    """Keep the answers, once for each page; the page says what is missing and keeps what was typed.

    The form is sent to an address of its own: sent to the page's, it would make browsers forget the page, and Back
    would bring a new one.
    """
    session, survey = _survey(token)
    if not survey.is_open(today()):
        abort(404)
    here = url_for("surveys.ask", token=token)
    asked, receipt = _asked(session, survey), request.form.get("receipt", "")[:64] or token_urlsafe(18)
    answers, wrong = read_form(asked, request.form)
    problems = named_problems(asked, answers, wrong, has_files=False)
    try:
        is_new = not problems and answer_survey(session, survey, answers=answers, receipt=receipt)
        session.commit()
    except RuleBroken as refusal:
        session.rollback()
        is_new, problems = False, [("", refusal.sentence)]
    if is_new:
        return redirect(url_for("surveys.thank"), 303)
    if problems:
        return _page(asked, answers, wrong, problems=problems, receipt=receipt, here=here), 422
    return _page(asked, answers, is_sent=True, receipt=token_urlsafe(18), here=here)


def _link() -> str:
    """Which survey a request is for, as far as limits go: what is no link at all counts as one."""
    token = str((request.view_args or {}).get("token", ""))
    return sha256(token.encode()).hexdigest() if len(token) in _TOKEN_LENGTH else "no link"


def _asked(session: Session, survey: Survey) -> Questionnaire:
    return session.get_one(ToolVersion, survey.version_id).questionnaire


def _page(
    asked: Questionnaire, answers: Answers | None = None, wrong: Mapping[str, str] | None = None, **values: Any
) -> str:
    """The survey's page. `is_sent`: what came was sent before, and whoever did not send it may send it as their own."""
    questions = questions_html(asked, answers, wrong, has_files=False, has_lines=False)
    template = "surveys/sent.html" if values.pop("is_sent", False) else "surveys/ask.html"
    return render_template(template, asked=asked, questions=questions, **values)


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
