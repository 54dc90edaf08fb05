"""Can staff read what changed, in words, and see whether anybody has tampered with the record of it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from models.core.access import Actor, Role
from models.core.change_log import ChangeRecord, seal_waiting
from models.core.db import PortalSession, database_url, make_session_factory
from models.partnership.reference_items import ReferenceList
from tests import make
from tests.databases import Database
from tests.web import Browser, make_portal, member

Open = Callable[..., Browser]
HOLDS = "The change log holds together from its first record to its last."


def changes(browser: Browser, arguments: str) -> list[list[str]]:
    """The cells of the log's list, row by row, without the moment."""
    rows = browser.get(f"/change-log/?{arguments}").select("table.list tbody tr")
    return [[cell.get_text() for cell in row.select("td")] for row in rows]


def record_of(session: Session, table: str, verb: str) -> ChangeRecord:
    statement = select(ChangeRecord).where(ChangeRecord.table_name == table, ChangeRecord.verb == verb)
    record = session.scalars(statement.order_by(ChangeRecord.id.desc())).first()
    session.commit()
    assert record is not None
    return record


def differences(browser: Browser, change: ChangeRecord) -> dict[str, tuple[str, str]]:
    """The details page's table of differences: field -> (before, after)."""
    rows = browser.get(f"/change-log/{change.id}/").select("section.panel tbody tr")
    cells = [[cell.get_text() for cell in row.select("th, td")] for row in rows]
    return {field: (before, after) for field, before, after in cells}


def test_change_made_in_a_form_is_shown_as_differences_in_words(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    officer = make.person(session, Role.OFFICER, name="Olive Officer")
    administrator = browser(Role.ADMINISTRATOR)
    sent = administrator.filled(f"/hubs/{hub.id}/edit/", officer_id=officer.id, kind="combined", purpose="<b>x</b>")
    del sent["is_active"]
    assert administrator.client.post(f"/hubs/{hub.id}/edit/", data=sent).status_code == 302
    assert differences(administrator, record_of(session, "hubs", "update")) == {
        "Kind": ("Children", "Combined"),
        "Officer": ("–", "Olive Officer"),
        "Purpose": ("–", "<b>x</b>"),
        "Active": ("Yes", "No"),
    }


def test_new_and_deleted_records_show_what_they_held(browser: Open, session: Session) -> None:
    item = make.word(session, ReferenceList.GRADE, "good", aliases=["fine", "well"])
    session.commit()
    record = record_of(session, "reference_items", "insert")
    session.delete(item)
    session.commit()
    officer = browser(Role.OFFICER)
    after = {field: values[1] for field, values in differences(officer, record).items()}
    assert after["Other words for it"] == "fine, well"
    assert after["List"] == "Grade"
    assert "Hint" not in after
    before = differences(officer, record_of(session, "reference_items", "delete"))
    assert before["Word"] == ("Good", "–")


def test_officer_finds_changes_by_table_verb_record_person_and_day(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR, name="Adele Admin")
    response = administrator.send("/hubs/new/", name="Made by Adele", kind="adults")
    key = response.headers["Location"].split("/")[-2]
    make.agency(session)
    session.commit()
    officer = browser(Role.OFFICER)
    assert changes(officer, "who=dele+adm&table_name=hubs") == [["Adele Admin", "Made", "Hub Made by Adele"]]
    assert changes(officer, f"table_name=hubs&row_key={key}&verb=insert") == [
        ["Adele Admin", "Made", "Hub Made by Adele"]
    ]
    assert changes(officer, "table_name=hubs&verb=delete") == []
    assert changes(officer, "who=nobody") == []
    assert ["The portal", "Made", "Agency Northfield Police"] in changes(officer, "table_name=agencies")
    assert changes(officer, "table_name=hubs&changed_at_from=2001-01-01") != []
    assert changes(officer, "table_name=hubs&changed_at_to=2001-01-01") == []


def test_page_of_a_change_leads_to_all_changes_of_its_record(browser: Open, session: Session) -> None:
    hub = make.hub(session)
    session.commit()
    hub.purpose = "Another purpose"
    session.commit()
    sponsor = browser(Role.SPONSOR)
    link = sponsor.get(f"/change-log/{record_of(session, 'hubs', 'update').id}/").find(
        "a", string="All changes of this record"
    )
    assert link is not None
    listed = changes(sponsor, str(link["href"]).partition("?")[2])  # type: ignore[index]
    assert [row[1] for row in listed] == ["Changed", "Made"]


@pytest.mark.parametrize("role", list(Role))
def test_nobody_edits_the_change_log_and_agencies_never_read_it(browser: Open, session: Session, role: Role) -> None:
    make.hub(session)
    session.commit()
    change = record_of(session, "hubs", "insert")
    somebody = browser(role, agency=make.agency(session) if role is Role.AGENCY_MEMBER else None)
    reads = role in (Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR)
    for path in ("/change-log/", f"/change-log/{change.id}/"):
        somebody.get(path, 200 if reads else 403)
    for path in ("/change-log/new/", f"/change-log/{change.id}/edit/", f"/change-log/{change.id}/delete/"):
        somebody.get(path, 403)
    answer = somebody.client.get("/change-log/export/csv/")
    assert answer.status_code == (200 if role is Role.ADMINISTRATOR else 403)
    answer.close()
    if not reads:
        assert somebody.send("/change-log/check-chain/", "/account/").status_code == 403


@pytest.fixture
def lasting(database: Database) -> Iterator[tuple[Flask, sessionmaker[PortalSession]]]:
    """A portal whose changes are really committed, and so really sealed; emptied afterwards."""
    engine = database.engine()
    sessions = make_session_factory(engine)
    yield make_portal(sessions), sessions
    engine.dispose()
    database.empty()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR])
def test_staff_check_the_chain_and_see_a_tampered_or_cut_log(
    lasting: tuple[Flask, sessionmaker[PortalSession]], database: Database, role: Role
) -> None:
    portal, sessions = lasting
    with sessions(info={"actor": Actor.system("test")}) as session:
        person = member(session, role)
        make.hub(session)
        session.commit()
        seal_waiting(session)
        session.commit()
    browser = Browser(portal).sign_in(person)

    def checked() -> str:
        assert browser.send("/change-log/check-chain/", "/account/").status_code == 302
        return browser.get("/change-log/").get_text()

    assert HOLDS in checked()
    owner = create_engine(database_url(database.owner_url))
    with owner.begin() as tampering:
        first = tampering.scalar(text("SELECT min(id) FROM change_log"))
        tampering.execute(text("UPDATE change_log SET verb = 'delete' WHERE id = :id"), {"id": first})
    assert f"The change log is broken at record {first}" in checked()
    with owner.begin() as tampering:
        tampering.execute(text("UPDATE change_log SET verb = 'insert' WHERE id = :id"), {"id": first})
    assert HOLDS in checked()
    with owner.begin() as tampering:
        tampering.execute(text("DELETE FROM change_log WHERE id = (SELECT max(id) FROM change_log)"))
    assert "The change log is broken" in checked()
    owner.dispose()
