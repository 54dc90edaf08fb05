"""Which agencies were asked to evaluate themselves for a review, by when, and how far is each?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.addresses import address_of
from models.core.clock import now, today
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, values_of
from models.messages.agency_messages import PLAIN, Letterhead, tell_agency
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.returns.agency_returns import (
    AgencyReturn,
    ReturnStatus,
    answers_before,
    give_back,
    is_late,
    return_rules,
    send_returns,
)
from models.returns.late_returns import late_rows, late_source
from models.reviews.invitations import ReviewPart, invited_agencies
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.core.due_dates import in_words, return_due_on
from models.rules.tools.questionnaires import Progress
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import refuse_unsigned, signed_version, tools_of
from models.tools.answer_sheets import (
    AnswerSheet,
    SheetAnswer,
    open_sheet,
    sheet_progress,
)
from models.tools.assurance_tools import AssuranceTool, ToolKind


class SelfEvaluation(AgencyReturn):
    """One agency's self-evaluation for one review, due two weeks after it was sent (framework, "Initial scoping")."""

    __tablename__ = "self_evaluations"
    __table_args__ = (
        *return_rules("self_evaluation", "self-evaluation"),
        UniqueConstraint(
            "review_id", "agency_id",
            name="self_evaluation_once", info={"sentence": "That agency has this review's self-evaluation already."},
        ),
        Index("open_self_evaluations", "due_on", postgresql_where=text("status IN ('asked', 'returned')")),
    )  # fmt: skip
    reference_prefix = "SE"
    noun = "self-evaluation"

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"))
    family_id: Mapped[int]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    submitted_by: Mapped[Person | None] = relationship(
        foreign_keys="SelfEvaluation.submitted_by_id", lazy="raise_on_sql"
    )


def the_tool(session: Session, review: ThematicReview) -> AssuranceTool:
    """The one self-evaluation tool of a review; refuses when there is none, or more than one in use."""
    tools = tools_of(session, review.id, ToolKind.SELF_EVALUATION)
    if not tools:
        raise RuleBroken("The review has no self-evaluation tool yet; copy the baseline tool and amend it.")
    if tools[1:]:
        raise RuleBroken(f"The review has {len(tools)} self-evaluation tools in use; keep the one that goes out.")
    return tools[0]


def send_self_evaluations(
    session: Session, review: ThematicReview, *, person_id: int | None, letterhead: Letterhead = PLAIN
) -> list[SelfEvaluation]:
    """Give every invited agency that has none yet its self-evaluation, due two weeks from today, and write to it.

    Refuses unless the tool, the key lines and the list of agencies carry the sponsor's signature as they stand now, and
    when nobody new is invited. Source: framework, "Initial scoping" and appendix 1.
    """
    tool = the_tool(session, review)
    version = signed_version(session, review, tool)
    refuse_unsigned(session, review, SignOffSubject.KEY_LINES)
    refuse_unsigned(session, review, SignOffSubject.INVITATIONS)
    invited = invited_agencies(session, review.id, ReviewPart.SELF_EVALUATION)
    if not invited:
        raise RuleBroken("No agency is invited to the self-evaluation yet.")
    has = set(session.scalars(select(SelfEvaluation.agency_id).where(SelfEvaluation.review_id == review.id)))
    new = [agency for agency in invited if agency.id not in has]
    if not new:
        raise RuleBroken("Every invited agency has its self-evaluation already.")
    family = family_of(session, tool)
    asked = [
        SelfEvaluation(
            review_id=review.id, agency_id=agency.id, family_id=family, sent_at=now(), sent_by_id=person_id,
            due_on=return_due_on(today()), sheet_id=open_sheet(session, version=version, agency_id=agency.id).id,
        )
        for agency in new
    ]  # fmt: skip
    return send_returns(session, list(zip(asked, new, strict=True)), partial(_letter, review), letterhead)


def _letter(review: ThematicReview, record: SelfEvaluation, agency: Agency) -> tuple[str, str]:
    due = in_words(record.due_on)
    words = (
        f"{agency.name} is asked to evaluate itself for the thematic review {review.reference}, “{review.title}”. "
        f"Please complete and hand in {record.reference}, with evidence, by {due}."
    )
    return f"{record.reference}: self-evaluation due {due}", words


