"""What exactly would the sponsor sign now, and may something go out on the present signature?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.core.clock import today
from models.core.errors import RuleBroken
from models.core.reading_once import ASKED_ON, Fact, Key, rows_of
from models.partnership.agencies import Agency
from models.partnership.memberships import Membership, Seat, core_seats_in_words, lasting, missing_core_seats
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.reviews.invitations import Invitation, ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.rules.tools.questionnaires import fingerprint_of
from models.signatures.sign_offs import (
    Signable,
    SignOff,
    SignOffStatus,
    SignOffSubject,
    ask_for_signature,
    latest_sign_off,
    signed_words,
)
from models.tools.assurance_tools import AssuranceTool, ToolKind, tools_of_review
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
    tools = tools_of_review(session, review_id)
    return [tool for tool in tools if tool.is_active and (kind is None or tool.kind is kind)]


@Fact
def lines_to_sign(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """Of each key line of a review: number, key area, words, and whether it is additional."""
    return rows_of(
        select(KeyLine.number, ReferenceItem.label, KeyLine.text, KeyLine.is_additional)
        .join(ReferenceItem, ReferenceItem.id == KeyLine.key_area_id)
        .where(KeyLine.review_id == review_id)
        .order_by(KeyLine.number)
    )


@Fact
def team_to_sign(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """Of each member of the project team of a review's hub, as it is today: seat, name and agency."""
    return rows_of(
        select(Membership.seat, Person.name, Agency.name)
        .join(ThematicReview, ThematicReview.hub_id == Membership.hub_id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Agency, Agency.id == Membership.agency_id)
        .where(ThematicReview.id == review_id, lasting(ASKED_ON))
        .order_by(Membership.seat, Person.name, Membership.id)
    )


@Fact
def invitations_to_sign(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """Of each invitation to a review: its part and its agency."""
    return rows_of(
        select(Invitation.part, Agency.name)
        .join(Agency, Agency.id == Invitation.agency_id)
        .where(Invitation.review_id == review_id)
        .order_by(Invitation.part, Agency.name)
    )


def key_lines_content(session: Session, review_id: int) -> list[dict[str, Any]]:
    """A review's key lines as plain data."""
    columns = "number", "area", "text", "is_additional"
    return [dict(zip(columns, line, strict=True)) for line in lines_to_sign(session, review_id)]


def team_content(session: Session, review_id: int) -> list[dict[str, str]]:
    """The project team of a review's hub as it is today, as plain data."""
    return [
        {"seat": Seat(seat).label, "person": person, "agency": agency or ""}
        for seat, person, agency in team_to_sign(session, review_id)
    ]


def invitations_content(session: Session, review_id: int) -> dict[str, list[str]]:
    """The agencies invited to a review, by part, as plain data."""
    names: dict[str, list[str]] = {}
    for part, name in invitations_to_sign(session, review_id):
        names.setdefault(ReviewPart(part).label, []).append(name)
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
    signed = signed_words(session, review.id, subject, tool.id if tool else 0)
    content = content_of(session, review, subject, tool) if signed else None
    return bool(content) and signed == fingerprint_of(content)


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
