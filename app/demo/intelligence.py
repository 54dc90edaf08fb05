"""Which reviews, audits and inspections from elsewhere does the demo know of? All made up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.demo.words import words_of
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


ITEMS = words_of("intelligence", "items", tuple[_Item, ...])


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
