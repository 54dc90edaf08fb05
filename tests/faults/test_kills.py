"""Is each piece of work done once when workers, relays, schedulers and Valkey are killed in the middle of it?"""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from models.core.clock import now
from models.core.schedules import mark_written
from models.documents.job_requests import JobStatus
from tests.faults.farm import Farm

pytestmark = [pytest.mark.faults, pytest.mark.assures(22, 23)]


@pytest.fixture
def farm(running: Farm) -> Farm:
    running.clear()
    running.tend()
    return running


def once(numbers: list[int]) -> dict[int, int]:
    return dict.fromkeys(numbers, 1)


def test_a_job_whose_worker_is_killed_is_done_once(farm: Farm) -> None:
    number = farm.ask("plough", seconds=1)
    farm.await_mark(number)
    farm.kill("worker")
    farm.await_finished(number)
    assert farm.marks()[number] == 2, "the kill must hit the job in the middle of its work"
    assert farm.effects() == once([number])
    assert farm.status(number) is JobStatus.DONE


def test_an_orphaned_child_finishes_its_job_and_nobody_repeats_it(farm: Farm) -> None:
    number = farm.ask("plough", seconds=4)
    farm.await_mark(number)
    farm.kill("worker", with_children=False)
    farm.await_finished(number)
    assert farm.marks()[number] == 1
    assert farm.effects() == once([number])


def test_requests_made_while_the_relay_is_dead_are_done_when_it_is_back(farm: Farm) -> None:
    farm.kill("relay")
    numbers = [farm.ask("plough") for _ in range(5)]
    farm.await_finished(*numbers)
    assert farm.effects() == once(numbers)


def test_the_queue_losing_its_memory_loses_no_request(farm: Farm) -> None:
    busy = farm.ask("plough", seconds=1)
    numbers = [farm.ask("plough") for _ in range(10)]
    farm.await_mark(busy)
    farm.kill_valkey(with_data=True)
    later = [farm.ask("plough") for _ in range(3)]
    farm.start_valkey()
    farm.await_finished(busy, *numbers, *later)
    assert farm.effects() == once([busy, *numbers, *later])


def test_work_is_done_once_whatever_is_killed_and_whenever(farm: Farm) -> None:
    dice = random.Random(39)
    farm.start("relay-2")
    farm.start("worker-2")
    numbers = [farm.ask("plough", seconds=dice.uniform(0, 0.4)) for _ in range(20)]
    for victim in ("worker", "relay", "valkey", "worker-2", "worker", "valkey"):
        goal = sum(farm.marks().values()) + 2
        farm.await_true(lambda goal=goal: sum(farm.marks().values()) >= goal)
        if victim == "valkey":
            farm.kill_valkey(with_data=dice.random() < 0.5)
            farm.start_valkey()
        else:
            farm.kill(victim)
    farm.await_finished(*numbers)
    farm.stop("relay-2")
    farm.stop("worker-2")
    assert farm.statuses(numbers) == {"done"}
    assert farm.effects() == once(numbers)


def test_work_goes_on_after_the_database_has_dropped_every_connection(farm: Farm) -> None:
    numbers = [farm.ask("plough", seconds=1)]
    farm.await_mark(numbers[0])
    farm.drop_connections()
    numbers += [farm.ask("plough") for _ in range(3)]
    farm.await_finished(*numbers)
    assert farm.statuses(numbers) == {"done"}
    assert farm.effects() == once(numbers)


def test_two_schedulers_of_which_one_is_killed_ask_for_each_run_once(farm: Farm) -> None:
    farm.extra = {"scheduler": {"schedules": ["harvest"]}}
    with farm.sessions.begin() as session:
        mark_written(session, "harvest", now() - timedelta(days=10, minutes=1))
    farm.start("scheduler")
    farm.start("scheduler-2")
    farm.await_true(lambda: len(farm.asked("plough")) > 0)
    farm.kill("scheduler")
    farm.await_true(lambda: len(farm.asked("plough")) >= 10)
    farm.stop("scheduler")
    farm.stop("scheduler-2")
    farm.await_finished(*farm.asked("plough"))
    assert len(farm.asked("plough")) in (10, 11)
    assert farm.effects() == once(farm.asked("plough"))


def test_a_job_that_kills_its_process_is_given_up_in_one_plain_sentence(farm: Farm) -> None:
    number = farm.ask("drop_dead")
    farm.await_finished(number)
    assert farm.marks()[number] == 1
    assert farm.status(number) is JobStatus.FAILED
    assert farm.sentence(number).startswith("It did not work after 1 try;")


def test_a_job_that_takes_too_long_is_stopped_and_leaves_nothing(farm: Farm) -> None:
    number = farm.ask("wait_for_rain")
    farm.await_finished(number)
    assert farm.sentence(number) == "It took longer than 1 minute and was stopped."
    assert farm.effects() == {}


def test_a_name_written_into_valkey_by_a_stranger_is_never_called(farm: Farm, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    stranger = farm.enqueue_by_hand("os.mkdir", (str(planted),), callback="os.getcwd")
    number = farm.ask("plough")
    farm.await_finished(number)
    farm.await_true(lambda: farm.is_gone_or_failed(stranger))
    assert not planted.exists()
    assert os.path.isdir(tmp_path)
