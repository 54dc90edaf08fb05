"""Who asked for a new password, for which address and from where, and how often is that answered?

An ask is written down alike for an address that is known here and for one that is not; only the job that answers it
looks whether there is such a person. So neither the answer on the page nor its time says who is known.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Index, Text, delete, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.accounts.access_changes import the_portals_own
from models.accounts.access_links import LASTS, LINK_PLACE, LinkPurpose, issue_link, prepare_link
from models.accounts.invitations import Inviting, invite, lasts_words, may_accept
from models.core.access import ALL, NONE, RowPolicy
from models.core.db import Base
from models.documents.job_requests import request_job
from models.messages.agency_messages import Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.people import Person

PER_ADDRESS, PER_NETWORK, WITHIN = 3, 30, timedelta(hours=1)
KEPT = timedelta(days=30)
_WITHOUT = (
    "Somebody, most likely you, asked for a new password. You sign in here without one: use your passkey or your work "
    "account on the sign-in page. If that no longer works, ask your administrator."
)


class PasswordAsk(Base):
    """One press of “Forgotten your password?”, for an address that may be anybody's."""

    __tablename__ = "password_asks"
    __table_args__ = (
        Index("ix_password_asks_email", "email", "asked_at"),
        Index("ix_password_asks_network", "network", "asked_at"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        sign_in=ALL,
        is_logged=False,
        reason="Addresses that anybody typed; written and read by the portal's own sign-in only.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    network: Mapped[str] = mapped_column(Text, server_default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


def ask_for_password(session: Session, *, email: str, network: str, now: datetime) -> bool:
    """Note that somebody wants a new password, and ask for the job that answers; the same work whoever is meant.

    Returns False, and asks for nothing, once an address was asked for PER_ADDRESS times, or from a network PER_NETWORK
    times, within WITHIN. Those who ask at once take turns.
    """
    address = email.strip().lower()[:320]
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('password asks'))"))
    since = PasswordAsk.asked_at > now - WITHIN
    counts = select(
        func.count().filter(PasswordAsk.email == address), func.count().filter(PasswordAsk.network == network)
    ).where(since, (PasswordAsk.email == address) | (PasswordAsk.network == network))
    for_address, from_network = session.execute(counts).one()
    if for_address >= PER_ADDRESS or from_network >= PER_NETWORK:
        return False
    ask = PasswordAsk(email=address, network=network[:60], asked_at=now)
    session.add(ask)
    session.flush()
    with the_portals_own(session):
        request_job(session, "answer_password_ask", {"ask_id": ask.id})
    return True


def answer_ask(session: Session, ask_id: int, *, letterhead: Letterhead, now: datetime) -> None:
    """Write to the person an ask is about, if there is one who may sign in; answered once.

    Who has a password gets a link for a new one, who is still invited their invitation again, and who signs in
    otherwise a letter that says so. An address that nobody has gets nothing.
    """
    ask = session.get_one(PasswordAsk, ask_id, with_for_update=True)
    if ask.answered_at is not None:
        return
    ask.answered_at = now
    person = session.scalar(select(Person).where(Person.email == ask.email, Person.is_active))
    if person is None:
        return
    if may_accept(session, person, now):
        invite(session, person, Inviting(letterhead=letterhead), now=now)
    elif session.scalar(select(Person.has_password).where(Person.id == person.id)):
        send_password_link(session, person, letterhead, now=now)
    elif person.accepted_at is not None:
        _write(session, person, letterhead.under(f"Dear {person.name},\n\n{_WITHOUT}"))


def send_password_link(
    session: Session, person: Person, letterhead: Letterhead, *, now: datetime, issued_by: int | None = None
) -> None:
    """Write to a person with a link for a new password; the link is made when the letter leaves."""
    link = prepare_link(session, person, LinkPurpose.NEW_PASSWORD, now=now, issued_by=issued_by)
    words = (
        f"Dear {person.name},\n\n"
        "Somebody, most likely you, asked for a new password. Open this link and choose one:\n\n"
        f"{LINK_PLACE}\n\nIt is good once, for {lasts_words(LASTS[LinkPurpose.NEW_PASSWORD])}. If it was not you, do "
        "nothing: your password stays as it is."
    )
    link.message_id = _write(session, person, letterhead.under(words))
    session.flush()


def password_link(session: Session, person: Person, *, now: datetime, issued_by: int | None = None) -> str:
    """The token of a link for a new password, to be handed over by whoever asked for it; shown this once."""
    return issue_link(session, person, LinkPurpose.NEW_PASSWORD, now=now, issued_by=issued_by)


def forget_old_asks(session: Session, now: datetime) -> int:
    """Delete asks older than KEPT; returns how many."""
    gone = delete(PasswordAsk).where(PasswordAsk.asked_at < now - KEPT).returning(PasswordAsk.id)
    return len(session.scalars(gone).all())


def _write(session: Session, person: Person, body: str) -> int | None:
    return write_message(session, Draft(person.id, person.name, person.email, "A new password", body))
