"""Do workers and relay go on, whatever somebody else writes into Valkey, and do they fork for nothing but work?"""

from __future__ import annotations

import time

import psutil
import pytest
from redis import Redis

from jobs.core.lanes import Lane
from jobs.core.relay import QUEUES
from models.documents.job_requests import JobStatus
from tests.faults.farm import Farm

pytestmark = [pytest.mark.faults, pytest.mark.assures(22)]

KEY = f"rq:queue:{QUEUES[Lane.SHORT]}"
GARBAGE = (b"\xff\xfe\x00", b"", b"ob-1-1; ob-2-1", b"ob-99999999999999-1", b"x" * 100_000, "ob-\u0661-1".encode())


@pytest.fixture
def farm(running: Farm) -> Farm:
    running.clear()
    running.tend()
    running.await_finished(running.ask("plough"))
    return running


def pids(farm: Farm) -> dict[str, int]:
    return {part: farm.pid(part) for part in ("relay", "worker")}


def garbage_in_the_lists(valkey: Redis) -> None:
    for name in QUEUES.values():
        valkey.rpush(f"rq:queue:{name}", *GARBAGE)


def garbage_in_the_jobs(valkey: Redis) -> None:
    """Entries that look like ours, of which the next request will be one, beside hashes that no decoder takes."""
    for number in range(1, 9):
        entry = f"ob-{number}-1"
        fields = {"data": b"\xff\xfe", "created_at": "never", "timeout": "x", "status": b"\xff", "origin": b"\xff"}
        valkey.hset(f"rq:job:{entry}", mapping=fields)
        valkey.rpush(KEY, entry)
    valkey.set("rq:job:ob-9-1", "no hash at all")
    valkey.rpush(KEY, "ob-9-1")


def no_list_at_all(valkey: Redis) -> None:
    valkey.delete(KEY)
    valkey.set(KEY, "nonsense")


def garbage_in_the_books(valkey: Redis) -> None:
    for name in QUEUES.values():
        valkey.zadd(f"rq:wip:{name}", {b"\xff": 1, b"no-colon": 2})
        valkey.sadd(f"rq:workers:{name}", b"\xff\xfe")


@pytest.mark.parametrize(
    "planted",
    [garbage_in_the_lists, garbage_in_the_jobs, no_list_at_all, garbage_in_the_books],
    ids=lambda f: f.__name__,
)
def test_machinery_goes_on_whatever_stands_in_valkey(farm: Farm, planted: object) -> None:
    assert callable(planted)
    before = pids(farm)
    planted(farm.redis)
    numbers = [farm.ask("plough") for _ in range(5)]
    farm.await_finished(*numbers)
    time.sleep(1.5 if planted is not garbage_in_the_books else 6.0)  # the books are looked through every five seconds
    numbers.append(farm.ask("plough"))
    farm.await_finished(numbers[-1])
    assert pids(farm) == before, farm.logs()
    assert {farm.status(number) for number in numbers} == {JobStatus.DONE}
    assert farm.redis.type(KEY) in (b"none", b"list")
    assert {number: farm.effects()[number] for number in numbers} == dict.fromkeys(numbers, 1)


def test_dropped_entry_leaves_a_line_in_the_log(farm: Farm) -> None:
    farm.redis.rpush(KEY, b"\xff\xfe")
    farm.await_true(lambda: "entry dropped" in farm.logs())


def test_worker_forks_no_process_for_a_request_that_is_finished(farm: Farm) -> None:
    """Two hundred duplicates of a finished request: no child, so no time of children, and all of them at once."""
    number = farm.ask("plough")
    farm.await_finished(number)
    time.sleep(0.5)
    worker = psutil.Process(farm.pid("worker"))
    before, began = worker.cpu_times(), time.monotonic()
    farm.redis.rpush(KEY, *(f"ob-{number}-{copy}" for copy in range(2, 202)))
    farm.await_true(lambda: farm.redis.llen(KEY) == 0)
    after, seconds = worker.cpu_times(), time.monotonic() - began
    assert (after.children_user, after.children_system) == (before.children_user, before.children_system)
    assert seconds < 10, "a duplicate cost 54 ms when it forked: eleven seconds for these"
    assert farm.effects()[number] == 1
