"""Does one page show how all audits of a review's cases stand, and let its officer tick those that want an auditor?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.audits.audit_outcomes import state_not_known
from models.audits.case_audits import AuditStatus, CaseAudit, begin_audit
from models.core.access import Role
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.rules.core.ranges import written_short
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase, approve_elimination, propose_elimination
from tests import make, make_audits
from tests.kit.test_screens import statements
from tests.make_audits import Scene
from tests.web import Browser, member

Open = Callable[..., Browser]


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


def _address(scene: Scene) -> str:
    return f"/case-audits/review/{scene.review.id}/"


def _cell(page: BeautifulSoup, case: SampleCase, agency: str) -> Tag:
    """The cell of one case and one agency."""
    row = next(row for row in page.select("table.cells tr") if f"/sample-cases/{case.id}/" in str(row.select("a.ref")))
    cell = row.select_one(f'td[data-l="{agency}"]')
    assert cell is not None
    return cell


def _words(cell: Tag) -> str:
    """What is seen in a cell, without what only readers hear."""
    for unseen in cell.select(".unseen"):
        unseen.extract()
    return cell.get_text(" ", strip=True)


def _of(session: Session, audit: CaseAudit) -> tuple[SampleCase, str]:
    """Which cell of the page is an audit's."""
    return session.get_one(SampleCase, audit.sample_case_id), session.get_one(Agency, audit.agency_id).name


def _ticked(page: BeautifulSoup) -> list[int]:
    return [int(str(box["value"])) for box in page.select('input[name="cell"][checked]')]


def _pressed(officer: Browser, scene: Scene, **sent: Any) -> str:
    """Where a press on the page of cases leads, with these ticks and buttons."""
    answer = officer.send(f"{_address(scene)}tick/", _address(scene), **sent)
    assert answer.status_code == 302
    return str(answer.location)


def test_each_cell_says_in_a_word_where_the_agencys_audit_stands_and_whose_it_is(
    browser: Open, session: Session, scene: Scene
) -> None:
    first, second, third, fourth = make_audits.opened(session, scene)
    make_audits.submitted(session, first)
    make_audits.assigned(session, second)
    begin_audit(session, second)
    make_audits.assigned(session, third, make_audits.auditor(session, scene.police, "Lucian Okafor"))
    state_not_known(session, fourth, note="")
    session.commit()
    page = browser(Role.OFFICER).get(_address(scene))
    assert page.select_one("h1").get_text() == "Cases"  # type: ignore[union-attr]
    said = [_words(_cell(page, *_of(session, audit))) for audit in (first, second, third, fourth)]
    assert said == [
        "Handed in", "Started Auditor of Trust", f"Assigned Lucian Okafor {third.reference}",
        "Not involved case not known",
    ]  # fmt: skip
    assert [box["value"] for box in page.select('input[name="cell"]')] == [str(third.id)]


