"""Which one plain sentence does a person read when something cannot be shown or done?"""

from __future__ import annotations

import structlog
from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from admin_views.kit.refusals import sentence_of
from app.auth import safe_next
from app.signed_out import form_made_before
from models.core.db import is_database_away
from models.core.errors import RuleBroken

_SENTENCES = {
    400: ("That cannot be read", "Something in the address or the form is not what the portal can read."),
    401: ("Please sign in", "Sign in first, then try again."),
    403: ("Not for you to open", "Your role does not include this page."),
    404: ("Page not found", "There is no such page, or it is not yours to see."),
    405: ("That cannot be done here", "This address does not do what was asked of it."),
    409: ("Something has changed", "What you wanted to change has changed meanwhile."),
    413: ("Too large", "What you sent is larger than the portal accepts."),
    422: ("That cannot be saved", "Something in the form does not fit."),
    429: ("Too many tries", "There were too many tries in a short time; wait a minute and try again."),
    500: ("Something went wrong", "The portal could not do that. The fault is on record; please try again."),
    503: ("Not available just now", "The portal cannot reach its database; please try again in a minute."),
}
_SIGN_IN_PAGES = {
    "auth.sign_in": "sign_in.html",
    "passkeys.sign_in": "sign_in.html",
    "second_factor.give_code": "second_factor/code.html",
}
_TOO_MUCH = (
    "What you sent is larger than {} MB, the most that this page takes at once, all files together. Nothing of it was"
    " kept: go back and choose smaller files, or send them one after the other."
)
_NOT_VALID = "This form is no longer valid. Go back, open the page again and send it once more."
_OPEN_TOO_LONG = "This page was open for too long, or you have signed in in another tab; please try once more."
_log = structlog.get_logger("portal")


def show_errors(app: Flask) -> None:
    """Answer every fault and refusal with a page of the portal."""
    app.register_error_handler(CSRFError, _form_too_old)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(RuleBroken, _of_rule)
    app.register_error_handler(StaleDataError, _of_rule)
    app.register_error_handler(SQLAlchemyError, _of_database)
    app.register_error_handler(500, _of_fault)


def error_page(status: int, sentence: str = "") -> tuple[str, int]:
    """The page for a status, with its usual sentence or the one given."""
    title, usual = _SENTENCES.get(status, _SENTENCES[400 if status < 500 else 500])
    return render_template("error.html", title=title, sentence=sentence or usual, is_error=True), status


def _form_too_old(error: CSRFError) -> ResponseReturnValue:
    """Where signing in takes too long the same page again; somebody's own words come back; anything else is refused."""
    template = _SIGN_IN_PAGES.get(request.endpoint or "")
    if template:
        email = request.form.get("email", "")[:320]
        return render_template(template, email=email, problem=_OPEN_TOO_LONG, next=safe_next()), 400
    return form_made_before() or error_page(400, _NOT_VALID)


def _of_http(error: HTTPException) -> tuple[str, int] | HTTPException:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return error
    if status == 503:
        return _away()
    if status == 413 and "most_mb" in g:
        return error_page(413, _TOO_MUCH.format(g.most_mb))
    is_ours = error.description is not None and error.description != type(error).description
    page, code = error_page(status, error.description if is_ours and status == 400 and error.description else "")
    return page, code


def _of_rule(error: Exception) -> tuple[str, int]:
    return error_page(409, sentence_of(error) or "")


def _of_database(error: SQLAlchemyError) -> tuple[str, int]:
    """A value the database cannot take is the asker's fault; a database that does not answer is nobody's; else ours."""
    if is_database_away(error):
        return _away()
    if isinstance(error, StatementError):
        sentence = sentence_of(error) if isinstance(error, DBAPIError) else ""
        if sentence is not None:
            return error_page(409 if sentence else 400, sentence)
    log_fault(error)
    return error_page(500)


def _of_fault(error: InternalServerError) -> tuple[str, int]:
    """A fault of ours; or the database went away where no view could notice, such as when the sign-in was kept."""
    return _away() if is_database_away(error.original_exception) else error_page(500)


def _away() -> tuple[str, int]:
    """Say that the database is away, on record. The page itself asks it for nothing."""
    g.is_database_away = True
    _log.error("database away", request=g.get("request_id"), endpoint=request.endpoint)
    return error_page(503)


def log_fault(cause: BaseException | None) -> None:
    """Write down a fault of ours: what kind and where, never the values it carried."""
    if cause is not None:
        kind = type(cause).__name__
        _log.error("fault", request=g.get("request_id"), endpoint=request.endpoint, kind=kind, where=_where(cause))


def _where(cause: BaseException) -> list[str]:
    """The lines the fault passed through, without the values it carried: those may be personal."""
    places, trace = [], cause.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{'/'.join(code.co_filename.rsplit('/', 2)[-2:])}:{trace.tb_lineno}")  # "<string>" has no folder
        trace = trace.tb_next
    return places[-12:]
