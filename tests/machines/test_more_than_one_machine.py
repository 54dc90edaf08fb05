"""Does the portal on several machines lose nothing that it has acknowledged, whatever happens to one of them?"""

from __future__ import annotations

import http.client
import re
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from bs4 import BeautifulSoup
from rq import Worker

from app.servers.local_servers import Servers
from jobs.core.relay import connect
from jobs.core.schedule import SCHEDULES
from tests.assurance.figures import note_figure, scaled
from tests.machines.compose_file import text_of
from tests.machines.fleet import PATIENCE, Fleet
from tests.machines.visitors import Visitor, hidden, words_of
from tests.web import PASSWORD, sent_by

pytestmark = pytest.mark.faults
WRITERS = 4
REWIND = "UPDATE schedule_marks SET written_until_at = now() - interval '32 days'"


def ask(servers: Servers, query: str, *values: object) -> list[tuple[Any, ...]]:
    with psycopg.connect(servers.superuser_url, autocommit=True) as administrator:
        asked = administrator.execute(query.encode(), values)
        return asked.fetchall() if asked.description else []


def await_true(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@dataclass
class Writer:
    """Somebody who makes agencies one after another, each by one form, and sends a form that got no answer again."""

    browser: Visitor
    mark: str
    category: str
    acknowledged: list[str] = field(default_factory=list)
    trouble: Counter[str] = field(default_factory=Counter)
    refused: str = ""

    def make(self, number: int) -> None:
        name = f"{self.mark} {number}"
        form = {**sent_by(BeautifulSoup(self._page(), "html.parser")), "name": name, "category_id": self.category}
        while True:
            answer = self._sent(form)
            if answer == http.client.FOUND:
                self.acknowledged.append(name)
                return
            self.trouble[str(answer)] += 1
            time.sleep(0.2)

    def _page(self) -> str:
        while True:
            try:
                answer = self.browser.get("/agencies/new/")
            except (OSError, http.client.HTTPException) as trouble:
                self.trouble[type(trouble).__name__] += 1
            else:
                if answer.status == http.client.OK:
                    return answer.text
                self.trouble[f"page {answer.status}"] += 1
            time.sleep(0.2)

    def _sent(self, form: dict[str, str]) -> int | str:
        try:
            answer = self.browser.post("/agencies/new/", form)
        except (OSError, http.client.HTTPException) as trouble:
            return type(trouble).__name__
        if answer.status not in (302, 502, 503, 504):
            self.refused = f"{answer.status}: {words_of(answer.text)}"
            raise AssertionError(self.refused)
        return answer.status


@contextmanager
def load(fleet: Fleet, mark: str) -> Iterator[list[Writer]]:
    """Several people write without a pause for as long as this lasts."""
    boss = fleet.visitor().sign_in("administrator@demo.example", PASSWORD)
    ((category,),) = ask(fleet.servers, "SELECT category_id FROM agencies ORDER BY id LIMIT 1")
    writers = [Writer(boss.copy(number=number), f"{mark} {number}", str(category)) for number in range(WRITERS)]
    is_over = threading.Event()

    def write(writer: Writer) -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            writer.make(number)

    threads = [threading.Thread(target=write, args=[writer]) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield writers
    finally:
        is_over.set()
        for thread in threads:
            thread.join(PATIENCE)


def kept(servers: Servers, mark: str) -> Counter[str]:
    """How many records there are of each name that begins so."""
    return Counter(name for (name,) in ask(servers, "SELECT name FROM agencies WHERE name LIKE %s", f"{mark} %"))


def steady(writers: list[Writer]) -> None:
    """Wait until each has been answered a few times more."""
    goals = [len(writer.acknowledged) + 3 for writer in writers]

    def are_on() -> bool:
        assert not [writer.refused for writer in writers if writer.refused]
        return all(len(writer.acknowledged) >= goal for writer, goal in zip(writers, goals, strict=True))

    await_true(are_on)


@pytest.mark.assures(9)
def test_sign_in_made_through_the_proxy_holds_on_every_machine(fleet: Fleet) -> None:
    person = fleet.visitor().sign_in("officer@demo.example", PASSWORD)
    for port in fleet.ports.values():
        there = person.copy(port=port)
        there.is_tls = False
        assert there.get("/action-plans/").status == http.client.OK
        there.cookies.clear()
        assert there.get("/action-plans/").status == http.client.FOUND
    log = [fleet.log(name).count('"request"') for name in fleet.ports]
    assert all(log), "the proxy sends people to both"


@pytest.mark.assures(23)
def test_of_two_schedulers_one_leads_at_a_time_and_no_due_run_is_asked_for_twice(fleet: Fleet) -> None:
    ((before,),) = ask(fleet.servers, "SELECT coalesce(max(id), 0) FROM job_requests")
    await_true(lambda: len(ask(fleet.servers, "SELECT name FROM schedule_marks")) == len(SCHEDULES))

    def runs() -> Counter[str]:
        asked = "SELECT name, arguments::text, unique_key FROM job_requests WHERE id > %s AND unique_key IS NOT NULL"
        return Counter(f"{name} {told}" for name, told, key in ask(fleet.servers, asked, before) if key)

    ask(fleet.servers, REWIND)
    await_true(lambda: len(runs()) >= len(SCHEDULES))
    fleet.replace("scheduler-1", signal.SIGKILL)
    ask(fleet.servers, REWIND)
    time.sleep(scaled(40, ci=1))
    doubled = [run for run, count in runs().items() if count > 1]
    tried = f"two schedulers, {len(SCHEDULES)} schedules, rewound twice, one scheduler killed"
    note_figure(23, "due runs asked for twice", reached=len(doubled), wanted="0", tried=tried, holds=not doubled)
    assert doubled == []


@pytest.mark.assures(22)
def test_jobs_are_spread_over_the_workers_and_each_is_done_once(fleet: Fleet) -> None:
    person = fleet.visitor().sign_in("officer@demo.example", PASSWORD)
    ((before,),) = ask(fleet.servers, "SELECT coalesce(max(id), 0) FROM job_requests")
    plans = ask(fleet.servers, "SELECT id FROM action_plans ORDER BY id")
    papers = [f"/action-plans/{plan}/pdf/{kind}" for (plan,) in plans for kind in ("", "?form=summary", "?overdue=yes")]
    papers = papers[: scaled(len(papers), ci=8)]
    form = hidden(person.get(f"/action-plans/{plans[0][0]}/").text)
    for number, paper in enumerate(papers):
        answer = person.post(paper, {**form, "once": f"{number:030}"})
        assert answer.status == http.client.FOUND, words_of(answer.text)
    asked = "SELECT status FROM job_requests WHERE id > %s AND requested_by_id IS NOT NULL"
    finished = f"{asked} AND finished_at IS NOT NULL"
    await_true(lambda: len(ask(fleet.servers, finished, before)) == len(ask(fleet.servers, asked, before)) > 0)
    assert Counter(status for (status,) in ask(fleet.servers, asked, before)) == {"done": len(papers)}
    shares = done_by_worker(fleet)
    note_figure(22, "workers on other machines that did none of the jobs", reached=shares.count(0), wanted="0",
                tried=f"{len(papers)} PDFs, jobs done by worker: {shares}", holds=0 not in shares)  # fmt: skip
    assert len(shares) == 3
    assert shares.count(0) < 2


def done_by_worker(fleet: Fleet) -> list[int]:
    """How many jobs each living worker has done since it started, as it tells Valkey."""
    with connect(fleet.servers.redis_url) as valkey:
        return [worker.successful_job_count for worker in Worker.all(connection=valkey)]


@pytest.mark.assures(25)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_web_process_that_ends_under_load_loses_nothing_it_had_acknowledged(
    fleet: Fleet, number: signal.Signals
) -> None:
    mark = f"Ended by {number.name}"
    with load(fleet, mark) as writers:
        for _ in range(scaled(10, ci=1)):
            for name in list(fleet.ports)[: scaled(2, ci=1)]:
                steady(writers)
                fleet.replace(name, number)
        steady(writers)
    told = judged(fleet, mark, writers)
    tried = f"{told.tried} forms, {number.name}: {dict(told.trouble)}"
    note_figure(25, "requests that were not answered", reached=sum(told.trouble.values()), wanted="stated", tried=tried,
                holds=True)  # fmt: skip
    sys.stderr.write(f"{mark}: {told}\n")


@dataclass(frozen=True)
class Judged:
    """What came of a load: how many forms were acknowledged, and what else people saw."""

    tried: int
    trouble: Counter[str]


def judged(fleet: Fleet, mark: str, writers: list[Writer]) -> Judged:
    """Hold what was acknowledged against the records, and note the figures."""
    records = kept(fleet.servers, mark)
    acknowledged = [name for writer in writers for name in writer.acknowledged]
    lost = [name for name in acknowledged if not records[name]]
    doubled = [name for name, count in records.items() if count > 1]
    trouble = sum((writer.trouble for writer in writers), Counter[str]())
    tried = f"{mark}: {len(acknowledged)} forms by {WRITERS} people through the proxy, sent again where unanswered"
    note_figure(25, "acknowledged forms lost", reached=len(lost), wanted="0", tried=tried, holds=not lost)
    note_figure(25, "records doubled", reached=len(doubled), wanted="0", tried=tried, holds=not doubled)
    assert (lost, doubled) == ([], [])
    assert len(acknowledged) > WRITERS
    return Judged(len(acknowledged), trouble)


@pytest.mark.assures(25)
def test_rolling_restart_by_the_documented_steps_is_seen_by_nobody(fleet: Fleet) -> None:
    drain, ready, stand = documented_words("### More than one machine")
    mark = "Rolling restart"
    with load(fleet, mark) as writers:
        webs = list(zip(fleet.ports, ("one", "two"), strict=True))[-scaled(2, ci=1) :]
        for name, called in webs:
            steady(writers)
            fleet.tell_proxy(drain.replace("web/one", f"web/{called}"))
            time.sleep(2)
            fleet.replace(name)
            fleet.tell_proxy(ready.replace("web/one", f"web/{called}"))
            await_true(lambda: set(states(fleet.tell_proxy(stand)).values()) == {"UP"})
        others = [name for name, kind in fleet.processes.items() if kind != "web"][-scaled(6, ci=1) :]
        for name in others:
            fleet.replace(name)
        steady(writers)
    told = judged(fleet, mark, writers)
    seen = sum(told.trouble.values())
    tried = f"{told.tried} forms, {len(webs)} web and {len(others)} other processes replaced"
    note_figure(
        25, "requests not answered in a rolling restart", reached=seen, wanted="0", tried=tried, holds=seen == 0
    )
    assert told.trouble == Counter()


def states(told: str) -> dict[str, str]:
    """How the proxy thinks of each server, from its table in CSV: the name is the second column, the state the 18th."""
    rows = (line.split(",") for line in told.splitlines() if line and not line.startswith("#"))
    return {row[1]: row[17] for row in rows}


def documented_words(section: str) -> list[str]:
    """What a section of docs/operating.md says to the proxy's socket."""
    words = text_of("docs/operating.md").partition(section)[2].partition("\n## ")[0]
    return re.findall(r'^echo "(.+)" \| socat stdio /run/haproxy/admin.sock(?: \| .+)?$', words, re.MULTILINE)
