"""Which agencies does the demo partnership have? Warwickshire's public bodies by name; all they do here is made up.

Facts (names, kinds, codes) are public; no link with the real bodies is meant.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceItem, ReferenceList, Service

_C, _A, _B = Service.CHILDREN, Service.ADULTS, Service.BOTH
_LEAD = "Lead safeguarding partner"
_RELEVANT = "Relevant agency"
_COUNCIL = "Part of the county council"
_COMMISSIONED = "Commissioned service"
_CHARITY = "Voluntary service"


class _Agency(NamedTuple):
    name: str
    category: str
    covers: Service = _B
    partnership_role: str = _RELEVANT
    code: str = ""
    is_statutory: bool = True


CHILDRENS_SOCIAL_CARE = "Warwickshire County Council: Children and Families"
ADULT_SOCIAL_CARE = "Warwickshire County Council: Adult Social Care"
POLICE = "Warwickshire Police"
HEALTH_BOARD = "NHS Coventry and Warwickshire Integrated Care Board"
ACUTE_TRUST = "South Warwickshire University NHS Foundation Trust"
PARTNERSHIP_TRUST = "Coventry and Warwickshire Partnership NHS Trust"
EDUCATION = "Warwickshire County Council: Education Services"
HOUSING = "Registered housing providers"
REFUGE = "Refuge: Warwickshire domestic abuse service"
PROBATION = "The Probation Service: Warwickshire"

AGENCIES = (
    _Agency("Warwickshire County Council", "local_authority", _B, _LEAD, "LA 937; E10000031"),
    _Agency(CHILDRENS_SOCIAL_CARE, "social_care", _C, _COUNCIL),
    _Agency(ADULT_SOCIAL_CARE, "social_care", _A, _COUNCIL),
    _Agency(EDUCATION, "education", _C, _COUNCIL),
    _Agency("Warwickshire County Council: Public Health", "health", _B, _COUNCIL),
    _Agency("Warwickshire Youth Justice Service", "youth_justice", _C),
    _Agency(POLICE, "police", _B, _LEAD),
    _Agency("Office of the Police and Crime Commissioner", "police", _B, "Attends; not a safeguarding partner"),
    _Agency(HEALTH_BOARD, "health", _B, _LEAD, "ODS QWU; E54000018"),
    _Agency(ACUTE_TRUST, "health", code="ODS RJC"),
    _Agency("George Eliot Hospital NHS Trust", "health", code="ODS RLT"),
    _Agency("University Hospitals Coventry and Warwickshire NHS Trust", "health", code="ODS RKB"),
    _Agency(PARTNERSHIP_TRUST, "health", code="ODS RYG"),
    _Agency("West Midlands Ambulance Service University NHS Foundation Trust", "health", code="ODS RYA"),
    _Agency("NHS England: Midlands", "health"),
    _Agency("GP practices in Warwickshire", "health"),
    _Agency("Warwickshire Fire and Rescue Service", "fire"),
    _Agency("North Warwickshire Borough Council", "district_council", code="E07000218"),
    _Agency("Nuneaton and Bedworth Borough Council", "district_council", code="E07000219"),
    _Agency("Rugby Borough Council", "district_council", code="E07000220"),
    _Agency("Stratford-on-Avon District Council", "district_council", code="E07000221"),
    _Agency("Warwick District Council", "district_council", code="E07000222"),
    _Agency(PROBATION, "probation"),
    _Agency("Cafcass", "family_courts", _C),
    _Agency("Myton School", "education", _C, code="URN 136907"),
    _Agency("Warwick School", "education", _C, "Relevant agency (independent school)", "URN 125781"),
    _Agency("Lawrence Sheriff School", "education", _C),
    _Agency("Rugby High School", "education", _C),
    _Agency("Ashlawn School", "education", _C),
    _Agency("Alcester Grammar School", "education", _C),
    _Agency("King Edward VI School, Stratford-upon-Avon", "education", _C),
    _Agency("King Edward VI College, Nuneaton", "education"),
    _Agency("WCG (Warwickshire College Group)", "education"),
    _Agency("North Warwickshire and South Leicestershire College", "education"),
    _Agency(REFUGE, "voluntary", _B, _COMMISSIONED, is_statutory=False),
    _Agency(
        "Warwickshire Community and Voluntary Action",
        "voluntary",
        _B,
        "Infrastructure for the voluntary sector",
        is_statutory=False,
    ),
    _Agency("Barnardo's", "voluntary", _C, _COMMISSIONED, is_statutory=False),
    _Agency("Change Grow Live: Warwickshire", "voluntary", _B, _COMMISSIONED, is_statutory=False),
    _Agency("Compass: Warwickshire school health", "voluntary", _C, _COMMISSIONED, is_statutory=False),
    _Agency("Safeline Warwickshire", "voluntary", _B, _CHARITY, is_statutory=False),
    _Agency("RoSA: rape or sexual abuse support", "voluntary", _B, _CHARITY, is_statutory=False),
    _Agency("Age UK Coventry and Warwickshire", "voluntary", _A, _CHARITY, is_statutory=False),
    _Agency("Coventry and Warwickshire Mind", "voluntary", _B, _CHARITY, is_statutory=False),
    _Agency("Healthwatch Warwickshire", "voluntary", _B, "Consumer champion", is_statutory=False),
    _Agency("Department for Work and Pensions: Jobcentre Plus", "other", _A, "Partner", is_statutory=False),
    _Agency(HOUSING, "housing", _B, "Partner", is_statutory=False),
    _Agency("Independent care providers", "social_care", _A, "Provider", is_statutory=False),
)


def load_agencies(session: Session) -> dict[str, Agency]:
    """The 47 agencies, by name."""
    statement = select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.AGENCY_CATEGORY)
    categories = {item.code: item.id for item in session.scalars(statement)}
    made = {}
    for entry in AGENCIES:
        values = entry._asdict()
        made[entry.name] = Agency(category_id=categories[values.pop("category")], **values)
    session.add_all(made.values())
    session.flush()
    return made
