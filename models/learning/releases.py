"""When does learning go out to the agencies, and what must be complete first?"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.clock import today
from models.core.errors import RuleBroken
from models.learning.briefings import Briefing
from models.learning.learning_products import LearningProduct, ProductForm
from models.rules.learning.briefings import unwritten_words


def release_product(session: Session, product: LearningProduct, *, on: date) -> None:
    """Release a product: from now on every agency sees it and can say how it used it.

    Refuses a future day, a product that is released already, one that does not say what it is or whom it is for, and
    a briefing with unwritten points.
    """
    if product.released_on is not None:
        raise RuleBroken(f"{product.reference} is released already.")
    if on > today():
        raise RuleBroken("A product is released on the day itself, not before.")
    if not product.audience.strip():
        raise RuleBroken("Say for whom the product is before it is released.")
    if not product.summary.strip():
        raise RuleBroken("Say in a summary what people will learn before the product is released.")
    if product.form is ProductForm.SEVEN_MINUTE_BRIEFING:
        _refuse_unwritten(session, product)
    product.released_on = on
    session.flush()


def _refuse_unwritten(session: Session, product: LearningProduct) -> None:
    briefing = session.scalar(select(Briefing).where(Briefing.product_id == product.id))
    if briefing is None:
        raise RuleBroken("Draft the briefing before it is released.")
    unwritten = unwritten_words(briefing.points)
    if unwritten:
        raise RuleBroken(unwritten)
