"""Which organisations' own sign-in does the portal trust, for whose people, and for how much?"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ARRAY, ColumnElement, ForeignKey, Select, Text, UniqueConstraint, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import ALL, NONE, READ, Role, RowPolicy
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.rules.accounts.work_accounts import SECOND_FACTORS, is_issuer_address

_KEPT_BY = "Administrators keep the issuers; the portal's own sign-in reads them."


class WorkIssuerAgency(Base):
    """An agency whose people an issuer may sign in."""

    __tablename__ = "work_issuer_agencies"
    __table_args__ = (UniqueConstraint("issuer_id", "agency_id"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=ALL,
        sign_in=READ,
        reason=_KEPT_BY,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("work_issuers.id", ondelete="CASCADE"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id", ondelete="CASCADE"), index=True)
    since_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WorkIssuer(Record):
    """An OpenID Connect issuer: a council's, a police force's, an NHS trust's. Its secret is in no table.

    With agencies named, it signs in their people only, and those without an agency where `is_for_staff` says so.
    """

    __tablename__ = "work_issuers"
    __table_args__ = (
        must("name <> ''", name="work_issuer_named", sentence="Give the issuer the name people know it by."),
        must("client_id <> ''", name="work_issuer_knows_portal", sentence="Give the client id that the issuer gave."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=ALL,
        sign_in=READ,
        reason=_KEPT_BY,
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already an issuer of that name."})
    address: Mapped[str] = mapped_column(
        Text, unique=True, info={"sentence": "There is already an issuer at that address."}
    )
    client_id: Mapped[str] = mapped_column(Text)
    is_in_use: Mapped[bool] = mapped_column(server_default="true")
    is_for_staff: Mapped[bool] = mapped_column(server_default="false")
    is_only_way: Mapped[bool] = mapped_column(server_default="false")
    checked_domains: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    factor_methods: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{" + ",".join(SECOND_FACTORS) + "}")
    factor_classes: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")

    agencies: Mapped[list[Agency]] = relationship(secondary="work_issuer_agencies", order_by=Agency.name)

    def __str__(self) -> str:
        return self.name

    def check(self, session: Session) -> None:
        self.address = (self.address or "").strip()
        self.checked_domains = [_domain(line) for line in self.checked_domains or () if line.strip()]
        if not is_issuer_address(self.address):
            raise RuleBroken(
                "Give the address as the issuer itself writes it: https://, no question mark, no password.",
                field="address",
            )
        wrong = next((domain for domain in self.checked_domains if "." not in domain or " " in domain), None)
        if wrong is not None:
            raise RuleBroken(f"“{wrong}” is no domain: write it as council.gov.uk.", field="checked_domains")
        if self.is_only_way and not self.agencies:
            raise RuleBroken("Name the agencies whose people sign in only this way.", field="agencies")


def _domain(line: str) -> str:
    """A domain as it stands behind the @ of an address.

    >>> _domain(" @Council.Example")
    'council.example'
    """
    return line.strip().lower().removeprefix("@")


def issuers_in_use(session: Session, person: Person | None = None) -> list[WorkIssuer]:
    """The issuers that are in use, by name; with a person, those that may sign this person in."""
    statement = select(WorkIssuer).where(WorkIssuer.is_in_use).order_by(WorkIssuer.name)
    return list(session.scalars(statement if person is None else statement.where(_is_for(person.agency_id))))


def is_issuer_of(session: Session, issuer: WorkIssuer, person: Person) -> bool:
    """Whether the issuer may sign this person in: it is tied to no agency, or to theirs."""
    return bool(session.scalar(select(exists(1).where(WorkIssuer.id == issuer.id, _is_for(person.agency_id)))))


def only_way_of(session: Session, person: Person) -> WorkIssuer | None:
    """The issuer by which alone this person may sign in; None where they may choose, as administrators always may."""
    if person.role is Role.ADMINISTRATOR or person.agency_id is None:
        return None
    named = WorkIssuer.id.in_(_of_agency(person.agency_id))
    only = select(WorkIssuer).where(WorkIssuer.is_in_use, WorkIssuer.is_only_way, named)
    return session.scalar(only.order_by(WorkIssuer.name).limit(1))


def refuse_another_way(session: Session, person: Person) -> None:
    """Refuse a sign-in by anything but a work account to somebody whose agency has decided so. Raises RuleBroken."""
    only = only_way_of(session, person)
    if only is not None:
        raise RuleBroken(f"People of your agency sign in with {only.name}. Use that button instead.")


def _is_for(agency_id: int | None) -> ColumnElement[bool]:
    tied = exists(1).where(WorkIssuerAgency.issuer_id == WorkIssuer.id)
    own = WorkIssuer.is_for_staff if agency_id is None else WorkIssuer.id.in_(_of_agency(agency_id))
    return or_(~tied, own)


def _of_agency(agency_id: int) -> Select[int]:
    return select(WorkIssuerAgency.issuer_id).where(WorkIssuerAgency.agency_id == agency_id)
