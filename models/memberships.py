"""Who sits in a hub's project team, for which agency, and from when to when?"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.access import OWN_AGENCIES, RowPolicy
from models.agencies import Agency
from models.db import Record
from models.errors import RuleBroken
from models.hubs import Hub
from models.people import Person
from models.words import Choice, choice_column, must, one_of


class Seat(Choice):
    """The seat a member takes. Police, social care and health are the core of every project team."""

    POLICE = "police"
    SOCIAL_CARE = "social_care"
    HEALTH = "health"
    STATUTORY = "statutory"
    VOLUNTARY = "voluntary"
    OFFICER = "officer"

    @property
    def is_core(self) -> bool:
        """Whether the framework asks for this seat in every team.

        >>> [seat.value for seat in Seat if seat.is_core]
        ['police', 'social_care', 'health']
        """
        return self in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH)

    @property
    def label(self) -> str:
        words = {
            Seat.STATUTORY: "Statutory member",
            Seat.VOLUNTARY: "Voluntary sector member",
            Seat.OFFICER: "Quality Learning and Improvement Officer",
        }
        return words.get(self) or f"Core: {self.value.replace('_', ' ')}"


class Membership(Record):
    """One person's seat in one hub over a stretch of time; `ends_on` is the last day, None while it lasts."""

    __tablename__ = "memberships"
    __table_args__ = (
        one_of("seat", Seat, "known_seat"),
        must(
            "ends_on IS NULL OR ends_on >= starts_on",
            name="membership_ends_after_start",
            sentence="A membership cannot end before it starts.",
        ),
        Index("ix_memberships_hub_dates", "hub_id", "starts_on"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(agency_reads=f"agency_id = ANY {OWN_AGENCIES}")

    hub_id: Mapped[int] = mapped_column(ForeignKey("hubs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True)
    seat: Mapped[Seat] = mapped_column(choice_column(Seat))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, server_default="")

    hub: Mapped[Hub] = relationship(lazy="raise_on_sql")
    person: Mapped[Person] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency | None] = relationship(lazy="raise_on_sql")

    def check(self, session: Session) -> None:
        overlapping = select(Membership.id).where(
            Membership.hub_id == self.hub_id,
            Membership.person_id == self.person_id,
            Membership.seat == self.seat,
            Membership.id != (self.id or 0),
            (Membership.ends_on.is_(None)) | (Membership.ends_on >= self.starts_on),
        )
        if self.ends_on is not None:
            overlapping = overlapping.where(Membership.starts_on <= self.ends_on)
        with session.no_autoflush:
            if session.scalar(overlapping.limit(1)):
                raise RuleBroken("This person already holds that seat in the hub at that time.")


def missing_core_seats(session: Session, hub_id: int, on: date) -> list[Seat]:
    """Which of police, social care and health have nobody in the hub's team on a day, in that order."""
    seated = select(Membership.seat).where(
        Membership.hub_id == hub_id,
        Membership.starts_on <= on,
        (Membership.ends_on.is_(None)) | (Membership.ends_on >= on),
    )
    present = set(session.scalars(seated))
    return [seat for seat in Seat if seat.is_core and seat not in present]
