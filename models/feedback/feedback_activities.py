"""How are service users, carers, families and practitioners heard in a review, and who is still owed the outcome?

Source: framework, "Feedback from service users, carers, families and practitioners": the techniques reflect the
sensitivities of the review and are agreed by the hub project team; everybody who takes part is given full feedback.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Text, UniqueConstraint, exists, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import NONE, RowPolicy
from models.core.choices import Choice
from models.core.clock import today
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, rows_of, values_of
from models.core.words import choice_column, must, one_of
from models.feedback.feedback_groups import FeedbackGroup
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source

RECENT_REVIEWS = 3
"""So many of the latest other reviews are looked at when a group is asked again."""


class Audience(Choice):
    """Who is heard."""

    SERVICE_USERS = "service_users", "Service users, carers and families"
    PRACTITIONERS = "practitioners"

    @property
    def source(self) -> Source:
        """The source of the triangulation that this audience speaks for."""
        return Source(self.value)


class Technique(Choice):
    """How they are heard: the framework's techniques."""

    SURVEY = "survey"
    FOCUS_GROUP = "focus_group"
    INDIVIDUAL_CONVERSATION = "individual_conversation", "Individual conversation and reflection"
    ONLINE_SURVEY = "online_survey", "On-line survey"
    INDIVIDUAL_QUESTIONS = "individual_questions"

    @property
    def is_survey(self) -> bool:
        return self in (Technique.SURVEY, Technique.ONLINE_SURVEY)


class StaffLevel(Choice):
    """The levels of staff that conversations with practitioners take in."""

    MANAGERS = "managers"
    PRACTITIONERS = "practitioners", "Practitioners and front-line staff"
    SUPPORT_STAFF = "support_staff", "Support and auxiliary staff"


