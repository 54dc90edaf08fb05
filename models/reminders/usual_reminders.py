"""Which reminder rules does a new portal start with?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.reminders.reminder_kinds import Recipient, ReminderKind
from models.reminders.reminders import ReminderRule


def add_usual_rules(session: Session) -> None:
    """Give a new portal rules to start from; a rule whose name is there already is left as it is."""
    there = set(session.scalars(select(ReminderRule.name)))
    for name, kind, offset, repeat, recipient, subject, body in _USUAL:
        if name not in there:
            session.add(
                ReminderRule(
                    name=name,
                    kind=kind,
                    offset_days=offset,
                    repeat_days=repeat,
                    recipient=recipient,
                    subject=subject,
                    body=f"Dear {{recipient}},\n\n{body}\n\n{{partnership}}\n{{portal}}",
                )
            )
    session.flush()


_USUAL = (
    (
        "Action due in a week",
        ReminderKind.ACTION_DUE,
        -7,
        None,
        Recipient.ACTION_OWNER,
        "{reference} is due {when}",
        "your action {reference} is due on {due_on} ({when}):\n\n{title}\n\nReview: {review}",
    ),
    (
        "Action due tomorrow",
        ReminderKind.ACTION_DUE,
        -1,
        None,
        Recipient.ACTION_OWNER,
        "{reference} is due {when}",
        "your action {reference} is due on {due_on}:\n\n{title}\n\nPlease post an update or the evidence.",
    ),
    (
        "Action overdue, every week",
        ReminderKind.ACTION_OVERDUE,
        1,
        7,
        Recipient.ACTION_OWNER,
        "{reference} is overdue",
        "your action {reference} was due on {due_on}:\n\n{title}\n\nPlease post an update or ask for a new date.",
    ),
    (
        "Action overdue, to the lead agency",
        ReminderKind.ACTION_OVERDUE,
        14,
        14,
        Recipient.LEAD_AGENCY_CONTACT,
        "{reference} of {agency} is overdue",
        "an action that {agency} leads was due on {due_on}:\n\n{reference} {title}",
    ),
    (
        "Case audits due in a week",
        ReminderKind.SAMPLE_AUDITS_DUE,
        -7,
        None,
        Recipient.OFFICER,
        "Case audits of {reference} are due {when}",
        "the case audits of {reference} ({title}) are due on {due_on}.",
    ),
    (
        "Review past a stage date",
        ReminderKind.REVIEW_STAGE_DUE,
        1,
        7,
        Recipient.OFFICER,
        "{reference} has not reached its stage",
        "{reference} ({review}) was to reach the stage {title} on {due_on}.",
    ),
    (
        "Self-evaluation due in a week",
        ReminderKind.SELF_EVALUATION_DUE,
        -7,
        None,
        Recipient.AGENCY_MEMBERS,
        "{reference} is due {when}",
        "the self-evaluation {reference} of {agency} is due on {due_on} ({when}).\n\nReview: {review}",
    ),
    (
        "Self-evaluation due tomorrow",
        ReminderKind.SELF_EVALUATION_DUE,
        -1,
        None,
        Recipient.AGENCY_MEMBERS,
        "{reference} is due {when}",
        "the self-evaluation {reference} of {agency} is due on {due_on}. Please hand it in.\n\nReview: {review}",
    ),
    (
        "Self-evaluation overdue, every three days",
        ReminderKind.SELF_EVALUATION_DUE,
        1,
        3,
        Recipient.AGENCY_MEMBERS,
        "{reference} is overdue",
        "the self-evaluation {reference} of {agency} was due on {due_on}. Please hand it in or tell the hub what keeps "
        "it.\n\nReview: {review}",
    ),
    (
        "Self-evaluation overdue, to the agency",
        ReminderKind.SELF_EVALUATION_DUE,
        1,
        7,
        Recipient.LEAD_AGENCY_CONTACT,
        "{reference} of {agency} is overdue",
        "the self-evaluation {reference} of {agency} was due on {due_on}.\n\nReview: {review}",
    ),
    (
        "Section 11 due in a month",
        ReminderKind.SECTION_11_DUE,
        -28,
        None,
        Recipient.AGENCY_MEMBERS,
        "{reference} is due {when}",
        "the Section 11 return {reference} of {agency} ({title}) is due on {due_on}.",
    ),
    (
        "Section 11 due in a week",
        ReminderKind.SECTION_11_DUE,
        -7,
        None,
        Recipient.AGENCY_MEMBERS,
        "{reference} is due {when}",
        "the Section 11 return {reference} of {agency} ({title}) is due on {due_on}.",
    ),
    (
        "Section 11 overdue, every week",
        ReminderKind.SECTION_11_DUE,
        1,
        7,
        Recipient.AGENCY_MEMBERS,
        "{reference} is overdue",
        "the Section 11 return {reference} of {agency} ({title}) was due on {due_on}. Please hand it in.",
    ),
    (
        "Sharing agreement runs out",
        ReminderKind.AGREEMENT_ENDS,
        -60,
        30,
        Recipient.LEAD_AGENCY_CONTACT,
        "The Information Sharing Agreement of {agency} runs out {when}",
        "the agreement that {agency} signed ({title}, {reference}) holds until {due_on}. No cases are sent after that.",
    ),
    (
        "Weekly digest",
        ReminderKind.WEEKLY_DIGEST,
        0,
        None,
        Recipient.EVERYONE,
        "What waits for you: {count}",
        "this is open and yours:\n\n{items}",
    ),
    (
        "Case audit due in three days",
        ReminderKind.CASE_AUDIT_DUE,
        -3,
        None,
        Recipient.AUDITOR,
        "Your case audit {reference} is due {when}",
        "your case audit {reference} for {agency} is due on {due_on} ({when}).\n\nReview: {review}",
    ),
    (
        "Case audit overdue, every week",
        ReminderKind.CASE_AUDIT_DUE,
        1,
        7,
        Recipient.AUDITOR,
        "Your case audit {reference} is late",
        "your case audit {reference} for {agency} was due on {due_on}.\n\nReview: {review}",
    ),
    (
        "Case audit overdue, to the agency",
        ReminderKind.CASE_AUDIT_DUE,
        3,
        7,
        Recipient.LEAD_AGENCY_CONTACT,
        "Case audit {reference} of {agency} is late",
        "the case audit {reference} that {agency} was asked for was due on {due_on}.\n\nReview: {review}",
    ),
)