def test_late_audits_say_by_how_many_days_and_may_still_be_given_to_somebody(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit, other, *_ = make_audits.opened(session, scene)
    audit.due_on, other.due_on = today() - timedelta(days=7), today() - timedelta(days=1)
    session.commit()
    page = browser(Role.OFFICER).get(_address(scene))
    cell = _cell(page, *_of(session, audit))
    assert cell.select_one(f'input[value="{audit.id}"]') is not None
    assert _words(cell) == f"7 days late Not assigned {audit.reference}"
    assert _words(_cell(page, *_of(session, other))).startswith("1 day late")


@pytest.mark.parametrize("is_approved", [False, True], ids=["proposed", "eliminated"])
def test_audits_of_a_case_that_may_leave_or_has_left_the_sample_are_on_hold_without_a_box(
    browser: Open, session: Session, scene: Scene, is_approved: bool
) -> None:
    audit, *_ = make_audits.opened(session, scene)
    case, agency = _of(session, audit)
    named = ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON
    reason = session.scalars(select(ReferenceItem).where(named)).first()
    assert reason is not None
    propose_elimination(session, case, reason=reason, note="", person=make.person(session, Role.OFFICER))
    if is_approved:
        approve_elimination(session, case, person=make.person(session, Role.ADMINISTRATOR))
    session.commit()
    page = browser(Role.OFFICER).get(_address(scene))
    cell = _cell(page, case, agency)
    assert (_words(cell), cell.select("input")) == ("On hold", [])
    row = cell.find_parent("tr")
    assert row is not None
    assert ("Eliminated" if is_approved else "Elimination proposed") in row.get_text()


def test_sponsors_and_officers_of_other_hubs_look_and_tick_nothing(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit, *_ = make_audits.opened(session, scene)
    session.commit()
    for onlooker in (browser(Role.SPONSOR), browser(Role.OFFICER, name="Officer elsewhere")):
        page = onlooker.get(_address(scene))
        assert "Not assigned" in page.get_text()
        assert page.select("main input, main button, main .dock") == []
        sent = onlooker.send(f"{_address(scene)}tick/", "/account/", cell=audit.id, assign="ticked")
        assert sent.status_code == 403
    assert browser(Role.ADMINISTRATOR).get(_address(scene)).select("main .dock button.main") != []


@pytest.mark.parametrize("button", ["row", "column", "all"])
def test_buttons_tick_what_nobody_has_yet_of_a_row_a_column_or_all_and_keep_the_ticks_made(
    browser: Open, session: Session, scene: Scene, button: str
) -> None:
    first, second, third, fourth = make_audits.opened(session, scene)
    make_audits.assigned(session, second)
    session.commit()
    officer = browser(Role.OFFICER)
    wanted = {
        "row": ({"row": first.sample_case_id}, {first.id}),
        "column": ({"column": f"{scene.sample.id}-{scene.police.id}"}, {first.id, third.id}),
        "all": ({"all": scene.sample.id}, {first.id, third.id, fourth.id}),
    }
    sent, ticked = wanted[button]
    where = _pressed(officer, scene, cell=[second.id], **sent)
    assert set(_ticked(officer.get(where))) == {second.id, *ticked}
    session.expire_all()
    assert first.status is AuditStatus.TO_ASSIGN


def test_ticks_lead_on_to_the_page_that_asks_and_none_lead_back(browser: Open, session: Session, scene: Scene) -> None:
    first, *_, last = make_audits.opened(session, scene)
    session.commit()
    officer = browser(Role.OFFICER)
    assert _pressed(officer, scene, cell=[last.id, first.id], assign="ticked").startswith(
        f"{_address(scene)}assign/?audits="
    )
    assert _pressed(officer, scene, cell=["x", 999999], assign="ticked") == _address(scene)
    assert "Tick the audits that are to be assigned first." in officer.get(_address(scene)).get_text()


def test_all_that_nobody_has_yet_lead_on_with_one_press_whatever_is_ticked(
    browser: Open, session: Session, scene: Scene
) -> None:
    first, second, third, fourth = make_audits.opened(session, scene)
    make_audits.assigned(session, second)
    session.commit()
    officer = browser(Role.OFFICER)
    words = officer.get(_address(scene)).select_one('button[name="assign"][value="all"]')
    assert words is not None
    assert words.get_text() == "Assign all 3 not assigned"
    where = _pressed(officer, scene, cell=[second.id], assign="all")
    wanted = written_short(audit.id for audit in (first, third, fourth))
    assert parse_qs(urlsplit(where).query) == {"audits": [wanted]}


def test_each_chip_opens_exactly_what_it_counts(browser: Open, session: Session, scene: Scene) -> None:
    first, second, third, _ = make_audits.opened(session, scene)
    make_audits.assigned(session, first)
    begin_audit(session, first)
    second.due_on = third.due_on = today() - timedelta(days=2)
    session.commit()
    officer = browser(Role.OFFICER)
    page = officer.get(_address(scene))
    counts = {}
    for chip in page.select(".chips a"):
        shown = officer.get(str(chip["href"]))
        counts[chip.get_text(" ", strip=True)] = len(
            shown.select("table.cells td[data-l]:not(.silent) :is(label, .state)")
        )
    assert counts == {"All audits 4": 4, "Not assigned 3": 3, "Late 2": 2, "Started 1": 1}


def test_cases_ready_to_moderate_are_counted_and_lead_to_their_moderation(
    browser: Open, session: Session, scene: Scene
) -> None:
    first, second, *_ = make_audits.opened(session, scene)
    for audit in (first, second):
        make_audits.submitted(session, audit)
    session.commit()
    page = browser(Role.OFFICER).get(f"{_address(scene)}?show=ready")
    assert "Cases ready to moderate 1" in page.get_text(" ", strip=True)
    links = [str(link["href"]) for link in page.select('table a.button[href^="/moderations/case/"]')]
    assert links == [f"/moderations/case/{first.sample_case_id}/"]


def test_page_says_why_it_is_empty_while_nothing_is_drawn(browser: Open, session: Session, scene: Scene) -> None:
    other = make.review(session)
    session.commit()
    page = browser(Role.OFFICER).get(f"/case-audits/review/{other.id}/")
    assert "No case is drawn yet." in page.get_text()
    assert page.select("main table") == []
    browser(Role.OFFICER).get("/case-audits/review/999999/", 404)


def test_page_asks_the_database_no_more_often_for_more_cases(
    browser: Open, session: Session, scene: Scene, engine: Engine
) -> None:
    make_audits.opened(session, scene)
    session.commit()
    officer = browser(Role.OFFICER)

    def asked() -> int:
        officer.get(_address(scene))
        with statements(engine) as seen:
            officer.get(_address(scene))
        return len(seen)

    few = asked()
    _draw_again(session, scene)
    assert asked() == few
    assert few <= 14


def _draw_again(session: Session, scene: Scene) -> AuditSample:
    """Another sample of the review, from a list of its own, with its audits open."""
    sample = make_audits.drawn(session, make_audits.frame(session, scene.review), seed="2")
    sample.review_id = scene.review.id
    scene.sample = sample
    make_audits.opened(session, scene)
    session.commit()
    return sample
