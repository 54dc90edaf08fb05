"""Who sits in a hub's project team, for which agency, and from when to when?"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, Text, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, Actor, Role, RowPolicy
from models.core.choices import Choice
from models.core.clock import today
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.reading_once import asked_once
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency
from models.partnership.holdings import HoldingKind, holding
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.rules.core.counts import list_words


class Seat(Choice):
    """The seat a member takes. Police, social care and health are the core of every project team."""

    POLICE = "police", "Core: police"
    SOCIAL_CARE = "social_care", "Core: social care"
    HEALTH = "health", "Core: health"
    STATUTORY = "statutory", "Statutory member"
    VOLUNTARY = "voluntary", "Voluntary sector member"
    OFFICER = "officer", "Quality Learning and Improvement Officer"

    @property
    def is_core(self) -> bool:
        """Whether the framework requires this seat in every team.

        >>> [seat.value for seat in Seat if seat.is_core]
        ['police', 'social_care', 'health']
        """
        return self in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH)


class Membership(Record):
    """One person's seat in one hub for a period; `ends_on` is the last day, None while it lasts."""

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
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=("select", "insert", "update"),
        agency_reads=f"agency_id = ANY {OWN_AGENCIES}",
    )

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
        with session.no_autoflush:
            person = session.get(Person, self.person_id) if self.person_id else None
            if person is not None:
                self._check_person(person)
            if session.scalar(self._overlapping().limit(1)):
                raise RuleBroken("This person already holds that seat in the hub at that time.", field="person_id")

    def _check_person(self, person: Person) -> None:
        if self.seat is Seat.OFFICER and person.role is not Role.OFFICER:
            raise RuleBroken(f"{person.name} is not a Quality Learning and Improvement Officer.", field="person_id")
        self.agency_id = self.agency_id or person.agency_id
        if person.agency_id is not None and self.agency_id != person.agency_id:
            raise RuleBroken(f"{person.name} belongs to another agency.", field="agency_id")

    def _overlapping(self) -> Select[int]:
        """The same seat of the same person in the same hub on some of the same days."""
        statement = select(Membership.id).where(
            Membership.hub_id == self.hub_id,
            Membership.person_id == self.person_id,
            Membership.seat == self.seat,
            Membership.id != (self.id or 0),
            or_(Membership.ends_on.is_(None), Membership.ends_on >= self.starts_on),
        )
        return statement if self.ends_on is None else statement.where(Membership.starts_on <= self.ends_on)


def lasting(on: date) -> ColumnElement[bool]:
    """Whether a membership holds on a day; its last day counts."""
    return and_(Membership.starts_on <= on, or_(Membership.ends_on.is_(None), Membership.ends_on >= on))


def missing_core_seats(session: Session, hub_id: int, on: date) -> list[Seat]:
    """Which of police, social care and health have nobody in the hub's team on a day, in that order."""
    present = set(session.scalars(select(Membership.seat).where(Membership.hub_id == hub_id, lasting(on))))
    return [seat for seat in Seat if seat.is_core and seat not in present]


def core_seats_in_words(missing: Collection[Seat]) -> str:
    """Which core seats of a team are taken and which are not, in words.

    >>> core_seats_in_words([])
    'Police, social care and health are present.'
    >>> core_seats_in_words([Seat.HEALTH, Seat.POLICE])
    'Present: social care. Missing: police and health.'
    >>> core_seats_in_words([Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH])
    'Missing: police, social care and health.'
    """
    core = [seat for seat in Seat if seat.is_core]
    present, absent = [seat for seat in core if seat not in missing], [seat for seat in core if seat in missing]
    if not absent:
        return f"{_listed(present).capitalize()} are present."
    return " ".join([*([f"Present: {_listed(present)}."] if present else []), f"Missing: {_listed(absent)}."])


def _listed(seats: Iterable[Seat]) -> str:
    return list_words([seat.value.replace("_", " ") for seat in seats])


@lru_cache(maxsize=64)
def hubs_run_by(person_id: int | None, on: date) -> Select[int]:
    """The ids of the hubs whose officer a person is on a day: named on the hub, or seated there as its officer."""
    named = select(Hub.id).where(Hub.officer_id == person_id)
    seated = select(Membership.hub_id).where(
        Membership.person_id == person_id, Membership.seat == Seat.OFFICER, lasting(on)
    )
    return select(Hub.id).where(or_(Hub.id.in_(named), Hub.id.in_(seated)))


@asked_once
def may_run_hub(session: Session, actor: Actor, hub_id: int | None, on: date) -> bool:
    """Whether somebody may run a hub's reviews and team: administrators any hub's, officers their own hubs'."""
    if actor.role is Role.ADMINISTRATOR:
        return True
    if actor.role is not Role.OFFICER:
        return False
    return session.scalar(hubs_run_by(actor.person_id, on).where(Hub.id == hub_id)) is not None


def refuse_other_teams(session: Session, membership: Membership) -> None:
    """Refuse a seat in a hub that whoever acts in this session does not run."""
    if not may_run_hub(session, session.info["actor"], membership.hub_id, today()):
        raise RuleBroken("You look after the teams of your own hubs only.", field="hub_id")


def end_memberships(session: Session, memberships: Iterable[Membership], *, on: date) -> int:
    """End seats after the day `on`; those that end by then stay as they are. Returns how many were ended.

    Ends none and refuses when one of them starts later than that.
    """
    ended = 0
    for membership in memberships:
        if membership.starts_on > on:
            raise RuleBroken("A membership cannot end before it starts; one of these starts later than that day.")
        if membership.ends_on is None or membership.ends_on > on:
            membership.ends_on = on
            ended += 1
    session.flush()
    return ended


def pass_seat(session: Session, membership: Membership, successor: Person, on: date) -> None:
    """End a seat with a day and give the successor the same seat from that day on; one that is still to come moves."""
    if membership.starts_on > on:
        membership.person_id = successor.id
        return
    seat = Membership(
        hub_id=membership.hub_id, person_id=successor.id, agency_id=membership.agency_id, seat=membership.seat,
        starts_on=on, ends_on=membership.ends_on,
    )  # fmt: skip
    seat.check(session)
    session.add(seat)
    membership.ends_on = on


def _is_held(on: date) -> ColumnElement[bool]:
    """Whether a seat lasts beyond a day: one that ends with it is as good as given up."""
    return or_(Membership.ends_on.is_(None), Membership.ends_on > on)


holding(HoldingKind("seats", Membership, Membership.person_id, ("seat in a hub", "seats in hubs"), _is_held, pass_seat))
