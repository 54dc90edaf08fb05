"""Which anonymous on-line surveys are open, and what did people answer?

Nobody signs in, no cookie is set, and only the day of an answer is kept. The public may read the one survey whose link
they hold while it is open, and add one response to it; nothing else. While it is open its results move in fives, so
that no answer can be tied to the moment it came.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, exists, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import NONE, Actor, DatabaseRole, RowPolicy
from models.core.clock import today
from models.core.db import Base, Record, act_as
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, rows_of, values_of
from models.core.words import must
from models.feedback.feedback_activities import Audience, Engagement, FeedbackActivity
from models.reviews.thematic_reviews import ThematicReview
from models.rules.feedback.quotations import published_words, refuse_quotations, refuse_withheld_words
from models.rules.feedback.small_numbers import Tally, settled, so_far
from models.rules.tools.questionnaires import Question, progress
from models.signatures.signables import signed_version
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.tool_versions import ToolVersion

QUESTIONS_FOR = {
    Audience.SERVICE_USERS: ToolKind.SERVICE_USER_QUESTIONS,
    Audience.PRACTITIONERS: ToolKind.PRACTITIONER_QUESTIONS,
}
_HELD = "token = current_setting('app.survey_token', true)"
_IS_OPEN = "closed_on IS NULL AND (now() AT TIME ZONE 'Europe/London')::date BETWEEN opens_on AND closes_on"


class Survey(Record):
    """An anonymous survey of one feedback activity, open to everybody with its link, from one day to another."""

    __tablename__ = "surveys"
    is_about_cases = True
    __table_args__ = (
        must(
            "closes_on >= opens_on",
            name="survey_closes_after_opening",
            field="closes_on",
            sentence="A survey cannot close before it opens.",
        ),
        must("length(token) >= 20", name="survey_token_long", sentence="A survey's link must not be guessed."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        reason="The hub's own; what people said is told to agencies as findings.",
        public_reads=f"{_HELD} AND ({_IS_OPEN} OR outcome_published_on IS NOT NULL)",
        unlogged_columns=("token",),
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("feedback_activities.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("tool_versions.id"), index=True)
    token: Mapped[str] = mapped_column(Text, unique=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    closed_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(Text, server_default="")
    outcome_published_on: Mapped[date | None]

    activity: Mapped[FeedbackActivity] = relationship(lazy="raise_on_sql")
    version: Mapped[ToolVersion] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"Survey {self.id}"

    def is_open(self, on: date) -> bool:
        """Whether people may answer on a day."""
        return self.closed_on is None and self.opens_on <= on <= self.closes_on


class SurveyResponse(Base):
    """One anonymous response. `receipt` is the digest of the random mark of the page it came from: it counts once."""

    __tablename__ = "survey_responses"
    __table_args__ = (Index("response_counts_once", "survey_id", "receipt", unique=True),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        administrator=("select", "delete"),
        officer=("select", "delete"),
        manager=NONE,
        public_inserts=f"EXISTS (SELECT FROM surveys WHERE id = survey_id AND {_HELD} AND {_IS_OPEN})",
        is_logged=False,
        reason="Anonymous answers, which the Board's papers count; not logged, so that they can be erased when due.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id", ondelete="CASCADE"), index=True)
    receipt: Mapped[str] = mapped_column(Text)
    given_on: Mapped[date] = mapped_column(server_default=func.current_date())
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)


def open_survey(
    session: Session, activity: FeedbackActivity, tool: AssuranceTool, *, opens_on: date, closes_on: date
) -> Survey:
    """Open a survey on a tool of the review that its sponsor has signed. Refuses anything unsigned, and the past."""
    review = session.get_one(ThematicReview, activity.review_id)
    if activity.agreed_on is None:
        raise RuleBroken("The project team agrees an activity before anybody is asked to take part.")
    if not activity.technique.is_survey:
        raise RuleBroken(f"{activity.technique.label} needs no on-line survey.")
    if tool.review_id != review.id or tool.kind is not QUESTIONS_FOR[activity.audience]:
        raise RuleBroken("Choose the questions that this review has for this audience.")
    if closes_on < max(opens_on, today()):
        raise RuleBroken("Choose a last day that is still to come, and not before the first.")
    version = signed_version(session, review, tool)
    survey = Survey(
        activity_id=activity.id, version_id=version.id, token=token_urlsafe(18), opens_on=opens_on, closes_on=closes_on
    )
    session.add(survey)
    session.flush()
    return survey


def close_survey(session: Session, survey: Survey) -> None:
    """Close a survey before its last day."""
    if not survey.is_open(today()):
        raise RuleBroken("The survey is not open.")
    survey.closed_on = today()
    session.flush()


def publish_outcome(session: Session, survey: Survey, *, words: str) -> None:
    """Tell everybody who took part the outcome: the survey's link shows these words from now on.

    Refuses words of people that are withheld, by the rule of quotations.
    """
    if survey.is_open(today()):
        raise RuleBroken("Close the survey before its outcome is published.")
    if not words.strip():
        raise RuleBroken("Write what came of the review, in plain words.")
    refuse_quotations(words, heard=response_count(session, survey.id))
    refuse_withheld_words(words, _withheld_words(session, survey))
    survey.outcome, survey.outcome_published_on = words.strip(), today()
    session.flush()


@Fact
def untold_surveys(review_id: Key) -> ColumnElement[list[str]]:
    """The activities of a review with an answered survey whose outcome is not published yet, by title."""
    answered = select(SurveyResponse.id).where(SurveyResponse.survey_id == Survey.id).exists()
    titles = select(FeedbackActivity.title).join(Survey, Survey.activity_id == FeedbackActivity.id)
    untold = FeedbackActivity.review_id == review_id, Survey.outcome_published_on.is_(None), answered
    return values_of(titles.where(*untold).order_by(FeedbackActivity.title, Survey.id))


@Fact
def somebody_took_part(review_id: Key) -> ColumnElement[bool]:
    """Whether a group took part in an activity of a review, or somebody answered one of its surveys."""
    return exists().where(FeedbackActivity.review_id == review_id, _is_named() | _is_answered())


@Fact
def unnamed_activities(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """Id and title of a review's activities that took place with nobody on record who could be told the outcome.

    A group that took part is told in person; a person who answered an on-line survey reads the outcome by its link.
    """
    took_place = FeedbackActivity.review_id == review_id, FeedbackActivity.held_on.is_not(None)
    unnamed = select(FeedbackActivity.id, FeedbackActivity.title).where(*took_place, ~_is_named(), ~_is_answered())
    return rows_of(unnamed.order_by(FeedbackActivity.title, FeedbackActivity.id))


def _is_named() -> ColumnElement[bool]:
    return exists().where(Engagement.activity_id == FeedbackActivity.id)


def _is_answered() -> ColumnElement[bool]:
    answers = select(SurveyResponse.id).join(Survey, Survey.id == SurveyResponse.survey_id)
    return answers.where(Survey.activity_id == FeedbackActivity.id).exists()


def as_the_public(session: Session, token: str) -> Survey | None:
    """The survey behind a link, from now on as the public sees it; None when there is none for that link today.

    The rest of the transaction runs as somebody without a sign-in, who may read this survey and answer it.
    """
    act_as(session, Actor(DatabaseRole.PUBLIC, survey_token=token))
    return session.scalar(select(Survey).where(Survey.token == token))


def answer_survey(session: Session, survey: Survey, *, answers: dict[str, Any], receipt: str) -> bool:
    """Add one response; whether it was added: what comes from a page that was sent before changes nothing.

    Of the page's receipt only a digest is kept, which says that this page was sent and can be turned into no page.
    Refuses while something required is open.
    """
    questionnaire = session.get_one(ToolVersion, survey.version_id).questionnaire
    missing = progress(questionnaire, answers).missing
    if missing:
        raise RuleBroken(f"Please answer: “{missing[0].text}”")
    answered = {key: value for key, value in answers.items() if value not in (None, "", [])}
    if not answered:
        raise RuleBroken("Please answer at least one question.")
    table: Any = SurveyResponse.__table__
    mark = sha256(f"{survey.token} {receipt}".encode()).hexdigest()
    row = {"survey_id": survey.id, "receipt": mark, "answers": answered}
    adding = insert(table).values(**row).on_conflict_do_nothing().inline()
    return session.connection().execute(adding.execution_options(preserve_rowcount=True)).rowcount == 1


def response_count(session: Session, survey_id: int) -> int:
    """How many people have answered."""
    return session.scalar(select(func.count()).where(SurveyResponse.survey_id == survey_id)) or 0


def count_in_words(session: Session, survey: Survey) -> str:
    """How many people have answered, as it may be said: exactly once the survey is closed, in fives before."""
    count = response_count(session, survey.id)
    return so_far(count) if survey.is_open(today()) else f"{count:,}"


def heard_count(session: Session, survey: Survey) -> int:
    """Of how many people the results speak: of all once the survey is closed, of whole fives before."""
    return speaking(response_count(session, survey.id), is_open=survey.is_open(today()))


def speaking(answered: int, *, is_open: bool) -> int:
    """Of how many of those who have answered the results speak."""
    return settled(answered) if is_open else answered


def tally(session: Session, survey: Survey, question: Question) -> Tally:
    """How often each answer to a question was given, by those of whom the results speak."""
    answers = [value for value in _values(session, survey, question.key) if value is not None]
    counts = Counter(word for answer in answers for word in (answer if isinstance(answer, list) else [str(answer)]))
    return Tally(len(answers), counts)


def written_answers(session: Session, survey: Survey, question: Question) -> list[str]:
    """What people wrote, in an order that does not reveal who did; empty where their words may not be published."""
    return published_words(_written(session, survey, question), heard=heard_count(session, survey))


def _written(session: Session, survey: Survey, question: Question) -> list[str]:
    values = (value for value in _values(session, survey, question.key) if value is not None)
    return [question.how.show(value) for value in values]


def _withheld_words(session: Session, survey: Survey) -> list[str]:
    """Everything people wrote to questions whose answers in words are withheld."""
    asked = session.get_one(ToolVersion, survey.version_id).questionnaire.questions()
    texts = [question for question in asked if question.how.widget == "textarea"]
    return [
        words
        for question in texts
        if not written_answers(session, survey, question)
        for words in _written(session, survey, question)
    ]


def _values(session: Session, survey: Survey, key: str) -> list[Any]:
    """The answers to a question, in the order they came, of those of whom the results speak."""
    statement = select(SurveyResponse.answers[key]).where(SurveyResponse.survey_id == survey.id)
    heard = heard_count(session, survey)
    return list(session.scalars(statement.order_by(SurveyResponse.id).limit(heard)))
