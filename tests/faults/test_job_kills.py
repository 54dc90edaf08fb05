"""Are a draw and a PDF each done once when the worker, the relay or Valkey dies in the middle of them?"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
from consistent_sampler import sampler
from sqlalchemy import select, text

from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession, act_as
from models.documents.documents import Document, DocumentKind
from models.documents.job_requests import JobRequest, JobStatus
from models.plans.plan_reports import ReportScope, ask_for_report
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import AuditSample, SampleBrief, SampleStatus, plan_sample, quick_draw, request_draw
from models.sampling.sample_cases import SampleCase
from models.tools.starting_words import give_starting_words
from tests import make
from tests.databases import Database
from tests.faults.farm import Farm

pytestmark = [pytest.mark.faults, pytest.mark.assures(22)]

SEED = "31415"
CASES = [f"C{number:03d}" for number in range(60)]
TAKEN, RESERVES = 8, 4
PLAN: dict[str, Any] = {
    "time_frame": {"rule": "any"},
    "themes": None,
    "strata": "level",
    "allocation": {"method": "fixed", "size": TAKEN},
    "reserves": RESERVES,
}
WORKERS = ("worker", "worker-2", "worker-3")


class Hold(NamedTuple):
    """A job that was stopped in the middle: which, in which process, and how many cases its own transaction saw."""

    request_id: int
    pid: int
    case_count: int


class Asked(NamedTuple):
    draw: int
    paper: int


@pytest.fixture(scope="module")
def running(database: Database) -> Iterator[Farm]:
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        Farm(database, Path(name), parts=("relay", *WORKERS), extra={"worker": {"holds_jobs": True}}) as farm,
    ):
        yield farm


@pytest.fixture
def farm(running: Farm) -> Farm:
    running.clear()
    running.tend()
    return running


@pytest.fixture
def asked(farm: Farm) -> Asked:
    """An officer has asked for a draw and for the PDF of a plan; both are in the middle of their work."""
    with farm.sessions.begin() as session:
        officer = make.person(session, Role.OFFICER)
        sample = sample_ready_to_draw(session)
        plan = make.plan(session)
        for number in range(3):
            make.action(session, plan, make.agency(session), text=f"Action {number}.")
        session.flush()
        act_as(session, officer.actor("test"))
        draw, paper = request_draw(session, sample), ask_for_report(session, ReportScope(plan_id=plan.id))
    assert draw is not None
    farm.await_true(lambda: set(held(farm)) == {draw, paper})
    return Asked(draw, paper)


def sample_ready_to_draw(session: PortalSession) -> AuditSample:
    give_starting_words(session)
    lines = ["Case reference,Level,Start date", *(f"{case},Child in need,2025-05-01" for case in CASES)]
    check = open_check(session, io.BytesIO("\n".join(lines).encode()), ImportChoice(), today=today())
    frame = import_frame(session, check, title="Frame", file_name="frame.csv")
    sample = plan_sample(session, brief=SampleBrief(title="Audit"), frame=frame, plan=parse_plan(PLAN))
    quick_draw(session, sample, seed=SEED, person_id=None)
    return sample


def holds(farm: Farm) -> list[Hold]:
    with farm.sessions() as session:
        return [Hold(*row) for row in session.execute(text("SELECT request_id, pid, case_count FROM field.holds"))]


def held(farm: Farm) -> Counter[int]:
    """How often each request has come to the middle of its work."""
    return Counter(hold.request_id for hold in holds(farm))


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def open_gate(farm: Farm) -> None:
    with farm.sessions.begin() as session:
        session.execute(text("INSERT INTO field.gate VALUES (now())"))


def assert_nothing_stands(farm: Farm, asked: Asked) -> None:
    """Both jobs are alive in the middle of their work: all the draw's cases are written, and nobody else sees one."""
    seen = {hold.request_id: hold for hold in holds(farm)}
    assert seen[asked.draw].case_count == TAKEN + RESERVES
    assert all(is_alive(hold.pid) for hold in seen.values())
    with farm.sessions() as session:
        assert session.scalars(select(SampleCase.id)).all() == []
        assert session.scalars(select(Document.id)).all() == []
    assert farm.statuses(asked) == {"running"}


def assert_done_once(farm: Farm, asked: Asked) -> None:
    """One set of the cases that the seed gives, one certificate, one PDF, each the answer to its request."""
    with farm.sessions() as session:
        drawn = session.execute(select(SampleCase.reference, SampleCase.position).order_by(SampleCase.position)).all()
        kinds = Counter(session.scalars(select(Document.kind)))
        answers = {number: session.get_one(JobRequest, number).document_id for number in asked}
        of_kind = {document.id: document.kind for document in session.scalars(select(Document))}
        sample = session.scalars(select(AuditSample)).one()
        assert sample.certificate is not None
    expected = [ticket[1] for ticket in sampler(CASES, seed=SEED, take=TAKEN + RESERVES)]
    assert [tuple(row) for row in drawn] == [(case, place) for place, case in enumerate(expected, start=1)]
    assert sample.status is SampleStatus.DRAWN
    assert kinds == {DocumentKind.DRAW_CERTIFICATE: 1, DocumentKind.DRAW_DATA: 1, DocumentKind.ACTION_PLAN: 1}
    assert of_kind[answers[asked.draw] or 0] is DocumentKind.DRAW_CERTIFICATE
    assert of_kind[answers[asked.paper] or 0] is DocumentKind.ACTION_PLAN
    assert farm.statuses(asked) == {"done"}


def lease_has_run_out(farm: Farm, asked: Asked) -> bool:
    """Whether nothing but the jobs' own locks keeps the relay from sending them again."""
    query = text("SELECT bool_and(leased_until_at < clock_timestamp()) FROM job_requests WHERE id = ANY(:ids)")
    with farm.sessions() as session:
        return bool(session.scalar(query, {"ids": list(asked)}))


def test_a_draw_and_a_pdf_whose_workers_are_killed_are_done_once(farm: Farm, asked: Asked) -> None:
    assert_nothing_stands(farm, asked)
    for worker in WORKERS:
        farm.kill(worker)
    farm.await_true(lambda: not any(is_alive(hold.pid) for hold in holds(farm)))  # the kill hits the jobs themselves
    open_gate(farm)
    farm.await_finished(*asked)
    assert held(farm) == {asked.draw: 2, asked.paper: 2}
    assert_done_once(farm, asked)


def test_a_draw_and_a_pdf_whose_relay_is_killed_are_done_once(farm: Farm, asked: Asked) -> None:
    assert_nothing_stands(farm, asked)
    farm.kill("relay")
    farm.await_true(lambda: lease_has_run_out(farm, asked))
    meanwhile = farm.ask("plough")
    farm.await_finished(meanwhile)
    assert_nothing_stands(farm, asked)
    open_gate(farm)
    farm.await_finished(*asked)
    assert held(farm) == {asked.draw: 1, asked.paper: 1}
    assert_done_once(farm, asked)


def test_a_draw_and_a_pdf_are_done_once_when_the_queue_loses_its_memory(farm: Farm, asked: Asked) -> None:
    assert_nothing_stands(farm, asked)
    farm.kill_valkey(with_data=True)
    meanwhile = farm.ask("plough")
    farm.start_valkey()
    farm.await_finished(meanwhile)
    assert_nothing_stands(farm, asked)
    open_gate(farm)
    farm.await_finished(*asked)
    assert held(farm) == {asked.draw: 1, asked.paper: 1}
    assert_done_once(farm, asked)
    assert farm.status(meanwhile) is JobStatus.DONE
