"""Are assigned audits, moved dates and ratings taken back by the notice, and is nobody told what is not so?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from admin_views.kit.saving import CHANGED_SINCE
from models.audits.audit_assignments import declare_involvement
from models.audits.case_audits import AuditStatus, CaseAudit
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.documents.job_requests import JobRequest
from models.messages.messages import Message, MessageStatus
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.plans.plan_rows import TAKEN_BACK
from models.reviews.review_stages import give_timetable, move_to_stage, stages_of
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.ranges import written_short
from models.tools.starting_words import give_starting_words
from tests import make, make_audits
from tests.kit.test_undo import followed, offers, undo_on, undone
from tests.make_audits import Scene
from tests.web import Browser, member, sent_by
from tests.work import do_requests, done

Open = Callable[..., Browser]
Tell = Callable[[], list[str]]
PORTAL = "https://portal.example"


@pytest.fixture
def scene(session: Session) -> Scene:
    scene = make_audits.scene(session)
    member(session, Role.OFFICER)
    return scene


@pytest.fixture
def tell(session: Session, session_factory: sessionmaker[PortalSession]) -> Tell:
    """Do what was asked for until nothing is left; all letters that have left, as "name: subject"."""

    def work() -> list[str]:
        while requests := do_requests(session, session_factory, address=PORTAL):
            done(requests)
        letters = session.scalars(select(Message).where(Message.status == MessageStatus.KEPT).order_by(Message.id))
        return [f"{letter.recipient_name}: {letter.subject.partition(': ')[2].split(' due')[0]}" for letter in letters]

    return work


def audits_of(session: Session, scene: Scene) -> list[CaseAudit]:
    audits = make_audits.opened(session, scene)
    session.commit()
    return audits


def police_auditor(session: Session, scene: Scene, name: str) -> Person:
    return member(session, Role.AGENCY_MEMBER, agency=scene.police, name=name, team="South")


def given(browser: Browser, audit: CaseAudit, auditor: Person) -> BeautifulSoup:
    """An audit given to somebody on its own page; the page that says so."""
    return followed(browser, browser.send(f"/case-audits/{audit.id}/assign/", auditor_id=auditor.id, case_team="North"))


def test_assigned_audits_are_nobodys_again_and_whoever_was_not_written_to_hears_nothing(
    browser: Open, session: Session, scene: Scene, tell: Tell
) -> None:
    people = make_audits.auditor(session, scene.police), make_audits.auditor(session, scene.health)
    audits = audits_of(session, scene)
    due_before = {audit.due_on for audit in audits}
    officer = browser(Role.OFFICER)
    page = f"/case-audits/review/{scene.review.id}/assign/?audits={written_short(audit.id for audit in audits)}"
    chosen = {f"auditor_{scene.police.id}": people[0].id, f"auditor_{scene.health.id}": people[1].id}
    day = (today() + timedelta(days=40)).isoformat()
    shown = undone(officer, undo_on(followed(officer, officer.send(page, due_on=day, team="North", **chosen))))
    assert "4 audits are held as before." in shown.get_text()
    session.expire_all()
    assert {(audit.status, audit.auditor_id, audit.case_team) for audit in audits} == {
        (AuditStatus.TO_ASSIGN, None, "")
    }
    assert {audit.due_on for audit in audits} == due_before
    assert tell() == []


def test_letter_that_has_left_is_followed_by_one_that_says_it_is_not_so(
    browser: Open, session: Session, scene: Scene, tell: Tell
) -> None:
    audit = audits_of(session, scene)[0]
    ann, ben = police_auditor(session, scene, "Ann"), police_auditor(session, scene, "Ben")
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    given(manager, audit, ann)
    assert tell() == ["Ann: case audit"]
    page = given(manager, audit, ben)
    assert len(tell()) == 3
    undone(manager, undo_on(page))
    assert tell()[3:] == ["Ben: no longer yours to audit", "Ann: case audit"] or tell()[3:] == [
        "Ann: case audit",
        "Ben: no longer yours to audit",
    ]
    session.expire_all()
    assert (audit.auditor_id, audit.status) == (ann.id, AuditStatus.ASSIGNED)


def test_letter_that_waits_to_be_sent_is_withdrawn(
    browser: Open, session: Session, scene: Scene, tell: Tell, session_factory: sessionmaker[PortalSession]
) -> None:
    audit = audits_of(session, scene)[0]
    ann = police_auditor(session, scene, "Ann")
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    page = given(manager, audit, ann)
    done(do_requests(session, session_factory, address=PORTAL))
    (letter,) = session.scalars(select(Message))
    assert letter.status is MessageStatus.WAITING
    for request in session.scalars(select(JobRequest).where(JobRequest.name == "send_message")):
        session.delete(request)  # the mail server takes its time
    session.commit()
    undone(manager, undo_on(page))
    assert tell() == []
    assert letter.status is MessageStatus.WITHDRAWN
    given(manager, audit, ann)
    assert tell() == ["Ann: case audit"], "a letter that was withdrawn counts as none"


def test_audit_that_somebody_has_begun_or_changed_since_stays_where_it_is(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit = audits_of(session, scene)[0]
    ann = police_auditor(session, scene, "Ann")
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    form = undo_on(given(manager, audit, ann))
    session.expire_all()
    audit.status = AuditStatus.IN_PROGRESS
    session.commit()
    assert CHANGED_SINCE in undone(manager, form).get_text()
    session.expire_all()
    assert audit.auditor_id == ann.id


def test_audit_does_not_go_back_to_somebody_who_was_involved_in_its_case(
    browser: Open, session: Session, scene: Scene
) -> None:
    audit = audits_of(session, scene)[0]
    ann, ben = police_auditor(session, scene, "Ann"), police_auditor(session, scene, "Ben")
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    given(manager, audit, ann)
    form = undo_on(given(manager, audit, ben))
    session.expire_all()
    declare_involvement(session, audit, person=ann, note="", declared_by_id=None)
    session.commit()
    assert "Ann has been involved in this case" in undone(manager, form).get_text()
    session.expire_all()
    assert audit.auditor_id == ben.id


def test_nobody_gives_back_audits_of_another_agency(browser: Open, session: Session, scene: Scene) -> None:
    audits = audits_of(session, scene)
    manager = browser(Role.MANAGER, agency=scene.police, name="Police manager")
    form = undo_on(given(manager, audits[0], police_auditor(session, scene, "Ann")))
    sent = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    other = audits[1]
    forged = {name: value.replace(str(audits[0].id), str(other.id), 1) for name, value in sent.items()}
    forged |= {
        "csrf_token": sent["csrf_token"],
        "once": sent["once"],
        "before": f'[[{other.id}],null,"","2026-01-01",""]',
    }
    assert manager.client.post(str(form["action"]), data=forged).status_code == 404
    assert manager.client.post(str(form["action"]), data={**forged, "before": "nonsense"}).status_code == 404


@pytest.fixture
def review(session: Session) -> ThematicReview:
    review = make.review(session)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    give_timetable(session, review, on=today())
    session.commit()
    return review


def days_of(session: Session, review: ThematicReview) -> dict[Stage, date]:
    session.expire_all()
    return {stage: step.planned_on for stage, step in stages_of(session, review.id).items()}


def test_moved_dates_of_a_timetable_are_back_and_what_was_not_planned_is_not(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    session.delete(stages_of(session, review.id)[Stage.CLOSED])
    session.commit()
    before, officer = days_of(session, review), browser(Role.OFFICER)
    path = f"/review-stages/review/{review.id}/"
    later = {"closed": "2033-01-01", "impact_analysis": "2032-01-01"}
    page = followed(officer, officer.client.post(path, data=officer.filled(path, **later)))
    assert days_of(session, review)[Stage.CLOSED] == date(2033, 1, 1)
    assert "The timetable is as it was before." in undone(officer, undo_on(page)).get_text()
    assert days_of(session, review) == before


def test_timetable_is_not_taken_back_over_a_stage_that_is_reached(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, path = browser(Role.OFFICER), f"/review-stages/review/{review.id}/"
    page = followed(officer, officer.client.post(path, data=officer.filled(path, closed="2033-01-01")))
    session.expire_all()
    move_to_stage(session, review, Stage.CLOSED, on=today())
    session.commit()
    assert CHANGED_SINCE in undone(officer, undo_on(page)).get_text()
    assert days_of(session, review)[Stage.CLOSED] == date(2033, 1, 1)


@pytest.fixture
def plan(session: PortalSession) -> ActionPlan:
    """Two amber actions and one without a rating."""
    give_starting_words(session)
    plan = make.plan(session)
    for number, code in enumerate(("amber", "amber", None)):
        make.action(session, plan, make.agency(session, "Police"), text=f"Action {number}",
                    due_on=today() + timedelta(days=number + 1), brag_id=brag(session, code))  # fmt: skip
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    session.commit()
    return plan


def brag(session: Session, code: str | None) -> int | None:
    words = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.BRAG, ReferenceItem.code == code)
    return session.scalars(words).one() if code else None


def actions_of(session: Session, plan: ActionPlan) -> list[Action]:
    session.expire_all()
    return list(session.scalars(select(Action).where(Action.plan_id == plan.id).order_by(Action.id)))


def saved(browser: Browser, plan: ActionPlan, **changes: str) -> BeautifulSoup:
    form = browser.get(f"/action-plans/{plan.id}/").select_one("form.work")
    sent = sent_by(BeautifulSoup(f"<main>{form}</main>", "html.parser"))
    return followed(browser, browser.client.post(f"/action-plans/{plan.id}/table/", data={**sent, **changes}))


def updates(session: Session) -> list[str]:
    return list(session.scalars(select(ActionUpdate.text).order_by(ActionUpdate.id)))


def test_ratings_given_in_a_plan_are_taken_back_without_a_word(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    before = [action.brag_id for action in actions_of(session, plan)]
    officer, red = browser(Role.OFFICER), str(brag(session, "red"))
    page = saved(officer, plan, **{f"r{action.id}-brag_id": red for action in actions_of(session, plan)})
    assert {action.brag_id for action in actions_of(session, plan)} == {int(red)}
    assert "3 actions stand as before." in undone(officer, undo_on(page)).get_text()
    assert [action.brag_id for action in actions_of(session, plan)] == before
    assert updates(session) == []


def test_rating_and_date_with_a_reason_are_taken_back_in_words_that_stay(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    first, second, _ = actions_of(session, plan)
    due_on, officer = second.due_on, browser(Role.OFFICER)
    later = (due_on + timedelta(days=30)).isoformat()
    changes = {f"r{first.id}-brag_id": str(brag(session, "red")), f"r{second.id}-due_on": later, "reason": "A flood."}
    undone(officer, undo_on(saved(officer, plan, **changes)))
    first, second, _ = actions_of(session, plan)
    assert (first.brag_id, second.due_on) == (brag(session, "amber"), due_on)
    said = updates(session)
    assert [words.endswith("A flood.") for words in said] == [True, True, False, False]
    assert said[2] == TAKEN_BACK
    assert said[3].startswith("Due date moved from")
    assert said[3].endswith(TAKEN_BACK)


def test_rating_with_words_where_there_was_none_is_not_offered_to_be_taken_back(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    """The words would stay and go on telling of a rating."""
    *_, bare = actions_of(session, plan)
    changes = {f"r{bare.id}-brag_id": str(brag(session, "red")), "reason": "A flood."}
    assert offers(saved(browser(Role.OFFICER), plan, **changes)) == 0


def test_actions_rated_together_stand_as_before_but_not_over_a_colleagues_change(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    first, second, _ = actions_of(session, plan)
    officer, red = browser(Role.OFFICER), brag(session, "red")
    path = f"/actions/rate/?ids={first.id},{second.id}"
    form = undo_on(followed(officer, officer.send(path, brag_id=red, text="A flood.")))
    undone(officer, form)
    first, second, _ = actions_of(session, plan)
    assert (first.brag_id, second.brag_id) == (brag(session, "amber"), brag(session, "amber"))
    form = undo_on(followed(officer, officer.send(path, brag_id=red, text="A flood again.")))
    session.expire_all()
    second.brag_id = brag(session, "green")
    session.commit()
    assert CHANGED_SINCE in undone(officer, form).get_text()
    first, second, _ = actions_of(session, plan)
    assert (first.brag_id, second.brag_id) == (red, brag(session, "green"))


def test_manager_takes_back_own_ratings_and_moves_no_date_by_it(
    browser: Open, session: PortalSession, plan: ActionPlan
) -> None:
    first = actions_of(session, plan)[0]
    due_on, manager = first.due_on, browser(Role.MANAGER, agency=make.agency(session, "Police"))
    form = undo_on(saved(manager, plan, **{f"r{first.id}-brag_id": str(brag(session, "red"))}))
    before = form.select_one('input[name="before"]')
    assert before is not None
    before["value"] = str(before["value"]).replace(due_on.isoformat(), "2031-01-01")
    undone(manager, form)
    first = actions_of(session, plan)[0]
    assert (first.brag_id, first.due_on) == (brag(session, "amber"), due_on)
