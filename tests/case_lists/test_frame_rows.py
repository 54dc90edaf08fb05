"""Is a frame complete when it is frozen, and its list quick a moment later?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from models.case_lists import case_imports
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check, run_through
from models.case_lists.frame_rows import FrameRow, frame_fingerprint, index_frame
from models.core.access import Role
from models.core.db import PortalSession
from models.rules.case_lists.check import CaseListCheck
from models.tools.starting_words import give_starting_words
from tests.web import Browser
from tests.work import do_requests, done

Open = Callable[..., Browser]
INDEXES = {"reference", "started", "words"}


def a_list() -> bytes:
    """References that come once, twice and five times, with signs that COPY escapes, and rows refused twice."""
    lines = ["Case reference,Level,Start date,Note"]
    lines += [f"A{number:05d},Child in need,2025-05-{1 + number % 28:02d},{number}" for number in range(9000)]
    lines += [f"A{number:05d},Child in need,2025-06-01,again" for number in range(0, 9000, 7)]
    lines += ["back\\slash,Child in need,2025-05-01,x", "back\\slash,Early help,2025-05-02,y"]
    lines += ["B1,Child in need,2025-05-01,same"] * 5
    lines += ["B2,Child in need,unknown,same"] * 2 + [",Child in need,2025-05-01,same"] * 3 + [",,,"] * 2
    return "\n".join(lines).encode()


def check_of(session: Session) -> CaseListCheck:
    return open_check(session, io.BytesIO(a_list()), ImportChoice(), today=date(2026, 1, 1))


def large_frame(session: Session, patch: pytest.MonkeyPatch) -> CaseFrame:
    """A frame whose list is indexed afterwards, as those of many rows are."""
    give_starting_words(session)
    patch.setattr(case_imports, "INDEXED_AT_ONCE", 10)
    return import_frame(session, check_of(session), title="Large", file_name="large.csv")


def indexes_of(session: Session, frame: CaseFrame) -> set[str]:
    part = f"frame_rows_{frame.id}"
    names = session.scalars(text("SELECT indexname FROM pg_indexes WHERE tablename = :part"), {"part": part})
    return {name.removeprefix(f"{part}_") for name in names} - {"pkey"}


def test_freezing_tells_the_same_repeats_as_the_check_that_searches_the_list(session: Session) -> None:
    give_starting_words(session)
    looked, loaded = check_of(session), check_of(session)
    frame = import_frame(session, loaded, title="Frame", file_name="f.csv")
    searched = run_through(looked).as_facts() | {"several_levels": None}  # only the check lists these
    assert searched == loaded.report.as_facts()
    assert loaded.report.warning_counts["exact_duplicate_row"] == 4 + 1 + 2
    assert frame.report["cases"] == frame.case_count == 9000 + 2


def test_exactly_the_rows_of_repeated_references_are_marked(session: Session) -> None:
    give_starting_words(session)
    frame = import_frame(session, check_of(session), title="Frame", file_name="f.csv")
    marked = set(session.scalars(select(FrameRow.reference).where(FrameRow.is_repeated)))
    assert marked == {f"A{number:05d}" for number in range(0, 9000, 7)} | {"back\\slash", "B1"}
    unmarked = session.scalars(select(FrameRow.reference).where(~FrameRow.is_repeated)).all()
    assert len(unmarked) == len(set(unmarked)) == frame.case_count - len(marked)
    assert not marked & set(unmarked)
    assert frame.fingerprint == frame_fingerprint(session, frame)


def test_officer_reads_and_searches_a_large_frame_before_and_after_its_indexes_are_built(
    browser: Open,
    session: PortalSession,
    session_factory: sessionmaker[PortalSession],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    officer = browser(Role.OFFICER)
    frame = large_frame(session, monkeypatch)
    session.commit()
    assert not indexes_of(session, frame)
    pages = [f"/frame-rows/?frame={frame.id}{more}" for more in ("", "&q=0007", "&sort=reference", "&sort=started_on")]
    before = [officer.get(page).select_one("main table").get_text("|", strip=True) for page in pages]  # type: ignore[union-attr]
    assert "The list of the frame can be searched quickly." in done(do_requests(session, session_factory))
    assert indexes_of(session, frame) == INDEXES
    after = [officer.get(page).select_one("main table").get_text("|", strip=True) for page in pages]  # type: ignore[union-attr]
    assert before == after
    assert "A00070" in before[1]


def test_indexes_asked_for_twice_are_built_once(session: Session) -> None:
    give_starting_words(session)
    frame = import_frame(session, check_of(session), title="Small", file_name="f.csv")
    assert indexes_of(session, frame) == INDEXES
    index_frame(session, frame.id)
    assert indexes_of(session, frame) == INDEXES


def test_page_shows_the_rows_of_the_frame_that_is_asked_for_and_no_other(browser: Open, session: Session) -> None:
    give_starting_words(session)
    frames = []
    for reference in ("ONE-1", "TWO-2"):
        content = f"Case reference,Level,Start date\n{reference},Child in need,2025-05-01".encode()
        check = open_check(session, io.BytesIO(content), ImportChoice(), today=date(2026, 1, 1))
        frames.append(import_frame(session, check, title=reference, file_name="f.csv"))
    session.commit()
    officer = browser(Role.OFFICER)
    for frame in frames:
        rows = officer.get(f"/frame-rows/?frame={frame.id}").select("main tbody tr")
        assert [row.get_text("|", strip=True).split("|")[1] for row in rows] == [frame.title]
