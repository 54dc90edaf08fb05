"""How does a session reach the database as the person who acts?"""

from __future__ import annotations

import select
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from psycopg import Cursor, Error, InterfaceError, OperationalError
from psycopg._queries import PostgresQuery
from sqlalchemy import Connection, DateTime, Engine, Identity, MetaData, Text, create_engine, event, text
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as NoneFreeError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    SessionTransaction,
    declared_attr,
    mapped_column,
    sessionmaker,
)
from sqlalchemy.pool import ConnectionPoolEntry

from models.core.access import Actor, DatabaseRole, RowPolicy
from models.core.errors import RuleBroken
from models.core.kept_plans import keep_plans

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_ASKED_AFTER = 30  # seconds
_LOST_IN_THE_MIDDLE = "8s2b"  # SQLAlchemy's name for a transaction whose connection has gone
_BE_NOBODY = "SET LOCAL ROLE NONE"
_BECOME = (
    "SELECT set_config('role', %(role)s, true), set_config('app.user_id', %(person)s, true),"
    " set_config('app.agency_ids', %(agencies)s, true), set_config('app.request_id', %(request)s, true),"
    " set_config('app.survey_token', %(survey)s, true)"
)


class Base(DeclarativeBase):
    """Every table of the portal. `row_policy` says who may reach its rows; without one nobody may.

    `address_path` is where its records are read when that is not the table's own name (models/core/addresses.py).
    `is_about_cases`: its rows tell of single cases or people, so who looks at them is on record (models/core/looks.py).
    `words_in_lists(row)` says in SQL how a row is called where lists name records of many kinds, if that is not its
    reference and title, and `owned_by` the own column and the column of other tables by which a row is theirs
    (models/core/record_names.py).
    """

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), str: Text()}
    row_policy: ClassVar[RowPolicy] = RowPolicy(staff=(), system=(), reason="closed until the table says otherwise")
    address_path: ClassVar[str] = ""
    is_about_cases: ClassVar[bool] = False
    words_in_lists: ClassVar[Any] = None
    owned_by: ClassVar[tuple[str, str] | None] = None


class Record(Base):
    """A row people edit: an integer key inside, and a version so that nobody's edit is overwritten unseen."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(Identity(), primary_key=True, sort_order=-10)
    row_version: Mapped[int] = mapped_column(server_default="1", sort_order=90)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version}

    def check(self, session: Session) -> None:
        """Refuse with `RuleBroken` a record that breaks a rule. Screens call it before they save, and verbs may."""


Stated = tuple[str, Mapping[str, Any]]
"""A statement of the driver's with its values."""


class PortalSession(Session):
    """A session whose every transaction runs as `info["actor"]`; without an actor it refuses to begin."""

    def run_apart(self, actor: Actor, *statements: Stated) -> None:
        """End the transaction without a commit, run some statements as the actor, and commit those.

        All of it goes to the database at once and is answered at once, so that it costs no more than the rollback. A
        transaction that a refused flush has broken is left first.
        """
        if not self.is_active:
            self.rollback()
        driver: Any = self.connection().connection.driver_connection
        with driver.pipeline(), driver.cursor() as cursor:
            for statement, values in (("ROLLBACK AND CHAIN", {}), becoming(actor), *statements, ("COMMIT", {})):
                cursor.execute(statement, values)
        self.rollback()  # for the session the transaction is over; the database hears nothing more of it


