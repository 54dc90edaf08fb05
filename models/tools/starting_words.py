"""Which words does a new portal start with, before the partnership makes them its own?

Sources: levels from published multi-agency audits, Ofsted's lists and the NHS adult collection; Ofsted's grades; BRAG
as commonly used in improvement plans; reasons modelled on federal case reviews. The four key areas are placeholders:
Figure 3 of the framework is not public, so they are marked as to be confirmed by the Board.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.partnership.reference_items import ReferenceItem, ReferenceList, Service
from models.tools.rating_scales import give_starting_scales

_LEVEL = ReferenceList.LEVEL_OF_INTERVENTION
_STEP = ReferenceList.ESCALATION_STEP
_C, _A = Service.CHILDREN, Service.ADULTS


class _Word(NamedTuple):
    list_name: ReferenceList
    code: str
    label: str
    applies_to: Service = Service.BOTH
    aliases: tuple[str, ...] = ()
    hint: str = ""
    is_to_be_confirmed: bool = False
    day_count: int | None = None


_WORDS = (
    _Word(_LEVEL, "universal", "Universal", _C, ("universal support", "level 1")),
    _Word(_LEVEL, "contact", "Contact", _C, ("contacts",)),
    _Word(
        _LEVEL, "early_help", "Early help", _C, ("early help assessment", "targeted early help", "level 2", "level 3")
    ),
    _Word(_LEVEL, "referral", "Referral", _C, ("referrals",)),
    _Word(_LEVEL, "closed", "Closed", _C, ("closed episode", "closed case")),
    _Word(_LEVEL, "adopter", "Adopter", _C, ("adopters", "prospective adopter")),
    _Word(_LEVEL, "assessment", "Assessment", _C, ("open assessment", "assessments")),
    _Word(_LEVEL, "care_leaver", "Care leaver", _C, ("care leavers",)),
    _Word(
        _LEVEL,
        "child_in_need",
        "Child in need",
        _C,
        ("children in need", "cin", "child in need plan", "open child in need", "level 4"),
    ),
    _Word(_LEVEL, "section_47", "Section 47", _C, ("section 47 enquiry", "s47", "section 47 and icpc")),
    _Word(
        _LEVEL,
        "child_protection",
        "Child protection plan",
        _C,
        ("child protection", "children subject to a child protection plan", "cp", "cpp"),
    ),
    _Word(
        _LEVEL,
        "looked_after",
        "Looked after",
        _C,
        ("looked after child", "children looked after", "child in care", "children in care", "cla", "lac"),
    ),
    _Word(_LEVEL, "adoption", "Adoption", _C, ("children for adoption",)),
    _Word(_LEVEL, "concern", "Safeguarding concern", _A, ("concern", "safeguarding concern (no enquiry)")),
    _Word(_LEVEL, "other_enquiry", "Other enquiry", _A, ("other safeguarding enquiry", "non-statutory enquiry")),
    _Word(
        _LEVEL,
        "concluded_enquiry",
        "Concluded section 42 enquiry",
        _A,
        ("concluded enquiry", "concluded s42 enquiry", "closed section 42 enquiry"),
    ),
    _Word(
        _LEVEL, "section_42", "Section 42 enquiry", _A, ("s42", "s42 enquiry", "section 42", "open section 42 enquiry")
    ),
    _Word(ReferenceList.KEY_AREA, "leadership", "Leadership and governance", is_to_be_confirmed=True),
    _Word(ReferenceList.KEY_AREA, "practice", "Practice and process", is_to_be_confirmed=True),
    _Word(ReferenceList.KEY_AREA, "workforce", "Workforce knowledge and support", is_to_be_confirmed=True),
    _Word(ReferenceList.KEY_AREA, "voice", "Voice, outcomes and impact", is_to_be_confirmed=True),
    _Word(ReferenceList.GRADE, "outstanding", "Outstanding"),
    _Word(ReferenceList.GRADE, "good", "Good"),
    _Word(ReferenceList.GRADE, "requires_improvement", "Requires improvement"),
    _Word(ReferenceList.GRADE, "inadequate", "Inadequate"),
    _Word(ReferenceList.GRADE, "not_applicable", "Not applicable"),
    _Word(ReferenceList.GRADE, "not_enough_evidence", "Not enough evidence"),
    _Word(ReferenceList.BRAG, "blue", "Blue", hint="Complete and evidenced"),
    _Word(ReferenceList.BRAG, "green", "Green", hint="On track"),
    _Word(ReferenceList.BRAG, "amber", "Amber", hint="At risk; recovery named"),
    _Word(ReferenceList.BRAG, "red", "Red", hint="Overdue or off track"),
    _Word(ReferenceList.ELIMINATION_REASON, "outside_period", "Outside the period"),
    _Word(ReferenceList.ELIMINATION_REASON, "wrong_level", "Recorded at the wrong level"),
    _Word(ReferenceList.ELIMINATION_REASON, "duplicate", "Duplicate, or a sibling is already drawn"),
    _Word(ReferenceList.ELIMINATION_REASON, "agency_not_involved", "The agency was not involved"),
    _Word(ReferenceList.ELIMINATION_REASON, "recently_audited", "Audited in the last 12 months"),
    _Word(ReferenceList.ELIMINATION_REASON, "proceedings", "Under police investigation or before a court"),
    _Word(ReferenceList.ELIMINATION_REASON, "declined", "The person or family declined"),
    _Word(ReferenceList.ELIMINATION_REASON, "transferred", "Transferred to another area"),
    _Word(ReferenceList.ELIMINATION_REASON, "conflict", "Conflict of interest"),
    _Word(ReferenceList.AGENCY_CATEGORY, "local_authority", "Local authority"),
    _Word(ReferenceList.AGENCY_CATEGORY, "social_care", "Social care"),
    _Word(ReferenceList.AGENCY_CATEGORY, "police", "Police"),
    _Word(ReferenceList.AGENCY_CATEGORY, "health", "Health"),
    _Word(ReferenceList.AGENCY_CATEGORY, "education", "Education"),
    _Word(ReferenceList.AGENCY_CATEGORY, "youth_justice", "Youth justice"),
    _Word(ReferenceList.AGENCY_CATEGORY, "probation", "Probation"),
    _Word(ReferenceList.AGENCY_CATEGORY, "fire", "Fire and rescue"),
    _Word(ReferenceList.AGENCY_CATEGORY, "district_council", "District or borough council"),
    _Word(ReferenceList.AGENCY_CATEGORY, "family_courts", "Family courts"),
    _Word(ReferenceList.AGENCY_CATEGORY, "voluntary", "Voluntary and community"),
    _Word(ReferenceList.AGENCY_CATEGORY, "housing", "Housing"),
    _Word(ReferenceList.AGENCY_CATEGORY, "other", "Other"),
    _Word(_STEP, "reminder", "Reminder", hint="The agency is written to", day_count=1),
    _Word(_STEP, "officer_call", "Officer's call", hint="The officer speaks to the agency", day_count=3),
    _Word(_STEP, "sponsor", "Lead sponsor to the agency's lead", hint="A task for the sponsor", day_count=7),
    _Word(_STEP, "executive", "Executive of that agency", day_count=14),
    _Word(_STEP, "board", "Board", day_count=21),
)


def give_starting_words(session: Session) -> int:
    """Fill the lists and scales of a portal that has none; returns how many were added."""
    taken = set(session.scalars(select(ReferenceItem.list_name).group_by(ReferenceItem.list_name)))
    ranks: dict[ReferenceList, int] = {}
    added = 0
    for word in _WORDS:
        if word.list_name in taken:
            continue
        ranks[word.list_name] = ranks.get(word.list_name, 0) + 1
        values = word._asdict() | {"aliases": list(word.aliases)}
        session.add(ReferenceItem(rank=ranks[word.list_name], **values))
        added += 1
    session.flush()
    return added + give_starting_scales(session)
