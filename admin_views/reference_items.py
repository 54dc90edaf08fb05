"""Which words does the partnership use, and which of them has the Board still to confirm?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.base import ADMINISTRATORS, READERS, STAFF, Column, Group, Screen, bulk_action, screen, show_tag
from models.reference_items import ReferenceItem


@screen
class ReferenceItemScreen(Screen):
    """Levels, key areas, grades, BRAG words, reasons and categories. A word in use is taken out of use, not deleted."""

    model = ReferenceItem
    title, noun, plural = "Reference lists", "word", "words"
    path, group, order = "reference-items", Group.SETTINGS, 10
    may = {
        "list": READERS,
        "details": READERS,
        "create": ADMINISTRATORS,
        "edit": ADMINISTRATORS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    introduction = "The partnership's own words. Signed records keep the words they were signed with."
    columns = (
        "label",
        Column("list_name", "List", show=show_tag),
        "rank",
        "applies_to",
        "is_active",
        "is_to_be_confirmed",
    )
    search = ("label", "code")
    filters = ("list_name", "applies_to", "is_active", "is_to_be_confirmed")
    sort = ("label", "list_name", "rank")
    default_sort = "list_name"
    fields = ("list_name", "label", "code", "rank", "applies_to", "aliases", "hint", "is_active", "is_to_be_confirmed")
    labels = {
        "label": "Word",
        "list_name": "List",
        "rank": "Place in the list",
        "applies_to": "Used for",
        "aliases": "Other words for it",
        "is_active": "In use",
        "is_to_be_confirmed": "To be confirmed by the Board",
    }
    hints = {
        "code": "A short name that never changes, without blanks.",
        "rank": "For levels: a higher place is a higher level of intervention.",
        "aliases": "One a line. Case lists may use any of them.",
    }

    @bulk_action("Take out of use", roles=ADMINISTRATORS, question="Offer these words no longer?")
    def retire(self, session: Session, items: list[ReferenceItem]) -> str:
        """Records that use them keep them."""
        for item in items:
            item.is_active = False
        return f"{len(items)} words are out of use."

    @bulk_action("Confirmed by the Board", roles=ADMINISTRATORS, question="Mark these words as confirmed by the Board?")
    def confirm(self, session: Session, items: list[ReferenceItem]) -> str:
        """Take the mark away that a word is provisional."""
        for item in items:
            item.is_to_be_confirmed = False
        return f"{len(items)} words are confirmed."
