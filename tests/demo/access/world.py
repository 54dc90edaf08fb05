"""Who asks, and what is there to ask for: the demo, a row of two agencies in every table, somebody of every role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Column, Connection, Enum, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import sessionmaker
from werkzeug.test import TestResponse

from admin_views.kit.registry import load_screens
from models.case_lists.case_lists import CaseListPiece, SentList, keep_list, sealing_key
from models.core.access import Actor, Role
from models.core.db import Base, PortalSession, become
from models.documents.documents import DocumentKind, NewDocument, keep_document
from models.documents.job_requests import JobRequest
from models.messages.messages import Message
from models.partnership.people import Person
from models.spreadsheets.table_imports import keep_import
from tests import make
from tests.wall.owners import EVERYBODY, EVERYBODY_ONCE_RELEASED, OWNERS
from tests.wall.sides import MAKERS, Side, Whose, make_sides
from tests.wall.wall import MAKING
from tests.web import SECRET, Browser

MARK = "Planted-Marker-Of-Theirs"

SHARED = {"partnership_settings", "mail_settings", "portals", "change_log_head", "reference_items", "hubs"}
"""Tables whose rows are nobody's own, or one row for all."""

WORDS_OF_LETTERS = {"reminder_rules"}
"""Tables whose words go out to people of every agency."""


@dataclass
class World:
    """The demo with the planted rows, in one transaction; every request can be taken back."""

    connection: Connection
    sides: dict[Whose, Side]
    people: dict[Role, list[int]]
    their_manager: int = 0
    foreigners: dict[str, int] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    theirs: dict[str, str] = field(default_factory=dict)
    portal: Flask | None = None
    is_undoing: bool = False
    browsers: dict[int, Browser] = field(default_factory=dict)
    tokens: dict[int, dict[str, str]] = field(default_factory=dict)

    def opened_with(self, portal: Flask) -> World:
        """The same world seen through this test's portal; browsers of an earlier one are left."""
        self.portal, self.browsers, self.tokens = portal, {}, {}
        return self

    def browser(self, person_id: int) -> Browser:
        """The browser of somebody, signed in once."""
        if person_id not in self.browsers:
            assert self.portal is not None
            assert not self.is_undoing, "a sign-in would be taken back with what is tried"
            with self.session() as session:
                person = session.get_one(Person, person_id)
                self.browsers[person_id] = Browser(self.portal).enter(person, session)
            tokens = self.browsers[person_id].tokens("/account/")
            self.tokens[person_id] = {"csrf_token": tokens["csrf_token"]}
        return self.browsers[person_id]

    def form(self, person_id: int, number: int = 0) -> dict[str, str]:
        """The hidden fields of a form of that person that has not been sent yet."""
        self.browser(person_id)
        return {**self.tokens[person_id], "once": f"a-form-of-the-matrix-{number:08}"}

    def view_of(self, endpoint: str) -> Any:
        """The screen of that endpoint as the portal has put it together."""
        return next(view for view in self.views() if view.endpoint == endpoint)

    def views(self) -> list[Any]:
        """Every screen as the portal has put it together."""
        assert self.portal is not None
        return [view for view in self.portal.extensions["admin"][0]._views if view.endpoint != "home"]

    def role_of(self, person_id: int) -> Role:
        return next(role for role, persons in self.people.items() if person_id in persons)

    def session(self) -> PortalSession:
        """A session of the portal itself, in the world's transaction."""
        return PortalSession(
            self.connection, info={"actor": Actor.system("test")}, join_transaction_mode="create_savepoint",
            expire_on_commit=False,
        )  # fmt: skip

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside leaves nothing behind."""
        point = self.connection.begin_nested()
        self.is_undoing = True
        try:
            yield
        finally:
            self.is_undoing = False
            point.rollback()

    @contextmanager
    def answered(
        self, person_id: int, path: str, *, method: str = "GET", form: dict[str, Any] | None = None
    ) -> Iterator[TestResponse]:
        """What an address answers to somebody who sends a form (with the hidden fields of their own), all read.

        What it did is there to look at inside, and taken back afterwards.
        """
        browser = self.browser(person_id)
        data = None if method == "GET" else {**(form or {}), **self.form(person_id)}
        with self.undone(), browser.client.open(path, method=method, data=data) as answer:
            sent = answer.response
            answer.set_data(until_refused(answer))
            getattr(sent, "close", lambda: None)()
            yield answer

    def finish_all_work(self) -> None:
        """Let no request wait any more, so that a test does only the work it asks for."""
        become(self.connection, Actor.system("test"))
        over = "UPDATE job_requests SET status = 'done', finished_at = now() WHERE finished_at IS NULL"
        self.connection.execute(text(over))

    def key(self, table: str, whose: Whose = Whose.THEIRS) -> int:
        """The id of a side's row of a table."""
        return int(getattr(self.sides[whose].rows[table], "id"))  # noqa: B009 (not every table's row has one)


