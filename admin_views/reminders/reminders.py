"""Which reminders does the partnership want, and what would each say today?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    OFFICERS,
    STAFF,
    Category,
    Panel,
    Screen,
    TextField,
    action,
    kept_by,
    screen,
)
from models.core.clock import today
from models.reminders.reminders import DIGEST_NAMES, SUBJECT_NAMES, ReminderRule, drafts_of
from models.rules.core.counts import count_words

_SHOWN = 20
_FILLED_WHEN_WRITTEN = {"partnership": "{partnership}", "portal": "{portal}"}


def _offered(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


@screen
class ReminderRuleScreen(Screen):
    """Reminder rules: officers keep them; what a rule would write today is shown beneath it."""

    model = ReminderRule
    name, noun, plural = "Reminder rules", "reminder rule", "reminder rules"
    list_purpose = (
        "When the portal writes to people about work that is due or late, and in which words. A new portal has "
        "the usual rules; add your own."
    )
    url, category, menu_order = "/reminder-rules", Category.SETTINGS, 30
    roles = kept_by(OFFICERS, readers=STAFF, delete=ADMINISTRATORS)
    introduction = "Reminders are written every morning; the weekly digest on Mondays."
    column_list = ("name", "kind", "offset_days", "repeat_days", "recipient", "is_active")
    column_details_list = (*column_list, "subject", "body")
    column_searchable_list = ("name", "subject")
    column_filters = ("kind", "recipient", "is_active")
    column_sortable_list = ("name", "kind")
    column_default_sort = "name"
    form_columns = ("name", "kind", "offset_days", "repeat_days", "recipient", "subject", "body", "is_active")
    form_overrides = {"body": TextField}
    column_labels = {
        "kind": "About",
        "offset_days": "Days from the date",
        "repeat_days": "Repeat every so many days",
        "recipient": "To",
        "subject": "Subject line",
        "body": "Text",
        "is_active": "In use",
    }
    column_descriptions = {
        "offset_days": "Before the date with a minus: -7 is a week before, 0 the day itself, 1 the day after.",
        "repeat_days": "Leave empty to remind once.",
        "body": f"These names are filled in: {_offered(SUBJECT_NAMES)}. In a weekly digest: {_offered(DIGEST_NAMES)}.",
    }

    def panels(self, session: Session, record: ReminderRule) -> list[Panel]:
        drafts = drafts_of(session, record, today(), _FILLED_WHEN_WRITTEN)
        rows = [(draft.recipient_name, draft.subject, draft.body) for draft in drafts[:_SHOWN]]
        title = f"What it says today ({len(drafts)})"
        return [Panel(title, ("To", "Subject line", "Text"), rows, empty="Today there is nothing to remind of.")]

    @action("switch-off", "Switch off", "Switch these rules off?", roles=OFFICERS)
    def switch_off(self, session: Session, rules: list[ReminderRule]) -> str:
        """Messages that are written but not sent yet are withdrawn."""
        for rule in rules:
            rule.is_active = False
        return f"{count_words(len(rules), 'rule is', 'rules are')} switched off."
