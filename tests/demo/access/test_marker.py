"""Is a word of one agency in anything that people of another can fetch: pages, searches, files, letters, documents?"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import sessionmaker

from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.documents.documents import Document, open_document
from models.documents.job_requests import request_job
from models.messages.messages import Message
from models.partnership.people import Person
from models.reminders.calendar_feeds import start_feed
from models.reminders.usual_reminders import add_usual_rules
from tests.assurance.figures import note_figure, scaled
from tests.demo.access.addresses import existing
from tests.demo.access.stated import Asked, every_address, stated
from tests.demo.access.strangers import strangers
from tests.demo.access.world import MARK, World
from tests.pdf.pdf_kit import says
from tests.work import do_requests

pytestmark = pytest.mark.assures(7)
PLANTED = f"{MARK} "
"""The marker as it stands in the rows; what was searched for is repeated on the page without the space."""


def test_marker_is_on_no_page_list_search_or_export_that_another_agency_can_fetch(world: World) -> None:
    shown, tried = [], 0
    for stranger in strangers(world)[: scaled(4, ci=2)]:
        role = world.role_of(stranger)
        for path in list(_fetched(world, role, scaled(6, ci=1)))[:: scaled(1, ci=6)]:
            tried += 1
            with world.answered(stranger, path) as answer:
                words = text_of(answer.data)
            if PLANTED in words:
                shown.append(f"{path} to {stranger}")
    note_figure(
        7, "pages, searches and exports with the marker", reached=len(shown), wanted="0", tried=f"{tried} addresses",
        holds=not shown,
    )  # fmt: skip
    assert shown == []
    assert tried > 40


def test_marker_is_in_no_letter_document_or_calendar_of_another_agencys_people(
    world: World, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    world.finish_all_work()
    session.rollback()
    add_usual_rules(session)
    session.commit()
    for stranger in strangers(world):
        _ask_for_documents(world, stranger)
    for name in ("write_reminders", "write_digests"):
        request_job(session, name)
    do_requests(session, session_factory)
    people = session.scalars(select(Person).where(Person.id.in_(strangers(world)))).all()
    letters = session.scalars(select(Message).where(Message.recipient_id.in_(strangers(world)))).all()
    papers = session.scalars(select(Document).where(Document.made_by_id.in_(strangers(world)))).all()
    shown = [letter.subject for letter in letters if MARK in f"{letter.subject} {letter.body}"]
    printed = [paper for paper in papers if paper.media_type == "application/pdf"]
    shown += [paper.title for paper in printed if says(open_document(session, paper).read(), MARK)]
    shown += [person.name for person in people if MARK in _calendar(world, session, person)]
    note_figure(
        7, "letters, documents and calendars with the marker", reached=len(shown), wanted="0",
        tried=f"{len(letters)} letters, {len(papers)} documents, {len(people)} calendars", holds=not shown,
    )  # fmt: skip
    assert shown == []
    assert letters
    assert printed


def test_marker_is_really_there_for_those_whose_it_is(world: World) -> None:
    theirs = world.browser(world.their_manager)
    found = [path for path in ("/actions/", "/challenges/", "/documents/") if PLANTED in theirs.client.get(path).text]
    assert found == ["/actions/", "/challenges/", "/documents/"]
    planted = "SELECT count(*) FROM actions a JOIN agencies g ON g.id = a.lead_agency_id WHERE a.text LIKE :mark"
    with world.session() as session:
        assert int(session.scalar(text(planted), {"mark": f"{MARK}%"}) or 0) > 3


def _fetched(world: World, role: Role, most: int) -> Iterator[str]:
    """Every address that a role may fetch, with records that are there; lists also searched for the marker."""
    for asked in every_address(world.portal):
        if asked.method != "GET" or role not in stated().of(asked) or asked in stated().public:
            continue
        yield from existing(world, asked.rule, most)
        if Asked("GET", f"{asked.rule}export/<export_type>/") in stated().roles or asked.rule.count("/") == 2:
            yield from (f"{asked.rule}?q={word}" for word in (MARK, "Planted", "^Planted"))
        if "<export_type>" in asked.rule:
            yield asked.rule.replace("<export_type>", "xlsx")


def text_of(content: bytes) -> str:
    """The words of an answer, those of a workbook out of its sheets, without what a page repeats of the question."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    return re.sub(r'value="[^"]*"', "", content.decode("utf-8", "replace"))


def _ask_for_documents(world: World, stranger: int) -> None:
    """Ask for every document that somebody of that role may have made."""
    role, browser = world.role_of(stranger), world.browser(stranger)
    asked_for = [asked for asked in stated().roles if asked.method == "POST" and role in stated().of(asked)]
    papers = [asked for asked in asked_for if asked.rule.endswith(("/pdf/", "/paper/", "/blank/"))]
    for number, asked in enumerate(papers):
        for path in existing(world, asked.rule, 2):
            with browser.client.post(path, data=world.form(stranger, number)) as answer:
                assert answer.status_code < 500, path


def _calendar(world: World, session: PortalSession, person: Person) -> str:
    token = start_feed(session, person.id, now=now())
    session.commit()
    assert world.portal is not None
    return world.portal.test_client().get(f"/calendar/{token}.ics").text