def until_refused(answer: TestResponse) -> bytes:
    """What an answer shows; of a file that is written as it is sent, what came before the database refused the rest."""
    shown = b""
    try:
        for piece in answer.iter_encoded():
            shown += piece
    except ProgrammingError as refusal:
        if not isinstance(refusal.orig, InsufficientPrivilege):
            raise
    return shown


def build_world(connection: Connection) -> World:
    """Plant the rows of the four sides beside the demo; the marker goes into every word of theirs that takes it."""
    assert MAKING
    load_screens()
    sessions = sessionmaker(connection, class_=PortalSession, join_transaction_mode="create_savepoint")
    with sessions(info={"actor": Actor.system("test")}, expire_on_commit=False) as session:
        sides = make_sides(session)
        make.person(session, Role.MANAGER, agency=sides[Whose.MINE].agency, name="My manager")
        their_manager = make.person(session, Role.MANAGER, agency=sides[Whose.THEIRS].agency, name="Their manager")
        models = {str(mapper.local_table): mapper.class_ for mapper in Base.registry.mappers}
        for table in MAKERS:
            for side in sides.values():
                side.row(models[table])
        session.commit()
        foreigners = foreigners_of(session)
        people = cast_of(session, sides)
        files_on_the_way(session, people[Role.OFFICER][0], sides)
        for persons in people.values():
            own_rows(session, persons[0])
        session.commit()
        session.expunge_all()
    mark_rows(connection, sides[Whose.THEIRS])
    mark_agency(connection, people)
    keyed = {name for name, row in sides[Whose.THEIRS].rows.items() if isinstance(getattr(row, "id", None), int)}
    keyed -= SHARED
    return World(connection, sides, people, their_manager.id, foreigners, keyed)


def cast_of(session: PortalSession, sides: dict[Whose, Side]) -> dict[Role, list[int]]:
    """Everybody by role; those of the planted agency that asks come first, those of the other not at all."""
    everybody = session.scalars(select(Person).where(Person.is_active).order_by(Person.id)).all()
    mine, theirs = sides[Whose.MINE].agency.id, sides[Whose.THEIRS].agency.id
    first = sorted(everybody, key=lambda person: (person.agency_id != mine, person.id))
    return {role: [one.id for one in first if one.role is role and one.agency_id != theirs] for role in Role}


def foreigners_of(session: PortalSession) -> dict[str, int]:
    """Somebody of each role who has nothing to do with any record, by what they are called."""
    elsewhere = make.agency(session, "Elsewhere")
    bound = {Role.MANAGER: elsewhere, Role.AGENCY_MEMBER: elsewhere}
    named = {
        "an officer of no hub": Role.OFFICER,
        "a sponsor of no review": Role.SPONSOR,
        "a manager of an agency elsewhere": Role.MANAGER,
        "a member of an agency elsewhere": Role.AGENCY_MEMBER,
    }
    found = {
        name: make.person(session, role, agency=bound.get(role), name=f"Nobody {role.value}").id
        for name, role in named.items()
    }
    return found | {"a manager of no agency": make.person(session, Role.MANAGER, name="Nobody manager at all").id}


