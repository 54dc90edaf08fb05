"""Are the words of one person withheld wherever words of people are shown or go on from there?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.evidence.findings import Judgement, take_finding
from models.feedback.feedback_activities import Audience, FeedbackActivity, Technique, engage_group
from models.feedback.feedback_groups import FeedbackGroup, FoundThrough, GroupKind
from models.feedback.quotations import finding_of_activity, people_heard
from models.feedback.surveys import (
    Survey,
    close_survey,
    open_survey,
    publish_outcome,
    written_answers,
)
from models.rules.evidence.triangulation import Source, Verdict
from models.rules.tools.questionnaires import Question
from models.signatures.sign_offs import SignOffSubject
from models.tools.assurance_tools import ToolKind
from models.tools.tool_versions import ToolVersion
from tests import make, make_tools
from tests.feedback.make_surveys import respond
from tests.web import Browser, words_of

Open = Callable[..., Browser]
QUOTING = "A mother said “I had to ask three times”."


@pytest.fixture
def activity(session: Session) -> FeedbackActivity:
    review = make.review(session, sponsor_id=make.person(session, Role.SPONSOR).id)
    activity = FeedbackActivity(
        review_id=review.id, title="Families", audience=Audience.SERVICE_USERS, technique=Technique.SURVEY,
        sensitivities="None.", agreed_on=date(2026, 3, 1), people_count=0,
    )  # fmt: skip
    session.add(activity)
    session.commit()
    return activity


@pytest.fixture
def survey(session: Session, activity: FeedbackActivity) -> Survey:
    review = session.get_one(make.ThematicReview, activity.review_id)
    tool = make_tools.tool(session, review, kind=ToolKind.SERVICE_USER_QUESTIONS)
    make_tools.signed(session, review, SignOffSubject.SERVICE_USER_QUESTIONS, tool)
    opened = open_survey(session, activity, tool, opens_on=today(), closes_on=today() + timedelta(days=7))
    session.commit()
    return opened


def _question(session: Session, survey: Survey, key: str) -> Question:
    question = session.get_one(ToolVersion, survey.version_id).questionnaire.question(key)
    assert question is not None
    return question


def test_one_persons_words_are_withheld_although_ten_people_answered(
    browser: Open, session: Session, survey: Survey
) -> None:
    respond(session, survey, 9)
    respond(session, survey, 1, met="Not met", why="Nobody came, not even once.")
    respond(session, survey, 5)  # the last five are shown once there are more
    page = browser(Role.OFFICER).get(f"/feedback/survey/{survey.id}/")
    assert "Nobody came" not in page.get_text()
    assert "Fewer than 5 people wrote something here; their words are withheld." in page.get_text()
    assert "own words are shown only where at least 5 of them wrote something" in page.get_text()
    respond(session, survey, 4, met="Not met", why="Too late.")
    survey.closed_on = today()
    session.commit()
    assert written_answers(session, survey, _question(session, survey, "why")) == [
        "Nobody came, not even once.", *["Too late."] * 4,
    ]  # fmt: skip
    shown = browser(Role.OFFICER, name="Another officer").get(f"/feedback/survey/{survey.id}/")
    assert "Nobody came, not even once." in shown.get_text()


def test_a_single_number_that_somebody_gave_is_withheld_like_words(session: Session, survey: Survey) -> None:
    respond(session, survey, 6)
    respond(session, survey, 1, cases=417)
    assert written_answers(session, survey, _question(session, survey, "cases")) == []


def test_published_outcome_repeats_no_words_that_are_withheld(session: Session, survey: Survey) -> None:
    respond(session, survey, 6)
    respond(session, survey, 1, met="Not met", why="Nobody came, not even once.")
    close_survey(session, survey)
    with pytest.raises(RuleBroken, match="repeats what fewer than 5 people wrote"):
        publish_outcome(session, survey, words="You told us: nobody came, not even once. Visits are earlier now.")
    publish_outcome(session, survey, words="You told us that help came late. Visits are earlier now.")
    assert survey.outcome_published_on == today()


def test_published_outcome_quotes_nobody_when_fewer_than_five_answered(session: Session, survey: Survey) -> None:
    respond(session, survey, 4)
    close_survey(session, survey)
    with pytest.raises(RuleBroken, match="Fewer than 5 people were heard"):
        publish_outcome(session, survey, words=QUOTING)


def test_finding_of_an_activity_quotes_only_from_five_people_on(
    browser: Open, session: Session, activity: FeedbackActivity
) -> None:
    activity.summary, activity.people_count = QUOTING, 4
    session.commit()
    officer, path = browser(Role.OFFICER), f"/feedback/{activity.id}/"
    assert "Not to be quoted outside the hub: fewer than 5 people were heard" in officer.get(path).get_text()
    given = {"text": QUOTING, "verdict": Verdict.CONCERN.value, "strength": "moderate", "key_line_id": ""}
    refused = officer.send(f"{path}finding/", **given)
    assert refused.status_code == 422
    assert "Say it in your own words, without quotation marks." in words_of(refused)
    activity.people_count = 5
    session.commit()
    assert "May be quoted, naming nobody" in officer.get(path).get_text()
    assert officer.send(f"{path}finding/", **given).status_code == 302


def test_finding_typed_by_hand_is_held_to_the_same_rule(session: Session, activity: FeedbackActivity) -> None:
    """Findings are what reports, briefings, presentations and papers are made of."""
    judgement = Judgement(Source.SERVICE_USERS, Verdict.CONCERN, QUOTING)
    with pytest.raises(RuleBroken, match="Fewer than 5 people were heard"):
        take_finding(session, review_id=activity.review_id, judgement=judgement)
    activity.people_count = 12
    session.flush()
    assert take_finding(session, review_id=activity.review_id, judgement=judgement).text == QUOTING
    audit = Judgement(Source.CASE_AUDIT, Verdict.CONCERN, "The file says “seen alone by the worker”.")
    assert take_finding(session, review_id=make.review(session).id, judgement=audit).id


def test_people_heard_are_the_most_that_count_groups_or_surveys_say(
    session: Session, activity: FeedbackActivity, survey: Survey
) -> None:
    assert people_heard(session, activity) == 0
    respond(session, survey, 2)
    assert people_heard(session, activity) == 2
    for name, count in (("Carers", 3), ("Parents", 4)):
        group = FeedbackGroup(name=name, kind=GroupKind.CARERS, found_through=FoundThrough.SCHOOL)
        session.add(group)
        session.flush()
        engage_group(session, activity, group, people_count=count)
    assert people_heard(session, activity) == 7
    judgement = Judgement(Source.SERVICE_USERS, Verdict.CONCERN, QUOTING)
    assert finding_of_activity(session, activity, judgement, person_id=None).text == QUOTING
