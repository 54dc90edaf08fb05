"""Who may come in, what may they see, when were they last here, and with what second factor?"""

from __future__ import annotations

from typing import Any

from admin_views.kit.base import (
    ADMINISTRATORS,
    NOBODY,
    Button,
    Category,
    Filter,
    Screen,
    by_value,
    read_by,
    screen,
    tag,
)
from models.accounts.sign_in_attempts import last_signed_in
from models.core.addresses import list_address
from models.core.clock import now, today
from models.oversight.access_reviews import AccessReview
from models.oversight.accesses import AccessState, FactorState, access_state, factor_state, seats, sees, sponsored
from models.partnership.people import Person

_STATES = tuple((state.value, state.label) for state in AccessState)
_FACTORS = tuple((state.value, state.label) for state in FactorState)
_SHORT = 8  # letters that stand on one line
_COLOURS = {AccessState.LEFT: "grey", AccessState.IN_USE: "green", AccessState.SEATS_ENDED: "red"}


def show_state(word: str) -> str:
    """How somebody's access stands, on its colour."""
    state = AccessState(word)
    label = state.label if len(state.label) > _SHORT else state.label.replace(" ", "\N{NO-BREAK SPACE}")
    return tag(label, _COLOURS.get(state, "amber"))


def show_factor(word: str) -> str:
    return FactorState(word).label


@screen
class AccessScreen(Screen):
    """Everybody in the portal by their access; a row leads to the person's own page."""

    model = Person
    is_second = True
    name, noun, plural = "Who has access", "person", "people"
    list_purpose = "Everybody who may come in, with what they may see and why. It fills as soon as people are invited."
    url, category, menu_order = "/access", Category.PEOPLE, 15
    roles = read_by(ADMINISTRATORS, export=ADMINISTRATORS) | {"details": NOBODY}
    introduction = (
        "What each person may see follows from role and agency; seats and sponsored reviews say why they are here."
    )
    column_list = ("name", "role", "agency_id", "sees", "seats", "sponsored", "state", "last_signed_in", "factor")
    column_expressions = {
        "sees": lambda person: sees(),
        "seats": lambda person: seats(today()),
        "sponsored": lambda person: sponsored(),
        "state": lambda person: access_state(now(), today()),
        "last_signed_in": lambda person: last_signed_in(person.id),
        "factor": lambda person: factor_state(),
    }
    column_formatters = {"state": by_value(show_state), "factor": by_value(show_factor)}
    column_searchable_list = ("name", "email", "job_title")
    column_filters = (
        *("agency_id", "role"),
        Filter("state", options=_STATES, apply=lambda answer: access_state(now(), today()) == answer),
        Filter("factor", options=_FACTORS, apply=lambda answer: factor_state() == answer),
    )
    column_sortable_list = ("name", "role", "agency_id", "last_signed_in")
    column_default_sort = "name"
    column_labels = {
        "sees": "May see",
        "sponsored": "Sponsors",
        "state": "Access",
        "factor": "Second factor",
    }

    def list_buttons(self) -> list[Button]:
        return [Button("Review agency by agency", list_address(AccessReview, "agencies"), "main")]

    def records_address(self) -> str:
        """A row leads to the person."""
        return list_address(Person)

    def list_place(self) -> dict[str, Any]:
        """The person's page does not lead back here: its list is another."""
        return {}

    def get_export_value(self, model: Any, name: str) -> Any:
        value = super().get_export_value(model, name)
        kinds = {"state": AccessState, "factor": FactorState}
        return kinds[name](value).label if name in kinds else value
