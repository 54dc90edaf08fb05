"""When two people change the same thing at the same instant, is one saved and the other told, with their words kept?"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.accounts.sign_ins import SignIn
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.partnership.memberships import Seat
from models.plans.action_plans import PlanStatus
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.returns.self_evaluations import send_self_evaluations
from models.tools.answer_sheets import values_of
from tests import make, make_tools
from tests.assurance.figures import note_figure, scaled
from tests.web import Browser, member, words_of

pytestmark = pytest.mark.assures(26)
PAIRS = scaled(50, ci=3)
TOLD = "Somebody else changed this record after you opened it"

Sent = Callable[[], TestResponse]


def pair(app: Flask, session: Session, role: Role, **values: Any) -> tuple[Browser, Browser]:
    """Two colleagues of one role, each in a browser of their own; two officers run the same hub."""
    people = [member(session, role, name=f"{name} {role.label}", **values) for name in ("Ann", "Ben")]
    for officer in people if role is Role.OFFICER else ():
        make.membership(session, make.hub(session), officer, Seat.OFFICER)
    first, second = (Browser(app).enter(person, session) for person in people)
    assert session.scalar(select(func.count()).select_from(SignIn)) == 2
    session.commit()
    return first, second


def at_once(*sent: Sent) -> list[TestResponse]:
    """The answers to requests that leave at the same instant."""
    ready = Barrier(len(sent))

    def send(request: Sent) -> TestResponse:
        ready.wait(30)
        return request()

    with ThreadPoolExecutor(len(sent)) as pool:
        return list(pool.map(send, sent))


def posts(browsers: tuple[Browser, Browser], page: str, forms: list[dict[str, Any]]) -> list[TestResponse]:
    """Both send their own form of a page at once."""
    first, second = browsers
    return at_once(
        lambda: first.client.post(page, data=forms[0]),
        lambda: second.client.post(page, data=forms[1]),
    )


def note(what: str, lost: int) -> None:
    tried = f"{PAIRS} pairs, each sent at the same instant"
    note_figure(26, f"updates lost, {what}", reached=lost, wanted="0", tried=tried, holds=lost == 0)


def one_saved(answers: list[TestResponse], refused: int = 409) -> tuple[int, BeautifulSoup]:
    """Which of two was saved, and the page that the other one sees."""
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [302, refused], [words_of(answer) for answer in answers]
    loser = answers[statuses.index(refused)]
    return statuses.index(302), BeautifulSoup(loser.text, "html.parser")


def test_one_of_two_forms_is_saved_and_the_other_persons_words_are_kept(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    agency = make.agency(session, "First")
    both, page, lost = pair(app, session, Role.ADMINISTRATOR), f"/agencies/{agency.id}/edit/", 0
    for number in range(PAIRS):
        forms = [
            browser.filled(page, name=f"{who} {number}") for browser, who in zip(both, ("Ann", "Ben"), strict=True)
        ]
        winner, seen = one_saved(posts(both, page, forms))
        session.refresh(agency)
        lost += agency.name != forms[winner]["name"]
        assert TOLD in seen.get_text()
        assert seen.select_one(f'input[name=name][value="{forms[1 - winner]["name"]}"]')
        session.commit()
    note("form", lost)
    assert lost == 0


def test_one_of_two_rows_of_answers_is_saved_and_the_other_is_shown_beside_it(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    agency = make.agency(session)
    (sent,) = send_self_evaluations(session, make_tools.ready_review(session, agency), person_id=None)
    both, page = pair(app, session, Role.AGENCY_MEMBER, agency=agency), f"/self-evaluations/{sent.id}/answer/2/"
    lost = 0
    for number in range(PAIRS):
        forms = [browser.filled(page, **{"a-cases": str(1000 * who + number)})
                 for browser, who in zip(both, (1, 2), strict=True)]  # fmt: skip
        answers = posts(both, page, forms)
        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [302, 422], [words_of(answer) for answer in answers]
        winner = statuses.index(302)
        session.expire_all()
        lost += values_of(session, sent.sheet_id)["cases"] != int(forms[winner]["a-cases"])
        shown = answers[1 - winner].text
        assert "A colleague has answered" in shown
        assert all(form["a-cases"] in shown for form in forms)
        session.commit()
    note("rows of a questionnaire", lost)
    assert lost == 0


def test_one_of_two_answers_saved_as_they_are_typed_is_kept_and_the_other_is_told(
    shared: tuple[Flask, Session],
) -> None:
    app, session = shared
    agency = make.agency(session)
    (sent,) = send_self_evaluations(session, make_tools.ready_review(session, agency), person_id=None)
    both, path = pair(app, session, Role.AGENCY_MEMBER, agency=agency), f"/self-evaluations/{sent.id}/answer"
    lost = 0
    for number in range(PAIRS):
        tokens = [browser.tokens(f"{path}/2/") for browser in both]
        forms = [{"csrf_token": token["csrf_token"], "key": "cases", "given": str(number * 10 + who),
                  "seen": token["seen-cases"]} for who, token in enumerate(tokens, 1)]  # fmt: skip
        answers = posts(both, f"{path}/save/", forms)
        statuses = [answer.status_code for answer in answers]
        assert sorted(statuses) == [200, 422], [answer.text for answer in answers]
        session.expire_all()
        lost += values_of(session, sent.sheet_id)["cases"] != int(forms[statuses.index(200)]["given"])
        assert "A colleague has answered" in answers[statuses.index(422)].text
        session.commit()
    note("saved as it is typed", lost)
    assert lost == 0


def test_one_of_two_bulk_changes_holds_for_all_records_and_the_other_is_told(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    plan, agency = make.plan(session), make.agency(session)
    actions = [make.action(session, plan, agency, due_on=date(2027, 1, 1)) for _ in range(3)]
    page = f"/actions/due-date/?ids={','.join(str(action.id) for action in actions)}"
    both, lost = pair(app, session, Role.OFFICER), 0
    for number in range(PAIRS):
        days = [date(2027, 2, 1) + timedelta(days=2 * number + who) for who in range(2)]
        forms = [browser.filled(page, due_on=day.isoformat(), reason=f"Because of {day}")
                 for browser, day in zip(both, days, strict=True)]  # fmt: skip
        winner, seen = one_saved(posts(both, page, forms))
        session.expire_all()
        lost += {action.due_on for action in session.scalars(select(Action))} != {days[winner]}
        assert TOLD in seen.get_text()
        assert f"Because of {days[1 - winner]}" in str(seen)
        session.commit()
    assert session.scalar(select(func.count()).select_from(ActionUpdate)) == 3 * PAIRS
    note("bulk action", lost)
    assert lost == 0


def test_second_of_two_bulk_ratings_is_told_although_the_first_was_a_minute_ago(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    action = make.action(session, make.plan(session), make.agency(session), due_on=date(2027, 1, 1))
    first, second = pair(app, session, Role.OFFICER)
    page = f"/actions/due-date/?ids={action.id}"
    mine = second.filled(page, due_on="2027-03-01", reason="Mine")
    assert first.client.post(page, data=first.filled(page, due_on="2027-02-01", reason="Theirs")).status_code == 302
    answer = second.client.post(page, data=mine)
    assert answer.status_code == 409
    assert TOLD in words_of(answer)


def test_step_that_two_people_take_at_once_is_taken_once(shared: tuple[Flask, Session]) -> None:
    app, session = shared
    review = make.review(session)
    plans = [make.plan(session, review, title=f"Plan {number}") for number in range(PAIRS)]
    for plan in plans:
        action = make.action(session, plan, make.agency(session))
        action.completion_evidence, action.completed_on = "Ten files.", date(2026, 5, 1)
        plan.status = PlanStatus.AGREED
    both, doubled = pair(app, session, Role.OFFICER), 0
    for plan in plans:
        page = f"/action-plans/{plan.id}/close/"
        tokens = [browser.tokens(f"/action-plans/{plan.id}/") for browser in both]
        before = session.scalar(select(func.count()).select_from(ChangeRecord))
        answers = posts(both, page, [{**token, "confirmed": "yes"} for token in tokens])
        assert [answer.status_code for answer in answers] == [302, 302]
        told = [browser.get(f"/action-plans/{plan.id}/").select_one("[role=alert], [role=status]") for browser in both]
        assert sorted("is closed." in str(words) for words in told) == [False, True], told
        session.expire_all()
        assert plan.status is PlanStatus.CLOSED
        doubled += session.scalar(select(func.count()).select_from(ChangeRecord)) != (before or 0) + 1
        session.commit()
    note("step taken twice", doubled)
    assert doubled == 0


def test_step_taken_a_moment_after_somebody_elses_is_refused_although_nothing_would_change(
    shared: tuple[Flask, Session],
) -> None:
    app, session = shared
    plan = make.plan(session, make.review(session))
    action = make.action(session, plan, make.agency(session))
    action.completion_evidence, action.completed_on = "Ten files.", date(2026, 5, 1)
    plan.status = PlanStatus.AGREED
    session.commit()
    first, second = pair(app, session, Role.OFFICER)
    page = f"/action-plans/{plan.id}/close/"
    tokens = [browser.tokens(f"/action-plans/{plan.id}/") for browser in (first, second)]
    for browser, token in zip((first, second), tokens, strict=True):
        browser.client.post(page, data={**token, "confirmed": "yes"})
    told = second.get(f"/action-plans/{plan.id}/").select_one("[role=alert]")
    assert told is not None
    assert "Somebody has done this in the meantime" in told.get_text()
