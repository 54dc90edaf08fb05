"""How long from a request's commit to the start of its job, beside bare RQ from enqueue to start, in one run?

Both in a forked child of a warm worker on the same Valkey, one job at a time, taking turns. Ours goes through the
outbox: insert and NOTIFY in the asking transaction, the relay, RQ, then the attempt and the lock in PostgreSQL; the
clock stops when the job's own code runs.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rq import Queue

from jobs.core.queue import Done, Run, job
from jobs.core.relay import connect
from models.core.access import Actor
from models.documents.job_requests import request_job
from tests.benchmarks.stamps import stamp
from tests.databases import Database
from tests.faults.farm import PROJECT, Farm

ROUNDS = 100
PATIENCE = 30.0


@job()
def stamp_the_start(run: Run) -> Done:
    stamp(run.arguments["path"])
    return Done("Stamped.")


def bench(database: Database, rounds: int = ROUNDS) -> list[str]:
    """Median and 95th percentile of both, and the difference at the median; times in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with Farm(database, folder, also=("tests.benchmarks.queue",)) as farm, _bare_worker(farm.redis_url):
            queue = Queue("bare", connection=connect(farm.redis_url))
            pairs = [(_ask_bare(queue, folder), _ask_ours(farm, folder)) for _ in range(rounds + 5)][5:]
    limit, ours = ([pair[place] * 1000 for pair in pairs] for place in (0, 1))
    extra = statistics.median(ours) - statistics.median(limit)
    return [
        f"job start, bare RQ   median {statistics.median(limit):5.1f} ms  p95 {_p95(limit):5.1f} ms  (limit)",
        f"job start, outbox    median {statistics.median(ours):5.1f} ms  p95 {_p95(ours):5.1f} ms"
        f"  {extra:+.1f} ms over bare RQ, {rounds} rounds",
    ]


def _ask_bare(queue: Queue, folder: Path) -> float:
    path = folder / "bare.stamp"
    path.unlink(missing_ok=True)
    asked = time.time()
    queue.enqueue(stamp, str(path), result_ttl=0)
    return _await_stamp(path) - asked


def _ask_ours(farm: Farm, folder: Path) -> float:
    path = folder / "ours.stamp"
    path.unlink(missing_ok=True)
    with farm.sessions(info={"actor": Actor.system()}) as session:
        request_job(session, "stamp_the_start", {"path": str(path)})
        asked = time.time()
        session.commit()
    return _await_stamp(path) - asked


def _await_stamp(path: Path) -> float:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if path.exists() and (text := path.read_text(encoding="ascii")):
            time.sleep(0.03)  # let the worker come back to its queue: this measures an idle one
            return float(text)
        time.sleep(0.002)
    raise TimeoutError("the job did not start")


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


@contextmanager
def _bare_worker(redis_url: str) -> Iterator[None]:
    """RQ's own worker with RQ's own settings."""
    command = [sys.executable, "-m", "rq.cli", "worker", "bare", "--url", redis_url, "--quiet"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=PROJECT, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        yield
    finally:
        process.kill()
        process.wait()
