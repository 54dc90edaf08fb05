"""Is every look at a record of a case, every search, export, file and refusal on record, for good and at no cost?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from models.core.access import Actor, DatabaseRole, Role
from models.core.clock import now, today
from models.core.db import PortalSession, act_as, database_url, make_session_factory
from models.core.looks import Look, LookKind, NewLook, forget_looks, keep_look
from models.documents.documents import Document, DocumentKind, NewDocument, keep_document
from models.partnership.hubs import Hub, HubKind
from tests import make
from tests.assurance.figures import note_figure
from tests.core.round_trips import round_trips
from tests.databases import Database
from tests.web import Browser, make_portal, member

Open = Callable[..., Browser]
Lasting = tuple[Flask, sessionmaker[PortalSession], Engine]


def looks(session: Session) -> list[Look]:
    """Every look so far, the earliest first; the session's transaction ends."""
    found = list(session.scalars(select(Look).order_by(Look.id)))
    session.commit()
    return found


def last(session: Session) -> Look:
    return looks(session)[-1]


@pytest.fixture
def document(session: PortalSession) -> Document:
    made = NewDocument(
        kind=DocumentKind.EVIDENCE, title="Minutes of a visit", file_name="visit.pdf", media_type="application/pdf",
        content=b"%PDF-",
    )  # fmt: skip
    kept = keep_document(session, made)
    session.commit()
    return kept


def test_page_of_a_record_its_list_and_its_file_each_leave_one_look(
    browser: Open, session: PortalSession, document: Document
) -> None:
    officer = browser(Role.OFFICER, name="Olive Officer")
    for path in ("/documents/", f"/documents/{document.id}/", f"/documents/{document.id}/download/"):
        officer.client.get(path).close()
    told = [(look.kind, look.page, look.answer_status, look.shown, look.row_count) for look in looks(session)]
    shown = {"documents": [document.id]}
    assert told == [
        (LookKind.LIST, "documents.index_view", 200, shown, 1),
        (LookKind.READ, "documents.details_view", 200, shown, 1),
        (LookKind.DOWNLOAD, "documents.download", 200, shown, 1),
    ]
    names = session.scalars(select(make.Person.name).where(make.Person.id == last(session).person_id)).all()
    assert names == ["Olive Officer"]
    assert all(re.fullmatch(r"[0-9a-f]{16}", look.request_id) for look in looks(session))


def test_search_of_any_list_is_on_record_without_its_words(browser: Open, session: PortalSession) -> None:
    agency = make.agency(session, "Secret Garden School")
    session.commit()
    browser(Role.OFFICER).get("/agencies/?q=secret+garden&kind=")
    look = last(session)
    assert (look.kind, look.shown, look.asked_by) == (LookKind.SEARCH, {"agencies": [agency.id]}, ["q"])
    row = session.execute(text("SELECT row_to_json(l)::text FROM looks l ORDER BY id DESC LIMIT 1")).scalar_one()
    assert "garden" not in row.lower()


def test_list_taken_out_says_how_narrowed_and_how_many(browser: Open, session: PortalSession) -> None:
    make.agency(session, "One agency")
    session.commit()
    browser(Role.OFFICER).client.get("/agencies/export/csv/?q=one").close()
    look = last(session)
    assert (look.kind, look.shown, look.row_count, look.asked_by) == (LookKind.EXPORT, {"agencies": []}, 1, ["q"])


def test_refusals_are_on_record_with_what_was_asked_for(browser: Open, session: PortalSession) -> None:
    """403 to a role, and 404 that hides a row of another agency."""
    ours, theirs = make.agency(session, "Ours"), make.agency(session, "Theirs")
    plan = make.plan(session)
    action = make.action(session, plan, theirs)
    session.commit()
    somebody = browser(Role.AGENCY_MEMBER, agency=ours)
    somebody.get(f"/actions/{action.id}/", 404)
    somebody.get("/exports/", 403)
    somebody.get("/audit-samples/7/", 403)
    told = [(look.kind, look.page, look.answer_status, look.shown) for look in looks(session)]
    assert told == [
        (LookKind.REFUSED, "actions.details_view", 404, {"record_id": [action.id]}),
        (LookKind.REFUSED, "exports.index_view", 403, {}),
        (LookKind.REFUSED, "audit_samples.details_view", 403, {"record_id": [7]}),
    ]


