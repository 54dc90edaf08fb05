"""What does an empty list say of itself, and which first step does it offer?"""

from __future__ import annotations

from typing import Any, ClassVar

from admin_views.kit.page_sets import ListedPageSets
from admin_views.kit.parts import Button
from admin_views.kit.registry import load_screens


class EmptyLists(ListedPageSets):
    """A list without rows: what it is for in the screen's own words, and where to begin."""

    noun: ClassVar[str] = "record"
    list_purpose: ClassVar[str] = ""
    """What the list is for and where its first record comes from, for whoever meets it empty."""
    list_begins_at: ClassVar[str] = ""
    """The address of the screen where its records are made, when nobody makes them here."""

    def first_step(self) -> Button | None:
        """What an empty list offers: a new record, the screen's own main button, or the screen where it begins."""
        screen: Any = self
        if screen.can_create:
            return Button(f"New {self.noun}", screen.link("create_view"), "main")
        own = next((button for button in self.gathered("list_buttons") if button.tone == "main"), None)
        begins = next((known for known in load_screens() if known.url == self.list_begins_at), None)
        if own is not None or begins is None or not begins.opens("index_view"):
            return own
        return Button(f"Go to {begins.name}", f"{begins.url}/", "main")
