"""Which ends of the change log were published, and do they still stand?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.kit.base import ADMINISTRATORS, READERS, Category, Fact, Screen, by_value, read_by, screen, tag
from admin_views.kit.formats import show_moment
from models.core.published_heads import PublishedHead, stands_in_chain


def show_hash(digest: bytes | memoryview | None) -> str:
    """A digest in hexadecimal digits.

    >>> show_hash(b"\\x0a\\xff")
    '0aff'
    """
    return bytes(digest or b"").hex()


@screen
class PublishedHeadScreen(Screen):
    """The ends of the log's chain as they were told outside; anybody may compare theirs with these."""

    model = PublishedHead
    name, noun, plural = "Published seals", "published seal", "published seals"
    list_purpose = (
        "The end of the change log as it is published each day, by mail and in the Board's pack. The first appears "
        "on the morning after the portal's first day."
    )
    url, category, menu_order = "/published-heads", Category.RECORDS, 14
    roles = read_by(READERS, export=ADMINISTRATORS)
    introduction = "Whoever has kept one of these can tell whether the change log was written anew since."
    column_list = ("published_on", "link_number", "link_hash", "look_count")
    column_details_list = (*column_list, "looks_seal", "looks_from_at", "looks_until_at", "looks_forgotten_at")
    column_formatters = {"link_hash": by_value(show_hash), "looks_seal": by_value(show_hash)}
    column_filters = ("published_on",)
    column_sortable_list = ("published_on",)
    column_default_sort = ("published_on", True)
    column_labels = {
        "published_on": "Day",
        "link_number": "Last change",
        "link_hash": "Its seal",
        "look_count": "Looks sealed",
        "looks_seal": "Seal of the looks",
        "looks_from_at": "Looks from",
        "looks_until_at": "Looks until",
        "looks_forgotten_at": "Looks erased",
    }
    has_history = False

    def name_of(self, record: PublishedHead) -> str:
        return f"Seal of {record.published_on:%d %B %Y}"

    def facts(self, session: Session, record: PublishedHead) -> list[Fact]:
        stands = stands_in_chain(session, str(record))
        words = tag("It stands", "green") if stands else tag("It stands no more", "red")
        return [Fact("In the change log", words), Fact("Published", show_moment(record.published_at))]
