"""How does a test act by each of the portal's logins on one connection, so that all of it is rolled back?

The connection is the server administrator's, who may go on as any login: pages, sign-in and jobs then have the rights
that they have in use, and no others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from app.database_logins import APP, SIGN_IN
from models.core.access import Actor
from models.core.db import PortalSession, Stated, becoming


class LoginSession(PortalSession):
    """A session whose transactions run by the login in `info["login"]`.

    Those of two sessions lie within each other on the one connection: whatever began within one ends before it.
    """

    def run_apart(self, actor: Actor, *statements: Stated) -> None:
        """The same within the test's transaction, by the session's login; unseen by whoever counts statements."""
        if not self.is_active:
            self.rollback()
        driver: Any = self.connection().connection.driver_connection
        self.rollback()
        with driver.transaction(), driver.cursor() as cursor:
            who = cursor.execute(_WHO).fetchone()
            cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {self.info['login']}")
            for statement, values in (becoming(actor), *statements):
                cursor.execute(statement, values)
            _go_on_as_before(cursor, who)

    def rollback(self) -> None:
        self._end_those_within()
        super().rollback()

    def close(self) -> None:
        self._end_those_within()
        super().close()

    def _end_those_within(self) -> None:
        if "left" in self.info:
            begun: list[LoginSession] = self.info["left"][0].info["begun"]
            for session in reversed(begun[begun.index(self) + 1 :]):
                session.rollback()


_WHO = (
    "SELECT session_user::text, current_setting('role'), current_setting('app.user_id', true),"
    " current_setting('app.agency_ids', true), current_setting('app.request_id', true)"
)
_WHO_AGAIN = (
    "SELECT set_config('session_authorization', %s, true), set_config('role', %s, true), set_config('app.user_id', %s,"
    " true), set_config('app.agency_ids', %s, true), set_config('app.request_id', %s, true)"
)


@event.listens_for(LoginSession, "after_begin", insert=True)
def _go_on_as_the_login(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        with connection.connection.cursor() as cursor:
            session.info["left"] = connection, cursor.execute(_WHO).fetchone()
        connection.info.setdefault("begun", []).append(session)
        go_on_as(connection, session.info["login"])


@event.listens_for(LoginSession, "after_transaction_end")
def _be_who_it_was(session: Session, transaction: SessionTransaction) -> None:
    """Whoever used the connection before this session goes on as before, as on a connection of their own."""
    if transaction.parent is None and "left" in session.info:
        connection, who = session.info.pop("left")
        connection.info["begun"].remove(session)
        driver = None if connection.closed else connection.connection.dbapi_connection
        if driver is not None and driver.info.transaction_status == TransactionStatus.INTRANS:
            with driver.cursor() as cursor:
                _go_on_as_before(cursor, who)


def _go_on_as_before(cursor: Cursor[Any], who: Sequence[str | None]) -> None:
    cursor.execute("RESET SESSION AUTHORIZATION")
    cursor.execute(_WHO_AGAIN, [word or "" for word in who])


def go_on_as(connection: Connection, login: str) -> None:
    """Run the rest of the transaction by a login; unseen by whoever counts statements."""
    with connection.connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {login}")


def sessions_by(login: str, connection: Connection) -> sessionmaker[PortalSession]:
    """Sessions of that login, which commit into the test's own transaction."""
    return sessionmaker(
        connection,
        class_=LoginSession,
        expire_on_commit=False,
        join_transaction_mode="create_savepoint",
        info={"login": login},
    )


def logins_of_the_web(sessions: sessionmaker[Any] | None) -> tuple[Any, Any]:
    """The same sessions by the two logins of a web process: for pages, and for signing in."""
    if sessions is None:
        return None, None
    pages, door = (_by(login, sessions) for login in (APP, SIGN_IN))
    return pages, door


def _by(login: str, sessions: sessionmaker[Any]) -> sessionmaker[Any]:
    if "login" not in sessions.kw.get("info", {}):
        return sessions
    return sessionmaker(class_=LoginSession, **{**sessions.kw, "info": {**sessions.kw["info"], "login": login}})
