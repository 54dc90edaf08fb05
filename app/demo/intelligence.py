"""Which reviews, audits and inspections from elsewhere does the demo know of? All made up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo import agencies as named
from models.documents.documents import DocumentKind, NewDocument, keep_document
from models.evidence.intelligence_items import IntelligenceItem, IntelligenceKind
from models.evidence.intelligence_uses import take_intelligence, use_in_review
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Strength, Verdict
from models.tools.key_lines import key_lines_of


class _Item(NamedTuple):
    kind: IntelligenceKind
    title: str
    publisher: str
    days_ago: int
    verdict: Verdict
    strength: Strength
    finding: str
    reviews: tuple[int, ...]
    agency: str = ""


ITEMS = (
    _Item(
        IntelligenceKind.PRACTICE_REVIEW,
        "Practice review “Child Alder”",
        "The demo partnership",
        410,
        Verdict.CONCERN,
        Strength.STRONG,
        "Neglect was described in every record and named in none; agencies acted on single events, not on the pattern.",
        (0, 4, 8),
    ),
    _Item(
        IntelligenceKind.PRACTICE_REVIEW,
        "Practice review “Child Birch”",
        "A neighbouring partnership (made up)",
        250,
        Verdict.CONCERN,
        Strength.MODERATE,
        "The child was seen as an offender first. Information on missing episodes reached the school after ten days.",
        (2, 5, 6),
    ),
    _Item(
        IntelligenceKind.SAFEGUARDING_ADULT_REVIEW,
        "Safeguarding Adult Review “Adult Cedar”",
        "The demo partnership",
        320,
        Verdict.CONCERN,
        Strength.STRONG,
        "Self-neglect was taken for a choice of lifestyle. Capacity was assessed once in four years, for one decision.",
        (1, 3, 7),
    ),
    _Item(
        IntelligenceKind.INTERNAL_AUDIT,
        "Audit of health visiting records",
        named.ACUTE_TRUST,
        190,
        Verdict.MIXED,
        Strength.MODERATE,
        "The graded care profile was begun in 18 of 24 families and completed in nine.",
        (0,),
        named.ACUTE_TRUST,
    ),
    _Item(
        IntelligenceKind.INTERNAL_AUDIT,
        "Dip sample of section 42 enquiries",
        named.ADULT_SOCIAL_CARE,
        150,
        Verdict.STRENGTH,
        Strength.WEAK,
        "Desired outcomes were asked for in all ten enquiries looked at, and met in part or in full in eight.",
        (1, 3),
        named.ADULT_SOCIAL_CARE,
    ),
    _Item(
        IntelligenceKind.PARTNER_INSPECTION,
        "Inspection of child protection (made up)",
        "An inspectorate",
        280,
        Verdict.STRENGTH,
        Strength.STRONG,
        "Officers at domestic incidents speak to children and record what they saw and said.",
        (0, 4),
        named.POLICE,
    ),
)


def load_intelligence(
    session: Session,
    reviews: list[ThematicReview],
    agencies: dict[str, Agency],
    people: dict[str, Person],
    today: date,
) -> None:
    """Six items of all four kinds, used in the reviews they bear on; some have become findings."""
    for entry in ITEMS:
        item = _item(session, entry, agencies, today)
        for place in entry.reviews:
            lines = key_lines_of(session, reviews[place].id)
            line = lines[len(entry.title) % len(lines)] if lines else None
            use = use_in_review(session, item, review_id=reviews[place].id, key_line_id=line.id if line else None)
            if line is not None:
                take_intelligence(session, use, person_id=people["officer"].id)


def _item(session: Session, entry: _Item, agencies: dict[str, Agency], today: date) -> IntelligenceItem:
    item = IntelligenceItem(
        kind=entry.kind,
        title=entry.title,
        publisher=entry.publisher,
        published_on=today - timedelta(days=entry.days_ago),
        agency_id=agencies[entry.agency].id if entry.agency else None,
        finding=entry.finding,
        verdict=entry.verdict,
        strength=entry.strength,
        web_address="https://partnership.example/reviews",
    )
    session.add(item)
    session.flush()
    keep_document(
        session,
        NewDocument(
            kind=DocumentKind.EVIDENCE,
            title=f"{entry.title}: summary",
            file_name="summary.txt",
            media_type="text/plain",
            content=f"Fictitious.\n\n{entry.finding}\n".encode(),
        ),
        subject=f"intelligence_items:{item.id}",
    )
    return item
