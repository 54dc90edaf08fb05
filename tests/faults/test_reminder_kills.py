"""Is each reminder sent once when the worker, the relay and Valkey die in the middle of it?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.core.access import Role
from models.core.clock import today
from models.messages.messages import Message, MessageStatus
from models.plans.action_plans import PlanStatus
from models.reminders.usual_reminders import add_usual_rules
from tests import make
from tests.databases import Database
from tests.faults.farm import Farm
from tests.postboxes import Postbox, mail_server

pytestmark = [pytest.mark.faults, pytest.mark.assures(22, 27)]

PEOPLE = 12


@pytest.fixture
def farm(database: Database, postbox: Postbox) -> Iterator[Farm]:
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        mail_server(postbox) as server,
        Farm(database, Path(name), extra={"worker": {"mail_server": asdict(server)}}) as farm,
    ):
        fill(farm)
        yield farm


def fill(farm: Farm) -> None:
    """A plan with an action due in a few days for each of a dozen owners."""
    with farm.sessions.begin() as session:
        police = make.agency(session)
        plan = make.plan(session, status=PlanStatus.AGREED)
        for number in range(PEOPLE):
            owner = make.person(session, Role.AGENCY_MEMBER, agency=police, name=f"Owner {number}")
            make.action(session, plan, police, owner_id=owner.id, due_on=today() + timedelta(days=5))
        add_usual_rules(session)


def sent_count(farm: Farm) -> int:
    with farm.sessions() as session:
        sent = select(func.count()).select_from(Message).where(Message.status == MessageStatus.SENT)
        return session.scalar(sent) or 0


def test_each_owner_gets_one_reminder_whatever_is_killed(farm: Farm, postbox: Postbox) -> None:
    farm.ask("write_reminders")
    farm.await_true(lambda: sent_count(farm) >= 2)
    farm.kill("worker")
    farm.await_true(lambda: sent_count(farm) >= 4)
    farm.kill("relay")
    farm.ask("write_reminders")
    farm.await_true(lambda: sent_count(farm) >= 6)
    farm.kill_valkey(with_data=True)
    farm.start_valkey()
    farm.await_finished(*farm.asked("write_reminders"), *farm.asked("send_message"))
    farm.await_true(lambda: sent_count(farm) == PEOPLE)
    letters = {(letter["To"], letter["Message-ID"]) for letter in postbox.letters}
    assert len(letters) == PEOPLE, "a letter may reach the server twice, but always as the same letter"


def test_a_worker_killed_while_the_server_takes_the_letter_sends_the_same_letter_again(
    farm: Farm, postbox: Postbox
) -> None:
    postbox.pause = 0.6
    farm.ask("write_reminders")
    farm.await_true(lambda: postbox.call_count == 1)
    farm.kill("worker")
    postbox.pause = 0.0
    farm.await_true(lambda: sent_count(farm) == PEOPLE)
    assert len(postbox.letters) == PEOPLE + 1
    assert len({letter["Message-ID"] for letter in postbox.letters}) == PEOPLE


def test_a_relay_and_a_valkey_killed_while_the_server_takes_a_letter_send_no_letter_twice(
    farm: Farm, postbox: Postbox
) -> None:
    postbox.pause = 0.6
    farm.ask("write_reminders")
    farm.await_true(lambda: postbox.call_count == 1)
    assert sent_count(farm) == 0, "the kill must hit the letter on its way"
    farm.kill("relay")
    farm.await_true(lambda: postbox.call_count == 2)
    assert sent_count(farm) == 1, "and so must the next"
    farm.kill_valkey(with_data=True)
    postbox.pause = 0.0
    farm.start_valkey()
    farm.await_true(lambda: sent_count(farm) == PEOPLE)
    assert len(postbox.letters) == PEOPLE
    assert len({letter["To"] for letter in postbox.letters}) == PEOPLE
