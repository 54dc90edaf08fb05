"""Can anybody write a line of their own into the operator's log, and does it ever tell of a person?"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.db import PortalSession
from models.documents.job_requests import request_job
from models.messages.messages import Draft, write_message
from tests import make
from tests.assurance.figures import note_figure
from tests.web import PASSWORD, Browser, make_portal, member
from tests.work import do_requests

pytestmark = pytest.mark.assures(32)
FORGED = '{"event": "request", "level": "info", "status": 200, "forged": true}'
ODD = [
    "\r\n" + FORGED, "\n" + FORGED, "\r" + FORGED, "\x1b[2J\x1b[31mred", "\x85" + FORGED, "\u2028" + FORGED,
    '"}\n' + FORGED, "%0d%0a" + FORGED, "{request}", "%s%s%n",
]  # fmt: skip
NAME, NOTE, EMAIL = "Quillfeather-Zebedee", "a-note-about-a-child", "quill.feather@example.org"
REQUEST_WORDS = {
    "event",
    "level",
    "timestamp",
    "request",
    "method",
    "endpoint",
    "status",
    "ms",
    "role",
    "kind",
    "where",
}


def lines_of(capfd: Any) -> list[str]:
    """What was written to the log since the last time, line by line, as whatever reads it by bytes sees them."""
    written: str = "".join(capfd.readouterr())
    return [line for line in re.split("[\n\r\x85\u2028\x0b\x0c]", written) if line]


def refuse_forgeries(lines: list[str]) -> list[str]:
    """The lines that are no JSON object of ours, or say what no part of the portal says."""
    forged = []
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            forged.append(line)
            continue
        if not isinstance(told, dict) or "forged" in told or not set(told) <= REQUEST_WORDS or "\x1b" in line:
            forged.append(line)
    return forged


def test_nobody_writes_a_line_of_their_own_into_the_log(
    session_factory: sessionmaker[PortalSession], session: PortalSession, capfd: Any
) -> None:
    """By the path, its arguments, a form, a cookie, a header, a method or the name of a file."""
    portal = make_portal(session_factory, log_level="DEBUG")
    officer = Browser(portal).enter(member(session, Role.OFFICER), session)
    capfd.readouterr()
    client = officer.client
    for words in ODD:
        printable = words.replace("\r", "%0d").replace("\n", "%0a")
        client.get(f"/agencies/{printable}/")
        client.get("/agencies/", query_string={"q": words, "sort": words, words: words})
        client.post("/sign-in/", data={"email": words, "password": words, words: words})
        odd = {"Cookie": f"triangulate={printable}", "User-Agent": printable, "Referer": printable}
        client.get("/agencies/", headers=odd)
        client.open("/agencies/", method=re.sub(r"\W", "", words)[:20] or "ODD")
        client.get(f"/documents/{printable}/download/")
    lines = lines_of(capfd)
    forged = refuse_forgeries(lines)
    note_figure(
        32, "lines of the log that somebody else wrote", reached=len(forged), wanted="0",
        tried=f"{len(ODD)} odd texts in 6 places, {len(lines)} lines", holds=not forged,
    )  # fmt: skip
    assert forged == []
    assert len(lines) >= 5 * len(ODD)


def test_log_of_a_busy_day_tells_of_nobody(
    session_factory: sessionmaker[PortalSession], session: PortalSession, capfd: Any
) -> None:
    """Signing in, reading, searching, saving, taking out and being refused: ids of requests and roles, no more."""
    portal = make_portal(session_factory, log_level="DEBUG")
    person = member(session, Role.ADMINISTRATOR, name=NAME, email=EMAIL)
    agency = make.agency(session, f"{NAME} Agency")
    session.commit()
    browser = Browser(portal)
    capfd.readouterr()
    browser.send("/sign-in/", email=EMAIL, password=f"wrong {NOTE}")
    browser.sign_in(person)
    cookie = browser.client.get_cookie("triangulate")
    assert cookie is not None
    for path in ("/", f"/agencies/?q={NAME}", f"/agencies/{agency.id}/", "/people/", "/exports/99/", f"/{NOTE}/"):
        browser.client.get(path)
    sent = browser.filled(f"/agencies/{agency.id}/edit/", name=f"{NAME} {NOTE}")
    assert browser.client.post(f"/agencies/{agency.id}/edit/", data=sent).status_code == 302
    browser.client.get(f"/agencies/export/csv/?q={NAME}").close()
    browser.client.get("/calendar/a-secret-token-of-a-feed.ics")
    browser.client.get("/answer/a-secret-token-of-a-survey/")
    lines = lines_of(capfd)
    secrets = (
        NAME, NOTE, EMAIL, EMAIL.partition("@")[0], PASSWORD, cookie.value, "a-secret-token", str(person.password_hash),
        "127.0.0.1",
    )  # fmt: skip
    told = sorted({secret for secret in secrets for line in lines if secret in line})
    note_figure(
        32, "personal data in the log of the web", reached=len(told), wanted="0",
        tried=f"{len(secrets)} names, notes, tokens and addresses in {len(lines)} lines", holds=not told,
    )  # fmt: skip
    assert told == []
    assert refuse_forgeries(lines) == []
    assert sum('"event": "request"' in line for line in lines) >= 15


def test_log_of_jobs_tells_of_nobody_when_they_fail(
    session_factory: sessionmaker[PortalSession], session: PortalSession, capfd: Any
) -> None:
    """A letter to an address that is none, and a document of a record that is not there."""
    make_portal(session_factory, log_level="DEBUG")  # which begins the log
    capfd.readouterr()
    person = make.person(session, Role.OFFICER, name=NAME)
    write_message(session, Draft(person.id, NAME, f"{NOTE} at nowhere\r\n{FORGED}", f"{NAME}\n{FORGED}", NOTE))
    request_job(session, "make_plan_pdf", {"plan_id": 987654, "note": NOTE})
    request_job(session, "make_briefing", {NOTE: NAME})
    do_requests(session, session_factory)
    lines = lines_of(capfd)
    told = [line for line in lines if NAME in line or NOTE in line or "forged" in line]
    note_figure(
        32, "personal data in the log of the worker", reached=len(told), wanted="0", tried="3 failing jobs",
        holds=not told,
    )  # fmt: skip
    assert told == []
