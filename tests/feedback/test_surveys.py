"""May anybody with the link answer an open survey, and nobody learn more than may be published?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.evidence.triangulation_reports import matrix_facts
from models.evidence.triangulations import triangulate
from models.feedback.feedback_activities import Audience, FeedbackActivity, Technique
from models.feedback.surveys import (
    Survey,
    SurveyResponse,
    answer_survey,
    as_the_public,
    close_survey,
    open_survey,
    tally,
)
from models.gates.review_reports import review_facts
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.evidence.triangulation_reports import Said
from models.rules.feedback.small_numbers import Tally
from models.signatures.sign_offs import SignOffSubject
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.tool_versions import ToolVersion
from tests import make, make_tools
from tests.feedback.make_surveys import respond
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser, words_of

Open = Callable[..., Browser]
SOON = timedelta(days=7)


@pytest.fixture
def tool(session: Session) -> AssuranceTool:
    """A review's signed questions for service users."""
    sponsor = make.person(session, Role.SPONSOR)
    review = make.review(session, sponsor_id=sponsor.id)
    tool = make_tools.tool(session, review, kind=ToolKind.SERVICE_USER_QUESTIONS, title="Your say")
    make_tools.signed(session, review, SignOffSubject.SERVICE_USER_QUESTIONS, tool)
    session.commit()
    return tool


@pytest.fixture
def activity(session: Session, tool: AssuranceTool) -> FeedbackActivity:
    activity = FeedbackActivity(
        review_id=tool.review_id or 0, title="Survey of families", audience=Audience.SERVICE_USERS,
        technique=Technique.SURVEY, sensitivities="None.", agreed_on=date(2026, 3, 1),
    )  # fmt: skip
    session.add(activity)
    session.commit()
    return activity


@pytest.fixture
def survey(session: Session, activity: FeedbackActivity, tool: AssuranceTool) -> Survey:
    opened = open_survey(session, activity, tool, opens_on=today(), closes_on=today() + SOON)
    session.commit()
    return opened


def close(session: Session, survey: Survey) -> None:
    close_survey(session, survey)
    session.commit()


def open_again(session: Session, survey: Survey) -> None:
    """As no screen does: so that a test need not make the survey a second time."""
    survey.closed_on = None
    session.commit()


def _answers(browser: Browser, survey: Survey, **values: Any) -> Any:
    page = BeautifulSoup(browser.client.get(f"/answer/{survey.token}/").text, "html.parser")
    receipt = page.select_one("input[name=receipt]")
    assert receipt is not None
    sent = {"receipt": receipt["value"], "a-met": "Fully met", **values}
    return browser.client.post(f"/answer/{survey.token}/", data=sent)


def test_anybody_with_the_link_answers_without_a_cookie(browser: Open, session: Session, survey: Survey) -> None:
    stranger = browser()
    page = stranger.client.get(f"/answer/{survey.token}/")
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert "Your say" in page.text
    sent = _answers(stranger, survey)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/answer/thank-you/")
    assert "Set-Cookie" not in sent.headers
    assert "Thank you" in stranger.client.get("/answer/thank-you/").text
    kept = session.scalars(select(SurveyResponse)).one()
    assert (kept.answers, kept.given_on) == ({"met": "Fully met"}, today())


def test_same_page_sent_twice_counts_once_and_says_so(browser: Open, session: Session, survey: Survey) -> None:
    stranger, path = browser(), f"/answer/{survey.token}/"
    given = {"receipt": "one-page-sent-twice", "a-met": "Not met", "a-why": "Busy."}
    assert stranger.client.post(path, data=given).status_code == 303
    again = stranger.client.post(path, data={**given, "a-why": "Busy, as I said."})
    assert again.status_code == 200
    assert "What this page sent first is kept, and counts once." in words_of(again)
    kept = session.scalars(select(SurveyResponse)).one()
    assert kept.answers == {"met": "Not met", "why": "Busy."}


def test_somebody_else_on_a_page_that_was_sent_loses_no_words(browser: Open, session: Session, survey: Survey) -> None:
    """A tablet is handed on after Back: the second person's answers wait under a receipt of their own."""
    stranger, path = browser(), f"/answer/{survey.token}/"
    stranger.client.post(path, data={"receipt": "a-tablet-handed-on", "a-met": "Fully met"})
    given = {"receipt": "a-tablet-handed-on", "a-met": "Not met", "a-why": "Nobody came."}
    again = BeautifulSoup(stranger.client.post(path, data=given).text, "html.parser")
    assert again.select("details textarea")[0].get_text() == "Nobody came."
    receipt = again.select_one("details input[name=receipt]")
    assert receipt is not None
    assert receipt["value"] != given["receipt"]
    assert stranger.client.post(path, data={**given, "receipt": receipt["value"]}).status_code == 303
    assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 2