def family_of(session: Session, tool: AssuranceTool) -> int:
    """The id of the tool that a tool goes back to through all its copies."""
    seen = {tool.id}
    while tool.copied_from_id is not None and tool.copied_from_id not in seen:
        tool = session.get_one(AssuranceTool, tool.copied_from_id)
        seen.add(tool.id)
    return tool.id


def ask_for_changes(
    session: Session, record: SelfEvaluation, *, reason: str, due_on: date, letterhead: Letterhead = PLAIN
) -> None:
    """Give a self-evaluation back with the reason and a new day, and write to the agency."""
    give_back(session, record, reason=reason, due_on=due_on)
    words = f"your self-evaluation {record.reference} is returned to be changed by {in_words(due_on)}:"
    body = letterhead.under(f"{words}\n\n{reason.strip()}", address_of(record))
    agency = session.get_one(Agency, record.agency_id)
    tell_agency(session, agency, subject=f"{record.reference}: please change your self-evaluation", body=body)


def close_self_evaluation(session: Session, record: SelfEvaluation, *, person_id: int) -> None:
    """The officer's word that a self-evaluation is what was asked for."""
    if record.status is not ReturnStatus.SUBMITTED:
        raise RuleBroken("Only a self-evaluation that was handed in can be closed.")
    record.status, record.closed_at, record.closed_by_id = ReturnStatus.CLOSED, now(), person_id
    session.flush()


def last_self_evaluation_answers(session: Session, record: SelfEvaluation) -> dict[str, tuple[SheetAnswer, date]]:
    """What the agency answered in earlier rounds, closed ones only, by question key; with the day it was handed in.

    Source: DOMAIN, point 13: earlier scores, words and documents must not be lost.
    """
    rows = session.execute(
        select(SelfEvaluation, AnswerSheet)
        .join(AnswerSheet, AnswerSheet.id == SelfEvaluation.sheet_id)
        .where(
            SelfEvaluation.agency_id == record.agency_id,
            SelfEvaluation.status == ReturnStatus.CLOSED,
            SelfEvaluation.id != record.id,
            SelfEvaluation.sent_at <= record.sent_at,
        )
        .order_by(SelfEvaluation.sent_at.desc(), SelfEvaluation.id.desc())
    ).all()
    return answers_before(
        session, record, [(evaluation, sheet, evaluation.family_id == record.family_id) for evaluation, sheet in rows]
    )


@dataclass(frozen=True)
class ReturnState:
    """One agency's self-evaluation with its progress, for lists of a review."""

    record: SelfEvaluation
    agency: Agency
    progress: Progress


def self_evaluations_of(session: Session, review_id: int) -> list[ReturnState]:
    """A review's self-evaluations with how far each has come, by the agency's name."""
    rows = session.execute(
        select(SelfEvaluation, Agency, AnswerSheet)
        .join(Agency, Agency.id == SelfEvaluation.agency_id)
        .join(AnswerSheet, AnswerSheet.id == SelfEvaluation.sheet_id)
        .where(SelfEvaluation.review_id == review_id)
        .order_by(Agency.name)
    )
    return [ReturnState(record, agency, sheet_progress(session, sheet)) for record, agency, sheet in rows]


@Fact
def self_evaluation_statuses(review_id: Key) -> ColumnElement[list[str]]:
    """How each of a review's self-evaluations stands."""
    return values_of(select(SelfEvaluation.status).where(SelfEvaluation.review_id == review_id))


def self_evaluations_missing(session: Session, review_id: int) -> str:
    """What is still missing of a review's self-evaluations, as one sentence; empty when every one is closed."""
    statuses = self_evaluation_statuses(session, review_id)
    if not statuses:
        return "No self-evaluation has been sent yet."
    waiting = sum(status != ReturnStatus.CLOSED for status in statuses)
    words = count_words(waiting, "self-evaluation is", "self-evaluations are")
    return f"{words} not handed in and closed yet." if waiting else ""


@late_source
def late_self_evaluations(on: date) -> Select[Any]:
    """Self-evaluations that were to be handed in before a day."""
    return late_rows(SelfEvaluation, "Self-evaluation").where(*is_late(SelfEvaluation, on))
