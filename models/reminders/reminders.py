"""Who is to be reminded of what, when and in which words?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.messages.messages import Draft, Message
from models.partnership.people import Person
from models.reminders.reminder_kinds import RECIPIENTS, Recipient, ReminderKind
from models.reminders.reminder_subjects import Subject, open_by_person, open_subjects
from models.rules.messages.message_texts import check_template, fill
from models.rules.reminders.reminder_days import falls_on

GENERAL_NAMES = ("recipient", "partnership", "portal")
SUBJECT_NAMES = ("reference", "title", "review", "agency", "due_on", "when", *GENERAL_NAMES)
DIGEST_NAMES = ("count", "items", *GENERAL_NAMES)


class ReminderRule(Record):
    """A reminder the partnership has set up: what, how many days before or after, to whom, in which words."""

    __tablename__ = "reminder_rules"
    __table_args__ = (
        one_of("kind", ReminderKind, "known_reminder_kind"),
        one_of("recipient", Recipient, "known_recipient"),
        must("repeat_days >= 1", name="repeats_after_a_day", sentence="Repeat after one day or more, or not at all."),
        must(
            "offset_days BETWEEN -365 AND 365", name="offset_within_a_year", sentence="Stay within a year of the date."
        ),
        must(
            "kind <> 'action_due' OR offset_days <= 0",
            name="due_reminder_comes_before",
            field="offset_days",
            sentence="A reminder of an action that is due comes on the day or before; use 0 or less.",
        ),
        must(
            "kind <> 'action_overdue' OR offset_days >= 1",
            name="overdue_reminder_comes_after",
            field="offset_days",
            sentence="A reminder of an overdue action comes after the day; use 1 or more.",
        ),
        must("subject <> ''", name="reminder_has_subject", sentence="Write the subject line."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=("select", "insert", "update"),
        reason="The partnership's own rules; agencies read their messages.",
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already a rule of that name."})
    kind: Mapped[ReminderKind] = mapped_column(choice_column(ReminderKind))
    offset_days: Mapped[int] = mapped_column(server_default="0")
    repeat_days: Mapped[int | None]
    recipient: Mapped[Recipient] = mapped_column(choice_column(Recipient))
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(server_default="true")

    def __str__(self) -> str:
        return self.name

    def check(self, session: Session) -> None:
        fitting = RECIPIENTS[ReminderKind(self.kind)]
        if self.recipient not in fitting:
            offered = " or ".join(recipient.label.lower() for recipient in fitting)
            raise RuleBroken(f"{ReminderKind(self.kind).label} goes to: {offered}.", field="recipient")
        names = DIGEST_NAMES if self.kind is ReminderKind.WEEKLY_DIGEST else SUBJECT_NAMES
        for field in ("subject", "body"):
            check_template(getattr(self, field) or "", names, field=field)


def due(session: Session, today: date, general: Mapping[str, str]) -> list[Draft]:
    """The reminders that are to go out by a day, from the active rules and what is open now. Writes nothing.

    `general` fills the names `partnership` and `portal`. Writing these drafts twice writes them once: each is
    known by rule, subject, due date, day and recipient. A new owner or due date makes a new reminder.
    """
    return [
        draft for rule in _active_rules(session, is_digest=False) for draft in drafts_of(session, rule, today, general)
    ]


def digests(session: Session, today: date, general: Mapping[str, str]) -> list[Draft]:
    """One message per digest rule, week and person, with everything open of theirs; none when nothing is open."""
    return [
        draft for rule in _active_rules(session, is_digest=True) for draft in drafts_of(session, rule, today, general)
    ]


def drafts_of(session: Session, rule: ReminderRule, today: date, general: Mapping[str, str]) -> list[Draft]:
    """The reminders of one rule by a day, whether it is switched on or not."""
    if rule.kind is ReminderKind.WEEKLY_DIGEST:
        monday = today - timedelta(days=today.weekday())
        return [_digest(rule, own, monday, today, general) for own in open_by_person(session).values()]
    return [
        _reminder(rule, subject, day, today, general)
        for subject in open_subjects(session, rule.kind, rule.recipient)
        if (day := falls_on(subject.due_on, rule.offset_days, rule.repeat_days, today))
    ]


def still_wanted(session: Session, message: Message) -> bool:
    """Whether a reminder is still true: rule active, subject open, due date and recipient unchanged."""
    if message.rule_id is None:
        return not message.subject_kind
    rule = session.get(ReminderRule, message.rule_id)
    if rule is None or not rule.is_active:
        return False
    if rule.kind is ReminderKind.WEEKLY_DIGEST:
        person = session.get(Person, message.recipient_id)
        return person is not None and person.is_active and person.email == message.address
    now_open = open_subjects(session, rule.kind, rule.recipient, message.subject_id)
    return any((reminder.due_on, reminder.address) == (message.due_on, message.address) for reminder in now_open)


def in_words(day: date, today: date) -> str:
    """How far away a day is, in words.

    >>> in_words(date(2026, 12, 1), date(2026, 11, 24)), in_words(date(2026, 12, 1), date(2026, 12, 2))
    ('in 7 days', 'yesterday')
    """
    days = (day - today).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}
    return near.get(days) or (f"in {days} days" if days > 0 else f"{-days} days ago")


def _active_rules(session: Session, *, is_digest: bool) -> Iterator[ReminderRule]:
    rules = session.scalars(select(ReminderRule).where(ReminderRule.is_active).order_by(ReminderRule.id))
    return (rule for rule in rules if (rule.kind is ReminderKind.WEEKLY_DIGEST) is is_digest)


def _reminder(rule: ReminderRule, subject: Subject, day: date, today: date, general: Mapping[str, str]) -> Draft:
    values = {
        **general,
        "recipient": subject.recipient_name,
        "reference": subject.reference,
        "title": subject.title,
        "review": subject.review,
        "agency": subject.agency,
        "due_on": _date(subject.due_on),
        "when": in_words(subject.due_on, today),
    }
    return Draft(
        recipient_id=subject.recipient_id,
        recipient_name=subject.recipient_name,
        address=subject.address,
        subject=" ".join(fill(rule.subject, values).split()),
        body=fill(rule.body, values),
        rule_id=rule.id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        due_on=subject.due_on,
        falls_on=day,
    )


def _digest(rule: ReminderRule, own: list[Subject], monday: date, today: date, general: Mapping[str, str]) -> Draft:
    first = own[0]
    values = {
        **general,
        "recipient": first.recipient_name,
        "count": str(len(own)),
        "items": "\n".join(_line(subject, today) for subject in own),
    }
    return Draft(
        recipient_id=first.recipient_id,
        recipient_name=first.recipient_name,
        address=first.address,
        subject=" ".join(fill(rule.subject, values).split()),
        body=fill(rule.body, values),
        rule_id=rule.id,
        subject_kind="person",
        subject_id=first.recipient_id,
        due_on=monday,
        falls_on=monday,
    )


def _line(subject: Subject, today: date) -> str:
    state = "overdue since" if subject.due_on < today else "due"
    return f"- {subject.reference}: {subject.title} ({subject.kind}, {state} {_date(subject.due_on)})"


def _date(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