class FeedbackActivity(Record):
    """One way of hearing people in a review: planned, agreed by the project team, held, and summed up."""

    __tablename__ = "feedback_activities"
    address_path: ClassVar[str] = "feedback"
    __table_args__ = (
        one_of("audience", Audience, "known_audience"),
        one_of("technique", Technique, "known_technique"),
        must("title <> ''", name="activity_titled", sentence="Give the activity a title."),
        must("people_count >= 0", name="activity_people_counted", sentence="Give a number of people of 0 or more."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        reason="The hub's own; what people said is told to agencies as findings.",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(Text)
    audience: Mapped[Audience] = mapped_column(choice_column(Audience))
    technique: Mapped[Technique] = mapped_column(choice_column(Technique))
    levels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    sensitivities: Mapped[str] = mapped_column(Text, server_default="")
    agreed_on: Mapped[date | None]
    planned_on: Mapped[date | None]
    held_on: Mapped[date | None]
    people_count: Mapped[int] = mapped_column(server_default="0")
    summary: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title

    def check(self, session: Session) -> None:
        if self.audience is Audience.SERVICE_USERS and self.technique in (
            Technique.ONLINE_SURVEY, Technique.INDIVIDUAL_QUESTIONS,
        ):  # fmt: skip
            raise RuleBroken(
                f"{self.technique.label} is for practitioners; choose another technique.", field="technique"
            )
        if self.audience is Audience.PRACTITIONERS and self.technique in (
            Technique.SURVEY, Technique.INDIVIDUAL_CONVERSATION,
        ):  # fmt: skip
            raise RuleBroken(
                f"{self.technique.label} is for service users; choose another technique.", field="technique"
            )
        if self.held_on is not None and self.held_on > today():
            raise RuleBroken("An activity cannot have been held on a day that is still to come.", field="held_on")


class Engagement(Record):
    """One group that took part in an activity, and when it was told the outcome."""

    __tablename__ = "engagements"
    __table_args__ = (
        UniqueConstraint(
            "activity_id", "group_id", name="group_engaged_once",
            info={"sentence": "That group is part of this activity already."},
        ),
        must("people_count >= 0", name="engaged_people_counted", sentence="Give a number of people of 0 or more."),
        must(
            "outcome_told_on IS NULL OR outcome_told <> ''",
            name="outcome_in_words", field="outcome_told",
            sentence="Say what the group was told, and how.",
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        reason="The hub's own record of who was heard; the Board's pack counts it.",
    )

    activity_id: Mapped[int] = mapped_column(ForeignKey("feedback_activities.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("feedback_groups.id"), index=True)
    people_count: Mapped[int] = mapped_column(server_default="0")
    outcome_told_on: Mapped[date | None]
    outcome_told: Mapped[str] = mapped_column(Text, server_default="")

    activity: Mapped[FeedbackActivity] = relationship(lazy="raise_on_sql")
    group: Mapped[FeedbackGroup] = relationship(lazy="raise_on_sql")


@dataclass(frozen=True)
class Owed:
    """A group that took part and has not been told the outcome yet."""

    engagement_id: int
    activity_id: int
    activity: str
    group: str

    @property
    def sentence(self) -> str:
        return f"{self.group} took part in {self.activity} and has not been told the outcome yet."


def agree_activity(session: Session, activity: FeedbackActivity, *, on: date) -> None:
    """The project team agrees the technique. Refuses without the sensitivities it reflects, and a second time."""
    if activity.agreed_on is not None:
        raise RuleBroken("The project team has agreed this already.")
    if not activity.sensitivities.strip():
        raise RuleBroken("Write down the sensitivities of this activity before the project team agrees it.")
    activity.agreed_on = on
    session.flush()


def engage_group(
    session: Session, activity: FeedbackActivity, group: FeedbackGroup, *, people_count: int
) -> Engagement:
    """Record that a group takes part. Refuses before the project team agrees the activity, and another audience."""
    if activity.agreed_on is None:
        raise RuleBroken("The project team agrees an activity before anybody is asked to take part.")
    if (group.kind.value == "practitioners") != (activity.audience is Audience.PRACTITIONERS):
        raise RuleBroken(f"{group.name} does not belong to this activity's audience.")
    engaged = select(Engagement.id).where(Engagement.activity_id == activity.id, Engagement.group_id == group.id)
    if session.scalar(engaged) is not None:
        raise RuleBroken("That group is part of this activity already.")
    engagement = Engagement(activity_id=activity.id, group_id=group.id, people_count=people_count)
    session.add(engagement)
    session.flush()
    return engagement


def tell_outcome(session: Session, engagement: Engagement, *, on: date, words: str) -> None:
    """Record that a group was told the outcome of the review, when and how."""
    if not words.strip():
        raise RuleBroken("Say what the group was told, and how.")
    if on > today():
        raise RuleBroken("The group cannot have been told on a day that is still to come.")
    engagement.outcome_told_on, engagement.outcome_told = on, words.strip()
    session.flush()


@Fact
def groups_owed(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """The groups of `feedback_owed`, as plain values."""
    owed = FeedbackActivity.review_id == review_id, Engagement.outcome_told_on.is_(None)
    return rows_of(
        select(Engagement.id, FeedbackActivity.id, FeedbackActivity.title, FeedbackGroup.name)
        .join(FeedbackActivity, FeedbackActivity.id == Engagement.activity_id)
        .join(FeedbackGroup, FeedbackGroup.id == Engagement.group_id)
        .where(*owed)
        .order_by(FeedbackGroup.name, Engagement.id)
    )


def feedback_owed(session: Session, review_id: int) -> list[Owed]:
    """Groups of a review that took part and wait for the outcome.

    Source: framework: service users and practitioners who take part will be given full feedback as to the outcomes.
    """
    return [Owed(*row) for row in groups_owed(session, review_id)]


@Fact
def audiences_agreed(review_id: Key) -> ColumnElement[list[str]]:
    """Whom the project team of a review has agreed how to hear."""
    agreed = FeedbackActivity.review_id == review_id, FeedbackActivity.agreed_on.is_not(None)
    return values_of(select(FeedbackActivity.audience).where(*agreed).distinct())


@Fact
def audiences_heard(review_id: Key) -> ColumnElement[list[str]]:
    """Whom a review has heard, with what they said summed up."""
    return values_of(select(FeedbackActivity.audience).where(*_is_heard(review_id)).distinct())


@Fact
def has_held_activities(review_id: Key) -> ColumnElement[bool]:
    """Whether an activity of a review took place."""
    return exists().where(FeedbackActivity.review_id == review_id, FeedbackActivity.held_on.is_not(None))


def heard(session: Session, review_id: int) -> list[FeedbackActivity]:
    """The activities of a review in which people were heard, with what they said summed up, the earliest first."""
    activities = select(FeedbackActivity).where(*_is_heard(review_id))
    return list(session.scalars(activities.order_by(FeedbackActivity.held_on, FeedbackActivity.id)))


def _is_heard(review_id: Any) -> tuple[ColumnElement[bool], ...]:
    is_held, is_summed_up = FeedbackActivity.held_on.is_not(None), FeedbackActivity.summary != ""
    return FeedbackActivity.review_id == review_id, is_held, is_summed_up


def engaged_lately(session: Session, group_ids: Iterable[int], *, beside: int) -> dict[int, list[str]]:
    """For groups that one of the latest other reviews has engaged: those reviews' references, by group.

    `beside` is the review that wants to ask them now; the RECENT_REVIEWS latest others count.
    """
    latest = (
        select(ThematicReview.id)
        .where(ThematicReview.id != beside, exists(1).where(FeedbackActivity.review_id == ThematicReview.id))
        .order_by(ThematicReview.reference.desc())
        .limit(RECENT_REVIEWS)
    )
    rows = session.execute(
        select(Engagement.group_id, ThematicReview.reference)
        .join(FeedbackActivity, FeedbackActivity.id == Engagement.activity_id)
        .join(ThematicReview, ThematicReview.id == FeedbackActivity.review_id)
        .where(Engagement.group_id.in_(list(group_ids)), ThematicReview.id.in_(latest))
        .distinct()
        .order_by(ThematicReview.reference)
    )
    references: dict[int, list[str]] = {}
    for group_id, reference in rows:
        references.setdefault(group_id, []).append(reference)
    return references


def never_heard(session: Session) -> list[FeedbackGroup]:
    """Active groups that no review has engaged yet, by name."""
    engaged = select(Engagement.group_id)
    statement = select(FeedbackGroup).where(FeedbackGroup.is_active, FeedbackGroup.id.not_in(engaged))
    return list(session.scalars(statement.order_by(FeedbackGroup.name)))
