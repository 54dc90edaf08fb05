"""Does the end of the change log leave the database each day, and does it show when the log was written anew?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import sessionmaker

from models.core.access import Actor, Role
from models.core.change_log import first_broken_link, seal_waiting
from models.core.clock import today
from models.core.db import PortalSession, database_url, make_session_factory
from models.core.errors import RuleBroken
from models.core.published_heads import (
    first_broken_seal,
    first_fallen_head,
    latest_head,
    publish_head,
    stands_in_chain,
)
from models.documents.job_requests import request_job
from models.gates.board_packs import board_facts
from models.messages.messages import Message
from models.partnership.log_witnesses import checked_witnesses, log_witnesses
from models.partnership.mail_settings import mail_settings
from models.rules.gates.board_packs import board_paper
from tests import make
from tests.assurance.figures import note_figure
from tests.core.log_checks import Verify, verifying
from tests.databases import Database
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser
from tests.work import do_requests

Open = Callable[..., Browser]
_WRITTEN_ANEW = """
DO $$
DECLARE
    change change_log;
    link bytea := sha256('triangulate');
BEGIN
    FOR change IN SELECT * FROM change_log WHERE link_number IS NOT NULL ORDER BY link_number LOOP
        link := sha256(link || convert_to(concat_ws('|', change.id,
            to_char(change.changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), change.person_id,
            change.request_id, change.verb, change.table_name, change.row_key,
            coalesce(change.old_values::text, ''), coalesce(change.new_values::text, '')), 'UTF8'));
        UPDATE change_log SET link_hash = link WHERE id = change.id;
    END LOOP;
    UPDATE change_log_head SET link_hash = link WHERE id = 1;
END $$"""
"""What somebody with the owner's rights does who knows how the chain is made: every link of it, computed again."""


class Kept:
    """A portal with a log that is really committed, and the owner who may tamper with it."""

    def __init__(self, database: Database) -> None:
        self.engine = database.engine()
        self.sessions = make_session_factory(self.engine)
        self.owner = create_engine(database_url(database.owner_url))

    def session(self) -> PortalSession:
        return self.sessions(info={"actor": Actor.system("test")})

    def tamper(self, *statements: str) -> None:
        with self.owner.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


@pytest.fixture
def kept(database: Database) -> Iterator[Kept]:
    portal = Kept(database)
    with portal.session() as session:
        make.hub(session)
        session.commit()
        make.agency(session)
        session.commit()
        seal_waiting(session)
        session.commit()
    yield portal
    portal.engine.dispose()
    portal.owner.dispose()
    database.empty()


@pytest.mark.assures(31)
def test_log_written_anew_from_end_to_end_no_longer_holds_the_published_head(kept: Kept) -> None:
    """The chain alone would hold; what left the database tells."""
    with kept.session() as session:
        published = publish_head(session, today())
        session.commit()
        told = str(published)
        assert stands_in_chain(session, told)
    kept.tamper("UPDATE change_log SET new_values = '{}' WHERE id = (SELECT min(id) FROM change_log)", _WRITTEN_ANEW)
    with kept.session() as session:
        assert first_broken_link(session) is None, "whoever computes every link anew deceives the chain"
        stands = stands_in_chain(session, told)
        assert first_fallen_head(session) is not None
    note_figure(
        31, "log written anew, seen by a published head", reached="noticed" if not stands else "unnoticed",
        wanted="noticed", tried="every link of the chain computed again", holds=not stands,
    )  # fmt: skip
    assert not stands


