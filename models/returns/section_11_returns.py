"""What did each partner return for Section 11, how was it moderated, and who is missing?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Keys, asked_for_all, asked_once, by_key
from models.core.words import must
from models.messages.agency_messages import PLAIN, Letterhead
from models.partnership.agencies import Agency
from models.returns.agency_returns import (
    OWN,
    AgencyReturn,
    ReturnStatus,
    answers_before,
    is_late,
    return_rules,
    send_returns,
)
from models.returns.late_returns import late_rows, late_source
from models.returns.section_11_cycles import MissingPartner, Section11Cycle, expected_partners, freeze_cycle
from models.rules.core.due_dates import in_words
from models.rules.returns.section_11 import HIGHEST, ScoredStandard, StandardSummary, scored, summarise
from models.rules.returns.section_11_pictures import ASKED, LATE, MODERATED, NOT_ASKED, RETURNED
from models.tools.answer_sheets import (
    AnswerSheet,
    SheetAnswer,
    open_sheet,
    values_of,
    version_of,
)

_OWN_RETURN = f"EXISTS (SELECT FROM section_11_returns r WHERE r.id = return_id AND r.{OWN} AND r.status = 'closed')"


class Section11Return(AgencyReturn):
    """One partner's Section 11 audit of itself in one cycle."""

    __tablename__ = "section_11_returns"
    __table_args__ = (
        *return_rules("section_11", "return"),
        UniqueConstraint(
            "cycle_id", "agency_id",
            name="section_11_return_once", info={"sentence": "That partner has this cycle's form already."},
        ),
    )  # fmt: skip
    reference_prefix = "S11"
    noun = "Section 11 return"

    cycle_id: Mapped[int] = mapped_column(ForeignKey("section_11_cycles.id", ondelete="CASCADE"))

    cycle: Mapped[Section11Cycle] = relationship(lazy="raise_on_sql")


