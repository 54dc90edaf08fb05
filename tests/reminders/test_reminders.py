"""Is everybody reminded once of what is open and theirs, and nobody of what has changed or is done?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jobs.core.queue import Done, Equipment, Later, Run
from jobs.core.service import system_sessions
from jobs.messages.messages import MOST_TRIES, send_message
from jobs.reminders.reminders import write_digests, write_reminders
from models.case_lists.case_frames import CaseFrame
from models.core.access import Role
from models.core.clock import now, today
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.documents.job_attempts import Attempt
from models.documents.job_requests import JobRequest
from models.messages.messages import Draft, Message, MessageStatus, send_again, write_message
from models.partnership.partnership_settings import FixedSettings
from models.plans.action_plans import PlanStatus
from models.plans.actions import Action
from models.reminders.reminder_kinds import Recipient, ReminderKind
from models.reminders.reminders import ReminderRule, digests, due, still_wanted
from models.reminders.usual_reminders import add_usual_rules
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase
from tests import make
from tests.postboxes import Postbox, mail_server

GENERAL = {"partnership": "Demo Partnership", "portal": "http://portal.example.org"}
DUE = date(2026, 12, 1)


def rule(session: Session, kind: ReminderKind, days: int, recipient: Recipient, **values: Any) -> ReminderRule:
    texts = {"subject": "{reference} is due {when}", "body": "Dear {recipient}: {title}, due on {due_on}."}
    if kind is ReminderKind.WEEKLY_DIGEST:
        texts = {"subject": "{count} open", "body": "{items}"}
    rule = ReminderRule(
        **{"name": f"{kind} {days} {recipient}", "kind": kind, "offset_days": days, "recipient": recipient, **texts}
        | values
    )
    rule.check(session)
    session.add(rule)
    session.flush()
    return rule


@pytest.fixture
def cast(session: PortalSession) -> SimpleNamespace:
    """An agreed plan with one action of an owner, in a review with a sponsor and a hub with an officer."""
    police = make.agency(session, contact_email="contact@police.example.org")
    people = {role: make.person(session, role) for role in (Role.OFFICER, Role.SPONSOR)}
    owner = make.person(session, Role.AGENCY_MEMBER, agency=police, name="Olu Owner")
    other = make.person(session, Role.AGENCY_MEMBER, agency=police, name="Nia Next")
    review = make.review(session, sponsor_id=people[Role.SPONSOR].id)
    make.hub(session).officer_id = people[Role.OFFICER].id
    plan = make.plan(session, review, status=PlanStatus.AGREED)
    action = make.action(session, plan, police, owner_id=owner.id, due_on=DUE)
    return SimpleNamespace(
        police=police, owner=owner, other=other, review=review, plan=plan, action=action, officer=people[Role.OFFICER]
    )


def told(drafts: list[Draft]) -> list[tuple[str, str]]:
    return [(draft.address, draft.subject) for draft in drafts]


def remind(session: Session, day: date) -> list[int]:
    return [number for draft in due(session, day, GENERAL) if (number := write_message(session, draft))]


def test_the_owner_of_an_action_is_reminded_a_week_before(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    assert due(session, DUE - timedelta(days=8), GENERAL) == []
    [draft] = due(session, DUE - timedelta(days=7), GENERAL)
    assert (draft.address, draft.subject) == ("olu.owner@example.org", f"{cast.action.reference} is due in 7 days")
    assert draft.body == "Dear Olu Owner: Audit ten files., due on 1 December 2026."
    assert (draft.due_on, draft.falls_on) == (DUE, DUE - timedelta(days=7))


@pytest.mark.parametrize(
    ("recipient", "address"),
    [
        (Recipient.ACTION_OWNER, "olu.owner@example.org"),
        (Recipient.LEAD_AGENCY_CONTACT, "contact@police.example.org"),
        (Recipient.OFFICER, "quality.learning.and.improvement.officer@example.org"),
        (Recipient.SPONSOR, "lead.sponsor@example.org"),
    ],
)
def test_a_rule_speaks_to_whom_it_names(
    session: PortalSession, cast: SimpleNamespace, recipient: Recipient, address: str
) -> None:
    rule(session, ReminderKind.ACTION_OVERDUE, 1, recipient)
    assert [draft.address for draft in due(session, DUE + timedelta(days=1), GENERAL)] == [address]


def test_a_reminder_is_written_once_however_often_the_job_runs(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    written = [len(remind(session, DUE - timedelta(days=day))) for day in (7, 7, 6, 5)]
    assert written == [1, 0, 0, 0]
    assert [request.name for request in session.scalars(select(JobRequest))] == ["send_message"]


def test_an_overdue_action_is_spoken_of_again_every_week(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.ACTION_OVERDUE, 1, Recipient.ACTION_OWNER, repeat_days=7)
    written = [day for day in range(30) if remind(session, DUE + timedelta(days=day))]
    assert written == [1, 8, 15, 22, 29]


def test_a_reminder_missed_while_nothing_ran_goes_out_late_but_not_stale(
    session: PortalSession, cast: SimpleNamespace
) -> None:
    rule(session, ReminderKind.ACTION_OVERDUE, 1, Recipient.ACTION_OWNER)
    assert due(session, DUE + timedelta(days=9), GENERAL) == []
    assert len(due(session, DUE + timedelta(days=8), GENERAL)) == 1


def test_a_warning_is_not_given_after_the_date_it_warns_of(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.ACTION_DUE, -3, Recipient.ACTION_OWNER)
    assert len(due(session, DUE, GENERAL)) == 1
    assert due(session, DUE + timedelta(days=1), GENERAL) == []


@pytest.mark.parametrize(
    "change",
    [
        {"completed_on": DUE, "completion_evidence": "Ten audits filed."},
        {"owner_id": None},
    ],
)
def test_nobody_is_reminded_of_an_action_that_is_done_or_has_no_owner(
    session: PortalSession, cast: SimpleNamespace, change: dict[str, Any]
) -> None:
    rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    for name, value in change.items():
        setattr(cast.action, name, value)
    assert due(session, DUE - timedelta(days=7), GENERAL) == []


def test_a_draft_plan_a_rule_switched_off_and_people_who_left_are_silent(
    session: PortalSession, cast: SimpleNamespace
) -> None:
    spoken = rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    for record, name, silent, loud in (
        (cast.plan, "status", PlanStatus.DRAFT, PlanStatus.AGREED),
        (spoken, "is_active", False, True),
        (cast.owner, "is_active", False, True),
    ):
        setattr(record, name, silent)
        assert due(session, DUE - timedelta(days=7), GENERAL) == []
        setattr(record, name, loud)
    assert len(due(session, DUE - timedelta(days=7), GENERAL)) == 1


def test_a_new_owner_is_reminded_too_and_a_new_date_reminds_anew(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    day = DUE - timedelta(days=6)
    remind(session, day)
    cast.action.owner_id = cast.other.id
    assert told(due(session, day, GENERAL))[0][0] == "nia.next@example.org"
    assert len(remind(session, day)) == 1
    cast.action.due_on = DUE + timedelta(days=30)
    assert remind(session, day) == []
    assert len(remind(session, DUE + timedelta(days=23))) == 1


def test_officers_hear_of_a_review_that_has_not_reached_its_stage(
    session: PortalSession, cast: SimpleNamespace
) -> None:
    rule(session, ReminderKind.REVIEW_STAGE_DUE, 1, Recipient.OFFICER)
    stage = ReviewStage(review_id=cast.review.id, stage=Stage.EVIDENCE, planned_on=DUE)
    session.add(stage)
    [draft] = due(session, DUE + timedelta(days=1), GENERAL)
    assert (draft.recipient_id, draft.subject_kind) == (cast.officer.id, "review stage")
    assert "Evidence" in draft.body
    stage.reached_on = DUE
    assert due(session, DUE + timedelta(days=1), GENERAL) == []


def drawn_sample(session: Session, cast: SimpleNamespace) -> SampleCase:
    frame = CaseFrame(review_id=cast.review.id, title="Children in need", frozen_at=now())
    session.add(frame)
    session.flush()
    values = {"review_id": cast.review.id, "frame_id": frame.id, "title": "Neglect", "year": 2026, "plan": {}}
    sample = AuditSample(
        **values, status=SampleStatus.DRAWN, seed="1", requested_by_id=cast.officer.id, audits_due_on=DUE
    )
    session.add(sample)
    session.flush()
    case = SampleCase(
        sample_id=sample.id, stratum="4", position=1, reference="C-1", ticket="0.1", is_reserve=False,
        status=CaseStatus.SELECTED,
    )  # fmt: skip
    session.add(case)
    session.flush()
    return case


@pytest.mark.parametrize("recipient", [Recipient.OFFICER, Recipient.AUDIT_LEAD, Recipient.SPONSOR])
def test_case_audits_are_asked_for_until_the_last_one_is_done(
    session: PortalSession, cast: SimpleNamespace, recipient: Recipient
) -> None:
    rule(session, ReminderKind.SAMPLE_AUDITS_DUE, -7, recipient)
    case = drawn_sample(session, cast)
    assert len(due(session, DUE - timedelta(days=5), GENERAL)) == 1
    case.audited_on = DUE - timedelta(days=6)
    assert due(session, DUE - timedelta(days=5), GENERAL) == []


def test_the_weekly_digest_tells_each_person_all_that_is_open_and_theirs(
    session: PortalSession, cast: SimpleNamespace
) -> None:
    rule(session, ReminderKind.WEEKLY_DIGEST, 0, Recipient.EVERYONE)
    make.action(session, cast.plan, cast.police, owner_id=cast.owner.id, due_on=date(2026, 11, 2), text="Train staff.")
    drawn_sample(session, cast)
    monday = date(2026, 11, 23)
    drafts = {draft.recipient_name: draft for draft in digests(session, monday + timedelta(days=2), GENERAL)}
    assert set(drafts) == {"Olu Owner", cast.officer.name}
    assert drafts["Olu Owner"].subject == "2 open"
    assert drafts["Olu Owner"].body.splitlines() == [
        f"- {cast.plan.reference}/02: Train staff. (action, overdue since 2 November 2026)",
        f"- {cast.plan.reference}/01: Audit ten files. (action, due 1 December 2026)",
    ]
    assert drafts[cast.officer.name].subject == "1 open", "the sample is the officer's twice over, and named once"
    assert {draft.due_on for draft in drafts.values()} == {monday}


def test_a_digest_is_written_once_a_week(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.WEEKLY_DIGEST, 0, Recipient.EVERYONE)
    days = [date(2026, 11, 23) + timedelta(days=count) for count in range(8)]
    written = [
        sum(write_message(session, draft) is not None for draft in digests(session, day, GENERAL)) for day in days
    ]
    assert written == [1, 0, 0, 0, 0, 0, 0, 1]


def test_texts_with_unknown_names_are_refused_when_saved(session: PortalSession) -> None:
    with pytest.raises(RuleBroken, match=r"asks for \{due\}, which is not known here"):
        rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER, body="Due {due}")
    with pytest.raises(RuleBroken, match=r"asks for \{reference\}"):
        rule(session, ReminderKind.WEEKLY_DIGEST, 0, Recipient.EVERYONE, body="{reference}")
    for body in ("a { b", "{}", "{0}", "{recipient.password}", "{recipient!r}", "{{recipient}}"):
        with pytest.raises(RuleBroken, match="brace"):
            rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER, body=body)


def test_a_rule_cannot_speak_to_somebody_its_subject_does_not_have(session: PortalSession) -> None:
    with pytest.raises(RuleBroken, match="Review stage due goes to: officer of the hub or lead sponsor"):
        rule(session, ReminderKind.REVIEW_STAGE_DUE, 1, Recipient.ACTION_OWNER)


@pytest.mark.parametrize(
    ("kind", "values", "name"),
    [
        (ReminderKind.ACTION_DUE, {"offset_days": 1}, "due_reminder_comes_before"),
        (ReminderKind.ACTION_OVERDUE, {"offset_days": 0}, "overdue_reminder_comes_after"),
        (ReminderKind.ACTION_OVERDUE, {"repeat_days": 0}, "repeats_after_a_day"),
        (ReminderKind.ACTION_OVERDUE, {"subject": ""}, "reminder_has_subject"),
    ],
)
def test_days_that_make_no_sense_are_refused_by_the_database(
    session: PortalSession, kind: ReminderKind, values: dict[str, Any], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name), session.begin_nested():
        rule(session, kind, 1, Recipient.ACTION_OWNER, **values)


def test_the_usual_rules_hold_and_are_added_once(session: PortalSession) -> None:
    add_usual_rules(session)
    add_usual_rules(session)
    rules = list(session.scalars(select(ReminderRule)))
    assert {rule.kind for rule in rules} == set(ReminderKind)
    for rule in rules:
        rule.check(session)


def carry(session: PortalSession, number: int, postbox: Postbox | None = None) -> Done | Later:
    """Run the message job as the wrapper would, in this test's own transaction."""
    attempt = Attempt(1, "send_message", {"message_id": number}, None, None, (), 1)
    sessions = system_sessions(session.get_bind())  # type: ignore[arg-type]
    if postbox is None:
        return send_message(Run(session, attempt, Equipment(sessions)))
    with mail_server(postbox) as server:
        return send_message(Run(session, attempt, Equipment(sessions, FixedSettings(mail_server=server))))