@pytest.mark.assures(31)
def test_every_changed_or_missing_record_of_the_log_is_named(kept: Kept) -> None:
    with kept.session() as session:
        ids = session.scalars(text("SELECT id FROM change_log ORDER BY link_number")).all()
    named = 0
    for number in ids:
        kept.tamper(f"UPDATE change_log SET row_key = 'x' || row_key WHERE id = {number}")
        with kept.session() as session:
            named += first_broken_link(session) == number
        kept.tamper(f"UPDATE change_log SET row_key = substr(row_key, 2) WHERE id = {number}")
    note_figure(
        31, "records changed by the server's administrator, named", reached=f"{named} of {len(ids)}", wanted="all",
        tried=f"{len(ids)} records, one after the other", holds=named == len(ids),
    )  # fmt: skip
    assert named == len(ids) > 1


@pytest.mark.assures(31)
def test_look_that_is_changed_added_or_taken_out_breaks_the_seal_of_its_day(kept: Kept) -> None:
    yesterday = datetime.now(tz=UTC) - timedelta(days=1)
    add = "INSERT INTO looks (looked_at, kind, page, answer_status) VALUES ('{}Z', 'read', '{}', 200)"
    add = add.format(f"{yesterday:%Y-%m-%d %H:%M}", "{}")
    kept.tamper(add.format("x"), add.format("y"))
    with kept.session() as session:
        published = publish_head(session, today())
        session.commit()
        assert published is not None
        assert published.look_count == 2
        assert first_broken_seal(session) is None
    untriggered = "ALTER TABLE looks {} TRIGGER refuse_update"
    for tampering in (
        (add.format("z"),),
        ("DELETE FROM looks WHERE page = 'z'", "DELETE FROM looks WHERE page = 'y'"),
        (add.format("y"), untriggered.format("DISABLE"), "UPDATE looks SET page = 'q'", untriggered.format("ENABLE")),
    ):
        kept.tamper(*tampering)
        with kept.session() as session:
            broken = first_broken_seal(session)
            assert broken is not None
            assert broken.published_on == today()


def test_a_day_has_one_head_and_the_next_seals_what_came_between(session: PortalSession) -> None:
    day = today()
    first = publish_head(session, day)
    assert first is not None
    assert publish_head(session, day) is None
    second = publish_head(session, day + timedelta(days=2))
    assert second is not None
    assert (second.looks_from_at, second.looks_until_at) == (
        first.looks_until_at, datetime.combine(day + timedelta(days=2), datetime.min.time(), tzinfo=UTC)
    )  # fmt: skip
    assert latest_head(session) is second


@pytest.mark.parametrize("words", ["", "12", "12:ab", "x:" + "0" * 64, "1:" + "g" * 64, "٣:" + "0" * 64])
def test_what_is_no_head_is_refused_in_a_sentence(session: PortalSession, words: str) -> None:
    with pytest.raises(RuleBroken, match="A published head is"):
        stands_in_chain(session, words)


def test_head_of_an_empty_log_and_of_none_there_is(session: PortalSession) -> None:
    beginning = session.scalar(text("SELECT encode(sha256('triangulate'), 'hex')"))
    assert stands_in_chain(session, f"0:{beginning}")
    assert not stands_in_chain(session, f"0:{'0' * 64}")
    assert not stands_in_chain(session, f"123456:{'0' * 64}")


