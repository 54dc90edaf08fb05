"""Can the last administrator who may sign in be switched off, demoted or deleted in any way? (They must not.)"""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, delete, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from models.accounts.passwords import hash_password
from models.core.access import Actor, Role
from models.core.clock import now
from models.core.db import PortalSession, act_as, database_url, make_session_factory
from models.core.refusals import sentence_of
from models.partnership.people import Person
from tests import make
from tests.databases import Database
from tests.spreadsheets.bringing import Bringer, csv_of, refusals
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
SENTENCE = "This is the last administrator who can sign in: make somebody else an administrator first"
WAYS = {
    "switched off": "UPDATE people SET is_active = false WHERE id = :id",
    "demoted": "UPDATE people SET role = 'officer' WHERE id = :id",
    "deleted": "DELETE FROM people WHERE id = :id",
    "not accepted": "UPDATE people SET accepted_at = NULL, password_hash = NULL WHERE id = :id",
    "everybody demoted": "UPDATE people SET role = 'sponsor' WHERE :id > 0",
}


@pytest.fixture
def last(session: Session) -> Person:
    """The last administrator who can sign in: others have left, or have never come in."""
    person = member(session, Role.ADMINISTRATOR, name="Olive Boss")
    member(session, Role.ADMINISTRATOR, name="Has Left", is_active=False)
    make.person(session, Role.ADMINISTRATOR, name="Not Yet In")
    session.commit()
    return person


@pytest.mark.parametrize("who", ["an administrator", "the portal itself"])
@pytest.mark.parametrize("way", WAYS)
def test_raw_sql_does_not_take_the_last_administrator_away(session: Session, last: Person, way: str, who: str) -> None:
    act_as(session, last.actor() if who == "an administrator" else Actor.system())
    number = last.id
    with pytest.raises(DBAPIError) as refusal, session.begin_nested():
        session.execute(text(WAYS[way]), {"id": number})
    if (who, way) == ("an administrator", "not accepted"):  # whose role may not write password_hash at all
        assert "permission denied" in str(refusal.value)
    else:
        assert SENTENCE in (sentence_of(refusal.value) or "")


def test_servers_own_administrator_is_refused_as_well(database: Database) -> None:
    boss = create_engine(database_url(database.superuser_url))
    with boss.connect() as connection, connection.begin() as transaction:
        number = connection.scalar(
            text(
                "INSERT INTO people (name, email, role, accepted_at) VALUES ('A', 'a@b', 'administrator', now())"
                " RETURNING id"
            )
        )
        for way in WAYS.values():
            savepoint = connection.begin_nested()
            with pytest.raises(IntegrityError, match="the last administrator stays"):
                connection.execute(text(way), {"id": number})
            savepoint.rollback()
        transaction.rollback()
    boss.dispose()


@pytest.mark.parametrize("way", WAYS)
def test_administrator_who_is_not_the_last_goes_as_before(session: Session, last: Person, way: str) -> None:
    heir = member(session, Role.ADMINISTRATOR, name="Heir")
    if way == "everybody demoted":
        session.execute(text("UPDATE people SET role = 'sponsor' WHERE id <> :heir"), {"heir": heir.id})
    else:
        session.execute(text(WAYS[way]), {"id": last.id})
    session.commit()
    left = select(Person.id).where(Person.role == Role.ADMINISTRATOR, Person.is_active, Person.accepted_at.is_not(None))
    assert session.scalars(left).all() == [heir.id]


def test_one_statement_may_hand_the_role_over(session: Session, last: Person) -> None:
    heir = member(session, Role.OFFICER, name="Heir")
    swap = (
        "UPDATE people SET role = CASE WHEN id = :heir THEN 'administrator' ELSE 'officer' END"
        " WHERE id IN (:heir, :last)"
    )
    session.execute(text(swap), {"heir": heir.id, "last": last.id})
    with pytest.raises(IntegrityError):
        session.execute(text(WAYS["demoted"]), {"id": heir.id})


@pytest.mark.parametrize("changes", [{"role": "officer"}, {"is_active": None}], ids=["demoted", "switched off"])
def test_form_says_in_one_sentence_why_the_last_administrator_stays(
    browser: Open, session: Session, last: Person, changes: dict[str, str | None]
) -> None:
    boss = browser().enter(last, session)
    path = f"/people/{last.id}/edit/"
    form = {name: value for name, value in boss.filled(path, **changes).items() if value is not None}
    answer = boss.client.post(path, data=form)
    assert answer.status_code == 422
    assert SENTENCE in words_of(answer)
    session.refresh(last)
    assert (last.role, last.is_active) == (Role.ADMINISTRATOR, True)
    assert boss.client.get("/").status_code == 200, "still signed in"


def test_delete_page_says_it_too(browser: Open, session: Session, last: Person) -> None:
    boss = browser().enter(last, session)
    path = f"/people/{last.id}/delete/"
    answer = boss.client.post(path, data=boss.tokens(path), follow_redirects=True)
    assert SENTENCE in answer.text
    assert session.get(Person, last.id) is not None


def test_spreadsheet_does_not_demote_the_last_administrator_either(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], last: Person
) -> None:
    bringer = Bringer(browser().enter(last, session), session, session_factory)
    rows = csv_of(
        ("Name", "E-mail address", "Role", "May sign in"),
        (last.name, last.email, "Manager", "yes"),
        ("Newcomer", "new@example.org", "Manager", "yes"),
    )
    checked = bringer.check(rows, "people")
    assert {line: sentence[: len(SENTENCE)] for line, sentence in refusals(checked).items()} == {2: SENTENCE}
    bringer.accept()
    session.refresh(last)
    assert last.role is Role.ADMINISTRATOR
    assert session.scalar(select(Person.id).where(Person.email == "new@example.org")) is not None


def test_two_who_demote_each_other_at_once_leave_one(database: Database) -> None:
    engine = database.engine()
    sessions = make_session_factory(engine)
    with sessions(info={"actor": Actor.system()}) as session:
        ids = []
        for name in ("ann", "bob"):
            person = Person(name=name, email=f"{name}@example.org", role=Role.ADMINISTRATOR, accepted_at=now())
            person.password_hash = hash_password("three wet umbrellas")
            session.add(person)
            session.flush()
            ids.append(person.id)
        session.commit()
        both_are_in, refused = threading.Barrier(2), []

        def demote(number: int) -> None:
            with sessions(info={"actor": Actor.system()}) as apart:
                apart.execute(text("SELECT 1"))
                both_are_in.wait(10)
                try:
                    apart.execute(text(WAYS["demoted"]), {"id": number})
                    apart.commit()
                except IntegrityError:
                    refused.append(number)

        workers = [threading.Thread(target=demote, args=(number,)) for number in ids]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
        left = session.scalars(select(Person.id).where(Person.role == Role.ADMINISTRATOR)).all()
        assert left == refused
        assert len(left) == 1
    engine.dispose()
    database.empty()


def test_people_who_never_were_administrators_are_deleted_and_changed_freely(session: Session) -> None:
    officer = member(session, Role.OFFICER)
    session.execute(text(WAYS["switched off"]), {"id": officer.id})
    session.execute(delete(Person))
    session.commit()
    assert session.scalars(select(Person.id)).all() == []
