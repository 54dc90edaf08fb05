"""Which learning has the demo's first review released, and who has used it?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.learning.briefings import Briefing, draft_briefing
from models.learning.learning_products import LearningProduct, ProductForm
from models.learning.learning_uses import Use, record_use
from models.learning.releases import release_product
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview


class _Product(NamedTuple):
    form: ProductForm
    title: str
    audience: str
    summary: str
    planned_in_days: int
    is_released: bool


PRODUCTS = words_of("learning", "products", tuple[_Product, ...])

_EDITED = words_of("learning", "edited", dict[str, str])


class _Use(NamedTuple):
    place: int
    agency: str
    in_days: int
    people_count: int
    led_by: str


_USES = words_of("learning", "uses", tuple[_Use, ...])


def load_learning(
    session: Session,
    reviews: list[ThematicReview],
    agencies: dict[str, Agency],
    people: dict[str, Person],
    today: date,
) -> None:
    """Five products of all three kinds, three of them out, with a briefing drafted from the review and its uses."""
    products = [_product(session, reviews[0], entry, today) for entry in PRODUCTS]
    for review in reviews[6:]:
        _of_last_year(session, review, today)
    for place, name, days, count, led_by in _USES:
        record_use(
            session,
            products[place],
            use=Use(
                used_on=today + timedelta(days=days),
                people_count=count,
                led_by=led_by,
                note="Made up to show the portal.",
            ),
            agency_id=agencies[name].id,
            person_id=people["officer"].id,
        )


def _of_last_year(session: Session, review: ThematicReview, today: date) -> None:
    """A guide that went out when the review was being disseminated."""
    on = (review.period_ends_on or today) + timedelta(days=240)
    entry = _Product(
        ProductForm.GUIDANCE,
        f"What we learned: {review.title[0].lower()}{review.title[1:]}",
        "Team leaders of all agencies",
        "Two pages: what was found, what changes, whom to ask.",
        (on - today).days,
        True,
    )
    _product(session, review, entry, today)


def _product(session: Session, review: ThematicReview, entry: _Product, today: date) -> LearningProduct:
    planned_on = today + timedelta(days=entry.planned_in_days)
    product = LearningProduct(
        review_id=review.id,
        title=entry.title,
        form=entry.form,
        audience=entry.audience,
        summary=entry.summary,
        planned_on=planned_on,
    )
    session.add(product)
    session.flush()
    if entry.form is ProductForm.SEVEN_MINUTE_BRIEFING:
        _edit(draft_briefing(session, review, product))
    if entry.is_released:
        release_product(session, product, on=planned_on)
    return product


def _edit(briefing: Briefing) -> None:
    """What the officer made of the draft."""
    for name, text in _EDITED.items():
        setattr(briefing, name, text)
