"""Are ticked audits assigned together: asked once, all of them or none, once however often it is sent?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audits.audit_assignments import declare_involvement
from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.ticked_audits import Assignment, assign_audits
from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.documents.job_requests import JobRequest
from models.partnership.people import Person
from models.rules.core.ranges import written_short
from models.sampling.sample_cases import SampleCase
from tests import make, make_audits
from tests.make_audits import Scene
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
DUE = today() + timedelta(days=20)


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


@pytest.fixture
def auditors(session: Session, scene: Scene) -> tuple[Person, Person]:
    """One auditor in each of the two agencies, both of the team South."""
    return make_audits.auditor(session, scene.police), make_audits.auditor(session, scene.health)


@pytest.fixture
def audits(session: Session, scene: Scene, auditors: tuple[Person, Person]) -> list[CaseAudit]:
    opened = make_audits.opened(session, scene)
    session.commit()
    return opened


def _page(scene: Scene, audits: Sequence[CaseAudit]) -> str:
    return f"/case-audits/review/{scene.review.id}/assign/?audits={written_short(audit.id for audit in audits)}"


def _answers(scene: Scene, auditors: tuple[Person, Person], **more: Any) -> dict[str, Any]:
    chosen = {f"auditor_{scene.police.id}": auditors[0].id, f"auditor_{scene.health.id}": auditors[1].id}
    return {"due_on": DUE.isoformat(), "team": "North", **chosen, **more}


def _told(session: Session) -> int:
    named = JobRequest.name == "tell_auditor"
    return session.scalar(select(func.count()).select_from(JobRequest).where(named)) or 0


def test_page_names_what_was_ticked_and_asks_once_by_when_and_by_whom(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person]
) -> None:
    page = browser(Role.OFFICER).get(_page(scene, audits[:3]))
    assert page.select_one("h1").get_text() == "Assign 3 audits"  # type: ignore[union-attr]
    rows = [row.get_text(" ", strip=True) for row in page.select("table tbody tr")]
    first, second = (session.get_one(SampleCase, audit.sample_case_id) for audit in (audits[0], audits[2]))
    assert rows[0].startswith(first.reference)
    assert "Northfield Police ; Trust" in rows[0].replace("Police;", "Police ;")
    assert rows[1].startswith(second.reference)
    assert "Trust" not in rows[1]
    asked = [str(field["name"]) for field in page.select("main .field :is(input, select)")]
    assert asked == ["due_on", f"auditor_{scene.police.id}", f"auditor_{scene.health.id}", "team"]
    chosen = [str(option["value"]) for option in page.select("select option[selected]")]
    assert chosen == [str(auditor.id) for auditor in auditors]
    due = page.select_one('input[name="due_on"]')
    assert due is not None
    assert due["value"] == (scene.sample.audits_due_on or today()).isoformat()


def test_all_ticked_audits_are_assigned_with_one_press_and_their_auditors_told_once(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person]
) -> None:
    officer, page = browser(Role.OFFICER), _page(scene, audits)
    sent = {**officer.tokens(page), **_answers(scene, auditors)}
    answer = officer.client.post(page, data=sent)
    assert (answer.status_code, answer.location) == (302, f"/case-audits/review/{scene.review.id}/")
    assert "4 audits are assigned" in officer.get(answer.location).get_text()
    again = officer.client.post(page, data=sent)
    assert (again.status_code, again.location) == (302, answer.location)
    session.expire_all()
    kept = {(audit.status, audit.case_team, audit.due_on) for audit in audits}
    assert kept == {(AuditStatus.ASSIGNED, "North", DUE)}
    assert [audit.auditor_id for audit in audits] == [person.id for person in (*auditors, *auditors)]
    assert _told(session) == 4


def test_nothing_is_assigned_where_one_audit_breaks_a_rule_and_the_sentence_names_its_case(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person]
) -> None:
    case = session.get_one(SampleCase, audits[2].sample_case_id)
    declare_involvement(session, audits[2], person=auditors[0], note="", declared_by_id=None)
    session.commit()
    officer, page = browser(Role.OFFICER), _page(scene, audits)
    answers = _answers(scene, auditors, **{f"team_{audits[0].sample_case_id}": "south"})
    refused = officer.send(page, **answers)
    assert refused.status_code == 422
    other = session.get_one(SampleCase, audits[0].sample_case_id)
    said = words_of(refused)
    assert f"{case.reference}: Auditor of Northfield Police has been involved in this case" in said
    assert f"{other.reference}: Auditor of Trust works in South: nobody audits their own team's case." in said
    assert f'href="#auditor_{scene.police.id}"' in refused.text
    assert 'value="south"' in refused.text
    session.expire_all()
    assert {audit.status for audit in audits} == {AuditStatus.TO_ASSIGN}
    assert _told(session) == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"due_on": (today() - timedelta(days=1)).isoformat()}, "Choose a day from today on."),
        ({"due_on": ""}, "Give the day on which they are due."),
        ({"team": ""}, "Say which team works with this case"),
    ],
    ids=["past day", "no day", "no team"],
)
def test_page_asks_again_in_words_for_what_is_missing(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person],
    changes: dict[str, str], sentence: str,
) -> None:  # fmt: skip
    refused = browser(Role.OFFICER).send(_page(scene, audits), **_answers(scene, auditors, **changes))
    assert (refused.status_code, sentence in words_of(refused)) == (422, True)
    session.expire_all()
    assert {audit.status for audit in audits} == {AuditStatus.TO_ASSIGN}


def test_team_of_a_case_that_is_on_record_stays_with_all_its_audits(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person]
) -> None:
    make_audits.assigned(session, audits[1], auditors[1])
    session.commit()
    officer, page = browser(Role.OFFICER), _page(scene, [audits[0], audits[2]])
    known = officer.get(page).select_one(f'input[name="team_{audits[0].sample_case_id}"]')
    assert known is not None
    assert known["value"] == "North"
    sent = officer.filled(page, **{"team": "East", f"auditor_{scene.police.id}": auditors[0].id})
    assert officer.client.post(page, data=sent).status_code == 302
    session.expire_all()
    assert [audits[0].case_team, audits[2].case_team] == ["North", "East"]


def test_whoever_saves_second_is_told_what_a_colleague_has_assigned_meanwhile(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person]
) -> None:
    officer, page = browser(Role.OFFICER), _page(scene, audits)
    sent = {**officer.tokens(page), **_answers(scene, auditors)}
    peer = make.person(session, Role.OFFICER, name="Somebody else")
    make_audits.assigned(session, audits[0], peer)
    session.commit()
    answer = officer.client.post(page, data=sent)
    assert (answer.status_code, "saved" in words_of(answer)) == (409, True)
    session.expire_all()
    assert [audit.auditor_id for audit in audits] == [peer.id, None, None, None]


def test_audits_that_somebody_has_begun_or_handed_in_are_left_as_they_are(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit]
) -> None:
    make_audits.submitted(session, audits[0])
    session.commit()
    officer = browser(Role.OFFICER)
    assert "Assign 1 audit" in officer.get(_page(scene, audits[:2])).get_text()
    gone = officer.client.get(_page(scene, audits[:1]))
    assert (gone.status_code, gone.location) == (302, f"/case-audits/review/{scene.review.id}/")
    police = session.scalars(select(Person).where(Person.id == audits[0].auditor_id)).one()
    with pytest.raises(RuleBroken, match="cannot be assigned now: handed in"):
        assign_audits(session, [Assignment(audits[0], police, "North")], due_on=DUE)


def test_only_officers_of_the_reviews_hub_assign_what_is_ticked(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit], auditors: tuple[Person, Person]
) -> None:
    page = _page(scene, audits)
    others = [
        browser(Role.OFFICER, name="Officer elsewhere"), browser(Role.SPONSOR),
        browser(Role.MANAGER, agency=scene.police, name="Police manager"),
    ]  # fmt: skip
    for other in others:
        other.get(page, 403)
        assert other.send(page, "/account/", **_answers(scene, auditors)).status_code == 403
    session.expire_all()
    assert {audit.status for audit in audits} == {AuditStatus.TO_ASSIGN}


def test_audits_of_other_reviews_cannot_be_slipped_in_by_the_address(
    browser: Open, session: Session, scene: Scene, audits: list[CaseAudit]
) -> None:
    other = make.review(session)
    session.commit()
    answer = browser(Role.ADMINISTRATOR).client.get(
        _page(scene, audits).replace(f"/{scene.review.id}/", f"/{other.id}/")
    )
    assert answer.status_code == 302