def test_page_of_a_survey_is_the_same_page_when_somebody_goes_back(browser: Open, survey: Survey) -> None:
    """A page that no browser may keep would come back with a new receipt, and be counted again."""
    stranger = browser()
    page = stranger.client.get(f"/answer/{survey.token}/")
    assert page.headers["Cache-Control"] == "private, max-age=0"
    form = BeautifulSoup(page.text, "html.parser").select_one("main form")
    assert form is not None
    assert form["action"] == f"/answer/{survey.token}/sent/", "what is sent to the page itself makes browsers forget it"
    assert stranger.client.get(str(form["action"])).headers["Location"] == f"/answer/{survey.token}/"


def test_receipt_of_a_page_is_kept_as_a_digest_that_leads_to_no_page(session: Session, survey: Survey) -> None:
    assert answer_survey(session, survey, answers={"met": "Fully met"}, receipt="the mark of a page")
    kept = session.scalars(select(SurveyResponse.receipt)).one()
    assert kept == sha256(f"{survey.token} the mark of a page".encode()).hexdigest()
    assert not answer_survey(session, survey, answers={"met": "Not met", "why": "?"}, receipt="the mark of a page")


def test_what_is_missing_is_said_and_what_was_typed_stays(browser: Open, session: Session, survey: Survey) -> None:
    refused = browser().client.post(
        f"/answer/{survey.token}/", data={"receipt": "r" * 20, "a-met": "Not met", "a-cases": "12"}
    )
    assert refused.status_code == 422
    page = BeautifulSoup(refused.text, "html.parser")
    assert [link.get_text() for link in page.select(".problems a")] == ["Question 2, “Why not?”: write an answer."]
    assert page.select_one(".problems a[href='#q-why']") is not None
    assert 'value="12"' in refused.text
    assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 0


def test_closed_survey_takes_nothing_and_then_tells_the_outcome(
    browser: Open, session: Session, survey: Survey
) -> None:
    stranger, officer, path = browser(), browser(Role.OFFICER), f"/feedback/survey/{survey.id}/"
    assert officer.send(f"{path}outcome/", outcome="Nothing yet.").status_code == 422
    assert officer.send(f"{path}close/").status_code == 302
    assert stranger.client.get(f"/answer/{survey.token}/").status_code == 404
    assert stranger.client.post(f"/answer/{survey.token}/", data={"a-met": "Fully met"}).status_code == 404
    assert officer.send(f"{path}outcome/", outcome="Children are now seen alone.").status_code == 302
    assert "Children are now seen alone." in stranger.client.get(f"/answer/{survey.token}/").text
    assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 0


def test_wrong_links_lead_nowhere(browser: Open, survey: Survey) -> None:
    stranger = browser()
    for token in ("x", "x" * 24, "x" * 300, survey.token[:-1], f"{survey.token}'--"):
        assert stranger.client.get(f"/answer/{token}/").status_code == 404


def test_survey_opens_only_on_signed_questions(
    session: Session, activity: FeedbackActivity, tool: AssuranceTool
) -> None:
    tool.introduction = "Changed after the signature."
    session.flush()
    with pytest.raises(RuleBroken, match="has not signed this as it stands now"):
        open_survey(session, activity, tool, opens_on=today(), closes_on=today() + SOON)


def test_survey_asks_its_own_audience_only(session: Session, activity: FeedbackActivity, tool: AssuranceTool) -> None:
    activity.audience, activity.technique = Audience.PRACTITIONERS, Technique.ONLINE_SURVEY
    with pytest.raises(RuleBroken, match="has for this audience"):
        open_survey(session, activity, tool, opens_on=today(), closes_on=today() + SOON)
    activity.technique = Technique.FOCUS_GROUP
    with pytest.raises(RuleBroken, match="needs no on-line survey"):
        open_survey(session, activity, tool, opens_on=today(), closes_on=today() + SOON)
    activity.audience, activity.technique = Audience.SERVICE_USERS, Technique.SURVEY
    with pytest.raises(RuleBroken, match="last day"):
        open_survey(session, activity, tool, opens_on=today(), closes_on=today() - SOON)


def test_public_sees_the_one_open_survey_it_holds_and_no_response(
    session: Session, activity: FeedbackActivity, tool: AssuranceTool, survey: Survey
) -> None:
    other = open_survey(session, activity, tool, opens_on=today(), closes_on=today() + SOON)
    respond(session, survey, 1)
    assert as_the_public(session, survey.token) is not None
    assert list(session.scalars(select(Survey.id))) == [survey.id]
    for table in ("survey_responses", "people", "findings", "feedback_activities", "agencies", "change_log"):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(f"SELECT count(*) FROM {table}"))
    with pytest.raises(ProgrammingError, match="row-level security"), session.begin_nested():
        answer_survey(session, other, answers={"met": "Fully met"}, receipt="for another survey")
    assert as_the_public(session, "no link at all") is None
    assert list(session.scalars(select(Survey.id))) == []


