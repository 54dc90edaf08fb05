"""Who asked for a new password, for which address and from where, and how often is that answered?

An ask is written down alike for an address that is known here and for one that is not; only the job that answers it
looks whether there is such a person. So neither the answer on the page nor its time says who is known.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Index, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import RowPolicy
from models.core.db import Base
from models.documents.job_requests import request_job

PER_ADDRESS, PER_NETWORK, WITHIN = 3, 30, timedelta(hours=1)
KEPT = timedelta(days=30)


class PasswordAsk(Base):
    """One press of “Forgotten your password?”, for an address that may be anybody's."""

    __tablename__ = "password_asks"
    __table_args__ = (
        Index("ix_password_asks_email", "email", "asked_at"),
        Index("ix_password_asks_network", "network", "asked_at"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=(),
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
    request_job(session, "answer_password_ask", {"ask_id": ask.id})
    return True
