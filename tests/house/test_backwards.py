"""Do tests meet rows in an order that nobody asked for?"""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.partnership.agencies import Agency
from tests import make


def test_rows_without_an_order_come_last_one_first_and_those_with_one_as_asked(session: Session) -> None:
    names = [make.agency(session, name).name for name in ("Ash", "Birch", "Cedar")]
    mine = select(Agency.name).where(Agency.name.in_(names))
    assert session.scalars(mine).all() == names[::-1]
    assert session.scalars(mine.order_by(Agency.name)).all() == names
    assert session.scalars(text("SELECT generate_series(1, 3)")).all() == [1, 2, 3]