@pytest.fixture
def waiting(session: PortalSession, cast: SimpleNamespace) -> Iterator[Message]:
    """A reminder that was written and is to be sent."""
    rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    [number] = remind(session, DUE - timedelta(days=7))
    return session.get_one(Message, number)  # type: ignore[return-value]


def test_a_reminder_is_sent_and_stamped(session: PortalSession, waiting: Message) -> None:
    postbox = Postbox()
    assert carry(session, waiting.id, postbox) == Done("The message was sent.")
    session.flush()
    session.refresh(waiting)
    assert (waiting.status, waiting.attempt_count) == (MessageStatus.SENT, 1)
    assert waiting.sent_at is not None
    assert postbox.letters[0]["Message-ID"] == f"<{waiting.token}@example.org>"
    assert carry(session, waiting.id, postbox) == Done("This message has been dealt with.")
    assert len(postbox.letters) == 1


def test_without_a_mail_server_messages_are_kept_to_be_read(session: PortalSession, waiting: Message) -> None:
    carry(session, waiting.id)
    assert (waiting.status, waiting.status.label) == (MessageStatus.KEPT, "Kept, no mail server set")
    assert waiting.body.startswith("Dear Olu Owner")
    assert session.scalars(select(Message.id).where(Message.status == MessageStatus.KEPT)).all() == [waiting.id]