@event.listens_for(PortalSession, "after_begin")
def _become_the_actor(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    actor: Actor = session.info["actor"]
    if not transaction.nested and actor.database_role is not DatabaseRole.DOOR:  # a login stands at the door anyway
        _become_first(connection, actor)


def become(connection: Connection, actor: Actor) -> None:
    """Run the rest of this transaction as the actor: role, person, agencies, request and survey, until it ends.

    Whoever acted in it before is left first: no person's role may call what makes somebody else of a transaction, so
    that a statement slipped into theirs cannot either.
    """
    connection.exec_driver_sql(_BE_NOBODY)
    _become_first(connection, actor)


def _become_first(connection: Connection, actor: Actor) -> None:
    """The same where the transaction has just begun, in one statement."""
    connection.exec_driver_sql(*becoming(actor))  # taken as it is, because every request runs it


def becoming(actor: Actor) -> Stated:
    """The statement by which a transaction that has just begun becomes an actor's."""
    return _BECOME, {
        "role": str(actor.database_role),
        "person": "" if actor.person_id is None else str(actor.person_id),
        "agencies": ",".join(str(agency) for agency in actor.agency_ids),
        "request": actor.request_id,
        "survey": actor.survey_token,
    }


def act_as(session: Session, actor: Actor) -> None:
    """Change who acts, also inside a transaction that has begun (a request learns who it is from its session row)."""
    session.info["actor"] = actor
    if session.in_transaction():
        become(session.connection(), actor)


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine for one of the portal's logins. Dates in ISO, moments in UTC, whatever the server's defaults.

    Its connections run one statement at a time: a second one slipped in behind it is refused by the server.
    """
    options = "-c timezone=UTC -c datestyle=ISO -c jit=off"
    arguments = {"options": options, "cursor_factory": OneStatementCursor}
    engine = create_engine(database_url(url), pool_size=pool_size, max_overflow=8, connect_args=arguments)
    event.listen(engine, "checkin", _note_when_left)
    event.listen(engine, "checkout", _refuse_dead)
    keep_plans(engine)
    return engine


class OneStatementCursor(Cursor[Any]):
    """Sends even a statement without values by the protocol that takes one statement only."""

    def _execute_send(self, query: PostgresQuery, *, force_extended: bool = True, binary: bool | None = None) -> None:
        super()._execute_send(query, force_extended=True, binary=binary)


def _note_when_left(driver: Any, record: ConnectionPoolEntry) -> None:
    record.info["left_at"] = time.monotonic()


def _refuse_dead(driver: Any, record: ConnectionPoolEntry, fairy: object) -> None:
    """Replace a connection that the server has closed meanwhile: every page takes one, and none should fail for it.

    Looking at the socket costs nothing; a connection idle for long is tested, as a network may drop it silently.
    """
    idle = time.monotonic() - record.info.get("left_at", time.monotonic())
    if _is_closed(driver) or (idle > _ASKED_AFTER and not _answers(driver)):
        raise InvalidatePoolError


def _is_closed(driver: Any) -> bool:
    """Whether the socket has something to read although nothing was sent: the connection's end or last words."""
    if driver.closed:
        return True
    looking = select.poll()
    looking.register(driver.fileno(), select.POLLIN)
    return bool(looking.poll(0))


def _answers(driver: Any) -> bool:
    try:
        driver.execute("SELECT 1")
        driver.rollback()
    except Error:
        return False
    return True


def is_database_away(error: BaseException | None) -> bool:
    """Whether an error comes from a database that does not answer, or went away in the middle; not from a refusal."""
    while error is not None:
        if isinstance(error, OperationalError | InterfaceError | NoneFreeError | InvalidatePoolError):
            return True
        if isinstance(error, DBAPIError) and (error.connection_invalidated or is_database_away(error.orig)):
            return True
        if isinstance(error, PendingRollbackError) and error.code == _LOST_IN_THE_MIDDLE:
            return True
        error = error.__cause__ or error.__context__
    return False


def database_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in {"postgres", "postgresql"} else url


def make_session_factory(engine: Engine) -> sessionmaker[PortalSession]:
    """Sessions that keep loaded values after commit (pages are rendered then) and never begin without an actor."""
    return sessionmaker(engine, class_=PortalSession, expire_on_commit=False)


_MAY_BYPASS = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
_MAY_BECOME = text(
    "SELECT role FROM unnest(CAST(:roles AS text[])) role WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = role)"
    " AND pg_has_role(session_user, role, 'SET')"
)


def refuse_unsafe_login(connection: Connection, *, needs: Iterable[DatabaseRole] = ()) -> None:
    """Refuse to serve on a login that row-level security does not bind, or that may become more than it `needs`.

    Raises RuleBroken, also where the login may not become what it needs. Without `needs` it may become anything.
    """
    if connection.scalar(text(_MAY_BYPASS)):
        raise RuleBroken("The database login may bypass row-level security; give the portal a login that may not.")
    wanted = [str(role) for role in needs]
    if wanted:
        held = set(connection.scalars(_MAY_BECOME, {"roles": [str(role) for role in DatabaseRole]}))
        _refuse_other_roles(str(connection.scalar(text("SELECT session_user::text"))), held, set(wanted))


def _refuse_other_roles(login: str, held: set[str], wanted: set[str]) -> None:
    if missing := sorted(wanted - held):
        raise RuleBroken(f"The database login {login} may not become {', '.join(missing)}. {_ROLES_AGAIN}")
    if spare := sorted(held - wanted - {DatabaseRole.DOOR}):
        raise RuleBroken(f"The database login {login} may become {', '.join(spare)}, which it must not. {_ROLES_AGAIN}")


_ROLES_AGAIN = (
    "Run what “flask --app wsgi database roles” prints as the server's administrator, and see that DATABASE_URL,"
    " DATABASE_SIGN_IN_URL and DATABASE_JOBS_URL each have their own login; docs/operating.md has the steps."
)
