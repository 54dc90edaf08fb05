"""Does every way to write leave who, when, in which request, what it was and what it became?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from models.core.access import Actor, Role
from models.core.change_log import ChangeRecord
from models.core.clock import now
from models.core.db import PortalSession, act_as, make_session_factory
from models.documents.job_requests import request_job
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList
from models.reminders.reminders import ReminderRule
from models.reminders.usual_reminders import add_usual_rules
from models.schema import all_policies
from tests import make
from tests.assurance.figures import note_figure
from tests.databases import Database
from tests.spreadsheets.bringing import Bringer, csv_of
from tests.web import Browser, make_portal
from tests.work import do_requests

pytestmark = pytest.mark.assures(30)
Open = Callable[..., Browser]
UNLOGGED = {
    table: policy.reason for table, policy in all_policies().items() if not policy.is_logged
}  # each says why: it is a record itself, a counter, a secret or a large list under a fingerprint of its own


class Since:
    """The changes that came on record since this was made."""

    def __init__(self, session: Session) -> None:
        self.session, self.moment = session, now() - timedelta(seconds=1)
        self.last = session.scalar(text("SELECT coalesce(max(id), 0) FROM change_log"))
        session.commit()

    def of(self, table: str) -> ChangeRecord:
        statement = select(ChangeRecord).where(ChangeRecord.id > self.last, ChangeRecord.table_name == table)
        record = self.session.scalars(statement.order_by(ChangeRecord.id.desc())).first()
        self.session.commit()
        assert record is not None, f"no change of {table} is on record"
        assert self.moment <= record.changed_at <= now() + timedelta(seconds=1)
        assert record.request_id
        return record


def person_of(browser: Browser, session: Session, name: str) -> int:
    number = session.scalars(select(Person.id).where(Person.name == name)).one()
    session.commit()
    return number


def test_form_leaves_old_and_new_values(browser: Open, session: PortalSession) -> None:
    hub = make.hub(session)
    session.commit()
    keeper = browser(Role.ADMINISTRATOR, name="Adele")
    since = Since(session)
    path = f"/hubs/{hub.id}/edit/"
    assert keeper.client.post(path, data=keeper.filled(path, name="Another name")).status_code == 302
    record = since.of("hubs")
    assert record.person_id == person_of(keeper, session, "Adele")
    assert record.old_values is not None
    assert record.new_values is not None
    assert (record.old_values["name"], record.new_values["name"]) == ("Children hub", "Another name")


def test_action_on_many_records_leaves_one_for_each(browser: Open, session: PortalSession) -> None:
    add_usual_rules(session)
    session.commit()
    rules = session.scalars(select(ReminderRule.id).order_by(ReminderRule.id).limit(3)).all()
    session.commit()
    officer = browser(Role.OFFICER, name="Olive")
    since = Since(session)
    data = {**officer.tokens("/reminder-rules/"), "rowid": [str(rule) for rule in rules], "confirmed": "yes"}
    assert officer.client.post("/reminder-rules/bulk/switch-off/", data=data).status_code == 302
    statement = select(ChangeRecord).where(ChangeRecord.id > since.last, ChangeRecord.table_name == "reminder_rules")
    records = session.scalars(statement).all()
    assert {record.row_key for record in records} == {str(rule) for rule in rules}
    assert {(record.old_values or {}).get("is_active") for record in records} == {True}
    assert {record.person_id for record in records} == {person_of(officer, session, "Olive")}


def test_import_leaves_who_brought_it_in(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    keeper = browser(Role.ADMINISTRATOR, name="Adele")
    since = Since(session)
    make.word(session, ReferenceList.AGENCY_CATEGORY, "police")
    rows = (
        ("Name", "Category", "Statutory partner", "Works with", "Code", "Contact e-mail", "Active"),
        ("A new police", "Police", "Yes", "Both", "POL", "duty@police.example", "Yes"),
    )
    Bringer(keeper, session, session_factory).bring(csv_of(*rows), "agencies")
    record = since.of("agencies")
    assert record.person_id == person_of(keeper, session, "Adele")
    assert (record.old_values, (record.new_values or {})["name"]) == (None, "A new police")
    assert record.request_id.startswith("job-")


def test_plain_sql_of_the_portals_roles_leaves_who(session: PortalSession) -> None:
    hub, administrator = make.hub(session), make.person(session, Role.ADMINISTRATOR)
    session.commit()
    since = Since(session)
    act_as(session, administrator.actor("a request"))
    session.execute(text("UPDATE hubs SET purpose = 'by hand' WHERE id = :id"), {"id": hub.id})
    session.execute(text("DELETE FROM hubs WHERE id = :id"), {"id": hub.id})
    act_as(session, Actor.system("test"))
    record = since.of("hubs")
    assert (record.verb, record.person_id, record.request_id, record.new_values) == (
        "delete", administrator.id, "a request", None,
    )  # fmt: skip
    assert (record.old_values or {})["purpose"] == "by hand"


def test_job_leaves_its_request(session: PortalSession, session_factory: sessionmaker[PortalSession]) -> None:
    since = Since(session)
    number = request_job(session, "publish_log_head", {})
    do_requests(session, session_factory)
    record = since.of("published_heads")
    assert (record.verb, record.person_id, record.request_id) == ("insert", None, f"job-{number}")


@pytest.fixture
def lasting(database: Database) -> Iterator[sessionmaker[PortalSession]]:
    engine = database.engine()
    yield make_session_factory(engine)
    engine.dispose()
    database.empty()


def test_command_says_that_it_was_the_command_line(
    lasting: sessionmaker[PortalSession], database: Database, tmp_path: Path
) -> None:
    portal = make_portal(
        None, database_url=database.app_url, database_owner_url=database.owner_url, redis_url="redis://127.0.0.1:1/0",
        data_dir=tmp_path,
    )  # fmt: skip
    with lasting(info={"actor": Actor.system("test")}) as session:
        since = Since(session)
        given = ["people", "invite", "new@example.org", "New Person", "--role", "administrator"]
        assert portal.test_cli_runner().invoke(args=given).exit_code == 0
        record = since.of("people")
        assert (record.verb, record.person_id, record.request_id) == ("insert", None, "command line")
        assert (record.new_values or {})["email"] == "new@example.org"


def test_every_table_is_under_the_trigger_or_says_why_not(session: PortalSession) -> None:
    on_record = session.scalars(
        text(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'change_log' AND t.tgenabled = 'O' AND t.tgtype = 29"  # row, insert, delete, update
        )
    ).all()
    logged = {table for table, policy in all_policies().items() if policy.is_logged}
    assert set(on_record) == logged
    assert [table for table, reason in UNLOGGED.items() if not reason] == []
    note_figure(
        30, "tables whose every change is on record", reached=f"{len(on_record)} of {len(logged)}", wanted="all",
        tried=f"forms, bulk, imports, SQL, jobs, commands; {len(UNLOGGED)} further tables say why they are not",
        holds=set(on_record) == logged,
    )  # fmt: skip
