"""Does somebody who wants a PDF wait until somebody else's case list is read?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.core.lanes import Lane
from jobs.core.queue import JOBS
from models.core.rooms import load_rooms
from models.documents.job_requests import JobStatus
from tests.databases import Database
from tests.faults.farm import Farm

pytestmark = pytest.mark.faults


@pytest.fixture
def farm(database: Database) -> Iterator[Farm]:
    """A relay, a worker that does everything, and one for short jobs."""
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        Farm(
            database,
            Path(name),
            parts=("relay", "worker", "worker-short"),
            extra={"worker-short": {"takes_long": False}},
        ) as farm,
    ):
        yield farm


def test_short_jobs_are_done_while_more_long_ones_wait_than_there_are_workers(farm: Farm) -> None:
    wells = [farm.ask("dig_well", seconds=40) for _ in range(3)]
    farm.await_true(lambda: sum(farm.marks().values()) == 1)
    fields = [farm.ask("plough") for _ in range(3)]
    farm.await_finished(*fields)
    assert farm.statuses(fields) == {"done"}
    assert not any(farm.status(well).is_finished for well in wells)
    assert sum(farm.marks()[well] for well in wells) == 1, "the worker for short jobs must leave long ones alone"


def test_a_worker_for_everything_does_the_short_job_first_and_the_long_one_too(farm: Farm) -> None:
    farm.stop("worker-short")
    first, second = farm.ask("dig_well", seconds=1.5), farm.ask("dig_well", seconds=0)
    farm.await_mark(first)
    field = farm.ask("plough")
    farm.await_finished(field)
    assert farm.status(second) is not JobStatus.DONE
    farm.await_finished(first, second)
    assert farm.effects() == {first: 1, second: 1, field: 1}


def test_reading_and_writing_lists_erasing_and_scanning_many_files_count_as_long_and_nothing_else_does() -> None:
    load_rooms("models", "jobs")
    long = {
        kind.name for kind in JOBS.values() if kind.lane is Lane.LONG and kind.function.__module__.startswith("jobs.")
    }
    assert long == {
        *("check_case_list", "freeze_case_list", "index_frame_rows"),
        *("check_table_import", "carry_out_table_import"),
        *("erase_due", "scan_waiting_files", "mail_saved_view", "make_list_workbook"),
    }
