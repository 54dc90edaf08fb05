"""Which reminders does the partnership want, and what would each say today?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.kit.base import ADMINISTRATORS, OFFICERS, STAFF, Group, Panel, Screen, bulk_action, screen
from models.core.clock import today
from models.reminders.reminders import DIGEST_NAMES, SUBJECT_NAMES, ReminderRule, drafts_of

_SHOWN = 20
_FILLED_WHEN_WRITTEN = {"partnership": "{partnership}", "portal": "{portal}"}


def _offered(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


@screen
class ReminderRuleScreen(Screen):
    """Reminder rules: officers keep them; what a rule would write today is shown beneath it."""

    model = ReminderRule
    title, noun, plural = "Reminder rules", "reminder rule", "reminder rules"
    path, group, order = "reminder-rules", Group.SETTINGS, 30
    may = {
        "list": STAFF,
        "details": STAFF,
        "create": OFFICERS,
        "edit": OFFICERS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    introduction = "Reminders are written every morning; the weekly digest on Mondays."
    columns = ("name", "kind", "offset_days", "repeat_days", "recipient", "is_active")
    details = (*columns, "subject", "body")
    search = ("name", "subject")
    filters = ("kind", "recipient", "is_active")
    sort = ("name", "kind")
    default_sort = "name"
    fields = ("name", "kind", "offset_days", "repeat_days", "recipient", "subject", "body", "is_active")
    text_areas = ("body",)
    labels = {
        "kind": "About",
        "offset_days": "Days from the date",
        "repeat_days": "Repeat every so many days",
        "recipient": "To",
        "subject": "Subject line",
        "body": "Text",
        "is_active": "In use",
    }
    hints = {
        "offset_days": "Before the date with a minus: -7 is a week before, 0 the day itself, 1 the day after.",
        "repeat_days": "Leave empty to remind once.",
        "body": f"These names are filled in: {_offered(SUBJECT_NAMES)}. In a weekly digest: {_offered(DIGEST_NAMES)}.",
    }

    def panels(self, session: Session, record: ReminderRule) -> list[Panel]:
        drafts = drafts_of(session, record, today(), _FILLED_WHEN_WRITTEN)
        rows = [(draft.recipient_name, draft.subject, draft.body) for draft in drafts[:_SHOWN]]
        title = f"What it says today ({len(drafts)})"
        return [Panel(title, ("To", "Subject line", "Text"), rows, empty="Today there is nothing to remind of.")]

    @bulk_action("Switch off", roles=OFFICERS, question="Switch these rules off?")
    def switch_off(self, session: Session, rules: list[ReminderRule]) -> str:
        """Messages that are written but not sent yet are withdrawn."""
        for rule in rules:
            rule.is_active = False
        return f"{len(rules)} rules are switched off."
