"""What does a person still hold, and who takes it over when they leave?"""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import ADMINISTRATORS, Button, PageSet, Panel, expose, role
from admin_views.kit.fields import RecordField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.holders import HELD_BY
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.holdings import Held, hand_on, held_by, successors
from models.partnership.people import Person


class HoldingPages(PageSet):
    """The part of a person's page that says what they hold, and the page on which it is handed on."""

    def panels(self, session: Session, record: Person) -> list[Panel]:
        """What they hold, each with its list. No page of people is open to an agency's (`PersonScreen.roles`)."""
        rows = [(held_link(held, record),) for held in held_by(session, record, today())]
        title = "Holds" if record.is_active else "Still holds, though they have left"
        return [Panel(title, ("What",), rows, empty="Nothing that is open.")]

    def buttons(self, record: Person) -> list[Button]:
        if role() not in ADMINISTRATORS or not held_by(self.session, record, today()):
            return []
        return [Button("Hand on", self.link("hand_on", record_id=record.id), "" if record.is_active else "main")]

    @expose("/<int:record_id>/hand-on/", roles=ADMINISTRATORS, methods=("GET", "POST"))
    def hand_on(self, record_id: int) -> ResponseReturnValue:
        """Choose who takes over what a person holds, kind by kind; what nobody is chosen for stays."""
        person = self.get_record(record_id)
        holds = held_by(self.session, person, today())
        form = _form(holds, person)(sent_form())
        lead = "Choose who takes over each; anything left at “–” stays where it is. All of it moves together."
        rows = [(held_link(held, person),) for held in holds]
        panels = [Panel("Holds", ("What",), rows, empty="Nothing that is open.")]
        return self.ask(form, self.details_url(record_id), lambda: self._handed_on(person, form), button="Hand on",
                        title=f"Hand on what {person.name} holds", lead=lead, panels=panels)  # fmt: skip

    def _handed_on(self, person: Person, form: Form) -> str:
        chosen = {name: field.data for name, field in form._fields.items() if field.data}
        to = {code: self.session.get_one(Person, key) for code, key in chosen.items()}
        given = hand_on(self.session, person, to, on=today())
        return f"Handed on: {'; '.join(given)}."


def held_link(held: Held, person: Person) -> Markup:
    """How much of one kind, leading to the list that has exactly that."""
    address = list_address(held.kind.table, **{HELD_BY: person.id})
    return Markup('<a href="{}">{}</a>').format(address, held.words)


def held_words(holds: list[Held]) -> str:
    """All that somebody holds, in one part of a sentence.

    >>> held_words([])
    ''
    """
    words = [held.words for held in holds]
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def _form(holds: list[Held], person: Person) -> type[Form]:
    """A form with one choice of a successor for each kind that the person holds."""
    fields: dict[str, Any] = {
        held.kind.code: RecordField(
            f"{held.words}: who takes over?",
            loader=_offered(held, person),
            is_required=False,
        )
        for held in holds
    }
    return type("HandOnForm", (Form,), fields)


def _offered(held: Held, person: Person) -> ChoiceLoader:
    wanted = successors(held.kind, person).with_only_columns(Person.id)

    def narrow(people: Select[Any]) -> Select[Any]:
        return people.where(Person.id.in_(wanted))

    return ChoiceLoader(Person, narrow)
