"""What do all returns of agencies have in common: asked for, due on a day, handed in, given back, closed?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import ClassVar, TypeVar

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Text, func
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.addresses import address_of
from models.core.choices import Choice
from models.core.clock import london_day, now, today
from models.core.errors import RuleBroken
from models.core.references import Referenced
from models.core.words import choice_column, must, one_of
from models.messages.agency_messages import Letterhead, tell_agency
from models.partnership.agencies import Agency
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, close_sheet, reopen_sheet
from models.tools.last_answers import earlier_answers

OWN = f"agency_id = ANY {OWN_AGENCIES}"
"""Which returns are an agency's own, for row policies."""


class ReturnStatus(Choice):
    """Where a return stands: asked for, handed in, given back to be changed, or closed."""

    ASKED = "asked", "To be filled in"
    SUBMITTED = "submitted", "Handed in"
    RETURNED = "returned", "Returned for change"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether the agency still has something to do.

        >>> [one.value for one in ReturnStatus if one.is_open]
        ['asked', 'returned']
        """
        return self in OPEN


OPEN = (ReturnStatus.ASKED, ReturnStatus.RETURNED)
"""Where the agency still has something to do."""


class AgencyReturn(Referenced):
    """One agency's answers to what it was asked, by a day. The agency sees its own and writes while it is open."""

    __abstract__ = True
    noun: ClassVar[str]
    """What such a return is called in a sentence."""
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        agency_reads=OWN,
        agency_writes=f"{OWN} AND status IN ('asked', 'returned')",
        agency_leaves=f"{OWN} AND status IN ('asked', 'returned', 'submitted')",
        agency_updates=("status", "submitted_at", "submitted_by_id", "row_version"),
    )

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id"), unique=True)
    status: Mapped[ReturnStatus] = mapped_column(
        choice_column(ReturnStatus), server_default=ReturnStatus.ASKED, index=True
    )
    sent_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_on: Mapped[date]
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    return_reason: Mapped[str] = mapped_column(Text, server_default="")
    closed_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def agency(cls) -> Mapped[Agency]:
        return relationship(lazy="raise_on_sql")

    @declared_attr
    @classmethod
    def sheet(cls) -> Mapped[AnswerSheet]:
        return relationship(lazy="raise_on_sql")

    @property
    def reference_year(self) -> int:
        return today().year

    @property
    def is_late(self) -> bool:
        """Whether the agency still has something to do after the day it was due."""
        return ReturnStatus(self.status).is_open and self.due_on < today()


def return_rules(name: str, noun: str) -> tuple[CheckConstraint, ...]:
    """The constraints of a table of returns: known states, and the moments that go with them."""
    return (
        one_of("status", ReturnStatus, f"known_{name}_status"),
        must(
            "(status IN ('submitted', 'closed')) <= (submitted_at IS NOT NULL)",
            name=f"{name}_handed_in_at", sentence=f"A {noun} is handed in at a moment.",
        ),
        must(
            "(status = 'closed') = (closed_at IS NOT NULL)",
            name=f"{name}_closed_at", sentence=f"A closed {noun} needs the moment it was closed.",
        ),
    )  # fmt: skip


Return = TypeVar("Return", bound=AgencyReturn)
Words = tuple[str, str]
"""The subject of a letter and its text."""


def send_returns(
    session: Session,
    asked: Sequence[tuple[Return, Agency]],
    words: Callable[[Return, Agency], Words],
    letterhead: Letterhead,
) -> list[Return]:
    """Give each agency what it is asked for, and write to it where to find it. Returns what was given out."""
    session.add_all(record for record, _ in asked)
    session.flush()
    for record, agency in asked:
        subject, text = words(record, agency)
        tell_agency(session, agency, subject=subject, body=letterhead.under(text, address_of(record)))
    return [record for record, _ in asked]


def submit_return(session: Session, record: AgencyReturn, *, person_id: int) -> None:
    """Hand a return in; its answers change no more. Refuses while a required answer is missing."""
    if not record.status.is_open:
        raise RuleBroken(f"{record.reference} is {record.status.label.lower()} already.")
    close_sheet(session, session.get_one(AnswerSheet, record.sheet_id))
    record.status, record.submitted_at, record.submitted_by_id = ReturnStatus.SUBMITTED, now(), person_id
    session.flush()


def give_back(session: Session, record: AgencyReturn, *, reason: str, due_on: date) -> None:
    """Give a return back with the reason and a new day; the agency may change its answers again."""
    if record.status is not ReturnStatus.SUBMITTED:
        raise RuleBroken(f"Only a {record.noun} that was handed in can be returned.")
    if not reason.strip():
        raise RuleBroken("Say what should be changed.")
    if due_on < today():
        raise RuleBroken("Give a day that is still to come.")
    reopen_sheet(session, session.get_one(AnswerSheet, record.sheet_id))
    record.status, record.return_reason, record.due_on = ReturnStatus.RETURNED, reason.strip(), due_on
    session.flush()


def answers_before(
    session: Session, record: AgencyReturn, earlier: Iterable[tuple[AgencyReturn, AnswerSheet, bool]]
) -> dict[str, tuple[SheetAnswer, date]]:
    """What the agency answered in earlier returns, latest first, by question key; with the day it was handed in.

    The flag says whether that sheet is of the same family of tools as the record's.
    """
    known = list(earlier)
    days = {sheet.id: london_day(before.submitted_at or before.sent_at) for before, sheet, _ in known}
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    answers = earlier_answers(session, sheet, [(other, is_family) for _, other, is_family in known])
    return {key: (answer, days[answer.sheet_id]) for key, answer in answers.items()}


def is_late(kind: type[AgencyReturn], on: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions for returns of a kind that were to be handed in before a day and are not."""
    return kind.status.in_(OPEN), kind.due_on < on
