"""What waits for the lead sponsor's signature, what exactly was signed, and is it still valid?

Source: framework, appendix 1: the sponsor signs off the assurance tools, agrees additional key lines of enquiry, the
hub project team's membership, and the agencies invited to each part.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, Text, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.choices import Choice
from models.core.clock import now
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import Fact, Key, Keys, asked_for_all, by_key, rows_of
from models.core.words import choice_column, must, one_of
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.tools.questionnaires import fingerprint_of


class SignOffSubject(Choice):
    """What a sponsor signs."""

    SELF_EVALUATION_TOOL = "self_evaluation_tool", "Self-evaluation tool"
    CASE_AUDIT_TOOL = "case_audit_tool"
    PRACTITIONER_QUESTIONS = "practitioner_questions"
    SERVICE_USER_QUESTIONS = "service_user_questions", "Service-user questions"
    KEY_LINES = "key_lines", "Key lines of enquiry"
    PROJECT_TEAM = "project_team"
    INVITATIONS = "invitations", "Agencies invited"


class SignOffStatus(Choice):
    """The state of a request for a signature. A superseded one was replaced by a later version."""

    ASKED = "asked", "", "Waits for the lead sponsor."
    SIGNED = "signed", "", "Signed. A later change makes a new version and asks again."
    RETURNED = "returned", "", "The sponsor asks for a change."
    SUPERSEDED = "superseded", "", "Overtaken by a later version."


class SignOff(Record):
    """One thing put before the sponsor, frozen with its SHA-256. A later change is a new one, and asks again.

    `subject_id` is the tool's id for tools, 0 for the others (a review has one list of each).
    """

    __tablename__ = "sign_offs"
    __table_args__ = (
        one_of("subject", SignOffSubject, "known_sign_off_subject"),
        one_of("status", SignOffStatus, "known_sign_off_status"),
        must(
            "(status = 'signed') <= (signed_at IS NOT NULL AND signed_by_id IS NOT NULL)",
            name="signed_by_somebody",
            sentence="A signature needs who gave it and when.",
        ),
        Index(
            "one_open_sign_off", "review_id", "subject", "subject_id",
            unique=True, postgresql_where=text("status = 'asked'"),
            info={"sentence": "This waits for the sponsor's signature already."},
        ),
    )  # fmt: skip
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sponsor=("select", "update (status, signed_by_id, signed_at, note, row_version)"),
        reason="Between the hub and its sponsor.",
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("thematic_reviews.id", ondelete="CASCADE"), index=True)
    subject: Mapped[SignOffSubject] = mapped_column(choice_column(SignOffSubject))
    subject_id: Mapped[int] = mapped_column(server_default="0")
    title: Mapped[str] = mapped_column(Text)
    content: Mapped[Any] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(Text)
    status: Mapped[SignOffStatus] = mapped_column(
        choice_column(SignOffStatus), server_default=SignOffStatus.ASKED, index=True
    )
    reason: Mapped[str] = mapped_column(Text, server_default="")
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    signed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    signed_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, server_default="")

    review: Mapped[ThematicReview] = relationship(lazy="raise_on_sql")
    asked_by: Mapped[Person | None] = relationship(foreign_keys=asked_by_id, lazy="raise_on_sql")
    signed_by: Mapped[Person | None] = relationship(foreign_keys=signed_by_id, lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"{self.subject.label}: {self.title}"


def latest_sign_off(session: Session, review_id: int, subject: SignOffSubject, subject_id: int = 0) -> SignOff | None:
    """The newest request for this signature; None when nobody has asked yet."""
    asked = (known for known in latest_sign_offs(session, review_id) if known.subject is subject)
    return next((sign_off for sign_off in asked if sign_off.subject_id == subject_id), None)


@asked_for_all
def latest_sign_offs(session: Session, review_ids: Keys) -> dict[int, list[SignOff]]:
    """The newest request for each of the reviews' signatures that has been asked for, the earliest of them first."""
    newest = session.scalars(_newest(select(SignOff).where(SignOff.review_id.in_(review_ids))))
    latest = sorted(newest, key=attrgetter("id"))
    return by_key(review_ids, ((sign_off.review_id, sign_off) for sign_off in latest))


@Fact
def signatures_asked(review_id: Key) -> ColumnElement[list[list[Any]]]:
    """Of the newest request for each of a review's signatures: what for, how it stands and which words it is about."""
    asked = select(SignOff.subject, SignOff.subject_id, SignOff.status, SignOff.sha256)
    return rows_of(_newest(asked.where(SignOff.review_id == review_id)))


