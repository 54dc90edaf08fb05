"""Does every gate refuse in a sentence, and open only when what it asks for is done?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from admin_views.gates.review_gates import WHERE_DONE
from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.gates.gate_checks import GATES, Gate
from models.gates.review_gates import find_gate, gates_of, missing_of, missing_of_all, pass_gates
from models.plans.impact_analyses import analysis_of
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample
from tests import make, make_audits, make_tools
from tests.gates.gate_cases import CASES
from tests.kit.test_screens import statements
from tests.web import Browser, member

Open = Callable[..., Browser]


def test_every_gate_has_its_case_and_its_place() -> None:
    codes = [gate.code for gate in GATES]
    assert len(codes) == len(set(codes))
    assert set(CASES) == set(codes), "a gate without a case is a refusal that nobody has tested"
    assert set(WHERE_DONE) == set(codes), "a gate without its place leaves people looking for it"


def test_what_the_gates_of_a_stage_ask_is_told_in_one_statement(session: Session, engine: Engine) -> None:
    reviews = [make.review(session, stage=stage) for stage in Stage]
    session.flush()
    for review in reviews:
        with statements(engine) as seen:
            gates_of(session, review)
        assert sum("unnest" in statement for statement in seen) <= 1, (review.stage, seen)
    with statements(engine) as seen:
        missing_of_all(session, reviews)
    assert sum("unnest" in statement for statement in seen) == 1, seen


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.code)
def test_gate_says_what_is_missing_until_it_is_done(session: Session, gate: Gate) -> None:
    if gate.code == "case_audits":
        make_audits.give_starting_words(session)
    review = make.review(session, stage=gate.stage)
    for words, step in CASES[gate.code].steps:
        expected = _written(session, review, words)
        assert find_gate(session, review, gate.code).missing == expected
        assert expected == "" or expected in missing_of(session, review)
        step(session, review)
    assert find_gate(session, review, gate.code).missing == ""


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.code)
def test_shut_gate_refuses_the_review_in_its_sentence(
    session: Session, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.gates.review_gates.GATES", (gate,))
    review = make.review(session, stage=gate.stage)
    for words, step in CASES[gate.code].steps[:2]:
        if words:
            with pytest.raises(RuleBroken) as refused:
                pass_gates(session, review, on=today())
            assert str(refused.value).endswith(f"yet. {_written(session, review, words)}")
            assert review.stage is gate.stage
            return
        step(session, review)
    pytest.fail("the gate was never shut")


def test_place_of_every_gate_opens(portal: Flask, session: Session) -> None:
    officer = member(session, Role.OFFICER)
    make.hub(session).officer_id = officer.id
    review = make.review(session, sponsor_id=make.person(session, Role.SPONSOR).id)
    session.commit()
    browser = Browser(portal).sign_in(officer)
    for code, where in WHERE_DONE.items():
        answer = browser.client.get(where.format(review.id), follow_redirects=True)
        assert answer.status_code == 200, code


def test_all_gates_stand_on_one_page_each_with_its_place(browser: Open, session: Session) -> None:
    review = make.review(session, stage=Stage.EVIDENCE)
    session.commit()
    page = browser(Role.SPONSOR).get(f"/thematic-reviews/{review.id}/gates/")
    said = page.get_text(" ", strip=True)
    for gate in GATES:
        sentence = gate.check(session, review)
        assert sentence == "" or sentence in said, gate.code
        place = WHERE_DONE[gate.code].format(review.id)
        assert sentence == "" or page.select_one(f'main a[href="{place}"]') is not None, gate.code


def test_gate_of_several_unsigned_tools_names_the_oldest(session: Session) -> None:
    review = make.review(session, stage=Stage.SCOPING)
    for title in ("First tool", "Second tool"):
        make_tools.tool(session, review, title=title)
    missing = find_gate(session, review, "self_evaluation_signed").missing
    assert missing == "First tool: the lead sponsor has not signed this as it stands now."


def _written(session: Session, review: ThematicReview, words: str) -> str:
    """A sentence with the names and days that are known only when it is said."""
    if "{" not in words:
        return words
    analysis = analysis_of(session, review.id)
    of_review = select(AuditSample.reference).where(AuditSample.review_id == review.id)
    return words.format(
        sample=session.scalars(of_review).first(),
        in_a_year=_day(analysis.due_on) if analysis else "",
        tomorrow=_day(today() + timedelta(days=1)),
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def test_new_review_has_done_nothing_and_says_not_started_of_what_has_not_begun(
    browser: Open, session: Session
) -> None:
    review = make.review(session)
    session.commit()
    page = browser(Role.SPONSOR).get(f"/thematic-reviews/{review.id}/gates/")
    rows = [[" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")] for row in page.select("tbody tr")]
    states = {words: state for words, state, _ in rows}
    not_started = {words for words, state in states.items() if state == "Not started"}
    assert not_started == {
        "No key line is silent",
        "Every activity says who took part",
        "Everybody who took part is told the outcome",
    }
    assert {words for words, state in states.items() if state == "Done"} <= {"The Board has set the focus"}


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.code)
def test_every_gate_is_done_once_its_case_is_done_and_never_before_it_began(session: Session, gate: Gate) -> None:
    if gate.code == "case_audits":
        make_audits.give_starting_words(session)
    review = make.review(session, stage=gate.stage)
    if CASES[gate.code].steps[0][0]:
        assert not find_gate(session, review, gate.code).is_done
    for _, step in CASES[gate.code].steps:
        step(session, review)
    assert find_gate(session, review, gate.code).is_done
