"""Can an officer bring a list in, and does nothing personal stay behind?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.schedule import ask_for_due_runs
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_lists import CaseList, CaseListPiece, ListStatus, accept, discard_stale
from models.case_lists.frame_rows import FrameRow, frame_fingerprint, read_rows
from models.core.access import Role
from models.core.clock import now
from models.core.db import PortalSession
from models.core.looks import Look, LookKind
from models.rules.case_lists.fingerprints import canonical_line, fingerprint
from models.tools.starting_words import give_starting_words
from tests.web import Browser
from tests.work import do_requests, done, sessions_of_the_portal

Open = Callable[..., Browser]
LIST = """Case reference,Name,NHS number,Date of birth,Level,Primary need code,Start date,End date,Postcode
F1,Zebedee Quillfeather,943 476 5919,03/04/2019,Child in need,N1,13/05/2025,,CV34 4RL
F1,Zebedee Quillfeather,943 476 5919,03/04/2019,Child protection plan,N1,14/06/2025,,CV34 4RL
F2,Ottoline Brackenbury,943 476 5919,04/04/2019,Child in need,N2,25/05/2025,30/06/2025,CV34 4RL
,Nobody Atall,,,Child in need,N2,25/05/2025,,
F4,Peregrine Ashdown,,05/04/2019,Child in need,N1,no idea,,
F5,Clementine Underhill,,05/04/2026,Child in need,N1,01/02/2026,,
"""
PERSONAL = ("Quillfeather", "943 476", "03/04/2019", "2019-04-03", "CV34")


@pytest.fixture
def officer(browser: Open, session: PortalSession) -> Browser:
    give_starting_words(session)
    return browser(Role.OFFICER)


def upload(officer: Browser, content: bytes, name: str = "list.csv") -> Any:
    tokens = officer.tokens("/case-lists/upload/")
    data = {**tokens, "title": "Open cases", "file": (io.BytesIO(content), name)}
    return officer.client.post("/case-lists/upload/", data=data, content_type="multipart/form-data")


def checked(officer: Browser, session: Session, factory: sessionmaker[PortalSession], content: str = LIST) -> CaseList:
    """A list that was uploaded, confirmed as guessed and checked."""
    assert upload(officer, content.encode()).status_code == 302
    case_list = session.scalars(select(CaseList).order_by(CaseList.id.desc())).first()
    assert case_list is not None
    page = f"/case-lists/{case_list.id}/columns/"
    answer = officer.client.post(page, data=officer.filled(page, level_source="column"))
    assert answer.status_code == 302, answer.text
    done(do_requests(session, factory))
    session.refresh(case_list)
    return case_list


def test_officer_reads_every_problem_before_anything_is_frozen(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    assert case_list.status is ListStatus.CHECKED
    words = officer.get(f"/case-lists/{case_list.id}/check/").get_text(" ", strip=True)
    assert "No case reference." in words
    assert "Row 5" in words
    assert "The start date cannot be read." in words
    assert "The start date is before the date of birth (1 row)." in words
    assert session.scalar(select(func.count()).select_from(CaseFrame)) == 0
    assert session.scalar(select(func.count()).select_from(FrameRow)) == 0


def test_officer_reads_which_cases_stand_in_several_levels_and_takes_them_along(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    lines = ["Case reference,Level,Start date"]
    lines += [f"F{number},{level},13/05/2025" for number in range(60) for level in ("Child in need", "Looked after")]
    lines += ["=1+1,Child in need,13/05/2025", "=1+1,Looked after,13/05/2025", "F99,Looked after,13/05/2025"]
    case_list = checked(officer, session, session_factory, "\n".join(lines))
    page = officer.get(f"/case-lists/{case_list.id}/check/")
    panel = page.select_one("section[aria-labelledby=several]")
    assert panel is not None
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in panel.select("tbody tr")]
    assert rows == [[f"F{number}", "Looked after, Child in need", str(2 * number + 2)] for number in range(50)]
    assert "Each of these 61 cases" in panel.get_text()
    assert "61 rows belong to a case that an earlier row names" in page.get_text()
    download = officer.client.get(f"/case-lists/{case_list.id}/problems.csv")
    problems = [row for row in csv.reader(io.StringIO(download.text)) if row[1] == "several levels"]
    assert len(problems) == 61
    assert problems[59] == ["120", "several levels", "Case F59 stands in several levels: Looked after, Child in need."]
    assert "F99" not in download.text


def test_officer_sees_no_list_of_levels_where_each_case_has_one(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(
        officer, session, session_factory, "Case reference,Level,Start date\nF1,Child in need,13/05/2025"
    )
    words = officer.get(f"/case-lists/{case_list.id}/check/").get_text()
    assert "several levels" not in words


def test_officer_accepts_and_the_frame_is_the_list_without_the_persons(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    answer = officer.send(f"/case-lists/{case_list.id}/accept/", confirmed="yes")
    assert answer.status_code == 302
    assert "is frozen: 3 cases in 4 rows" in done(do_requests(session, session_factory))[0]
    frame = session.scalars(select(CaseFrame)).one()
    rows = list(read_rows(session, frame.id))
    assert sorted({row[1] for row in rows}) == ["F1", "F2", "F5"]
    words = {int(rank): label for rank, label in frame.levels.items()}
    lines = [canonical_line((row[1], words.get(row[2] or 0), row[3], row[4], row[5], row[6])) for row in rows]
    assert frame.fingerprint == fingerprint(lines) == frame_fingerprint(session, frame)
    session.refresh(case_list)
    assert case_list.status is ListStatus.FROZEN
    assert session.scalar(select(func.count()).select_from(CaseListPiece)) == 0


def test_no_name_number_birth_or_postcode_is_anywhere_in_the_database(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    officer.send(f"/case-lists/{case_list.id}/accept/", confirmed="yes")
    done(do_requests(session, session_factory))
    tables = set(inspect(session.connection()).get_table_names()) - {"alembic_version"}
    leftovers = []
    for table in sorted(name for name in tables if not re.fullmatch(r"frame_rows_\d+", name)):  # parts of frame_rows
        whole = session.execute(text(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')).scalar() or ""
        leftovers += [(table, word) for word in PERSONAL if word in whole]
    assert not leftovers


def test_officer_discards_an_upload_and_its_file_is_gone(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    assert officer.send(f"/case-lists/{case_list.id}/discard/").status_code == 302
    session.refresh(case_list)
    assert case_list.status is ListStatus.DISCARDED
    assert case_list.report is None
    assert session.scalar(select(func.count()).select_from(CaseListPiece)) == 0


@pytest.mark.parametrize("status", [ListStatus.CHECKED, ListStatus.FREEZING])
def test_upload_nobody_finishes_is_erased_within_a_day_by_the_clock_alone(
    officer: Browser,
    session: PortalSession,
    session_factory: sessionmaker[PortalSession],
    status: ListStatus,
) -> None:
    case_list = checked(officer, session, session_factory)
    case_list.status = status  # FREEZING, and nothing that would still freeze it: its job failed for good
    session.commit()
    uploaded, pieces = case_list.uploaded_at, select(func.count()).select_from(CaseListPiece)
    kept = []
    for hour in range(25):
        with time_machine.travel(uploaded + timedelta(hours=hour), tick=False):
            ask_for_due_runs(sessions_of_the_portal(session_factory), now())
            done(do_requests(session, session_factory))
        kept.append(bool(session.scalar(pieces)))
    assert sum(kept) in (22, 23, 24)
    session.refresh(case_list)
    assert case_list.status is ListStatus.DISCARDED
    assert session.scalar(pieces) == 0


def test_list_that_waits_to_be_frozen_is_not_thrown_away(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    case_list.uploaded_at = now() - timedelta(days=2)
    accept(session, case_list)
    assert discard_stale(session) == 0
    done(do_requests(session, session_factory))
    session.refresh(case_list)
    assert case_list.status is ListStatus.FROZEN


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".xls"),
        (b"<?xml version='1.0'?><Message/>", "XML"),
        (b"%PDF-1.7 nothing", "PDF"),
    ],
)
def test_officer_is_told_in_one_sentence_why_a_file_is_no_list(officer: Browser, content: bytes, words: str) -> None:
    answer = upload(officer, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert officer.get("/case-lists/").select("table.list tbody tr") == []


def test_statistics_are_refused_as_a_case_list(officer: Browser, shared_data: Path) -> None:
    answer = upload(officer, (shared_data / "dfe_cin_primary_need_2013_to_2024.csv").read_bytes())
    assert answer.status_code == 422
    assert "statistics" in answer.text


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPONSOR, Role.BOARD_VIEWER])
def test_nobody_but_officers_sees_case_lists(browser: Open, role: Role) -> None:
    for path in ("/case-lists/", "/case-lists/upload/", "/case-lists/1/", "/case-lists/1/check/"):
        browser(role).get(path, status=403)


def test_officer_looks_through_the_rows_of_a_frame(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    officer.send(f"/case-lists/{case_list.id}/accept/", confirmed="yes")
    done(do_requests(session, session_factory))
    frame = session.scalars(select(CaseFrame)).one()
    for query, expected in (("", 4), ("&q=F1", 2), ("&q=%5EF2", 1), ("&level=protection", 1), ("&theme=N1", 3)):
        page = officer.get(f"/frame-rows/?frame={frame.id}{query}")
        assert len(page.select("table.list tbody tr")) == expected, query
    officer.get("/frame-rows/?frame=999999", status=404)
    officer.get("/frame-rows/", status=404)


FURNISHED = LIST + "Total,,,,,,,,\nF9,,,,,,14/05/2025,,\nPage 1 of 1,,,,,,,,\n"
CARE_LEAVERS = "Case reference,Level,Team,Worker,Place\n" + "".join(
    f"K{n},Child in need,N,A,B\n" for n in range(10, 30)
)


def test_officer_sees_what_was_decided_and_takes_the_other_reading(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory, CARE_LEAVERS + "K30,,,,\nTotal: 21,,,,\n")
    page = officer.get(f"/case-lists/{case_list.id}/check/")
    words = page.get_text(" ", strip=True)
    assert "Please decide" in words
    assert "20, and 1 line" not in words
    assert case_list.report is not None
    assert (case_list.report["accepted"], case_list.report["set_aside"]) == (21, 1)
    (button,) = page.select("main form[action$='/choose/'] button")
    assert button.get_text() == "Leave these lines out"
    check = f"/case-lists/{case_list.id}/check/"
    officer.send(f"/case-lists/{case_list.id}/choose/", check, question="leave_out_doubtful")
    done(do_requests(session, session_factory))
    session.refresh(case_list)
    assert case_list.report is not None
    assert (case_list.report["accepted"], case_list.report["set_aside"]) == (20, 2)
    words = officer.get(f"/case-lists/{case_list.id}/check/").get_text(" ", strip=True)
    assert "Your choice" in words
    assert "Count these lines as cases" in words


def test_officer_is_asked_once_with_the_counts_before_a_list_is_frozen(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory, FURNISHED)
    asked = officer.get(f"/case-lists/{case_list.id}/accept/").get_text(" ", strip=True)
    assert "5 rows become a frame that can never change: 4 cases." in asked
    assert "Left out: 2 rows that cannot be used and 2 lines that are not cases." in asked
    officer.send(f"/case-lists/{case_list.id}/accept/")
    session.refresh(case_list)
    assert case_list.status is ListStatus.FREEZING


def test_a_question_that_no_note_asks_is_refused(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    case_list = checked(officer, session, session_factory)
    page = f"/case-lists/{case_list.id}/check/"
    accept = f"/case-lists/{case_list.id}/accept/"
    assert officer.send(f"/case-lists/{case_list.id}/choose/", accept, question="born").status_code == 400
    assert officer.get(page)


def test_officer_sees_first_values_beside_every_column_but_no_birth(officer: Browser, session: PortalSession) -> None:
    upload(officer, LIST.encode())
    case_list = session.scalars(select(CaseList)).one()
    page = officer.get(f"/case-lists/{case_list.id}/columns/")
    options = {option["value"]: option.get_text() for option in page.select("#theme option")}
    assert options["Level"] == "Level: Child in need, Child protection plan"
    assert options["Date of birth"] == "Date of birth"
    assert "943 476" not in options["NHS number"]


def test_officer_who_accepts_before_the_check_is_told_so(officer: Browser, session: PortalSession) -> None:
    upload(officer, LIST.encode())
    page = f"/case-lists/{session.scalars(select(CaseList)).one().id}/accept/"
    assert "The list is not checked yet." in officer.get(page).get_text(" ", strip=True)
    assert officer.send(page, confirmed="yes").status_code == 302
    assert session.scalars(select(CaseList)).one().status is ListStatus.UPLOADED


@pytest.mark.assures(30)
def test_every_page_and_file_of_a_list_that_came_in_is_on_record(
    officer: Browser, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    number = checked(officer, session, session_factory).id
    session.commit()
    views = {"": "details_view", "columns/": "columns_page", "check/": "check", "problems.csv": "problems",
             "accept/": "accept", "discard/": "discard"}  # fmt: skip
    for path, view in views.items():
        with officer.client.get(f"/case-lists/{number}/{path}") as answer:
            assert answer.status_code == 200, path
        look = session.scalars(select(Look).order_by(Look.id.desc()).limit(1)).one()
        assert (look.page, look.shown) == (f"case_lists.{view}", {"case_lists": [number]})
        assert look.kind is (LookKind.DOWNLOAD if "csv" in path else LookKind.READ)
        session.commit()