def _newest(asked: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Of the requests for each signature the last; what was said of it before is history."""
    signature = SignOff.review_id, SignOff.subject, SignOff.subject_id
    return asked.ext(distinct_on(*signature)).order_by(*signature, SignOff.id.desc())


def signed_words(session: Session, review_id: int, subject: SignOffSubject, subject_id: int = 0) -> str:
    """The SHA-256 of the words that the newest request for this signature had signed; empty when they are not."""
    signed: dict[tuple[str, int], str] = {
        (asked, asked_id): sha256
        for asked, asked_id, status, sha256 in signatures_asked(session, review_id)
        if status == SignOffStatus.SIGNED
    }
    return signed.get((subject.value, subject_id), "")


@dataclass(frozen=True)
class Signable:
    """What is put before a sponsor: its title, its words as plain data, and which tool it is (0: no tool)."""

    subject: SignOffSubject
    title: str
    content: Any
    subject_id: int = 0


def ask_for_signature(
    session: Session, *, review: ThematicReview, signable: Signable, person_id: int | None, reason: str = ""
) -> SignOff:
    """Put something before the sponsor, frozen. Asking again with changed words supersedes the earlier request.

    `reason` is for what needs one, such as a project team without a core member. Refuses a review without a sponsor,
    and what has been asked or signed in exactly these words.
    """
    if review.sponsor_id is None:
        raise RuleBroken("The review has no lead sponsor yet who could sign.")
    sha256 = fingerprint_of(signable.content)
    last = latest_sign_off(session, review.id, signable.subject, signable.subject_id)
    if last is not None and last.sha256 == sha256:
        if last.status is SignOffStatus.SIGNED:
            raise RuleBroken(f"{last.title} is signed already, in these very words.")
        if last.status is SignOffStatus.ASKED:
            raise RuleBroken(f"{last.title} waits for the sponsor's signature already.")
    if last is not None and last.status in (SignOffStatus.ASKED, SignOffStatus.SIGNED):
        last.status = SignOffStatus.SUPERSEDED
        session.flush()
    sign_off = SignOff(
        review_id=review.id, sha256=sha256, asked_by_id=person_id, reason=reason.strip(), **vars(signable)
    )
    session.add(sign_off)
    session.flush()
    return sign_off


def sign(session: Session, sign_off: SignOff, *, review: ThematicReview, person_id: int, note: str = "") -> None:
    """Sign as the lead sponsor. Refuses everybody else, and what no longer waits."""
    _refuse_unless_sponsor(review, person_id, "sign")
    _refuse_unless_asked(sign_off)
    sign_off.status, sign_off.signed_by_id, sign_off.signed_at = SignOffStatus.SIGNED, person_id, now()
    sign_off.note = note.strip()
    session.flush()


def return_for_change(
    session: Session, sign_off: SignOff, *, review: ThematicReview, person_id: int, note: str
) -> None:
    """The sponsor asks for a change instead of signing, and says which."""
    _refuse_unless_sponsor(review, person_id, "return")
    _refuse_unless_asked(sign_off)
    if not note.strip():
        raise RuleBroken("Say what should change before you can sign.")
    sign_off.status, sign_off.note = SignOffStatus.RETURNED, note.strip()
    session.flush()


def signatures_of(sponsor_id: int | None) -> Select[SignOff, ThematicReview, str]:
    """All that waits for one sponsor's signature, with its review and who asked; the longest wait first."""
    return (
        select(SignOff, ThematicReview, Person.name.label("asked_by"))
        .join(ThematicReview, ThematicReview.id == SignOff.review_id)
        .outerjoin(Person, Person.id == SignOff.asked_by_id)
        .where(ThematicReview.sponsor_id == sponsor_id, SignOff.status == SignOffStatus.ASKED)
        .order_by(SignOff.asked_at, SignOff.id)
    )


def _refuse_unless_sponsor(review: ThematicReview, person_id: int, verb: str) -> None:
    if person_id != review.sponsor_id:
        raise RuleBroken(f"Only the review's lead sponsor can {verb} this.")


def _refuse_unless_asked(sign_off: SignOff) -> None:
    if sign_off.status is not SignOffStatus.ASKED:
        raise RuleBroken(f"This no longer waits for a signature: it is {sign_off.status.label.lower()}.")