def test_nothing_that_somebody_types_into_an_address_gets_into_a_look(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    for address in ("/documents/?Jane+Doe=1&Jane=2&sort=Jane&kind=Jane", "/documents/99/?Jane=3&review_id=Jane"):
        officer.client.get(address)
    officer.client.get("/Jane/Doe/")
    rows = session.scalars(text("SELECT row_to_json(l)::text FROM looks l")).all()
    assert len(rows) == 2
    assert not any("Jane" in row for row in rows)


def test_pages_without_records_of_cases_and_strangers_leave_none(browser: Open, session: PortalSession) -> None:
    officer = browser(Role.OFFICER)
    for path in ("/", "/agencies/", "/account/", "/healthz"):
        officer.get(path)
    stranger = browser()
    assert stranger.client.get("/documents/").status_code == 302
    assert stranger.client.get("/nowhere/").status_code == 404
    assert looks(session) == []


def test_change_of_a_case_read_in_the_change_log_is_a_look_at_the_case(
    browser: Open, session: PortalSession, document: Document
) -> None:
    hub = make.hub(session)
    session.commit()
    statement = text("SELECT table_name, id FROM change_log WHERE (table_name, row_key) IN (('hubs', :hub),"
                     " ('documents', :document))")  # fmt: skip
    keys = {"hub": str(hub.id), "document": str(document.id)}
    changes = {table: number for table, number in session.execute(statement, keys)}
    session.commit()
    officer = browser(Role.OFFICER)
    officer.get(f"/change-log/{changes['hubs']}/")
    assert looks(session) == []
    officer.get(f"/change-log/{changes['documents']}/")
    assert last(session).shown == {"documents": [document.id]}


@pytest.fixture
def lasting(database: Database) -> Iterator[Lasting]:
    """A portal whose transactions are really committed, and its own engine; emptied afterwards."""
    engine = database.engine()
    sessions = make_session_factory(engine)
    yield make_portal(sessions), sessions, engine
    engine.dispose()
    database.empty()


def administrator(lasting: Lasting) -> Browser:
    portal, sessions, _ = lasting
    with sessions(info={"actor": Actor.system("test")}) as session:
        return Browser(portal).enter(member(session, Role.ADMINISTRATOR), session)


@pytest.mark.assures(30)
@pytest.mark.parametrize("path", ["/documents/", "/people/?q=a", "/documents/99/"])
def test_look_costs_no_further_round_trip_to_the_database(lasting: Lasting, path: str) -> None:
    """The clock stands still, as the moment at which somebody was last seen is written once a second."""
    portal, sessions, engine = lasting
    browser, hooks, counts = administrator(lasting), portal.after_request_funcs[None], []
    with time_machine.travel(now(), tick=False):
        browser.client.get(path)
        for kept in (hooks, [hook for hook in hooks if hook.__module__ != "app.looks"]):
            portal.after_request_funcs[None] = kept
            counts.append(round_trips(engine, lambda: browser.client.get(path)))
    portal.after_request_funcs[None] = hooks
    with sessions(info={"actor": Actor.system("test")}) as session:
        assert len(looks(session)) == 2
    note_figure(
        30, f"further round trips for the look at {path}", reached=counts[0] - counts[1], wanted="0",
        tried=f"{counts[0]} round trips in the driver's trace", holds=counts[0] == counts[1],
    )  # fmt: skip
    assert counts[0] == counts[1] > 2


def test_look_is_committed_before_the_answer_leaves(lasting: Lasting, database: Database) -> None:
    browser = administrator(lasting)
    with psycopg.connect(database.superuser_url) as elsewhere:
        for count in (1, 2, 3):
            browser.get("/documents/")
            row = elsewhere.execute("SELECT count(*) FROM looks").fetchone()
            assert row == (count,)
            elsewhere.rollback()


def test_page_stays_away_when_its_look_cannot_be_put_on_record(lasting: Lasting, database: Database) -> None:
    browser = administrator(lasting)
    signature = "note_look(text, text, int, jsonb, int, text[])"
    owner = create_engine(database_url(database.owner_url))
    roles = ", ".join(DatabaseRole)
    with owner.begin() as connection:
        connection.execute(text(f"REVOKE EXECUTE ON FUNCTION {signature} FROM {roles}"))
    try:
        answer = browser.client.get("/documents/")
        assert answer.status_code == 500
        assert "Documents" not in answer.text.partition("<main")[2]
    finally:
        with owner.begin() as connection:
            allowed = ", ".join(role for role in DatabaseRole if role is not DatabaseRole.PUBLIC)
            connection.execute(text(f"GRANT EXECUTE ON FUNCTION {signature} TO {allowed}"))
        owner.dispose()
    browser.get("/documents/")


def test_what_a_page_has_not_committed_is_gone_and_its_look_is_kept(lasting: Lasting) -> None:
    _, sessions, _ = lasting
    actor = Actor.person(5, Role.ADMINISTRATOR, None, "some request")
    with sessions(info={"actor": actor}) as session:
        make.hub(session)
        keep_look(session, actor, NewLook(LookKind.READ, "hubs.details_view", 200, {"hubs": [1]}, 1))
        assert session.scalar(text("SELECT count(*) FROM hubs")) == 0
        look = session.scalars(select(Look)).one()
        assert (look.person_id, look.request_id) == (5, "some request")


def test_look_of_a_broken_transaction_is_kept_too(lasting: Lasting) -> None:
    _, sessions, _ = lasting
    actor = Actor.person(5, Role.ADMINISTRATOR, None)
    with sessions(info={"actor": actor}) as session:
        with pytest.raises(ProgrammingError):
            session.execute(text("SELECT * FROM no_such_table"))
        keep_look(session, actor, NewLook(LookKind.REFUSED, "hubs.details_view", 404))
        assert session.scalar(select(func.count(Look.id))) == 1


def test_look_of_a_page_whose_record_was_refused_is_kept_too(lasting: Lasting) -> None:
    _, sessions, _ = lasting
    actor = Actor.person(5, Role.ADMINISTRATOR, None)
    with sessions(info={"actor": actor}) as session:
        session.add(Hub(name="", kind=HubKind.CHILDREN, officer_id=-1))
        with pytest.raises(IntegrityError):
            session.flush()
        keep_look(session, actor, NewLook(LookKind.REFUSED, "hubs.create_view", 422))
        assert session.scalar(select(func.count(Look.id))) == 1


@pytest.mark.assures(31)
@pytest.mark.parametrize("role", DatabaseRole)
@pytest.mark.parametrize("table", ["looks", "change_log", "change_log_head", "published_heads"])
def test_no_role_rewrites_or_forges_the_records_of_the_portal(
    session: PortalSession, role: DatabaseRole, table: str
) -> None:
    """The portal's own role alone adds a published head, and says of one that its looks are forgotten."""
    session.flush()
    act_as(session, Actor(role, 1))
    attempts = [f"DELETE FROM {table}", f"TRUNCATE {table}"]
    if not (table == "published_heads" and role is DatabaseRole.SYSTEM):
        column = {"looks": "page", "change_log": "verb"}.get(table, "link_number")
        attempts += [f"UPDATE {table} SET {column} = {column}", f"INSERT INTO {table} DEFAULT VALUES"]
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="permission denied"), session.begin_nested():
            session.execute(text(attempt))


