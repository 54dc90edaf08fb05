"""Which agencies does the demo partnership have? Those of Wayfenshire, a county that is nowhere but here.

Names and codes are made up, so that no real organisation stands in the demonstration with something left undone.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem, ReferenceList, Service


class _Agency(NamedTuple):
    name: str
    category: str
    covers: Service = Service.BOTH
    partnership_role: str = "Relevant agency"
    code: str = ""
    is_statutory: bool = True


CHILDRENS_SOCIAL_CARE = "Wayfenshire County Council: Children and Families"
ADULT_SOCIAL_CARE = "Wayfenshire County Council: Adult Social Care"
POLICE = "Wayfenshire Police"
HEALTH_BOARD = "NHS Corlemere and Wayfenshire Integrated Care Board"
ACUTE_TRUST = "South Wayfenshire University NHS Foundation Trust"
PARTNERSHIP_TRUST = "Corlemere and Wayfenshire Partnership NHS Trust"
EDUCATION = "Wayfenshire County Council: Education Services"
HOUSING = "Registered housing providers"
REFUGE = "Reed House: Wayfenshire domestic abuse service"
PROBATION = "The Probation Service: Wayfenshire"

AGENCIES = words_of("agencies", "agencies", tuple[_Agency, ...])


def load_agencies(session: Session) -> dict[str, Agency]:
    """The 47 agencies, by name."""
    statement = select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.AGENCY_CATEGORY)
    categories = {item.code: item.id for item in session.scalars(statement)}
    agencies = {}
    for entry in AGENCIES:
        values = entry._asdict()
        agencies[entry.name] = Agency(category_id=categories[values.pop("category")], **values)
    session.add_all(agencies.values())
    session.flush()
    return agencies