def test_fewer_than_five_answers_show_nothing(browser: Open, session: Session, survey: Survey) -> None:
    respond(session, survey, 4, seen="Yes")
    path = f"/feedback/survey/{survey.id}/"
    close(session, survey)
    page = browser(Role.OFFICER).get(path).get_text(" ", strip=True)
    assert "Too few answers to show." in page
    open_again(session, survey)
    respond(session, survey, 1, seen="No")
    close(session, survey)
    asked = session.get_one(ToolVersion, survey.version_id).questionnaire.question("seen")
    assert asked is not None
    assert tally(session, survey, asked) == Tally(5, {"Yes": 4, "No": 1})
    assert tally(session, survey, asked).lines(asked.labels) == [
        ("Yes", "fewer than 5"), ("Partly", "none"), ("No", "fewer than 5"),
    ]  # fmt: skip
    assert survey.token in browser(Role.OFFICER, name="Another officer").get(path).get_text()


def test_graded_questions_speak_in_the_triangulation_from_five_answers_on(session: Session, survey: Survey) -> None:
    review = session.get_one(FeedbackActivity, survey.activity_id)
    review_record = session.get_one(make.ThematicReview, review.review_id)
    respond(session, survey, 4)
    close(session, survey)
    assert Source.SERVICE_USERS not in triangulate(session, review_record).rows[0].cells
    open_again(session, survey)
    respond(session, survey, 1, cases=3)
    close(session, survey)
    cell = triangulate(session, review_record).rows[0].cells[Source.SERVICE_USERS]
    assert (cell.level, cell.count) == (1.0, 1)


def test_papers_of_a_review_never_say_how_few_people_answered(session: PortalSession, survey: Survey) -> None:
    review_id = session.get_one(FeedbackActivity, survey.activity_id).review_id
    place = list(Source).index(Source.SERVICE_USERS)
    for more, said in ((4, Said(None)), (1, Said(Verdict.STRENGTH, 1, Strength.MODERATE.weight))):
        open_again(session, survey)
        respond(session, survey, more, cases=more)
        close(session, survey)
        assert matrix_facts(session, OCCASION, review_id=review_id).rows[0].said[place] == said
        report = review_facts(session, OCCASION, review_id=review_id)
        assert report.rows[0].said[place] == said
        assert "answers" not in str(report)


def test_open_survey_ties_no_new_text_and_no_new_count_to_the_moment_it_came(
    browser: Open, session: Session, survey: Survey
) -> None:
    """Somebody who looks after each answer sees nothing move but in steps of five, the last five with the close."""
    officer, pages, said = browser(Role.OFFICER), list[str](), list[set[str]]()
    for number in range(1, 18):
        respond(session, survey, 1, why=f"Word {number:02}", seen="Yes" if number % 2 else "No")
        page = officer.get(f"/feedback/survey/{survey.id}/").select_one("main")
        panel = officer.get(f"/feedback/{survey.activity_id}/").find(string=re.compile("so far"))
        assert page is not None
        pages.append(page.get_text() + str(panel))
        said.append(set(re.findall(r"Word \d\d", page.get_text())))
    assert [len(words) for words in said] == [0] * 9 + [5] * 5 + [10] * 3
    moved = [number for number, (old, new) in enumerate(pairwise(pages), start=2) if old != new]
    assert moved == [5, 10, 15], "what the page says moved with a single answer"
    close(session, survey)
    page = officer.get(f"/feedback/survey/{survey.id}/").get_text()
    assert len(set(re.findall(r"Word \d\d", page)) - said[-1]) == 7


def test_evidence_of_an_open_survey_moves_in_fives_too(session: Session, survey: Survey) -> None:
    review = session.get_one(make.ThematicReview, session.get_one(FeedbackActivity, survey.activity_id).review_id)
    levels = []
    for number in range(11):
        respond(session, survey, 1, met="Not met" if number % 2 else "Fully met", why=f"Reason {number}")
        cell = triangulate(session, review).rows[0].cells.get(Source.SERVICE_USERS)
        levels.append(None if cell is None else cell.level)
    assert levels[:9] == [None] * 9
    assert levels[9] == levels[10] == pytest.approx(0.6)


def test_a_whole_office_behind_one_address_answers_and_a_flood_does_not(
    browser: Open, session: Session, survey: Survey
) -> None:
    stranger, path = browser(), f"/answer/{survey.token}/"
    sent = [
        stranger.client.post(path, data={"receipt": f"person {number} of an office", "a-met": "Fully met"}).status_code
        for number in range(310)
    ]
    assert sent[:300] == [303] * 300
    assert sent[300:] == [429] * 10
    elsewhere = {"REMOTE_ADDR": "10.9.8.7"}
    given = {"receipt": "somebody at home", "a-met": "Not met", "a-why": "Busy."}
    assert stranger.client.post(path, data=given, environ_overrides=elsewhere).status_code == 303
    session.commit()
    assert session.scalar(select(func.count()).select_from(SurveyResponse)) == 301


def test_survey_that_is_not_open_is_not_closed_again(session: Session, survey: Survey) -> None:
    close_survey(session, survey)
    with pytest.raises(RuleBroken, match="is not open"):
        close_survey(session, survey)
