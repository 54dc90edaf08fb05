"""What exactly would the sponsor sign now, and may something go out on the present signature?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import today
from models.core.errors import RuleBroken
from models.core.reading_once import Keys, asked_for_all, by_key
from models.partnership.agencies import Agency
from models.partnership.memberships import Membership, core_seats_in_words, lasting, missing_core_seats
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.reviews.invitations import Invitation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.tools.questionnaires import fingerprint_of
from models.signatures.sign_offs import (
    Signable,
    SignOff,
    SignOffStatus,
    SignOffSubject,
    ask_for_signature,
    latest_sign_off,
)
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine
from models.tools.tool_versions import ToolVersion, freeze_tool, questionnaire_of

TOOL_SUBJECTS = {
    ToolKind.SELF_EVALUATION: SignOffSubject.SELF_EVALUATION_TOOL,
    ToolKind.CASE_AUDIT: SignOffSubject.CASE_AUDIT_TOOL,
    ToolKind.PRACTITIONER_QUESTIONS: SignOffSubject.PRACTITIONER_QUESTIONS,
    ToolKind.SERVICE_USER_QUESTIONS: SignOffSubject.SERVICE_USER_QUESTIONS,
}


_OVERTAKEN = {
    SignOffStatus.SIGNED: "The lead sponsor signed other words than these.",
    SignOffStatus.ASKED: "The lead sponsor has other words than these before them.",
}


def tools_of(session: Session, review_id: int, kind: ToolKind | None = None) -> list[AssuranceTool]:
    """The tools in use of a review, oldest first."""
    return [tool for tool in _tools_of_review(session, review_id) if kind is None or tool.kind is kind]


@asked_for_all
def _tools_of_review(session: Session, review_ids: Keys) -> dict[int, list[AssuranceTool]]:
    of_reviews = AssuranceTool.review_id.in_(review_ids), AssuranceTool.is_active
    tools = session.scalars(select(AssuranceTool).where(*of_reviews).order_by(AssuranceTool.id))
    return by_key(review_ids, ((tool.review_id, tool) for tool in tools))


@asked_for_all
def key_lines_content(session: Session, review_ids: Keys) -> dict[int, list[dict[str, Any]]]:
    """Each review's key lines as plain data."""
    rows = session.execute(
        select(KeyLine, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == KeyLine.key_area_id)
        .where(KeyLine.review_id.in_(review_ids))
        .order_by(KeyLine.number)
    )
    lines = (
        (
            line.review_id,
            {"number": line.number, "area": area, "text": line.text, "is_additional": line.is_additional},
        )
        for line, area in rows
    )
    return by_key(review_ids, lines)


@asked_for_all
def team_content(session: Session, review_ids: Keys) -> dict[int, list[dict[str, str]]]:
    """The project team of each review's hub as it is today, as plain data."""
    rows = session.execute(
        select(ThematicReview.id, Membership.seat, Person.name, Agency.name)
        .join(ThematicReview, ThematicReview.hub_id == Membership.hub_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(ThematicReview.id.in_(review_ids), lasting(today()))
        .order_by(Membership.seat, Person.name, Membership.id)
    )
    members = (
        (review_id, {"seat": seat.label, "person": person, "agency": agency or ""})
        for review_id, seat, person, agency in rows
    )
    return by_key(review_ids, members)


@asked_for_all
def invitations_content(session: Session, review_ids: Keys) -> dict[int, dict[str, list[str]]]:
    """The agencies invited to each review, by part, as plain data."""
    rows = session.execute(
        select(Invitation.review_id, Invitation.part, Agency.name)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.review_id.in_(review_ids))
        .order_by(Invitation.part, Agency.name)
    )
    names: dict[int, dict[str, list[str]]] = {key: {} for key in review_ids}
    for review_id, part, name in rows:
        names[review_id].setdefault(part.label, []).append(name)
    return names


def content_of(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None = None
) -> Any:
    """What the sponsor would sign now, as plain data; empty when there is nothing yet."""
    if subject is SignOffSubject.KEY_LINES:
        return key_lines_content(session, review.id)
    if subject is SignOffSubject.PROJECT_TEAM:
        return team_content(session, review.id)
    if subject is SignOffSubject.INVITATIONS:
        return invitations_content(session, review.id)
    return questionnaire_of(session, tool).as_json() if tool is not None else {}


def put_before_sponsor(
    session: Session, review: ThematicReview, subject: SignOffSubject, *, person_id: int | None,
    tool: AssuranceTool | None = None, reason: str = "",
) -> SignOff:  # fmt: skip
    """Freeze the present content and ask the sponsor to sign it.

    A project team without police, social care or health needs the reason why not (framework, "The hubs").
    """
    content = content_of(session, review, subject, tool)
    if not content:
        raise RuleBroken(f"There is nothing to sign yet: {subject.label.lower()}.")
    if tool is not None:
        freeze_tool(session, tool, person_id=person_id)
    if subject is SignOffSubject.PROJECT_TEAM:
        missing = missing_core_seats(session, review.hub_id, today())
        if missing and not reason.strip():
            words = f"{core_seats_in_words(missing)} Give the reason why the team works without."
            raise RuleBroken(words, field="reason")
    return ask_for_signature(
        session,
        signable=Signable(
            subject=subject,
            title=tool.title if tool else subject.label,
            content=content,
            subject_id=tool.id if tool else 0,
        ),
        review=review,
        person_id=person_id,
        reason=reason,
    )


def stands_signed(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None = None
) -> bool:
    """Whether the present content is what the sponsor signed. What nobody has signed is not put together for that."""
    last = latest_sign_off(session, review.id, subject, tool.id if tool else 0)
    if last is None or last.status is not SignOffStatus.SIGNED:
        return False
    content = content_of(session, review, subject, tool)
    return bool(content) and last.sha256 == fingerprint_of(content)


def overtaken_words(
    session: Session, review: ThematicReview | None, subject: SignOffSubject, tool: AssuranceTool | None = None
) -> str:
    """What to tell a person who changed what is signed or waits for signature; empty while the words are the same."""
    last = latest_sign_off(session, review.id, subject, tool.id if tool else 0) if review is not None else None
    said = _OVERTAKEN.get(last.status) if last is not None else None
    if review is None or last is None or said is None:
        return ""
    is_current = last.sha256 == fingerprint_of(content_of(session, review, subject, tool))
    return "" if is_current else f"{said} Put it before them again before it goes out."


def signatures_of_tool(session: Session, tool: AssuranceTool) -> dict[str, SignOff]:
    """Every signature a tool has had, by the SHA-256 of the words that were signed."""
    signed = select(SignOff).where(SignOff.subject_id == tool.id, SignOff.subject.in_(TOOL_SUBJECTS.values()))
    return {sign_off.sha256: sign_off for sign_off in session.scalars(signed.where(SignOff.signed_at.is_not(None)))}


def refuse_unsigned(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None = None
) -> None:
    """Nothing that needs a signature goes out without it: raises RuleBroken unless the present content is signed."""
    if not stands_signed(session, review, subject, tool):
        what = tool.title if tool else subject.label
        raise RuleBroken(f"{what}: the lead sponsor has not signed this as it stands now.")


def signed_version(session: Session, review: ThematicReview, tool: AssuranceTool) -> ToolVersion:
    """The frozen version of a tool that may go out: the present one, signed. Refuses any other."""
    refuse_unsigned(session, review, TOOL_SUBJECTS[tool.kind], tool)
    return freeze_tool(session, tool, person_id=None)
