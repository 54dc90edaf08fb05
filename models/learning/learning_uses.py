"""Which agency has used which product, when, with how many people, and which has not?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, RowPolicy
from models.core.clock import today
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.learning.learning_products import LearningProduct
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.partnership.people import Person
from models.partnership.reference_items import Service
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, noun_of

_OWN = f"agency_id = ANY {OWN_AGENCIES}"
_RELEASED = "EXISTS (SELECT FROM learning_products p WHERE p.id = product_id AND p.released_on IS NOT NULL)"


class LearningUse(Record):
    """One occasion on which an agency used a product: a team leader went through it with a number of people."""

    __tablename__ = "learning_uses"
    __table_args__ = (
        must("people_count >= 1", name="learning_reached_somebody", sentence="Count at least one person."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=("select", "insert", "update (used_on, people_count, led_by, note, row_version)"),
        agency_reads=_OWN,
        agency_inserts=f"{_OWN} AND recorded_by_id = {OWN_PERSON} AND {_RELEASED}",
        agency_writes=_OWN,
        agency_updates=("used_on", "people_count", "led_by", "note", "row_version"),
    )

    product_id: Mapped[int] = mapped_column(ForeignKey("learning_products.id", ondelete="CASCADE"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agencies.id"), index=True)
    used_on: Mapped[date] = mapped_column(index=True)
    people_count: Mapped[int]
    led_by: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    product: Mapped[LearningProduct] = relationship(lazy="raise_on_sql")
    agency: Mapped[Agency] = relationship(lazy="raise_on_sql")
    recorded_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    def check(self, session: Session) -> None:
        with session.no_autoflush:
            product = session.get(LearningProduct, self.product_id) if self.product_id else None
        if product is not None:
            _refuse_early(product, self.used_on)


@dataclass(frozen=True)
class Use:
    """That a product was used: when, with how many people, and who led it."""

    used_on: date
    people_count: int
    led_by: str
    note: str = ""


def record_use(
    session: Session, product: LearningProduct, *, agency_id: int, use: Use, person_id: int | None = None
) -> LearningUse:
    """Record that an agency used a product with a number of people. Refuses before its release, and a future day."""
    _refuse_early(product, use.used_on)
    if use.people_count < 1:
        raise RuleBroken("Count at least one person.")
    if not use.led_by.strip():
        raise RuleBroken("Say who led it, by name or role.")
    learning_use = LearningUse(
        product_id=product.id, agency_id=agency_id, used_on=use.used_on, people_count=use.people_count,
        led_by=use.led_by.strip(), note=use.note.strip(), recorded_by_id=person_id,
    )  # fmt: skip
    session.add(learning_use)
    session.flush()
    return learning_use


def _refuse_early(product: LearningProduct, used_on: date) -> None:
    if product.released_on is None:
        raise RuleBroken(f"{product.reference} is not released yet, so nobody can have used it.")
    if used_on < product.released_on:
        raise RuleBroken("It cannot have been used before it was released.")
    if used_on > today():
        raise RuleBroken("It cannot have been used on a day that is still to come.")


@dataclass(frozen=True)
class AgencyUse:
    """How one agency has used a product: how often, with how many people in all, and when last (None: not at all)."""

    agency: Agency
    times: int
    people: int
    last_on: date | None


def uses_by_agency(session: Session, product: LearningProduct) -> list[AgencyUse]:
    """Every agency the review is about, those that have not used the product first, each group by name.

    An agency that works with children only is not expected to use a product of an adults' review, and the other way
    round; if it used it all the same, it is listed. Source: DOMAIN b7 (agencies record use).
    """
    rows = session.execute(
        select(Agency, func.count(LearningUse.id), func.coalesce(func.sum(LearningUse.people_count), 0))
        .add_columns(func.max(LearningUse.used_on))
        .outerjoin(LearningUse, (LearningUse.agency_id == Agency.id) & (LearningUse.product_id == product.id))
        .group_by(Agency.id)
        .having(Agency.is_active & Agency.covers.in_(_expected(session, product)) | (func.count(LearningUse.id) > 0))
        .order_by(func.count(LearningUse.id) > 0, Agency.name)
    )
    return [AgencyUse(agency, times, people, last_on) for agency, times, people, last_on in rows]


def _expected(session: Session, product: LearningProduct) -> list[Service]:
    kind = session.scalar(select(ThematicReview.kind).where(ThematicReview.id == product.review_id))
    if kind is None or kind is HubKind.COMBINED:
        return list(Service)
    return [Service.BOTH, Service(kind.value)]


def use_sentence(uses: Sequence[AgencyUse]) -> str:
    """How far a product has come, in one sentence."""
    used = [each for each in uses if each.times]
    agencies = count_words(len(uses), "agency", "agencies")
    if not used:
        return f"None of {agencies} has used it yet."
    people = count_words(sum(each.people for each in used), "person", "people")
    return f"{len(used)} of {agencies} {noun_of(len(used), 'has', 'have')} used it, with {people} in all."
