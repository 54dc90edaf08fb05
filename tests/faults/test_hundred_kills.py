"""Is work of five kinds done once when workers are killed a hundred times in the middle, and Valkey ten times?"""

from __future__ import annotations

import io
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest
from consistent_sampler import sampler
from sqlalchemy import func, select

from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice
from models.case_lists.case_lists import ListStatus, SentList, accept, keep_list, sealing_key
from models.case_lists.frame_rows import FrameRow
from models.core.access import Role
from models.core.db import PortalSession, act_as
from models.documents.documents import Document, DocumentKind, DocumentPart, NewDocument, keep_document
from models.documents.job_requests import request_job
from models.messages.messages import Draft, Message, MessageStatus, write_message
from models.plans.plan_reports import ReportScope, ask_for_report
from models.retention.retention_rules import RetentionRule, RetentionRun
from models.reviews.review_stages import move_to_stage
from models.reviews.thematic_reviews import Stage
from models.sampling.audit_samples import request_draw
from models.sampling.sample_cases import SampleCase
from tests import make
from tests.assurance.figures import note_figure, scaled
from tests.databases import Database
from tests.faults.farm import Farm
from tests.faults.test_job_kills import (
    CASES,
    RESERVES,
    SEED,
    TAKEN,
    held,
    holds,
    is_alive,
    open_gate,
    sample_ready_to_draw,
)
from tests.postboxes import Postbox, mail_server
from tests.retention.test_retention_rules import CLOSED
from tests.web import SECRET

pytestmark = [pytest.mark.faults, pytest.mark.assures(22)]

WORKERS = tuple(f"worker-{number}" for number in range(1, 6))
ROUNDS, KILLS_OF_EACH = scaled(10, ci=1), scaled(2, ci=1)
FILES = 6
LIST = b"Case reference,Level,Start date\nF1,Child in need,13/05/2025\nF2,Child protection plan,14/06/2025\n"


class Asked(NamedTuple):
    """The requests of one round, by their kinds."""

    draw: int
    paper: int
    frame: int
    letter: int
    erasure: int


@dataclass
class Count:
    """What all rounds have come to."""

    requested: int = 0
    done: int = 0
    kills: int = 0
    doubled: list[str] = field(default_factory=list)


@pytest.fixture
def farm(database: Database, postbox: Postbox) -> Iterator[Farm]:
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        mail_server(postbox) as server,
    ):
        server_facts = {**asdict(server), "timeout_seconds": 20}
        worker = {"holds_jobs": True, "mail_server": server_facts, "secret": SECRET}
        with Farm(database, Path(name), parts=("relay", *WORKERS), extra={"worker": worker}) as farm:
            yield farm


def ask_for_all(farm: Farm) -> Asked:
    """An officer asks for a draw, a PDF and a frame; the portal itself for a letter and the night's erasure."""
    with farm.sessions.begin() as session:
        officer = make.person(session, Role.OFFICER)
        sample, plan = sample_ready_to_draw(session), make.plan(session)
        make.action(session, plan, make.agency(session))
        _add_what_is_due(session)
        write_message(session, Draft(None, "A colleague", "ada@example.org", "An action is due", "Soon."))
        erasure = request_job(session, "erase_due")
        case_list = keep_list(session, SentList(io.BytesIO(LIST), "l.csv", 10_000), key=sealing_key(SECRET), title="L")
        case_list.choice, case_list.status = ImportChoice().as_facts(), ListStatus.CHECKED
        session.flush()
        act_as(session, officer.actor("test"))
        draw, paper = request_draw(session, sample), ask_for_report(session, ReportScope(plan_id=plan.id))
        frame = accept(session, case_list)
    assert draw is not None
    assert erasure is not None
    assert frame is not None
    return Asked(draw, paper, frame, farm.asked("send_message")[0], erasure)


def _add_what_is_due(session: PortalSession) -> None:
    review = make.review(session, title="Long closed", year=2020)
    move_to_stage(session, review, Stage.CLOSED, on=CLOSED)
    session.add(RetentionRule(what="evidence_files", months=12))
    for number in range(FILES):
        file = NewDocument(DocumentKind.EVIDENCE, f"Paper {number}", "smith.pdf", "application/pdf", b"words")
        keep_document(session, file, subject=f"thematic_reviews:{review.id}")


