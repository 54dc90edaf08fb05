"""Can people work on cases while queue, mail server and scanner are away, and does the portal say what is?"""

from __future__ import annotations

import http.client
import json
from collections import Counter
from pathlib import Path

import psycopg
import pytest
from bs4 import BeautifulSoup

from app.servers.local_servers import start_valkey
from app.servers.server_guard import VALKEY_FOLDER, processes_in
from tests.assurance.figures import note_figure
from tests.databases import Database
from tests.servers.web_processes import Visitor, WebProcess, free_port, person_who_may_sign_in, web_process

pytestmark = [pytest.mark.faults, pytest.mark.assures(39)]

INVITED = "ivo.invited@example.org"


def pages_led_to(visitor: Visitor) -> list[str]:
    """The addresses of the places, and of every list that the Administration page names."""
    pages = [BeautifulSoup(visitor.ask("GET", page)[1], "html.parser") for page in ("/", "/administration/")]
    links = [link for page in pages for link in page.select("nav a[href^='/'], main a[href^='/']")]
    return sorted({str(link["href"]) for link in links})


def readiness(web: WebProcess) -> tuple[int, dict[str, str]]:
    status, words = Visitor(web.port).ask("GET", "/readyz")
    return status, json.loads(words)


def done_by_hand(web: WebProcess, email: str) -> Counter[int]:
    """The statuses of what an administrator does in a day: signing in, reading every list, saving, asking for mail."""
    visitor = Visitor(web.port).sign_in(email)
    pages = pages_led_to(visitor)
    assert len(pages) > 20
    statuses = Counter(visitor.ask("GET", page)[0] for page in pages)
    statuses[visitor.send("/strategic-priorities/new/", name="Exploitation", starts_on="2026-04-01")] += 1
    statuses[visitor.send("/people/new/", name="Ivo Invited", email=INVITED, role="officer")] += 1
    statuses[Visitor(web.port).send("/forgotten-password/", email=email)] += 1
    return statuses


def test_people_work_on_while_queue_mail_server_and_scanner_are_away(database: Database, tmp_path: Path) -> None:
    email = person_who_may_sign_in(database)
    servers, redis_url = start_valkey(tmp_path)
    ready = {"status": "ready", "database": "ready", "scanner": "away"}
    nobody_listens = {"SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "MAIL_FROM": "portal@example.org"}
    nobody_listens |= {"CLAMAV_ADDRESS": f"127.0.0.1:{free_port()}"}
    try:
        with web_process(database, tmp_path, REDIS_URL=redis_url, **nobody_listens) as web:
            assert readiness(web) == (200, ready | {"valkey": "ready"})
            for process in processes_in(tmp_path / VALKEY_FOLDER, "valkey-server"):
                process.kill()
                process.wait(10)
            assert readiness(web) == (200, ready | {"valkey": "away"})
            statuses = done_by_hand(web, email)
        with psycopg.connect(database.superuser_url) as connection:
            queued = connection.execute("SELECT count(*) FROM job_requests WHERE finished_at IS NULL").fetchone()
    finally:
        servers.close()
        database.empty()
    faults = sum(count for status, count in statuses.items() if status >= http.client.INTERNAL_SERVER_ERROR)
    note_figure(39, "answers of 500 and more with Valkey, mail server and scanner away", reached=faults, wanted="0",
                tried=f"{statuses.total()} requests of an administrator's day", holds=faults == 0)  # fmt: skip
    assert set(statuses) <= {http.client.OK, http.client.FOUND, http.client.SEE_OTHER}
    assert queued is not None
    assert queued[0] >= 2
