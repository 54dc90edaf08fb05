"""Does the database itself keep each agency to its own rows?"""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models.accounts.sign_ins import find_sign_in, start_sign_in
from models.core import db
from models.core.access import Actor, Role
from models.core.change_log import ChangeRecord, first_broken_link, seal_waiting
from models.core.clock import now
from models.core.db import act_as, database_url, make_session_factory
from models.partnership.reference_items import ReferenceList
from models.plans.action_updates import post_update
from models.plans.actions import Action
from tests import make
from tests.databases import Database


def test_agency_manager_posts_progress_on_the_own_action(session: Session) -> None:
    ours = make.agency(session, "Ours")
    green = make.word(session, ReferenceList.BRAG, "green")
    action = make.action(session, make.plan(session), ours)
    manager = make.person(session, Role.MANAGER, agency=ours)
    act_as(session, manager.actor())
    post_update(session, action, text="Six of ten files read.", brag_id=green.id, author_id=manager.id)
    session.commit()
    assert session.scalar(select(Action.brag_id)) == green.id


IN_DATABASE = {
    Role.ADMINISTRATOR: "portal_administrator",
    Role.OFFICER: "portal_officer",
    Role.SPONSOR: "portal_sponsor",
    Role.MANAGER: "portal_manager",
    Role.BOARD_VIEWER: "portal_reader",
}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("has_agency", [True, False])
def test_finding_a_sign_in_becomes_its_person_exactly_as_the_portal_would(
    session: Session, role: Role, has_agency: bool
) -> None:
    if role is Role.AGENCY_MEMBER and not has_agency:
        return  # the table refuses such a person
    person = make.person(session, role, agency=make.agency(session) if has_agency else None)
    token = start_sign_in(session, person, browser="", now=now(), hours=1)
    act_as(session, Actor.system("request-8"))
    signed_in = find_sign_in(session, token, now=now(), idle=timedelta(hours=1))
    became = settings_of(session)
    assert signed_in is not None
    assert session.info["actor"] == person.actor("request-8")
    act_as(session, person.actor("request-8"))
    assert became == settings_of(session)
    assert became[0] == ("portal_agency" if person.actor().is_agency_bound else IN_DATABASE[role])


def test_a_token_that_is_not_known_makes_nobody_of_the_portal(session: Session) -> None:
    assert find_sign_in(session, "x" * 43, now=now(), idle=timedelta(hours=1)) is None
    assert session.info["actor"] == Actor.system("test")
    assert settings_of(session)[0] == "portal_system"


def settings_of(session: Session) -> list[str]:
    """Who the database takes this transaction to be."""
    names = ("role", "app.user_id", "app.agency_ids", "app.request_id")
    return [str(session.scalar(select(func.current_setting(name)))) for name in names]


def test_every_change_is_recorded_with_who_and_what(session: Session) -> None:
    boss = make.person(session, Role.ADMINISTRATOR)
    act_as(session, boss.actor("request-7"))
    agency = make.agency(session, "Newly made")
    agency.covers = agency.covers.__class__("adults")
    session.flush()
    records = session.scalars(select(ChangeRecord).where(ChangeRecord.table_name == "agencies").order_by("id")).all()
    assert [record.verb for record in records] == ["insert", "update"]
    assert {record.person_id for record in records} == {boss.id}
    assert records[1].old_values is not None
    assert records[1].old_values["covers"] == "both"
    assert records[1].request_id == "request-7"


def test_password_hashes_stay_out_of_the_change_log(session: Session) -> None:
    make.person(session, Role.OFFICER, name="Secret Keeper", password_hash="argon2-planted-hash")
    session.flush()
    logged = session.scalars(select(ChangeRecord.new_values).where(ChangeRecord.table_name == "people")).all()
    assert logged
    assert "argon2-planted-hash" not in str(logged)


def test_the_portals_login_can_neither_edit_nor_delete_the_change_log(session: Session) -> None:
    make.agency(session)
    act_as(session, Actor.system())
    for statement in ("UPDATE change_log SET verb = 'x'", "DELETE FROM change_log", "TRUNCATE change_log"):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))


def test_the_chain_names_the_record_that_was_tampered_with(database: Database) -> None:
    sessions = make_session_factory(engine := database.engine())
    owner = create_engine(database_url(database.owner_url))
    with sessions(info={"actor": Actor.system()}) as session:
        for name in ("One", "Two", "Three"):
            make.agency(session, name)
        session.commit()
        seal_waiting(session)
        session.commit()
        assert first_broken_link(session) is None
        victim = session.scalars(select(ChangeRecord.id).order_by(ChangeRecord.id)).all()[1]
        with owner.begin() as tampering:
            tampering.execute(text("UPDATE change_log SET person_id = 999 WHERE id = :id"), {"id": victim})
        assert first_broken_link(session) == victim
    engine.dispose()
    owner.dispose()
    database.empty()


@pytest.mark.parametrize("is_long_ago", [False, True])
def test_a_connection_the_server_has_ended_fails_no_page(
    database: Database, monkeypatch: pytest.MonkeyPatch, is_long_ago: bool
) -> None:
    engine = database.engine()
    monkeypatch.setattr(db, "_ASKED_AFTER", -1 if is_long_ago else 30)
    monkeypatch.setattr(db, "_is_closed", (lambda driver: False) if is_long_ago else db._is_closed)
    with engine.connect() as first, engine.connect() as other:
        ended = [connection.scalar(text("SELECT pg_backend_pid()")) for connection in (first, other)]
    with psycopg.connect(database.app_url, autocommit=True) as killer:
        for backend in ended:
            killer.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
    with engine.connect() as first, engine.connect() as other:
        backends = [connection.scalar(text("SELECT pg_backend_pid()")) for connection in (first, other)]
    assert not set(backends) & set(ended)
    with engine.connect() as again:
        assert again.scalar(text("SELECT pg_backend_pid()")) in backends
    engine.dispose()