def test_those_named_in_the_settings_are_written_to_once_a_day(
    session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    keeper = make.person(session, Role.ADMINISTRATOR, name="Adele Admin")
    viewer = make.person(session, Role.BOARD_VIEWER, name="Bo Viewer")
    gone = make.person(session, Role.SPONSOR, name="Gone Sponsor")
    make.person(session, Role.ADMINISTRATOR, name="Not Named")
    words = checked_witnesses(session, f" {keeper.email.upper()} ,{viewer.email}; {gone.email},{keeper.email}")
    assert words == f"{keeper.email}, {viewer.email}, {gone.email}"
    mail_settings(session).log_witnesses = words
    gone.is_active = False
    session.commit()
    assert [person.name for person in log_witnesses(session)] == ["Adele Admin", "Bo Viewer"]
    for _ in range(2):
        request_job(session, "publish_log_head", {})
        do_requests(session, session_factory)
    published = latest_head(session)
    letters = session.scalars(select(Message).order_by(Message.id)).all()
    assert [letter.recipient_name for letter in letters] == ["Adele Admin", "Bo Viewer"]
    assert all(f"database verify --head {published}" in letter.body for letter in letters)


def test_nobody_of_an_agency_and_no_stranger_is_named(session: PortalSession) -> None:
    member = make.person(session, Role.AGENCY_MEMBER, agency=make.agency(session))
    for address in (member.email, "stranger@example.org"):
        with pytest.raises(RuleBroken, match="is not the address of an active administrator") as refusal:
            checked_witnesses(session, address)
        assert refusal.value.field == "log_witnesses"


def test_administrator_names_the_keepers_on_the_settings_page(browser: Open, session: PortalSession) -> None:
    viewer = make.person(session, Role.BOARD_VIEWER)
    session.commit()
    keeper, path = browser(Role.ADMINISTRATOR), "/partnership-settings/"
    refused = keeper.client.post(path, data=keeper.filled(path, name="Partnership", log_witnesses="x@example.org"))
    assert refused.status_code == 422
    assert "is not the address of an active administrator" in refused.text
    sent = keeper.client.post(path, data=keeper.filled(path, name="Partnership", log_witnesses=viewer.email))
    assert sent.status_code == 302
    session.expire_all()
    assert mail_settings(session).log_witnesses == viewer.email


def test_pack_of_the_board_carries_the_head_on_paper(session: PortalSession) -> None:
    assert "change log" not in str(board_paper(board_facts(session, OCCASION, body="board", meets_on="2026-12-10")))
    published = publish_head(session, date(2026, 3, 2))
    facts = board_facts(session, OCCASION, body="board", meets_on="2026-12-10")
    assert facts.head is not None
    assert facts.head.seal == str(published)
    assert "The portal’s change log" in str(board_paper(facts))


@pytest.mark.parametrize("role", list(Role))
def test_readers_see_the_published_seals_and_whether_they_stand(
    browser: Open, session: PortalSession, role: Role
) -> None:
    head = publish_head(session, today())
    session.commit()
    assert head is not None
    somebody = browser(role, agency=make.agency(session) if role is Role.AGENCY_MEMBER else None)
    is_open = role not in (Role.AGENCY_MEMBER, Role.MANAGER)
    somebody.get("/published-heads/", 200 if is_open else 403)
    page = somebody.get(f"/published-heads/{head.id}/", 200 if is_open else 403).get_text()
    assert ("It stands" in page) is is_open


@pytest.fixture
def verify(kept: Kept, database: Database, tmp_path: Path) -> Verify:
    """`flask database verify` with these arguments, on the kept log."""
    return verifying(database, tmp_path)


@pytest.mark.assures(31)
def test_command_says_whether_a_published_head_still_stands(kept: Kept, verify: Verify) -> None:
    with kept.session() as session:
        told = str(publish_head(session, today()))
        session.commit()
    held = verify("--head", told)
    assert (held.exit_code, held.stdout) == (0, "The change log holds together. The seal stands in it.\n")
    assert verify().stdout == "The change log holds together.\n"
    assert verify("--head", "nonsense").exit_code == 2
    kept.tamper("UPDATE change_log SET verb = 'delete' WHERE id = (SELECT min(id) FROM change_log)", _WRITTEN_ANEW)
    fallen = verify("--head", told)
    assert fallen.exit_code == 1
    assert "the log was written anew or cut since" in fallen.output
    assert "is no link of the change log any more" in verify().output
    kept.tamper("UPDATE change_log SET verb = 'insert' WHERE id = (SELECT min(id) FROM change_log)", _WRITTEN_ANEW)
    assert verify("--head", told).exit_code == 0
    kept.tamper("INSERT INTO looks (looked_at, kind, page, answer_status) VALUES ('2026-01-01Z', 'read', 'x', 200)")
    assert "does not fit the looks of its day any more" in verify().output