def kill_in_the_middle(farm: Farm, asked: Asked, times: int) -> int:
    """Kill every worker once each of its jobs has come to its middle; returns how many were hit there."""
    farm.await_true(lambda: all(held(farm)[number] == times for number in asked), 180)
    pids = {hold.pid for hold in holds(farm) if is_alive(hold.pid)}
    for worker in WORKERS:
        farm.kill(worker)
    farm.await_true(lambda: not any(is_alive(pid) for pid in pids))
    return len(pids)


def what_stands_twice(session: PortalSession, postbox: Postbox) -> list[str]:
    """What there is more or less of than one round of each kind of work leaves."""
    kinds = Counter(session.scalars(select(Document.kind).where(Document.kind != DocumentKind.EVIDENCE)))
    papers = (DocumentKind.DRAW_CERTIFICATE, DocumentKind.DRAW_DATA, DocumentKind.ACTION_PLAN)
    drawn = list(session.scalars(select(SampleCase.reference).order_by(SampleCase.position)))
    listed = session.scalars(select(CaseFrame.id).where(CaseFrame.title == "L")).all()
    rows = select(func.count()).select_from(FrameRow).where(FrameRow.frame_id.in_(listed))
    letters = {letter["Message-ID"] for letter in postbox.letters}
    has_bytes = select(DocumentPart.number).where(DocumentPart.document_id == Document.id).exists()
    erased = select(func.count()).select_from(Document).where(~has_bytes, Document.file_name == "erased")
    facts = {
        "cases": drawn == [ticket[1] for ticket in sampler(CASES, seed=SEED, take=TAKEN + RESERVES)],
        "papers": kinds == dict.fromkeys(papers, 1),
        "frames": (len(listed), session.scalar(rows)) == (1, 2),
        "letters": len(letters) == 1,
        "messages": list(session.scalars(select(Message.status))) == [MessageStatus.SENT],
        "erased files": session.scalar(erased) == FILES,
        "erasures on record": session.scalar(select(func.sum(RetentionRun.erased_count))) == FILES,
    }
    return [what for what, is_once in facts.items() if not is_once]


def test_work_of_every_kind_is_done_once_however_often_its_worker_is_killed(farm: Farm, postbox: Postbox) -> None:
    count = Count()
    for _ in range(ROUNDS):
        farm.clear()
        postbox.letters.clear()
        asked = ask_for_all(farm)
        count.requested += len(asked)
        for times in range(1, KILLS_OF_EACH + 1):
            count.kills += kill_in_the_middle(farm, asked, times)
        open_gate(farm)
        farm.await_true(lambda asked=asked: all(farm.status(number).is_finished for number in asked), 180)
        count.done += sum(str(farm.status(number)) == "done" for number in asked)
        with farm.sessions() as session:
            count.doubled += what_stands_twice(session, postbox)
    lost, tried = count.requested - count.done, f"{count.kills} kills in mid-job of import, draw, PDF, mail and erasure"
    note_figure(22, "jobs lost", reached=lost, wanted="0", tried=f"{tried}, {count.requested} jobs", holds=lost == 0)
    doubled = len(count.doubled)
    note_figure(22, "side effects doubled", reached=doubled, wanted="0", tried=tried, holds=doubled == 0)
    assert (lost, count.doubled) == (0, [])
    assert count.kills == len(Asked._fields) * ROUNDS * KILLS_OF_EACH, "each kill must hit a job in its middle"


def test_work_is_done_once_though_valkey_is_killed_without_persistence(database: Database) -> None:
    kills, dice = scaled(10, ci=1), random.Random(22)
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        Farm(database, Path(name), parts=("relay", "worker", "worker-2")) as farm,
    ):
        numbers = [farm.ask("plough", seconds=dice.uniform(0, 0.4)) for _ in range(12 * kills)]
        for _ in range(kills):
            goal = sum(farm.marks().values()) + 4
            farm.await_true(lambda goal=goal: sum(farm.marks().values()) >= goal)
            farm.kill_valkey(with_data=True)
            farm.start_valkey()
        farm.await_true(lambda: farm.open_count() == 0, 180)
        effects, statuses = farm.effects(), farm.statuses(numbers)
    lost, doubled = len(set(numbers) - set(effects)), sum(count > 1 for count in effects.values())
    tried = f"{kills} kills of Valkey without its data under {len(numbers)} jobs"
    note_figure(22, "jobs lost when Valkey dies", reached=lost, wanted="0", tried=tried, holds=lost == 0)
    note_figure(22, "jobs doubled when Valkey dies", reached=doubled, wanted="0", tried=tried, holds=doubled == 0)
    assert statuses == {"done"}
    assert (lost, doubled) == (0, 0)
