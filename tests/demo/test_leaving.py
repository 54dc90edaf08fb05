"""Does a partnership that leaves the demonstration keep its own words, and nothing of the demonstration?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.backups.leaving import LEFT, begin_from
from app.preparation import prepare_database
from app.servers.local_postgres import create_database, in_database
from app.servers.local_servers import Servers, join_servers
from app.settings import Settings
from models import schema
from models.accounts.work_issuers import WorkIssuer
from models.core.access import Actor
from models.core.change_log import ChangeRecord, first_broken_link
from models.core.db import Base, make_engine, make_session_factory
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.mail_settings import mail_settings
from models.partnership.partnership_settings import the_partnership
from models.partnership.people import Person
from models.partnership.portals import PortalKind, portal_kind
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reminders.reminders import ReminderRule
from models.retention.retention_rules import RetentionRule
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale
from models.tools.tool_questions import ToolQuestion, ToolSection
from tests.house.source import PROJECT

GOES_ALONG = {
    kind.__tablename__
    for kind in (
        *(ReferenceItem, RatingScale, KeyLine, AssuranceTool, ToolSection, ToolQuestion),
        *(ReminderRule, RetentionRule, WorkIssuer),
    )
}
FRESH = {"portals", "partnership_settings", "mail_settings", "change_log", "change_log_head"}


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("left") / "data"


@pytest.fixture(scope="module")
def settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, demo_password="quiet river stone")


@pytest.fixture(scope="module")
def servers(settings: Settings, data_dir: Path) -> Iterator[Servers]:
    """The demonstration on a server of its own, with one word of each kind changed."""
    with join_servers(data_dir, with_queue=False, durable=False) as joined:
        prepare_database(settings, joined, wanted=PortalKind.DEMO)
        with session_on(joined.jobs_url) as session:
            change_words(session)
        yield joined


@contextmanager
def session_on(url: str) -> Iterator[Session]:
    engine = make_engine(url, pool_size=1)
    try:
        with make_session_factory(engine)(info={"actor": Actor.system("test")}) as session:
            yield session
            session.commit()
    finally:
        engine.dispose()


def change_words(session: Session) -> None:
    grade = session.scalars(select(ReferenceItem).where(ReferenceItem.code == "good")).one()
    grade.label, grade.aliases = "Good enough", ["fine"]
    session.add(ReferenceItem(list_name=ReferenceList.ELIMINATION_REASON, code="own", label="Our own reason", rank=40))
    tool = session.scalars(select(AssuranceTool).where(AssuranceTool.review_id.is_(None))).first()
    assert tool is not None
    tool.title = "Our own questions"
    question = session.scalars(select(ToolQuestion).where(ToolQuestion.tool_id == tool.id)).first()
    assert question is not None
    question.text = "What is our own first question?"
    the_partnership(session).help_email, mail_settings(session).host = "help@council.example", "mail.council.example"
    issuer = WorkIssuer(name="County council", address="https://login.council.example", client_id="triangulate")
    issuer.agencies = list(session.scalars(select(Agency).limit(1)))
    session.add(issuer)
    session.scalars(select(ReminderRule)).first().subject = "Our own subject"  # type: ignore[union-attr]
    session.scalars(select(RetentionRule)).first().basis = "Our own policy"  # type: ignore[union-attr]


def counts(session: Session) -> dict[str, int]:
    """How many rows each table holds."""
    schema.all_policies()
    tables = Base.metadata.sorted_tables
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def texts(session: Session) -> list[tuple[str, ...]]:
    """The bank in words: each question with its tool, section and key line."""
    rows = (
        select(AssuranceTool.title, ToolSection.title, ToolQuestion.text, func.coalesce(KeyLine.text, ""))
        .select_from(ToolQuestion)
        .join(AssuranceTool, AssuranceTool.id == ToolQuestion.tool_id)
        .join(ToolSection, ToolSection.id == ToolQuestion.section_id)
        .outerjoin(KeyLine, KeyLine.id == ToolQuestion.key_line_id)
        .where(AssuranceTool.review_id.is_(None))
        .order_by(AssuranceTool.kind, AssuranceTool.title, ToolSection.number, ToolQuestion.number)
    )
    return [tuple(row) for row in session.execute(rows)]


def command(data_dir: Path, *arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.defpath, "DATA_DIR": str(data_dir), **told}
    line = [sys.executable, "-m", "flask", "--app", "wsgi", "database", *arguments]
    return subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_demo_cannot_be_left_while_anybody_is_connected(servers: Servers, data_dir: Path) -> None:
    with psycopg.connect(servers.jobs_url):
        done = command(data_dir, "leave-demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "The portal is running; stop every process of it first.\n"


def test_managed_demo_goes_into_a_new_database_and_stays_as_it_is(servers: Servers, settings: Settings) -> None:
    create_database(servers.superuser_url, "elsewhere")
    new = Servers(in_database(servers.jobs_url, "elsewhere"), in_database(servers.owner_url, "elsewhere"), "")
    with session_on(servers.jobs_url) as demo:
        before = counts(demo)
    begin_from(settings, new, source=servers.jobs_url)
    with session_on(servers.jobs_url) as demo, session_on(new.jobs_url) as own:
        assert counts(demo) == before
        assert texts(own) == texts(demo)
        assert portal_kind(own) is PortalKind.OWN
    with pytest.raises(RuleBroken, match="not empty"):
        begin_from(settings, new, source=servers.jobs_url)
    with pytest.raises(RuleBroken, match="not the demonstration"):
        begin_from(settings, new, source=new.jobs_url)


def test_managed_demo_without_a_new_database_is_told_what_to_do(tmp_path: Path) -> None:
    managed = {"DATABASE_URL": "postgresql://a@b/c", "REDIS_URL": "redis://d"}
    done = command(tmp_path, "leave-demo", **managed)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("A managed demonstration is left by way of a new database")


def test_partnership_leaves_with_its_words_and_nothing_of_the_demo(servers: Servers, data_dir: Path) -> None:
    with session_on(servers.jobs_url) as demo:
        words_before, before = texts(demo), counts(demo)
    done = command(data_dir, "leave-demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "your own now" in done.stdout
    with session_on(servers.jobs_url) as own:
        assert portal_kind(own) is PortalKind.OWN
        assert {table for table, count in counts(own).items() if count} == GOES_ALONG | FRESH
        assert texts(own) == words_before
        assert "Our own questions" in {row[0] for row in words_before}
        assert set(own.scalars(select(ReferenceItem.label))) >= {"Good enough", "Our own reason"}
        assert "Our own subject" in set(own.scalars(select(ReminderRule.subject)))
        assert "Our own policy" in set(own.scalars(select(RetentionRule.basis)))
        assert [tuple(row) for row in own.execute(select(WorkIssuer.name, WorkIssuer.is_in_use))] == [
            ("County council", False)
        ]
        settings = the_partnership(own)
        assert (settings.name, settings.document_footer) == ("", "")
        assert (settings.help_email, mail_settings(own).host) == ("help@council.example", "mail.council.example")
        assert first_broken_link(own) is None
        assert set(own.scalars(select(ChangeRecord.verb))) == {"insert", "update"}
        assert not set(own.scalars(select(ChangeRecord.person_id))) - {None}
    with session_on(in_database(servers.jobs_url, LEFT)) as demo:
        assert counts(demo) == before


def test_partnerships_own_portal_refuses_to_be_left(servers: Servers, data_dir: Path) -> None:
    with session_on(servers.jobs_url) as own:
        assert portal_kind(own) is PortalKind.OWN
        assert own.scalar(select(func.count()).select_from(Person)) == 0
    done = command(data_dir, "leave-demo")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "This portal is not the demonstration: it is left as it is.\n"
