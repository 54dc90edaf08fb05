"""What does the letter say that goes to an agency when a late return climbs a step?"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.returns.escalations import Escalation, ladder, steps_taken
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, lower_first
from models.rules.core.due_dates import days_over, in_words
from models.rules.documents.papers import Occasion
from models.rules.returns.escalation_ladder import next_step, step_due_on
from models.rules.returns.escalation_letters import LetterFacts, LetterStep

_ADDRESSEES = {
    "reminder": "Safeguarding lead",
    "officer_call": "Safeguarding lead",
    "sponsor": "Lead for safeguarding",
    "executive": "Chief executive or chief officer",
    "board": "Member of the Executive Board",
}
_OF_CONTACT = ("reminder", "officer_call", "sponsor")
"""The steps whose letter goes to whom the agency has named; above them it goes to an office."""


def letter_to_print(session: Session, occasion: Occasion, *, escalation_id: int) -> LetterFacts:
    """The letter as a document. Refuses a step that whoever asks may not see."""
    escalation = session.get(Escalation, escalation_id)
    if escalation is None:
        raise RuleBroken("There is no such letter that you may see.")
    facts = letter_facts(session, escalation, partnership=occasion.partnership)
    return replace(facts, about=f"escalations:{escalation.id}")


def letter_facts(session: Session, escalation: Escalation, *, partnership: str) -> LetterFacts:
    """The letter of one step, dated the day the step was taken; the steps before it are listed.

    The sponsor signs from their own step upwards, the officer who took the step before that.
    """
    agency = session.get_one(Agency, escalation.agency_id)
    review = session.get(ThematicReview, escalation.review_id) if escalation.review_id else None
    code = session.get_one(ReferenceItem, escalation.step_id).code
    is_sponsors = code not in ("reminder", "officer_call") and review is not None and review.sponsor_id is not None
    sender_id = review.sponsor_id if is_sponsors and review else escalation.climbed_by_id
    sender = session.get(Person, sender_id) if sender_id is not None else None
    before = [step for step in steps_taken(session, escalation.subject) if step.number < escalation.number]
    return LetterFacts(
        reference=escalation.reference,
        partnership=partnership,
        written_on=escalation.climbed_on,
        addressee=_ADDRESSEES.get(code, "Safeguarding lead"),
        agency=agency.name,
        subject=f"{escalation.what}, due on {in_words(escalation.due_on)}: {_lateness(escalation)} late",
        paragraphs=_paragraphs(session, escalation, agency, review),
        steps=tuple(LetterStep(step.step_label, step.climbed_on, step.said, step.outcome) for step in before),
        sender=sender.name if sender is not None else "",
        sender_role="Lead sponsor" if is_sponsors else (sender.job_title if sender is not None else ""),
        contact=_contact(session, agency) if code in _OF_CONTACT else "",
        email=agency.contact_email,
    )


def _contact(session: Session, agency: Agency) -> str:
    """The name of the person whose e-mail address the agency has given to be written to; empty for a shared mailbox."""
    email = agency.contact_email.strip().lower()
    if not email:
        return ""
    people = select(Person.name).where(Person.email == email, Person.is_active)
    return session.scalars(people.where(Person.agency_id == agency.id).limit(1)).first() or ""


def _paragraphs(
    session: Session, escalation: Escalation, agency: Agency, review: ThematicReview | None
) -> tuple[str, ...]:
    about = f" for the thematic review {review.reference}, “{review.title}”" if review is not None else ""
    what = lower_first(escalation.what)
    return (
        f"{agency.name} was asked to hand in its {what}{about} by {in_words(escalation.due_on)}. On the day of this "
        f"letter it is {_lateness(escalation)} late.",
        escalation.said,
        f"{_asked(session, escalation, what)} The form stays open in the portal.",
        "This letter is kept in the partnership's non-engagement log, as the step "
        f"“{lower_first(escalation.step_label)}”.",
    )


def _lateness(escalation: Escalation) -> str:
    return count_words(days_over(escalation.due_on, escalation.climbed_on), "day")


def _asked(session: Session, escalation: Escalation, what: str) -> str:
    """What is asked, and by when: before the next step of the ladder is due, if that is still to come."""
    step = next_step(ladder(session), escalation.number)
    due_on = step_due_on(step, escalation.due_on) if step is not None else None
    if step is None or due_on is None or due_on <= escalation.climbed_on:
        return f"Please hand in the {what} now, or tell us by return what keeps it."
    return (
        f"Please hand in the {what}, or tell us what keeps it, before {in_words(due_on)}. From that day on the next "
        f"step is due: {lower_first(step.label)}."
    )
