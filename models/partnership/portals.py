"""What is this portal: the demonstration, or a partnership's own? Decided once, and on record in the database."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.core.access import EVERYTHING, READ, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.words import choice_column, one_of
from models.partnership.people import Person

DEMO_DOMAIN = "demo.example"
"""The demonstration's people have their addresses there; nobody can be written to."""


_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('portals'))")


class PortalKind(Choice):
    """What a portal holds."""

    DEMO = "demo", "Demonstration"
    OWN = "own", "A partnership's own"


class Portal(Record):
    """What the portal holds, and whether its administrators still want to be told how to start.

    There is no row before it is decided, and one from then on: `decide_kind` alone adds it.
    """

    __tablename__ = "portals"
    __table_args__ = (one_of("kind", PortalKind, "known_kind"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sign_in=READ,
        staff=READ,
        administrator=("select", "insert", "update (has_start_hidden, row_version)"),
        system=("select", "insert", "update"),
        agency_reads=EVERYTHING,
        public_reads=EVERYTHING,
        reason="What the portal is on record as: every page wears the band of the demonstration.",
    )

    kind: Mapped[PortalKind] = mapped_column(choice_column(PortalKind))
    decided_at: Mapped[datetime] = mapped_column(server_default=func.now())
    has_start_hidden: Mapped[bool] = mapped_column(server_default="false")

    def __str__(self) -> str:
        return self.kind.label


def portal_kind(session: Session) -> PortalKind | None:
    """What the portal is on record as; None while nobody has decided."""
    portal = the_portal(session)
    return None if portal is None else portal.kind


def the_portal(session: Session) -> Portal | None:
    """What the portal is on record as, with all that is kept about it; None while nobody has decided."""
    return session.scalars(select(Portal).order_by(Portal.id).limit(1)).first()


def decide_kind(session: Session, wanted: PortalKind | None = None) -> PortalKind | None:
    """What the portal is from now on: what it is on record as, else what its people say, else what is wanted.

    A portal from before this was on record is known by its people: the demonstration's have addresses nobody else has.
    """
    session.execute(_ONE_AT_A_TIME)
    portal = the_portal(session)
    kind = portal.kind if portal is not None else _kind_by_people(session) or wanted
    if portal is None and kind is not None:
        session.add(Portal(kind=kind))
        session.flush()
    return kind


def become_demo(session: Session) -> bool:
    """Put the portal on record as the demonstration that is about to be loaded; False where anybody is in it."""
    if _kind_by_people(session) is not None:
        return False
    session.execute(_ONE_AT_A_TIME)
    portal = the_portal(session) or Portal(kind=PortalKind.DEMO)
    portal.kind = PortalKind.DEMO
    session.add(portal)
    session.flush()
    return True


def _kind_by_people(session: Session) -> PortalKind | None:
    """What the people of a portal say that has nothing on record; None when there is nobody."""
    is_demo = session.scalar(select(func.bool_or(Person.email.like(f"%@{DEMO_DOMAIN}"))))
    return None if is_demo is None else PortalKind.DEMO if is_demo else PortalKind.OWN


def hide_start(session: Session, is_hidden: bool) -> None:
    """Hide the list of first steps from every administrator, or show it again."""
    decide_kind(session)
    portal = the_portal(session)
    if portal is not None:
        portal.has_start_hidden = is_hidden
    session.flush()