class Section11Score(Record):
    """The moderated score of one standard of one return, with the reason."""

    __tablename__ = "section_11_scores"
    __table_args__ = (
        UniqueConstraint("return_id", "question_key", name="one_moderated_score_per_standard"),
        must(f"score BETWEEN 0 AND {HIGHEST}", name="section_11_score_in_range", sentence="Score from 0 to 3."),
        must("reason <> ''", name="section_11_score_reasoned", sentence="Give the reason for each moderated score."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(agency_reads=_OWN_RETURN)

    return_id: Mapped[int] = mapped_column(ForeignKey("section_11_returns.id", ondelete="CASCADE"))
    question_key: Mapped[str] = mapped_column(Text)
    score: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    moderated_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    moderated_at: Mapped[datetime] = mapped_column(server_default=func.now())


def ask_partners(
    session: Session, cycle: Section11Cycle, *, person_id: int | None, letterhead: Letterhead = PLAIN
) -> list[Section11Return]:
    """Give every expected partner that has none yet the cycle's form, and write to it; opens the cycle the first time.

    Refuses a closed cycle, and when every partner has the form already.
    """
    version = freeze_cycle(session, cycle, person_id=person_id)
    has = set(session.scalars(select(Section11Return.agency_id).where(Section11Return.cycle_id == cycle.id)))
    new = [partner for partner in expected_partners(session, cycle) if partner.id not in has]
    if not new:
        raise RuleBroken("Every partner has the form already.")
    asked = [
        Section11Return(
            cycle_id=cycle.id, agency_id=agency.id, due_on=cycle.due_on, sent_at=now(),
            sheet_id=open_sheet(session, version=version, agency_id=agency.id).id,
        )
        for agency in new
    ]  # fmt: skip
    return send_returns(session, list(zip(asked, new, strict=True)), partial(_letter, cycle), letterhead)


def _letter(cycle: Section11Cycle, record: Section11Return, agency: Agency) -> tuple[str, str]:
    due = in_words(record.due_on)
    words = f"{agency.name} is asked to complete the Section 11 audit “{cycle.title}” ({record.reference}) by {due}."
    return f"{record.reference}: Section 11 due {due}", words


def standards_of(session: Session, record: Section11Return) -> list[ScoredStandard]:
    """A return's standards with its own score and, where there is one, the moderated score with its reason."""
    asked = version_of(session, session.get_one(AnswerSheet, record.sheet_id)).questionnaire
    kept = session.scalars(select(Section11Score).where(Section11Score.return_id == record.id))
    moderated = {score.question_key: score for score in kept}
    return [
        replace(standard, moderated=moderated[standard.key].score, reason=moderated[standard.key].reason)
        if standard.key in moderated
        else standard
        for standard in scored(asked, values_of(session, record.sheet_id))
    ]


def moderated_scores(session: Session, record: Section11Return) -> list[Section11Score]:
    """The moderated scores of a return, in the order in which they were first given."""
    return list(session.scalars(_scores_of(record.id).order_by(Section11Score.id)))


def moderate_return(
    session: Session, record: Section11Return, scores: Mapping[str, tuple[int | None, str]], *, person_id: int
) -> None:
    """Keep the moderated score of each standard with its reason, and close the return once every standard has one.

    `scores` gives (score 0 to 3, reason) by question key; None leaves a standard open. A standard that the partner
    gave no score of its own, as not applicable, needs none. Refuses a return that was not handed in, a score without a
    reason, and one out of range.
    """
    if record.status not in (ReturnStatus.SUBMITTED, ReturnStatus.CLOSED):
        raise RuleBroken("A return is moderated once it was handed in.")
    known = {score.question_key: score for score in session.scalars(_scores_of(record.id))}
    for standard in standards_of(session, record):
        score, reason = scores.get(standard.key, (None, ""))
        if score is None:
            continue
        if not 0 <= score <= HIGHEST:
            raise RuleBroken("Score from 0 to 3.")
        if not reason.strip():
            raise RuleBroken(f"Give the reason for the score of “{standard.text}”.")
        kept = known.get(standard.key) or Section11Score(return_id=record.id, question_key=standard.key)
        if (kept.score, kept.reason) != (score, reason.strip()):
            kept.score, kept.reason, kept.moderated_by_id, kept.moderated_at = score, reason.strip(), person_id, now()
        session.add(kept)
    session.flush()
    is_whole = all(standard.moderated is not None or standard.own is None for standard in standards_of(session, record))
    if is_whole and record.status is ReturnStatus.SUBMITTED:
        record.status, record.closed_at = ReturnStatus.CLOSED, now()
        session.flush()


def _scores_of(return_id: int) -> Select[Section11Score]:
    return select(Section11Score).where(Section11Score.return_id == return_id)


@asked_for_all
def returns_of(session: Session, cycle_ids: Keys) -> dict[int, list[tuple[Section11Return, Agency]]]:
    """The returns of each cycle by the partner's name."""
    rows = session.execute(
        select(Section11Return, Agency)
        .join(Agency, Agency.id == Section11Return.agency_id)
        .where(Section11Return.cycle_id.in_(cycle_ids))
        .order_by(Agency.name)
    )
    return by_key(cycle_ids, ((record.cycle_id, (record, agency)) for record, agency in rows))


def missing_partners(session: Session, cycle: Section11Cycle) -> list[MissingPartner]:
    """The statement of missing partners: every partner that is expected and has not handed in, with the reason why."""
    held = {agency.id: record for record, agency in returns_of(session, cycle.id)}
    missing = []
    for agency in expected_partners(session, cycle):
        record = held.get(agency.id)
        if record is None:
            missing.append(MissingPartner(agency, "Not asked yet"))
        elif record.status.is_open:
            missing.append(MissingPartner(agency, "Late" if record.is_late else record.status.label))
    return missing


def partner_states(session: Session, cycle: Section11Cycle) -> Counter[str]:
    """How many of the expected partners' returns stand where, by the words of the pictures."""
    held = {agency.id: record for record, agency in returns_of(session, cycle.id)}
    return Counter(_state(held.get(agency.id)) for agency in expected_partners(session, cycle))


def _state(record: Section11Return | None) -> str:
    if record is None:
        return NOT_ASKED
    if record.status.is_open:
        return LATE if record.is_late else ASKED
    return MODERATED if record.status is ReturnStatus.CLOSED else RETURNED


@asked_once
def cycle_summary(session: Session, cycle_id: int) -> list[StandardSummary]:
    """Each standard over the returns that were handed in."""
    handed_in = [record for record, _ in returns_of(session, cycle_id) if not record.status.is_open]
    return summarise(standards_of(session, record) for record in handed_in)


def last_section_11_answers(session: Session, record: Section11Return) -> dict[str, tuple[SheetAnswer, date]]:
    """What the partner answered in earlier cycles, by question key, with the day it was handed in."""
    rows = session.execute(
        select(Section11Return, AnswerSheet)
        .join(AnswerSheet, AnswerSheet.id == Section11Return.sheet_id)
        .where(Section11Return.agency_id == record.agency_id, Section11Return.id < record.id)
        .where(Section11Return.submitted_at.is_not(None))
        .order_by(Section11Return.id.desc())
    ).all()
    return answers_before(session, record, [(earlier, sheet, True) for earlier, sheet in rows])


@late_source
def late_section_11_returns(on: date) -> Select[Any]:
    """Section 11 returns that were to be handed in before a day; they belong to no review."""
    return late_rows(Section11Return, "Section 11 return").where(*is_late(Section11Return, on))
