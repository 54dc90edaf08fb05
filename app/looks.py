"""When does it go on record that somebody was here, and what they saw? Before the answer leaves.

So nothing is seen of which nothing is known. Both take the place of the rollback that ends a page's transaction: the
database is asked no more often than without them.
"""

from __future__ import annotations

import psycopg
import structlog
from flask import Flask, Response, g, make_response
from sqlalchemy.exc import OperationalError

from admin_views.kit.looks import look_of
from admin_views.kit.requests import Database, actor
from app.errors import error_page
from models.core.looks import NewLook, keep_look

_log = structlog.get_logger("portal")


def put_looks_on_record(app: Flask, database: Database, door: Database) -> None:
    """Put every look at records of cases, every search, file that leaves and refusal on record with its answer.

    The page's transactions end with it; nothing that the page has not committed is kept. Where the database does not
    take it, the answer does not leave; one that shows nothing leaves all the same.
    """

    def note(response: Response) -> Response:
        look = look_of(response)
        try:
            door.let_go()
            _note(database, look)
        except (psycopg.OperationalError, OperationalError):
            _log.error("database away", request=g.get("request_id"), page=look.page if look else "")
            if look is None:
                return response
            response.close()
            return make_response(error_page(503))
        return response

    app.after_request(note)


def _note(database: Database, look: NewLook | None) -> None:
    seen = [g.pop("seen_note")] if "seen_note" in g else []
    if look is not None:
        keep_look(database.session, actor(), look, *seen)
    elif seen:
        database.session.run_apart(actor(), *seen)