@pytest.mark.parametrize(
    "change",
    [
        {"owner_id": None},
        {"due_on": DUE + timedelta(days=5)},
        {"completed_on": DUE - timedelta(days=8), "completion_evidence": "Done."},
    ],
    ids=["another owner", "another date", "completed"],
)
def test_a_reminder_that_has_become_untrue_is_withdrawn(
    session: PortalSession, cast: SimpleNamespace, waiting: Message, change: dict[str, Any]
) -> None:
    for name, value in change.items():
        setattr(session.get_one(Action, cast.action.id), name, value)
    postbox = Postbox()
    carry(session, waiting.id, postbox)
    assert (waiting.status, postbox.letters) == (MessageStatus.WITHDRAWN, [])


def test_a_reminder_by_a_rule_switched_off_or_deleted_is_withdrawn(session: PortalSession, waiting: Message) -> None:
    rule = session.get_one(ReminderRule, waiting.rule_id)
    rule.is_active = False
    session.flush()
    assert not still_wanted(session, waiting)
    rule.is_active = True
    session.flush()
    assert still_wanted(session, waiting)
    session.delete(rule)
    session.flush()
    session.refresh(waiting)
    assert not still_wanted(session, waiting)


def test_a_digest_for_somebody_who_left_is_withdrawn(session: PortalSession, cast: SimpleNamespace) -> None:
    rule(session, ReminderKind.WEEKLY_DIGEST, 0, Recipient.EVERYONE)
    [draft] = digests(session, DUE, GENERAL)
    number = write_message(session, draft)
    assert number is not None
    message = session.get_one(Message, number)
    assert still_wanted(session, message)
    cast.owner.is_active = False
    assert not still_wanted(session, message)