@pytest.mark.assures(31)
def test_look_says_who_the_database_knows_and_nobody_else(session: PortalSession) -> None:
    session.flush()
    act_as(session, Actor(DatabaseRole.AGENCY, 17, request_id="r17"))
    session.execute(text("SELECT note_look('read', 'x', 200, '{}', 0, '{}')"))
    act_as(session, Actor.system())
    assert [(look.person_id, look.request_id) for look in looks(session)] == [(17, "r17")]


def test_young_looks_are_forgotten_by_nobody(session: PortalSession) -> None:
    session.flush()
    for role in DatabaseRole:
        act_as(session, Actor(role))
        with pytest.raises(DBAPIError, match=r"looks are kept|permission denied"), session.begin_nested():
            forget_looks(session, today() - timedelta(days=179))


@pytest.mark.parametrize("role", list(Role))
def test_administrators_alone_read_who_has_looked(browser: Open, session: PortalSession, role: Role) -> None:
    somebody = browser(role, agency=make.agency(session) if role is Role.AGENCY_MEMBER else None)
    is_open = role is Role.ADMINISTRATOR
    for path in ("/looks/", "/looks/export/csv/"):
        answer = somebody.client.get(path)
        assert answer.status_code == (200 if is_open else 403)
        answer.close()


def test_looks_are_found_by_record_person_kind_page_and_day(
    browser: Open, session: PortalSession, document: Document
) -> None:
    browser(Role.OFFICER, name="Olive Officer").get(f"/documents/{document.id}/")
    browser(Role.BOARD_VIEWER, name="Bo Viewer").get("/exports/", 403)
    keeper = browser(Role.ADMINISTRATOR, name="Adele Admin")

    def listed(arguments: str) -> list[str]:
        return [row.get_text(" ") for row in keeper.get(f"/looks/?{arguments}").select("table.list tbody tr")]

    (opened,) = listed(f"row=documents:{document.id}")
    assert "Olive Officer" in opened
    assert "Opened" in opened
    assert "Documents: record" in opened
    (refused,) = listed("kind=refused")
    assert "Bo Viewer" in refused
    assert "Exports: list" in refused
    assert len(listed("who=olive")) == 1
    assert len(listed("screen=documents")) == 1
    assert listed(f"row=documents:{document.id + 1}") == []
    assert listed("row=%25'%3B+drop") == []
    assert listed("looked_at_to=2001-01-01") == []
    assert len(listed(f"looked_at_from={today():%Y-%m-%d}")) == 2


def test_page_of_a_record_tells_administrators_who_has_looked_at_it(
    browser: Open, session: PortalSession, document: Document
) -> None:
    officer = browser(Role.OFFICER, name="Olive Officer")
    assert "Who has looked" not in officer.get(f"/documents/{document.id}/").get_text()
    page = browser(Role.ADMINISTRATOR).get(f"/documents/{document.id}/")
    panel = next(part for part in page.select(".panel") if "Who has looked" in part.get_text())
    assert "Olive Officer" in panel.get_text()
    assert panel.find("a", href=f"/looks/?row=documents%3A{document.id}") is not None


def test_page_of_a_look_leads_to_the_records_it_showed(
    browser: Open, session: PortalSession, document: Document
) -> None:
    browser(Role.OFFICER).get(f"/documents/{document.id}/")
    page = browser(Role.ADMINISTRATOR).get(f"/looks/{last(session).id}/")
    assert page.find("a", href=f"/documents/{document.id}/") is not None
    assert datetime.now(tz=UTC).strftime("%Y") in page.get_text()
