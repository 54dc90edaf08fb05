"""When does a look go on record? Before the answer leaves, so that nothing is seen of which nothing is known."""

from __future__ import annotations

import psycopg
import structlog
from flask import Flask, Response, g, make_response
from sqlalchemy.exc import OperationalError

from admin_views.kit.looks import look_of
from admin_views.kit.requests import Database, actor
from app.errors import error_page
from models.core.looks import keep_look

_log = structlog.get_logger("portal")


def put_looks_on_record(app: Flask, database: Database) -> None:
    """Put every look at records of cases, every search, file that leaves and refusal on record with its answer.

    The page's transaction ends with it; nothing that the page has not committed is kept. Where the database does not
    take it, the answer does not leave.
    """

    def note(response: Response) -> Response:
        look = look_of(response)
        if look is None:
            return response
        try:
            keep_look(database.session, actor(), look)
        except (psycopg.OperationalError, OperationalError):
            _log.error("database away", request=g.get("request_id"), page=look.page)
            response.close()
            return make_response(error_page(503))
        return response

    app.after_request(note)
