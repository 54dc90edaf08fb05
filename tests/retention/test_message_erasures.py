"""Do messages and requests go when their months are over, and only those that nobody needs any more?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from models.accounts.access_links import AccessLink, LinkPurpose
from models.core.access import Role
from models.core.clock import LONDON, today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.job_requests import JobProgress, JobRequest, JobStatus
from models.messages.messages import Message, MessageStatus
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.retention.erasures import ERASABLE
from models.retention.message_erasures import MESSAGES, REQUESTS
from models.retention.retention_rules import RetentionRule, add_usual_retention, due_count, erase_due
from models.returns.escalations import Escalation
from models.rules.core.due_dates import months_after
from tests import make
from tests.retention.test_retention_rules import rule

OLD = months_after(today(), -24)
YOUNG = OLD + timedelta(days=1)


def moment_of(day: date) -> datetime:
    """Its last minute in London."""
    return datetime.combine(day, time(23, 59), LONDON)


def message(session: Session, day: date, status: MessageStatus = MessageStatus.SENT, **values: Any) -> int:
    at = moment_of(day)
    given = {"recipient_name": "Ada", "address": "ada@example.org", "subject": "Hello", "body": "Words", **values}
    sent_at = at if status is MessageStatus.SENT else None
    written = Message(status=status, written_at=at, sent_at=sent_at, **given)
    session.add(written)
    session.flush()
    return written.id


def asked_for(session: Session, day: date, status: JobStatus) -> int:
    finished_at = moment_of(day) if status.is_finished else None
    asked = JobRequest(name="send_message", status=status, requested_at=moment_of(day), finished_at=finished_at)
    session.add(asked)
    session.flush()
    session.add(JobProgress(request_id=asked.id, percent=50, text="half"))
    session.flush()
    return asked.id


def left(session: Session, kind: type[Message] | type[JobRequest]) -> set[int]:
    return set(session.scalars(select(kind.id)))


@pytest.fixture
def rules(session: PortalSession) -> Session:
    """The usual rules, about messages and requests alone."""
    add_usual_retention(session)
    session.execute(
        update(RetentionRule).where(RetentionRule.what.not_in([MESSAGES, REQUESTS])).values(is_active=False)
    )
    return session


def test_messages_that_were_dealt_with_go_on_their_day_and_those_that_wait_stay(rules: Session) -> None:
    kept = {message(rules, YOUNG), message(rules, OLD, MessageStatus.WAITING)}
    for status in (MessageStatus.SENT, MessageStatus.KEPT, MessageStatus.WITHDRAWN, MessageStatus.FAILED):
        message(rules, OLD, status)
    assert [(run.what, run.erased_count) for run in erase_due(rules, today())] == [(MESSAGES, 4)]
    assert left(rules, Message) == kept
    assert list(erase_due(rules, today())) == []


def test_months_are_counted_from_the_day_a_message_was_sent(rules: Session) -> None:
    late = message(rules, OLD)
    rules.execute(update(Message).values(sent_at=moment_of(YOUNG)))
    assert list(erase_due(rules, today())) == []
    assert left(rules, Message) == {late}


def test_requests_go_with_their_progress_and_those_that_failed_or_wait_stay(rules: Session) -> None:
    old, young = months_after(today(), -6), months_after(today(), -6) + timedelta(days=1)
    asked_for(rules, old, JobStatus.DONE)
    asked_for(rules, old, JobStatus.REFUSED)
    kept = {asked_for(rules, old, status) for status in (JobStatus.FAILED, JobStatus.WAITING, JobStatus.RUNNING)}
    kept.add(asked_for(rules, young, JobStatus.DONE))
    assert [(run.what, run.erased_count) for run in erase_due(rules, today())] == [(REQUESTS, 2)]
    assert left(rules, JobRequest) == kept
    assert set(rules.scalars(select(JobProgress.request_id))) == kept


@pytest.mark.parametrize(
    "about",
    [
        {"subject": "SE-2024-08 is late"},
        {"subject": "SE-2024-08: reminder, due 1 March 2024"},
        {"subject": "Please hand it in", "subject_kind": "self-evaluation", "subject_id": 77},
    ],
)
def test_messages_about_what_stands_in_the_non_engagement_log_stay(rules: Session, about: dict[str, Any]) -> None:
    """They show, beside the letter, that the agency was told."""
    others = [{"subject": "SE-2024-09 is late"}, {"subject_kind": "action", "subject_id": 77}, {"subject": "Hello"}]
    step = make.word(rules, ReferenceList.ESCALATION_STEP, "reminder")
    rules.add(escalation(rules, step))
    rules.flush()
    proof = message(rules, OLD, **about)
    for other in others:
        message(rules, OLD, **other)
    assert [run.erased_count for run in erase_due(rules, today())] == [3]
    assert left(rules, Message) == {proof}


def escalation(session: Session, step: ReferenceItem) -> Escalation:
    values = {"what": "Self-evaluation SE-2024-08", "due_on": OLD, "climbed_on": OLD, "said": "Please"}
    return Escalation(
        agency_id=make.agency(session).id, subject="self_evaluations:77", number=1, step_id=step.id,
        step_label="Reminder", reference="NE-2024-01", **values,
    )  # fmt: skip


def test_link_that_a_message_carried_stays_on_record_without_it(rules: Session) -> None:
    invited, at = make.person(rules, Role.OFFICER), moment_of(OLD)
    link = AccessLink(
        person_id=invited.id, purpose=LinkPurpose.INVITATION, address=invited.email, issued_at=at,
        expires_at=at + timedelta(days=7), message_id=message(rules, OLD),
    )  # fmt: skip
    rules.add(link)
    rules.flush()
    assert [run.erased_count for run in erase_due(rules, today())] == [1]
    rules.refresh(link)
    assert (link.message_id, link.issued_at) == (None, at)


def test_a_message_that_is_sent_again_at_the_last_moment_stays(rules: Session) -> None:
    number = message(rules, OLD, MessageStatus.KEPT)
    rules.execute(text("UPDATE messages SET status = 'waiting'"))
    assert ERASABLE[MESSAGES].erase(rules, [number], today()) == 0
    assert left(rules, Message) == {number}


def test_messages_go_in_portions_each_a_transaction_and_all_of_them(
    rules: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ERASABLE, MESSAGES, replace(ERASABLE[MESSAGES], portion=2))
    for _ in range(5):
        message(rules, OLD)
    counted = due_count(
        rules, rules.scalars(select(RetentionRule).where(RetentionRule.what == MESSAGES)).one(), today()
    )
    assert (counted, [run.erased_count for run in erase_due(rules, today())]) == (5, [2, 2, 1])


def test_rules_keep_both_for_as_long_as_the_portal_needs_them(session: Session) -> None:
    with pytest.raises(RuleBroken, match="Messages that were dealt with: needed for 3 months, so that no reminder"):
        rule(session, MESSAGES, 2)
    with pytest.raises(RuleBroken, match="Requests that were done: needed for 1 month, so that no work"):
        rule(session, REQUESTS, 0)