def own_rows(session: PortalSession, person_id: int) -> None:
    """What one person has asked for, got and made: a request, a letter, a document."""
    person = session.get_one(Person, person_id)
    document = NewDocument(
        kind=DocumentKind.PLAN_SUMMARY, title="A summary", file_name="s.txt", media_type="text/plain", content=b"words"
    )
    keep_document(session, document, agency_id=person.agency_id, made_by_id=person.id)
    request = JobRequest(name="make_plan_pdf", arguments={}, requested_by_id=person.id, sentence="On its way.")
    letter = Message(
        recipient_id=person.id, recipient_name=person.name, address=person.email, subject="A letter", body="Words."
    )
    session.add_all([request, letter])
    session.flush()


def files_on_the_way(session: PortalSession, officer_id: int, sides: dict[Whose, Side]) -> None:
    """A case list and a spreadsheet that an officer has sent; the planted lists hold a file that can be read, too."""
    sent = SentList(BytesIO(CASE_LIST), "list.csv", limit=10_000)
    keep_list(session, sent, key=sealing_key(SECRET), title="Open cases", person_id=officer_id)
    kept = {"secret": SECRET, "list_name": "actions", "person_id": officer_id}
    keep_import(session, BytesIO(b"Action,Due on\nAudit ten files,1 May 2027\n"), "actions.csv", **kept)
    sealed = Fernet(sealing_key(SECRET)).encrypt(CASE_LIST)
    for side in sides.values():
        side.row(CaseListPiece).sealed = sealed


CASE_LIST = b"Case reference,Level,Start date\nC1,Child in need,2026-01-05\n"


def mark_rows(connection: Connection, side: Side) -> int:
    """Put the marker into every text of a side's rows that no rule of the table keeps as it is; how many took it."""
    become(connection, Actor.system("test"))
    count = 0
    for name, row in side.rows.items():
        table = Base.metadata.tables[name]
        if OWNERS[name].read in (EVERYBODY, EVERYBODY_ONCE_RELEASED) or name in WORDS_OF_LETTERS:
            continue
        for column in table.columns:
            if is_words(column) and hasattr(row, "id") and not name.startswith(("partnership", "mail_")):
                count += _marked(connection, name, column.name, "id", getattr(row, "id"))  # noqa: B009
    return count


def is_words(column: Column[Any]) -> bool:
    """Whether people may have typed what stands in a column, rather than chosen it from a fixed list."""
    is_text = str(column.type).upper().startswith(("TEXT", "VARCHAR"))
    return is_text and not isinstance(column.type, Enum) and not column.foreign_keys


def mark_agency(connection: Connection, people: dict[Role, list[int]]) -> None:
    """Put the marker also into what one agency of the demo has in the reviews that it shares with the others.

    Somebody of that agency stands last among the managers and members, so that the strangers are of other agencies.
    """
    become(connection, Actor.system("test"))
    agency = connection.scalar(text("SELECT id FROM agencies WHERE name LIKE '% Police'"))
    for name, table in sorted(Base.metadata.tables.items()):
        owners = [column for column in ("agency_id", "lead_agency_id") if column in table.columns]
        if not owners or OWNERS[name].read in (EVERYBODY, EVERYBODY_ONCE_RELEASED):
            continue
        for column in table.columns:
            if is_words(column):
                _marked(connection, name, column.name, owners[0], agency)
    bound = text("SELECT id FROM people WHERE agency_id = :agency")
    of_theirs = set(connection.scalars(bound, {"agency": agency}))
    for persons in people.values():
        persons.sort(key=lambda person: person in of_theirs)


def _marked(connection: Connection, table: str, column: str, whose: str, key: Any) -> int:
    point = connection.begin_nested()
    statement = f'UPDATE "{table}" SET "{column}" = :mark || \' \' || coalesce("{column}", \'\') WHERE {whose} = :key'
    try:
        changed = connection.execute(text(statement), {"mark": MARK, "key": key}).rowcount
        point.commit()
    except Exception:  # noqa: BLE001 (a word of a fixed list, a fingerprint, a table nobody may change)
        point.rollback()
        return 0
    return changed
