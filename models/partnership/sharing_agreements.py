"""Which agencies have signed the Information Sharing Agreement, and until when may cases be sent to them?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Select, Text, and_, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.agencies import Agency

SOON_DAYS = 60
"""An agreement that runs out within this many days is said to expire soon."""


class AgreementState(Choice):
    """The state of an agency's agreement on a day."""

    NO_AGREEMENT = "no_agreement"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    IN_DATE = "in_date"

    @property
    def colour(self) -> str:
        """Red where no case may be sent, amber where the end is near."""
        near = {AgreementState.EXPIRES_SOON: "amber", AgreementState.IN_DATE: "green"}
        return near.get(self, "red")


class SharingAgreement(Record):
    """One signed version of the Information Sharing Agreement Protocol; `valid_until_on` is its last day.

    Source: framework, "Information sharing": what is shared is managed in accordance with the agreement.
    """

    __tablename__ = "sharing_agreements"
    __table_args__ = (
        must(
            "valid_until_on >= signed_on",
            name="agreement_ends_after_signing",
            field="valid_until_on",
            sentence="An agreement cannot end before it is signed.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(agency_reads=f"agency_id = ANY {OWN_AGENCIES}")

    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    title: Mapped[str] = mapped_column(Text, server_default="Information Sharing Agreement Protocol")
    version: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date]
    signed_by: Mapped[str] = mapped_column(Text)
    signed_by_role: Mapped[str] = mapped_column(Text)
    valid_until_on: Mapped[date] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Text, server_default="")

    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


def in_date(on: date) -> ColumnElement[bool]:
    """Whether an agreement holds on a day; its last day counts."""
    return and_(SharingAgreement.signed_on <= on, SharingAgreement.valid_until_on >= on)


def agencies_without_agreement(session: Session, agency_ids: Collection[int], on: date) -> list[Agency]:
    """Which of these agencies have no signed agreement that holds on a day, by name."""
    signed = exists(1).where(SharingAgreement.agency_id == Agency.id, in_date(on))
    without = select(Agency).where(Agency.id.in_(agency_ids), ~signed).order_by(Agency.name)
    return list(session.scalars(without))


def refuse_without_agreement(session: Session, agency_id: int, on: date) -> None:
    """Refuse to send cases to an agency that has no signed agreement in date; a promise to sign is not enough."""
    for agency in agencies_without_agreement(session, [agency_id], on):
        raise RuleBroken(
            f"{agency.name} has no signed Information Sharing Agreement in date, so it can be sent no cases."
        )


def agreement_state(last_on: date | None, on: date) -> AgreementState:
    """The state of an agency's agreement on a day, given the last day of its latest one (None: it never signed).

    >>> [agreement_state(date(2026, 3, day), date(2026, 3, 2)).value for day in (1, 2)]
    ['expired', 'expires_soon']
    >>> agreement_state(None, date(2026, 3, 2)).label
    'No agreement'
    """
    if last_on is None:
        return AgreementState.NO_AGREEMENT
    if last_on < on:
        return AgreementState.EXPIRED
    return AgreementState.EXPIRES_SOON if last_on <= on + timedelta(days=SOON_DAYS) else AgreementState.IN_DATE


def latest_agreements() -> Select[int, date]:
    """For each agency, its id and the last day on which one of its agreements holds."""
    last = func.max(SharingAgreement.valid_until_on)
    return select(SharingAgreement.agency_id, last.label("last_on")).group_by(SharingAgreement.agency_id)


def agreements_by_agency(session: Session, on: date) -> list[tuple[Agency, date | None, AgreementState]]:
    """Every active agency by name, with the last day of its latest agreement signed by a day, and its state then."""
    latest = latest_agreements().where(SharingAgreement.signed_on <= on).subquery()
    rows = session.execute(
        select(Agency, latest.c.last_on)
        .outerjoin(latest, latest.c.agency_id == Agency.id)
        .where(Agency.is_active)
        .order_by(Agency.name)
    )
    return [(agency, last_on, agreement_state(last_on, on)) for agency, last_on in rows]
