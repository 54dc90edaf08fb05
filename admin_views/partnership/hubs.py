"""Which hubs are there, who is their officer, and who sits in their project teams?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    ADMINISTRATORS,
    OFFICERS,
    Button,
    Category,
    Fact,
    Importable,
    Panel,
    Place,
    Screen,
    TextField,
    actor,
    by_value,
    kept_by,
    role,
    screen,
    show_tag,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.formats import show_date
from admin_views.kit.lists.choices import ChoiceLoader, Narrow
from admin_views.kit.registry import link_to
from admin_views.partnership.strategic_priorities import reviews_panel
from models.core.access import Role
from models.core.addresses import list_address
from models.core.clock import today
from models.partnership.hubs import Hub
from models.partnership.memberships import Membership, core_seats_in_words, hubs_run_by, may_run_hub, missing_core_seats
from models.partnership.people import Person, holder_name
from models.reviews.own_reviews import of_run_review
from models.reviews.thematic_reviews import ThematicReview


@screen
class HubScreen(Screen):
    """Hubs, for everybody to read and administrators to keep."""

    model = Hub
    name, noun, plural = "Hubs", "hub", "hubs"
    list_purpose = (
        "A hub scrutinises how agencies work together, for children, for adults or for both, and runs the "
        "thematic reviews. Set one up with its officer."
    )
    url, category, menu_order = "/hubs", Category.PEOPLE, 30
    stands_in = Place.AGENCIES
    roles = kept_by(ADMINISTRATORS)
    undoes_edits = True
    column_list = ("name", "kind", "officer_id", "is_active")
    column_formatters = {"kind": by_value(show_tag)}
    column_searchable_list = ("name",)
    column_filters = ("kind", "officer_id", "is_active")
    column_sortable_list = ("name", "kind")
    column_default_sort = "name"
    form_columns = ("name", "kind", "officer_id", "purpose", "is_active")
    form_overrides = {"purpose": TextField}
    importable = Importable(keys=(("name",),), is_of_partnership=True)
    column_labels = {"officer_id": "Officer", "is_active": "Active"}
    column_descriptions = {
        "officer_id": "The officer runs the hub's reviews; so does whoever sits in its team as an officer.",
        "purpose": "One or two sentences for people outside.",
        "is_active": "A hub that has ended stays in old records but is no longer offered.",
    }
    form_args = {"officer_id": {"narrow": lambda people: people.where(Person.role == Role.OFFICER)}}

    def facts(self, session: Session, record: Hub) -> list[Fact]:
        if actor().is_agency_bound:  # an agency sees its own seats only, and would be told of gaps that are none
            return []
        return [Fact("Core membership", core_seats_in_words(missing_core_seats(session, record.id, today())))]

    def panels(self, session: Session, record: Hub) -> list[Panel]:
        return [_team(session, record), reviews_panel(session, hub_id=record.id)]


def _team(session: Session, hub: Hub) -> Panel:
    """The hub's seats as far as the asking person may see them: those held now first, then by name."""
    statement = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.hub_id == hub.id)
        .order_by(Membership.ends_on < today(), Membership.seat, Person.name)
    )
    rows = [
        (link_to(person, holder_name(session, person.id)), seat.seat.label, show_date(seat.starts_on), _until(seat))
        for seat, person in session.execute(statement)
    ]
    buttons = [Button("All memberships", list_address(Membership, hub_id=hub.id))]
    if may_run(session, hub.id):
        buttons.append(Button("Add a member", list_address(Membership, "new", hub_id=hub.id)))
    return Panel("Project team", ("Person", "Seat", "First day", "Last day"), rows, buttons=buttons)


def _until(membership: Membership) -> str:
    return show_date(membership.ends_on) if membership.ends_on else "To date"


def may_run(session: Session, hub_id: int | None) -> bool:
    """Whether the person who asks may run that hub's reviews and team (DESIGN section 5: officers, of their hubs)."""
    return may_run_hub(session, actor(), hub_id, today())


def may_write_in(session: Session, review_id: int | None) -> bool:
    """Whether forms offer that review to the person who asks: officers those they run, and no review at all."""
    review = session.get(ThematicReview, review_id) if review_id is not None else None
    return may_run(session, review.hub_id) if review is not None else role() in OFFICERS


def own_hubs_only(hub_id: Any) -> Any:
    """For choices: narrows a statement to rows whose hub the asking officer runs; administrators see every row."""

    def narrow(statement: Select[Any]) -> Select[Any]:
        if actor().role is Role.ADMINISTRATOR:
            return statement
        return statement.where(hub_id.in_(hubs_run_by(actor().person_id, today())))

    return narrow


def own_reviews_only(review_id: Any, *, kept: int | None = None) -> Narrow:
    """For choices: narrows them to those that hang, by this column, on a review that the asking person runs.

    What hangs on no review stays, and what a record has been given before (the review `kept`).
    """

    def narrow(statement: Select[Any]) -> Select[Any]:
        is_own = of_run_review(review_id, actor(), today())
        return statement.where(or_(is_own, review_id.is_(None), review_id == kept))

    return narrow


def offer_own_reviews(form: Form, record: Any) -> None:
    """Let a form's `review_id` name only a review that the asking person runs, or the one the record has already."""
    if "review_id" in form and isinstance(form["review_id"], RecordField):
        kept = record.review_id if record.id else None
        form["review_id"].loader = ChoiceLoader(ThematicReview, own_reviews_only(ThematicReview.id, kept=kept))
