"""Who sits in which hub, for which agency, and from when to when?"""

from __future__ import annotations

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from wtforms import Form

from admin_views.kit.base import (
    ADMINISTRATORS,
    OFFICERS,
    READERS,
    Category,
    Filter,
    Importable,
    Place,
    Screen,
    TextField,
    action,
    already_sent,
    expose,
    kept_by,
    screen,
)
from admin_views.kit.fields import DayField, RecordField, Required, all_problems
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.pages import MOST_AT_ONCE
from admin_views.partnership.hubs import may_run, own_hubs_only
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.hubs import Hub
from models.partnership.memberships import Membership, end_memberships, lasting, refuse_other_teams
from models.partnership.people import Person
from models.rules.core.counts import count_words
from models.rules.core.keys import keys_in

_NOT_THEIRS = "You look after the teams of your own hubs only."


class EndingForm(Form):
    """On which day several seats end."""

    ends_on = DayField("Last day", validators=[Required()])


@screen
class MembershipScreen(Screen):
    """Dated seats in the hubs' project teams; officers look after the teams of their own hubs."""

    model = Membership
    name, noun, plural = "Memberships", "membership", "memberships"
    list_purpose = (
        "Who sits in which hub's project team, for which agency, and since when. Police, social care and health "
        "are the core of every team."
    )
    url, category, menu_order = "/memberships", Category.PEOPLE, 40
    stands_in = Place.AGENCIES
    roles = kept_by(OFFICERS, readers=READERS, delete=ADMINISTRATORS)
    column_list = ("person_id", "hub_id", "seat", "agency_id", "starts_on", "ends_on")
    column_filters = (
        Filter(
            "now",
            "Held today",
            options=(("yes", "Yes"), ("no", "No")),
            apply=lambda answer: lasting(today()) if answer == "yes" else ~lasting(today()),
        ),
        "hub_id",
        "seat",
        "agency_id",
        "person_id",
        "starts_on",
    )
    column_sortable_list = ("person_id", "hub_id", "starts_on", "ends_on")
    column_default_sort = ("starts_on", True)
    form_columns = ("hub_id", "person_id", "agency_id", "seat", "starts_on", "ends_on", "note")
    form_overrides = {"note": TextField}
    importable = Importable(
        keys=(("hub_id", "person_id", "seat", "starts_on"), ("hub_id", "person_id", "seat")),
        kept_when_empty=("agency_id",),
        aliases={"starts_on": ("Start", "From"), "ends_on": ("End", "Until")},
        refuse=refuse_other_teams,
        is_of_partnership=True,
    )
    column_labels = {"starts_on": "First day", "ends_on": "Last day"}
    column_descriptions = {
        "ends_on": "Leave empty while it lasts.",
        "agency_id": "Leave empty to take the person's own agency.",
    }

    def name_of(self, record: Membership) -> str:
        person, hub = self.session.get(Person, record.person_id), self.session.get(Hub, record.hub_id)
        return f"{person}, {record.seat.label} ({hub})"

    def build_new_instance(self) -> Membership:
        return Membership(hub_id=request.args.get("hub_id", type=int), starts_on=today())

    def on_form_ready(self, form: Form, record: Membership) -> None:
        if isinstance(form["hub_id"], RecordField):
            form["hub_id"].loader = ChoiceLoader(Hub, own_hubs_only(Hub.id))

    def can_edit_record(self, record: Membership) -> bool:
        return may_run(self.session, record.hub_id)

    @action("end", "End on a day", "", roles=OFFICERS)
    def end(self, session: Session, memberships: list[Membership]) -> ResponseReturnValue:
        """Ask for the day on a page of its own."""
        return redirect(self.link("ending", ids=[membership.id for membership in memberships]))

    @expose("/ending/", roles=OFFICERS, methods=("GET", "POST"))
    def ending(self) -> ResponseReturnValue:
        """Let several seats end on one day."""
        memberships = self._asked()
        form = EndingForm(sent_form(), ends_on=today())
        problems: list[tuple[str, str]] = []
        if request.method == "POST":
            problems = self._ended(form, memberships)
            if not problems:
                return redirect(self.list_url())
        shown = self.render("memberships/ending.html", form=form, records=memberships, problems=problems)
        return shown, 422 if problems else 200

    def _asked(self) -> list[Membership]:
        keys = keys_in(request.values.getlist("ids")[:MOST_AT_ONCE])
        if not keys:
            raise NotFound
        return [self.get_record(key) for key in keys]

    def _ended(self, form: EndingForm, memberships: list[Membership]) -> list[tuple[str, str]]:
        if already_sent(self.session) is not None:
            self.session.rollback()
            return []
        if not form.validate():
            self.session.rollback()
            return all_problems(form)
        try:
            if not all(self.can_edit_record(membership) for membership in memberships):
                raise RuleBroken(_NOT_THEIRS)
            count = end_memberships(self.session, memberships, on=form["ends_on"].data)
        except RuleBroken as refusal:
            self.session.rollback()
            return [("ends_on", refusal.sentence)]
        self.session.commit()
        flash(f"{count_words(count, self.noun, self.plural)} changed.", "success")
        return []