def test_a_message_that_was_refused_for_good_says_so_and_can_be_sent_again(
    session: PortalSession, waiting: Message
) -> None:
    postbox = Postbox()
    postbox.recipient_answer = "550 no such mailbox"
    outcome = carry(session, waiting.id, postbox)
    assert outcome == Done("The message was not sent. The mail server does not accept this address.")
    assert (waiting.status, waiting.sentence) == (MessageStatus.FAILED, "The mail server does not accept this address.")
    send_again(session, [waiting])
    carry(session, waiting.id, Postbox())
    assert waiting.status is MessageStatus.SENT
    with pytest.raises(RuleBroken, match="Only a message that was kept"):
        send_again(session, [waiting])


def test_trouble_with_the_mail_server_is_tried_again_with_growing_pauses(
    session: PortalSession, waiting: Message
) -> None:
    postbox = Postbox()
    postbox.answer = "451 try later"
    waits = []
    for _ in range(MOST_TRIES - 1):
        outcome = carry(session, waiting.id, postbox)
        assert isinstance(outcome, Later)
        waits.append(int(outcome.wait.total_seconds() // 60))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert (waiting.status, waiting.sentence) == (MessageStatus.WAITING, "The mail server refused the message.")
    assert isinstance(carry(session, waiting.id, postbox), Done)
    assert (waiting.status, waiting.attempt_count) == (MessageStatus.FAILED, MOST_TRIES)


def test_a_line_broken_after_the_letter_leads_to_the_same_letter_again(
    session: PortalSession, waiting: Message
) -> None:
    postbox = Postbox()
    postbox.is_breaking_off = True
    assert isinstance(carry(session, waiting.id, postbox), Later)
    assert carry(session, waiting.id, postbox) == Done("The message was sent.")
    assert {letter["Message-ID"] for letter in postbox.letters} == {f"<{waiting.token}@example.org>"}


def test_people_of_an_agency_read_the_messages_to_themselves_only(
    session: PortalSession, cast: SimpleNamespace, waiting: Message
) -> None:
    number = waiting.id
    act_as(session, cast.owner.actor())
    session.expunge_all()
    assert session.get(Message, number) is not None
    act_as(session, cast.other.actor())
    session.expunge_all()
    assert session.get(Message, number) is None


@pytest.mark.parametrize("function", [write_reminders, write_digests])
def test_the_daily_and_weekly_jobs_write_once_when_run_twice(
    session: PortalSession, cast: SimpleNamespace, function: Any
) -> None:
    rule(session, ReminderKind.ACTION_DUE, -7, Recipient.ACTION_OWNER)
    rule(session, ReminderKind.WEEKLY_DIGEST, 0, Recipient.EVERYONE)
    cast.action.due_on = today() + timedelta(days=5)
    session.flush()
    sessions = system_sessions(session.get_bind())  # type: ignore[arg-type]
    run = Run(session, Attempt(1, "x", {}, None, None, (), 1), Equipment(sessions))
    assert function(run).sentence.startswith("1 ")
    assert function(run).sentence.startswith("0 ")
    assert len(list(session.scalars(select(Message)))) == 1
