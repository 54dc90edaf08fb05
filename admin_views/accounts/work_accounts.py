"""Which work account signs whom in, and how is one taken away that no longer should?"""

from __future__ import annotations

from admin_views.kit.base import ADMINISTRATORS, NOBODY, Category, Screen, kept_by, screen
from models.accounts.work_accounts import WorkAccount


@screen
class WorkAccountScreen(Screen):
    """Work accounts as they were matched. Nobody makes or edits one; administrators take one away."""

    model = WorkAccount
    name, noun, plural = "People's work accounts", "work account", "work accounts"
    url, category, menu_order = "/work-accounts", Category.HIDDEN, 61
    roles = kept_by(ADMINISTRATORS, readers=ADMINISTRATORS, export=ADMINISTRATORS, create=NOBODY, edit=NOBODY)
    column_list = ("person_id", "issuer_id", "matched_at", "used_at")
    column_details_list = ("person_id", "issuer_id", "subject", "matched_at", "used_at")
    column_filters = ("issuer_id",)
    column_sortable_list = ("matched_at", "used_at")
    column_default_sort = ("matched_at", True)
    column_labels = {
        "person_id": "Person",
        "issuer_id": "Issuer",
        "subject": "Subject",
        "matched_at": "First sign-in",
        "used_at": "Last sign-in",
    }
    column_descriptions = {"subject": "The issuer's own, lasting name for the account."}
