"""Which learning has the demo's first review released, and who has used it?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo import agencies as named
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


PRODUCTS = (
    _Product(
        ProductForm.SEVEN_MINUTE_BRIEFING,
        "Neglect of the youngest children: seven minutes",
        "Every team that works with families with children under five",
        "What the review found, and what each team can do from tomorrow.",
        -70,
        True,
    ),
    _Product(
        ProductForm.GUIDANCE,
        "Naming neglect: a guide to words in records",
        "Practitioners who write in children's records",
        "Words that describe what a child lives with, in place of words that hide it.",
        -45,
        True,
    ),
    _Product(
        ProductForm.WORKSHOP,
        "Practising the graded care profile together",
        "Health visitors, social workers and family support workers",
        "Two hours on three made-up families, in mixed groups.",
        -20,
        True,
    ),
    _Product(
        ProductForm.SHARING_EVENT,
        "What families told us",
        "Team leaders of all agencies",
        "Parents and practitioners tell what helped.",
        -6,
        False,
    ),
    _Product(
        ProductForm.ONLINE_MODULE,
        "Seeing the pattern: an online module",
        "Everybody who joins a partner agency",
        "Forty minutes with questions, to be taken within three months of starting.",
        40,
        False,
    ),
)

_EDITED = {
    "key_information_1": "Records described neglect and did not name it: in 14 of 20 files the word first stood in the"
    " plan for child protection.",
    "key_information_2": "Agencies acted on single events. Nobody set missed appointments, school meals and calls to"
    " the home beside each other.",
    "key_information_3": "Where a health visitor and a social worker visited together, plans changed within a month.",
    "things_to_remember": "• A young child tells by how they are, not in words.\n• A tidy record can hide an untidy"
    " life.\n• Asking a colleague in another agency takes five minutes.",
}

_USES = (
    (0, named.CHILDRENS_SOCIAL_CARE, -60, 34, "Team managers"),
    (0, named.HEALTH_BOARD, -52, 12, "Designated nurse"),
    (0, named.POLICE, -41, 58, "Shift inspectors"),
    (0, named.EDUCATION, -30, 96, "Designated safeguarding leads"),
    (0, named.ACUTE_TRUST, -28, 21, "Named midwife"),
    (1, named.CHILDRENS_SOCIAL_CARE, -33, 18, "Practice lead"),
    (1, named.ACUTE_TRUST, -15, 9, "Named nurse"),
    (2, named.PARTNERSHIP_TRUST, -18, 14, "Team leader, school nursing"),
)


def load_learning(
    session: Session,
    reviews: list[ThematicReview],
    agencies: dict[str, Agency],
    people: dict[str, Person],
    today: date,
) -> None:
    """Five products of all three kinds, three of them out, with a briefing drafted from the review and its uses."""
    made = [_product(session, reviews[0], entry, today) for entry in PRODUCTS]
    for review in reviews[6:]:
        _of_last_year(session, review, today)
    for place, name, days, count, led_by in _USES:
        record_use(
            session,
            made[place],
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
