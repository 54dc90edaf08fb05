"""Are people's own words, and the files of a review's forms, erased when they are due, and nothing else?"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.core.change_log import ChangeRecord
from models.documents.documents import Document, DocumentKind, DocumentPart, NewDocument, keep_document
from models.feedback.feedback_activities import Audience, FeedbackActivity, Technique
from models.feedback.surveys import Survey, SurveyResponse
from models.retention.erasures import ERASABLE, erase_references, erase_words
from models.retention.retention_rules import due_count, erase_due
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import move_to_stage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.tools.answer_sheets import add_evidence, open_sheet, sheet_answers, values_of
from models.tools.assurance_tools import ToolKind
from models.tools.earlier_words import EarlierWords, with_words
from tests import make, make_audits, make_tools
from tests.documents.files import content_of, sent_file
from tests.retention.test_retention_rules import rule

CLOSED = date(2024, 6, 30)


def survey(session: Session, review: ThematicReview) -> Survey:
    """A survey with three responses, two of them in somebody's own words."""
    tool = make_tools.tool(session, review, kind=ToolKind.SERVICE_USER_QUESTIONS)
    activity = FeedbackActivity(
        review_id=review.id, title="Survey of families", audience=Audience.SERVICE_USERS, technique=Technique.SURVEY
    )
    session.add(activity)
    session.flush()
    version = make_tools.version(session, tool)
    values = {"activity_id": activity.id, "version_id": version.id, "token": f"token-of-a-survey-{review.id:04d}"}
    survey = Survey(opens_on=CLOSED, closes_on=CLOSED, **values)
    session.add(survey)
    session.flush()
    for number, given in enumerate(({"met": "Not met", "why": "Nobody came."}, {"met": "Not met", "why": "Late."}, {})):
        answers = {"seen": "Yes", **given}
        session.add(SurveyResponse(survey_id=survey.id, receipt=str(number), given_on=CLOSED, answers=answers))
    session.flush()
    return survey


def answers(session: Session, of: Survey) -> list[dict[str, str]]:
    session.expire_all()
    responses = select(SurveyResponse.answers).where(SurveyResponse.survey_id == of.id).order_by(SurveyResponse.id)
    return list(session.scalars(responses))


@pytest.fixture
def closed(session: Session) -> ThematicReview:
    review = make.review(session)
    move_to_stage(session, review, Stage.CLOSED, on=CLOSED)
    return review


def test_words_of_a_survey_go_and_every_rating_stays(session: Session, closed: ThematicReview) -> None:
    due, going = survey(session, closed), survey(session, make.review(session, year=2027))
    kept = answers(session, going)
    rule(session, "survey_texts", 12)
    assert list(erase_due(session, date(2025, 6, 29))) == []
    [run] = erase_due(session, date(2025, 6, 30))
    assert (run.holding_count, run.erased_count) == (1, 2)
    assert answers(session, due) == [{"seen": "Yes", "met": "Not met"}] * 2 + [{"seen": "Yes"}]
    assert answers(session, going) == kept
    assert list(erase_due(session, date(2025, 6, 30))) == []


def test_file_handed_in_on_a_form_is_its_reviews_evidence(session: Session, closed: ThematicReview) -> None:
    police = make.agency(session)
    tool = make_tools.tool(session, closed)
    version = make_tools.version(session, tool)
    sheets = [open_sheet(session, version=version, agency_id=police.id) for _ in range(2)]
    for sheet in sheets:
        add_evidence(session, sheet, sent_file(), key="files", person_id=None)
    values = {"review_id": closed.id, "agency_id": police.id, "sheet_id": sheets[0].id, "family_id": tool.id}
    session.add(SelfEvaluation(due_on=CLOSED, **values))
    session.flush()
    retention_rule = rule(session, "evidence_files", 12)
    assert due_count(session, retention_rule, date(2025, 6, 30)) == 1
    list(erase_due(session, date(2025, 6, 30)))
    documents = session.scalars(select(Document).order_by(Document.id)).all()
    assert [document.erased_on is not None for document in documents] == [True, False]


def test_auditors_words_go_and_every_grade_stays(session: Session) -> None:
    scene = make_audits.scene(session)
    first, second = make_audits.opened(session, scene)[:2]
    for audit, met in ((first, "Not met"), (second, "Fully met")):
        make_audits.submitted(session, audit, met)
    earlier = with_words([], EarlierWords("Somebody else looked.", "", None, None))
    why = sheet_answers(session, first.sheet_id)["why"]
    why.earlier = earlier
    move_to_stage(session, scene.review, Stage.CLOSED, on=CLOSED)
    rule(session, "audit_words", 24)
    assert list(erase_due(session, date(2026, 6, 29))) == []
    [run] = erase_due(session, date(2026, 6, 30))
    assert (run.holding_count, run.erased_count) == (1, 1)
    session.expire_all()
    assert values_of(session, first.sheet_id) == {"met": "Not met", "why": None}
    assert values_of(session, second.sheet_id) == {"met": "Fully met"}
    assert why.earlier == []
    logged = select(ChangeRecord.new_values).where(ChangeRecord.table_name == "sheet_answers")
    assert not any("Nobody looked." in str(record) for record in session.scalars(logged))


def test_papers_of_a_case_go_with_what_they_say_and_evidence_stays(session: Session) -> None:
    scene = make_audits.scene(session)
    first, second = make_audits.opened(session, scene)[:2]
    subjects = [f"case_audits:{first.id}", f"sample_cases:{first.sample_case_id}", f"case_audits:{second.id}"]
    for subject in subjects:
        for kind in (DocumentKind.CASE_AUDIT, DocumentKind.EVIDENCE):
            keep_document(
                session,
                NewDocument(
                    kind=kind, title="A paper", file_name="C1.pdf", media_type="application/pdf", content=b"%PDF"
                ),
                subject=subject,
            )
    has_bytes = select(DocumentPart.number).where(DocumentPart.document_id == Document.id).exists()
    gone = select(Document.subject).where(~has_bytes, Document.kind == DocumentKind.CASE_AUDIT)
    erase_words(session, [first.id], CLOSED)
    session.expire_all()
    assert list(session.scalars(gone.order_by(Document.id))) == subjects[:2]
    erase_references(session, [scene.sample.id], CLOSED)
    session.expire_all()
    assert list(session.scalars(gone.order_by(Document.id))) == subjects
    kept = session.scalars(select(Document).where(Document.kind == DocumentKind.EVIDENCE)).all()
    assert [(content_of(session, document), document.erased_on) for document in kept] == [(b"%PDF", None)] * 3


def test_every_kind_that_can_be_erased_says_what_is_left(session: Session) -> None:
    assert {"drawn_cases", "frame_rows", "evidence_files", "audit_words", "survey_texts"} <= set(ERASABLE)
    for erasable in ERASABLE.values():
        assert erasable.leaves.endswith(".")
        assert session.execute(text(erasable.held().query)).all() == []
