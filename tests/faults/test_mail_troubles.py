"""Does each letter reach its reader, once by its Message-ID, when the mail server refuses, hangs or breaks off?"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from models.messages.messages import Draft, Message, MessageStatus, write_message
from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.faults.farm import Farm
from tests.postboxes import Postbox, mail_server

pytestmark = [pytest.mark.faults, pytest.mark.assures(27)]

LETTERS = scaled(100, ci=6)  # in each kind of trouble
TROUBLES = ("refusing", "hanging", "dropping after DATA", "refusing the letter")


@pytest.fixture
def farm(database: Database, postbox: Postbox) -> Iterator[Farm]:
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        mail_server(postbox) as server,
        Farm(database, Path(name), also=(), extra={"worker": {"mail_server": asdict(server)}}) as farm,
    ):
        yield farm


def write(farm: Farm, trouble: str) -> None:
    with farm.sessions.begin() as session:
        for number in range(LETTERS):
            address = f"{trouble.replace(' ', '-').lower()}-{number}@example.org"
            write_message(session, Draft(None, "A colleague", address, "An action is due", "Soon."))


def make_trouble(postbox: Postbox, trouble: str | None) -> None:
    """What the server does from now on; None: it takes every letter."""
    postbox.recipient_answer = "451 Try later" if trouble == "refusing" else "250 OK"
    postbox.answer = "452 Try later" if trouble == "refusing the letter" else "250 Accepted"
    postbox.pause = 2.0 if trouble == "hanging" else 0.0  # the worker waits for one second
    postbox.is_always_breaking_off = trouble == "dropping after DATA"


def tried(farm: Farm) -> int:
    """How many messages have been tried in vain and say so to whoever looks."""
    with farm.sessions() as session:
        waiting = (Message.status == MessageStatus.WAITING, Message.attempt_count > 0, Message.sentence != "")
        return session.scalar(select(func.count()).select_from(Message).where(*waiting)) or 0


def requests_that_say_why(farm: Farm) -> int:
    """How many requests are not done yet and say why, as the screens show it, also while they are tried again."""
    why = "SELECT count(*) FROM job_requests WHERE finished_at IS NULL AND sentence LIKE 'The mail server %'"
    with farm.sessions() as session:
        return session.scalar(text(why)) or 0


def sent(farm: Farm) -> int:
    with farm.sessions() as session:
        done = select(func.count()).select_from(Message).where(Message.status == MessageStatus.SENT)
        return session.scalar(done) or 0


def make_due(farm: Farm) -> None:
    """The minutes until the next try are over."""
    with farm.sessions.begin() as session:
        session.execute(text("UPDATE job_requests SET due_at = now() WHERE status = 'waiting'"))
        session.execute(text("SELECT pg_notify('job_requests', '')"))


def test_each_letter_arrives_once_by_its_message_id_whatever_the_server_does(farm: Farm, postbox: Postbox) -> None:
    visible = 0
    for trouble in TROUBLES:
        make_trouble(postbox, trouble)
        write(farm, trouble)
        farm.await_true(lambda: tried(farm) == LETTERS, 60 + 3 * LETTERS)
        farm.await_true(lambda: requests_that_say_why(farm) == LETTERS)
        visible += requests_that_say_why(farm)
        make_trouble(postbox, None)
        make_due(farm)
        farm.await_true(lambda: tried(farm) == 0, 60 + LETTERS)
    written = LETTERS * len(TROUBLES)
    farm.await_true(lambda: sent(farm) == written)
    copies = Counter((letter["To"], letter["Message-ID"]) for letter in postbox.letters)
    readers = Counter(address for address, _ in copies)
    lost, doubled = written - len(readers), sum(count > 1 for count in readers.values())
    what = f"{written} letters to a server that was {', '.join(TROUBLES)}"
    note_figure(27, "letters lost", reached=lost, wanted="0", tried=what, holds=lost == 0)
    note_figure(27, "readers who see a letter twice by its Message-ID", reached=doubled, wanted="0",
                tried=f"{what}; {copies.total()} arrived", holds=doubled == 0)  # fmt: skip
    note_figure(27, "failed tries that can be seen, with their reason", reached=visible, wanted=str(written),
                tried=what, holds=visible == written)  # fmt: skip
    assert (lost, doubled, visible) == (0, 0, written)
    assert copies.total() > written, "some letters must have arrived although the server did not say so"
