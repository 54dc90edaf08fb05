"""Which words does the partnership use, and which of them has the Board still to confirm?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    ADMINISTRATORS,
    READERS,
    Category,
    Screen,
    action,
    by_value,
    kept_by,
    row_action,
    screen,
    tag,
)
from admin_views.kit.formats import NOTHING
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem, is_in_use, last_place, move_item
from models.rules.core.counts import count_words

_FIXED = ("list_name", "code")


def show_to_be_confirmed(is_provisional: bool | None) -> str:
    """The mark of a word the Board has still to confirm.

    >>> show_to_be_confirmed(True)
    Markup('<strong class="tag amber">To be confirmed</strong>')
    """
    return tag("To be confirmed", "amber") if is_provisional else NOTHING


@screen
class ReferenceItemScreen(Screen):
    """Levels, key areas, grades, BRAG words, reasons and categories. A word in use is taken out of use, not deleted."""

    model = ReferenceItem
    name, noun, plural = "Reference lists", "word", "words"
    list_purpose = (
        "The partnership's own words: levels of intervention, grades, key areas, reasons. A new portal has the "
        "usual ones; add your own."
    )
    url, category, menu_order = "/reference-items", Category.SETTINGS, 10
    roles = kept_by(ADMINISTRATORS, readers=READERS)
    introduction = "The partnership's own words, list by list. Signed records keep the words they were signed with."
    undone_by = {"retire": "restore", "restore": "retire", "move_up": "move_down", "move_down": "move_up"}
    undoes_edits = True
    column_list = ("label", "list_name", "rank", "applies_to", "is_active", "is_to_be_confirmed")
    column_formatters = {"is_to_be_confirmed": by_value(show_to_be_confirmed)}
    column_searchable_list = ("label", "code")
    column_filters = ("list_name", "applies_to", "is_active", "is_to_be_confirmed")
    column_sortable_list = ("label", "list_name", "rank")
    column_default_sort = "in_order"
    form_columns = (
        "list_name",
        "label",
        "code",
        "rank",
        "applies_to",
        "aliases",
        "hint",
        "day_count",
        "is_active",
        "is_to_be_confirmed",
    )
    column_labels = {
        "label": "Word",
        "list_name": "List",
        "rank": "Place in the list",
        "applies_to": "Used for",
        "aliases": "Other words for it",
        "day_count": "Days after the due date",
        "is_active": "In use",
        "is_to_be_confirmed": "Board",
    }
    form_args = {"is_to_be_confirmed": {"label": "To be confirmed by the Board"}}
    column_descriptions = {
        "day_count": "Only for the steps of escalation: from which day after the due date a step is to be taken.",
        "code": "A short name that never changes, without blanks.",
        "rank": "Empty: the last place. For levels a higher place is a higher level of intervention.",
        "aliases": "One a line. Case lists may use any of them.",
    }

    def form_columns_for(self, record: ReferenceItem) -> Sequence[str]:
        return [key for key in self.form_columns if key not in _FIXED] if record.id else self.form_columns

    def on_model_change(self, form: Form, model: ReferenceItem, is_created: bool) -> None:
        if is_created and not model.rank:
            with self.session.no_autoflush:
                model.rank = last_place(self.session, model.list_name)

    def on_model_delete(self, model: ReferenceItem) -> None:
        if is_in_use(self.session, model):
            raise RuleBroken(f"{model.label} is in use, so it cannot be deleted. Take it out of use instead.")

    @row_action("Move up", roles=ADMINISTRATORS)
    def move_up(self, session: Session, item: ReferenceItem) -> str:
        """One place nearer to the start of its list."""
        move_item(session, item, -1)
        return f"{item.label} is now at place {item.rank}."

    @row_action("Move down", roles=ADMINISTRATORS)
    def move_down(self, session: Session, item: ReferenceItem) -> str:
        """One place nearer to the end of its list."""
        move_item(session, item, 1)
        return f"{item.label} is now at place {item.rank}."

    @action("retire", "Take out of use", "Offer these words no longer?", roles=ADMINISTRATORS)
    def retire(self, session: Session, items: list[ReferenceItem]) -> str:
        """Records that use them keep them."""
        for item in items:
            item.is_active = False
        return f"{count_words(len(items), self.noun, self.plural)} out of use."

    @action("restore", "Put into use", "Offer these words again?", roles=ADMINISTRATORS)
    def restore(self, session: Session, items: list[ReferenceItem]) -> str:
        """Refused where another word stands for the same by now."""
        for item in items:
            item.is_active = True
            item.check(session)
        return f"{count_words(len(items), self.noun, self.plural)} in use."

    @action("confirm", "Agreed by the Board", "Mark these words as agreed by the Board?", roles=ADMINISTRATORS)
    def confirm(self, session: Session, items: list[ReferenceItem]) -> str:
        """Take the mark away that a word is provisional."""
        for item in items:
            item.is_to_be_confirmed = False
        return f"{count_words(len(items), self.noun, self.plural)} marked as agreed by the Board."
