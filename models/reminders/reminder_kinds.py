"""What can a reminder rule be about, and who is reminded?"""

from __future__ import annotations

from models.core.choices import Choice


class ReminderKind(Choice):
    """What a rule is about."""

    ACTION_DUE = "action_due"
    ACTION_OVERDUE = "action_overdue"
    SAMPLE_AUDITS_DUE = "sample_audits_due"
    REVIEW_STAGE_DUE = "review_stage_due"
    SELF_EVALUATION_DUE = "self_evaluation_due", "Self-evaluation due"
    SECTION_11_DUE = "section_11_due", "Section 11 return due"
    WEEKLY_DIGEST = "weekly_digest"
    AGREEMENT_ENDS = "agreement_ends"
    CASE_AUDIT_DUE = "case_audit_due"


class Recipient(Choice):
    """Who is reminded by a rule."""

    ACTION_OWNER = "action_owner", "Owner of the action"
    LEAD_AGENCY_CONTACT = "lead_agency_contact", "Contact address of the agency"
    OFFICER = "officer", "Officer of the hub"
    SPONSOR = "sponsor", "Lead sponsor of the review"
    AUDIT_LEAD = "audit_lead", "Whoever asked for the draw"
    AGENCY_MEMBERS = "agency_members", "Members of the agency that was asked"
    EVERYONE = "everyone", "Everyone with something open"
    AUDITOR = "auditor", "Auditor of the case"


_FOR_RETURNS = (Recipient.AGENCY_MEMBERS, Recipient.LEAD_AGENCY_CONTACT)
_FOR_ACTIONS = (Recipient.ACTION_OWNER, Recipient.LEAD_AGENCY_CONTACT, Recipient.OFFICER, Recipient.SPONSOR)

RECIPIENTS = {
    ReminderKind.ACTION_DUE: _FOR_ACTIONS,
    ReminderKind.ACTION_OVERDUE: _FOR_ACTIONS,
    ReminderKind.SAMPLE_AUDITS_DUE: (Recipient.AUDIT_LEAD, Recipient.OFFICER, Recipient.SPONSOR),
    ReminderKind.REVIEW_STAGE_DUE: (Recipient.OFFICER, Recipient.SPONSOR),
    ReminderKind.SELF_EVALUATION_DUE: (*_FOR_RETURNS, Recipient.OFFICER, Recipient.SPONSOR),
    ReminderKind.SECTION_11_DUE: _FOR_RETURNS,
    ReminderKind.WEEKLY_DIGEST: (Recipient.EVERYONE,),
    ReminderKind.AGREEMENT_ENDS: (Recipient.LEAD_AGENCY_CONTACT,),
    ReminderKind.CASE_AUDIT_DUE: (Recipient.AUDITOR, Recipient.LEAD_AGENCY_CONTACT, Recipient.OFFICER),
}

OF_A_PERSON = (
    (ReminderKind.ACTION_DUE, Recipient.ACTION_OWNER),
    (ReminderKind.SAMPLE_AUDITS_DUE, Recipient.AUDIT_LEAD),
    (ReminderKind.SAMPLE_AUDITS_DUE, Recipient.OFFICER),
    (ReminderKind.REVIEW_STAGE_DUE, Recipient.OFFICER),
    (ReminderKind.REVIEW_STAGE_DUE, Recipient.SPONSOR),
    (ReminderKind.SELF_EVALUATION_DUE, Recipient.AGENCY_MEMBERS),
    (ReminderKind.SECTION_11_DUE, Recipient.AGENCY_MEMBERS),
    (ReminderKind.CASE_AUDIT_DUE, Recipient.AUDITOR),
)
