"""Which reviews, draws, audits, surveys and files does the erasure meet in a test? Random ones, the same for a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import text

from models.audits.case_audits import CaseAudit
from models.case_lists.case_frames import CaseFrame
from models.core.db import PortalSession
from models.documents.documents import Document, DocumentKind, DocumentPart
from models.feedback.feedback_activities import Audience, FeedbackActivity, Technique
from models.feedback.surveys import Survey, SurveyResponse
from models.retention.retention_rules import ClockStart, RetentionRule
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample, DrawKind, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase
from models.tools.answer_sheets import AnswerSheet, SheetAnswer
from tests import make, make_tools
from tests.retention.oracle import Rule, Tables

T = TypeVar("T")
TODAY = date(2026, 11, 28)
TABLES = (
    *("thematic_reviews", "review_stages", "tool_versions", "feedback_activities", "surveys", "survey_responses"),
    *("case_frames", "audit_samples", "sample_cases", "answer_sheets", "sheet_answers", "case_audits", "documents"),
    "retention_rules",
)
MOMENTS = (datetime(2024, 7, 1, 23, 30, tzinfo=UTC), datetime(2025, 11, 28, 0, 30, tzinfo=UTC))
"""In London the first is on the next day."""


@dataclass
class RandomData:
    """One random partnership. Days are close to those on which things become due, to the day itself."""

    session: PortalSession
    seed: int
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.agency = make.agency(self.session)
        self.reviews = [self._review(number) for number in range(6)]
        self.frames = [self._frame(number) for number in range(3)]
        self.version = make_tools.version(self.session, make_tools.tool(self.session))
        for number in range(6):
            self._sample(number)
        for number in range(4):
            self._survey(number)
        for number in range(24):
            self._document(number)
        self._rules()
        self.session.flush()

    def _kept(self, record: T) -> T:
        self.session.add(record)
        self.session.flush()
        return record

    def _near(self, months: int) -> date:
        """A day from which so many months end about today."""
        year, month = divmod(TODAY.year * 12 + TODAY.month - 1 - months, 12)
        return date(year, month + 1, 28) + timedelta(days=self.dice.choice((-300, -300, -1, 0, 1, 300)))

    def _review(self, number: int) -> ThematicReview:
        stage = self.dice.choice((Stage.CLOSED, Stage.CLOSED, Stage.CLOSED, Stage.COMPLETED, Stage.EVIDENCE))
        review = make.review(self.session, title=f"Review {number}", year=2015 + number, stage=stage)
        if self.dice.random() < 0.2:
            review.is_on_hold, review.hold_reason = True, "An inquiry"
        for reached in (Stage.COMPLETED, Stage.CLOSED):
            day = None if self.dice.random() < 0.2 else self._near(self.dice.choice((12, 24)))
            self._kept(ReviewStage(review_id=review.id, stage=reached, planned_on=TODAY, reached_on=day))
        return review

    def _maybe_review(self) -> int | None:
        return None if self.dice.random() < 0.25 else self.dice.choice(self.reviews).id

    def _frame(self, number: int) -> CaseFrame:
        frozen_at = self.dice.choice(MOMENTS)
        frame = self._kept(CaseFrame(title=f"Frame {number}", frozen_at=frozen_at, review_id=self._maybe_review()))
        part = self.session.scalar(text("SELECT open_frame(:frame)"), {"frame": frame.id})
        rows = f"SELECT {frame.id}, n, 'F' || n FROM generate_series(1, 3) n"
        self.session.execute(text(f"INSERT INTO {part} (frame_id, row_number, reference) {rows}"))
        self.session.execute(text("SELECT attach_frame(:frame)"), {"frame": frame.id})
        frame.fingerprint, frame.row_count = f"print {number}", 3
        return frame

    def _sample(self, number: int) -> None:
        excluded = [self.dice.choice("XYZ") for _ in range(self.dice.randrange(4))]
        drawn_at = self.dice.choice((None, *MOMENTS))
        sample = self._kept(
            AuditSample(
                frame_id=self.dice.choice(self.frames).id, review_id=self._maybe_review(), title="Audit", year=2025,
                kind=DrawKind.QUICK, status=SampleStatus.DRAWN if drawn_at else SampleStatus.PLANNED, seed="1",
                plan={}, plan_fingerprint=f"plan {number}", excluded=excluded, drawn_at=drawn_at,
                committed_at=self.dice.choice((None, *MOMENTS)),
            )
        )  # fmt: skip
        names = [f"A{number}{place}" for place in range(self.dice.randrange(4))] if drawn_at else []
        if drawn_at:
            listed = [{"reference": name, "ticket": "0.5", "rank": 1} for name in [*names, *excluded]]
            sample.certificate = {"strata": [{"selected": listed, "name": "X"}], "empty": {}, "none": None, "X": "XX"}
        for place, name in enumerate(names):
            case = self._kept(
                SampleCase(
                    sample_id=sample.id, stratum="X", position=place, reference=name, ticket="0.5", is_reserve=False,
                    status=CaseStatus.SELECTED,
                )
            )  # fmt: skip
            if self.dice.random() < 0.7:
                self._audit(case)

    def _audit(self, case: SampleCase) -> None:
        sheet = self._kept(AnswerSheet(version_id=self.version.id, agency_id=self.agency.id))
        self._kept(
            CaseAudit(
                sample_case_id=case.id, review_id=self.dice.choice(self.reviews).id, agency_id=self.agency.id,
                sheet_id=sheet.id, due_on=TODAY, opened_at=self.dice.choice(MOMENTS),
            )
        )  # fmt: skip
        for key, value in (("met", "Not met"), ("why", "Nobody came."), ("seen", "Yes"), ("cases", 3)):
            answer = SheetAnswer(sheet_id=sheet.id, question_key=key, value=self.dice.choice((value, None)))
            answer.note = self.dice.choice(("", "", "A note"))
            answer.earlier = self.dice.choice(([], [], [{"value": "Late."}]))
            if self.dice.random() < 0.6:
                self._kept(answer)

    def _survey(self, number: int) -> None:
        activity = self._kept(
            FeedbackActivity(
                review_id=self.dice.choice(self.reviews).id, title="Survey", audience=Audience.SERVICE_USERS,
                technique=Technique.SURVEY,
            )
        )  # fmt: skip
        token = f"token-of-a-random-survey-{number}"
        values = {"activity_id": activity.id, "version_id": self.version.id, "token": token}
        survey = self._kept(Survey(opens_on=TODAY, closes_on=TODAY, **values))
        for receipt in range(self.dice.randrange(4)):
            answers = {"met": "Not met", "why": "Late."} if self.dice.random() < 0.5 else {"met": "Fully met"}
            self._kept(SurveyResponse(survey_id=survey.id, receipt=str(receipt), given_on=TODAY, answers=answers))

    def _document(self, number: int) -> None:
        nouns = ("thematic_reviews", "sheet_answers", "sample_cases", "case_audits", "audit_samples", "case_frames")
        noun = self.dice.choice(nouns)
        keys = self.session.scalars(text(f"SELECT id FROM {noun} ORDER BY id")).all() or [0]
        subject = f"{noun}:{self.dice.choice(('', '', '', '', '', '', '0', 'x'))}{self.dice.choice(keys)}"
        name = self.dice.choice(("smith.pdf", "A paper"))
        kind = self.dice.choice((DocumentKind.EVIDENCE, DocumentKind.CASE_AUDIT))
        erased_on = self.dice.choice((None, None, None, TODAY))
        document = self._kept(
            Document(
                kind=kind, title="A paper", file_name=name, media_type="application/pdf", subject=subject, size=5,
                sha256=str(number), made_at=self.dice.choice(MOMENTS), erased_on=erased_on,
            )
        )  # fmt: skip
        if erased_on is None:
            self._kept(DocumentPart(document_id=document.id, number=0, content=b"words"))

    def _rules(self) -> None:
        kinds = ["drawn_cases", "frame_rows", "evidence_files", "audit_words", "survey_texts"]
        self.dice.shuffle(kinds)
        for what in kinds:
            months, start = self.dice.choice((12, 24)), self.dice.choice(list(ClockStart))
            is_active = self.dice.random() < 0.9
            self._kept(RetentionRule(what=what, months=months, counted_from=start, is_active=is_active))


def rows_of(session: PortalSession) -> Tables:
    """Every row of the tables that the erasure reads or changes, as plain data, by table and id."""
    read = {name: session.scalars(text(f"SELECT to_jsonb(t) FROM {name} t ORDER BY id")).all() for name in TABLES}
    parts = session.scalars(text("SELECT to_jsonb(t) FROM document_parts t")).all()
    tables = {name: {row["id"]: row for row in rows} for name, rows in read.items()}
    return {**tables, "document_parts": {row["document_id"]: row for row in parts}}


def rules_in_use(tables: Tables) -> list[Rule]:
    rules = [row for row in tables["retention_rules"].values() if row["is_active"]]
    return [Rule(row["what"], row["months"], row["counted_from"]) for row in rules]
