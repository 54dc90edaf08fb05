"""Which messages has the portal written to whom, and was each sent?"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Identity, Text, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_PERSON, READ, RowPolicy
from models.core.choices import Choice
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of, word_indexes
from models.documents.job_requests import request_job, request_jobs
from models.partnership.people import Person


class MessageStatus(Choice):
    """The outcome of a message."""

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept", "Kept, no mail server set"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"


def _to_whom(message: Any) -> ColumnElement[Any]:
    """How lists call a message: "to Ada Ball: SE-2026-08 is late"."""
    words: ColumnElement[Any] = "to " + message.recipient_name + ": " + message.subject
    return words


class Message(Base):
    """One message to one person, with the words it went out with. Written once, sent at most until it is accepted.

    `token` makes the Message-ID, the same however often sending is tried. A reminder is written once for its rule,
    subject, due date, day and recipient.
    """

    __tablename__ = "messages"
    words_in_lists = staticmethod(_to_whom)
    __table_args__ = (
        *word_indexes("messages"),
        one_of("status", MessageStatus, "known_message_status"),
        must(
            "(status = 'sent') = (sent_at IS NOT NULL)",
            name="sent_message_has_moment",
            sentence="A sent message needs the moment it was sent.",
        ),
        UniqueConstraint(
            "rule_id", "subject_kind", "subject_id", "due_on", "falls_on", "address", name="reminder_written_once"
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        administrator=("select", "insert", "update"),
        officer=("select", "insert", "update"),
        own_reads=f"recipient_id = {OWN_PERSON}",
        sign_in=("select", "insert"),
        agency_reads=f"recipient_id = {OWN_PERSON}",
        reason="People of an agency read what was written to themselves. The row is its own record.",
        is_logged=False,
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("reminder_rules.id", ondelete="SET NULL"))
    subject_kind: Mapped[str] = mapped_column(Text, server_default="")
    subject_id: Mapped[int | None]
    due_on: Mapped[date | None]
    falls_on: Mapped[date | None]
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    recipient_name: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[MessageStatus] = mapped_column(
        choice_column(MessageStatus), server_default=MessageStatus.WAITING, index=True
    )
    sentence: Mapped[str] = mapped_column(Text, server_default="")
    attempt_count: Mapped[int] = mapped_column(server_default="0")
    token: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    written_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    sent_at: Mapped[datetime | None]

    recipient: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.subject


@dataclass(frozen=True)
class Draft:
    """A message that is not written yet. For a reminder: its rule, subject, due date, and the day it falls on."""

    recipient_id: int | None
    recipient_name: str
    address: str
    subject: str
    body: str
    rule_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None
    due_on: date | None = None
    falls_on: date | None = None


def write_message(session: Session, draft: Draft) -> int | None:
    """Keep a message and ask for it to be sent, in the caller's transaction.

    Returns its id, or None when this reminder has been written before (then nothing happens).
    """
    return next(iter(write_messages(session, [draft])), None)


def write_messages(session: Session, drafts: Iterable[Draft]) -> list[int]:
    """Keep many messages at once and ask for each to be sent; the ids of those that were not written before."""
    written = insert(Message).on_conflict_do_nothing(constraint="reminder_written_once").returning(Message.id)
    rows = [vars(draft) for draft in drafts]
    numbers = list(session.scalars(written, rows)) if rows else []
    request_jobs(session, "send_message", {f"message {number}": {"message_id": number} for number in numbers})
    return numbers


def take_message(session: Session, message_id: int) -> Message | None:
    """Lock a message that is still to be sent; None when it has been dealt with or another process has it."""
    waiting = select(Message).where(Message.id == message_id, Message.status == MessageStatus.WAITING)
    return session.scalar(waiting.with_for_update(skip_locked=True))


def settle_message(message: Message, status: MessageStatus, sentence: str = "") -> None:
    """Record the outcome of a message, with one plain sentence when it was not sent."""
    message.status = status
    message.sentence = sentence
    if status is MessageStatus.SENT:
        message.attempt_count += 1
        message.sent_at = func.clock_timestamp()


def note_attempt(message: Message, sentence: str) -> None:
    """Record that sending failed and will be tried again."""
    message.attempt_count += 1
    message.sentence = sentence


def send_again(session: Session, messages: Collection[Message]) -> None:
    """Let messages that were kept or have failed be sent after all. Refuses all of them if any is something else."""
    if any(message.status not in (MessageStatus.KEPT, MessageStatus.FAILED) for message in messages):
        raise RuleBroken("Only a message that was kept or has failed can be sent again.")
    for message in messages:
        message.status = MessageStatus.WAITING
        message.attempt_count = 0
    session.flush()
    for message in messages:
        request_job(session, "send_message", {"message_id": message.id})
