"""Is the second of two people stopped on every page that shows stored words and saves over them?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.orm import Session

from models.core.access import Role
from models.evidence.findings import Finding
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceList
from models.plans.actions import Action
from models.plans.challenges import Challenge
from models.plans.impact_analyses import open_impact_analysis
from models.reviews.thematic_reviews import Stage
from models.tools.tool_questions import questions_of, sections_of
from tests import make, make_tools
from tests.web import Browser, sent_by, words_of

Open = Callable[..., Browser]


@pytest.fixture
def action(session: Session) -> Action:
    action = make.action(session, make.plan(session), make.agency(session), due_on=date(2027, 1, 1))
    session.commit()
    return action


def refused(officer: Browser, page: str, mine: dict[str, str], theirs: dict[str, str]) -> BeautifulSoup:
    """Two people open a page; one saves theirs, and the other is told. Returns the page that the other sees."""
    first, second = officer.filled(page, **theirs), officer.filled(page, **mine)
    assert officer.client.post(page, data=first).status_code == 302
    answer = officer.client.post(page, data=second)
    assert answer.status_code == 409, words_of(answer)
    assert "Somebody else changed this record after you opened it. What you typed is kept below" in words_of(answer)
    shown = BeautifulSoup(answer.text, "html.parser")
    kept = sent_by(shown)
    assert {name: kept[name] for name in mine} == mine
    again = officer.client.post(page, data={**kept, "once": "x" * 30})
    assert again.status_code == 302, "a second Save is a decision"
    return shown


def saved_meanwhile(shown: BeautifulSoup) -> list[str]:
    """What the page says is saved now."""
    return [line.get_text(" ", strip=True) for line in shown.select("section[aria-labelledby=theirs] dl div")]


def test_second_answer_to_a_challenge_stops_before_the_first(browser: Open, session: Session) -> None:
    review = make.review(session)
    challenge = Challenge(review_id=review.id, question="Why?", challenged_on=date(2026, 1, 5), challenger="Board",
                          agency_id=make.agency(session).id,
                          answer="Not yet", answered_on=date(2026, 1, 6))  # fmt: skip
    session.add(challenge)
    session.commit()
    page = f"/challenges/{challenge.id}/answer/"
    shown = refused(browser(Role.OFFICER), page, {"answer": "Mine"}, {"answer": "Theirs"})
    assert "Theirs" in " ".join(saved_meanwhile(shown))


def test_rating_of_a_colleague_is_not_taken_back_unseen(browser: Open, session: Session, action: Action) -> None:
    red, amber = (make.word(session, ReferenceList.BRAG, code) for code in ("red", "amber"))
    action.brag_id = amber.id
    session.commit()
    mine, theirs = {"text": "Mine"}, {"text": "Theirs", "brag_id": str(red.id)}
    shown = refused(browser(Role.OFFICER), f"/actions/{action.id}/progress/", mine, theirs)
    assert saved_meanwhile(shown) == [f"BRAG {red.label}"]


def test_impact_that_two_people_check_first_is_kept_once(browser: Open, session: Session) -> None:
    analysed = make.review(session, stage=Stage.DISSEMINATION)
    action = make.action(session, make.plan(session, analysed), make.agency(session))
    action.completion_evidence, action.completed_on = "Ten files.", date(2026, 5, 1)
    analysis = open_impact_analysis(session, analysed, completed_on=date(2026, 6, 30))
    session.commit()
    page = f"/impact-analyses/{analysis.id}/check/{action.id}/"
    both = {"impact": "embedded"}
    shown = refused(browser(Role.OFFICER), page, {**both, "evidence": "Mine"}, {**both, "evidence": "Theirs"})
    assert "What shows it? Theirs" in saved_meanwhile(shown)


def test_section_and_question_of_a_tool_show_both_words(browser: Open, session: Session) -> None:
    tool = make_tools.tool(session)
    session.commit()
    section, question = sections_of(session, tool.id)[0], questions_of(session, tool.id)[0]
    officer = browser(Role.OFFICER)
    shown = refused(
        officer, f"/assurance-tools/{tool.id}/sections/{section.id}/edit/", {"title": "Mine"}, {"title": "Theirs"}
    )
    assert "Title Theirs" in saved_meanwhile(shown)
    page = f"/assurance-tools/{tool.id}/questions/{question.id}/edit/"
    shown = refused(officer, page, {"text": "Mine?"}, {"text": "Theirs?"})
    assert any("Theirs?" in line for line in saved_meanwhile(shown))


def test_field_to_mend_first_does_not_hide_what_a_colleague_saved_meanwhile(browser: Open, session: Session) -> None:
    agency: Agency = make.agency(session, "First")
    session.commit()
    person, page = browser(Role.ADMINISTRATOR), f"/agencies/{agency.id}/edit/"
    mine, theirs = person.filled(page, name=""), person.filled(page, name="Theirs")
    assert person.client.post(page, data=theirs).status_code == 302
    unnamed = person.client.post(page, data=mine)
    assert unnamed.status_code == 422
    mended = {**sent_by(BeautifulSoup(unnamed.text, "html.parser")), "name": "Mine"}
    assert person.client.post(page, data=mended).status_code == 409


def test_ticked_records_of_a_colleague_are_shown_by_name(browser: Open, session: Session) -> None:
    review = make.review(session)
    recommendation = make.recommendation(session, make.plan(session, review))
    first, second = (
        Finding(review_id=review.id, text=text, verdict="mixed", source="case_audit")
        for text in ("Seen late", "Heard early")
    )
    session.add_all([first, second])
    session.commit()
    page = f"/recommendations/{recommendation.id}/findings/"
    officer = browser(Role.OFFICER)
    shown = refused(officer, page, {"findings": str(first.id)}, {"findings": str(second.id)})
    assert any("Heard early" in line for line in saved_meanwhile(shown))
