"""Who has a place in the portal, and who gives it to them?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash
from sqlalchemy import func
from sqlalchemy.orm import Session, object_session
from wtforms import Form

from admin_views.accounts.invitations import InvitationPages
from admin_views.accounts.sign_ins import SignInPages
from admin_views.kit.base import (
    ADMINISTRATORS,
    READERS,
    Category,
    Filter,
    Importable,
    Place,
    Screen,
    by_value,
    kept_by,
    person_id,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.fields import YesField
from admin_views.partnership.holdings import HoldingPages, held_words
from models.accounts.access_changes import actor_words
from models.accounts.invitations import InvitationState, Inviting, invitation_state, invite
from models.accounts.passkeys import passkeys_of, remove_all_passkeys
from models.accounts.second_factors import has_factor, remove_factor
from models.accounts.sign_in_attempts import last_signed_in, unlock, was_kept_out
from models.core.clock import now, today
from models.core.errors import RuleBroken
from models.partnership.holdings import held_by
from models.partnership.people import Person
from models.rules.core.counts import count_words
from models.spreadsheets.import_facts import ImportFacts


def _has_passkey(person: Person) -> bool:
    session = object_session(person)
    return session is not None and bool(passkeys_of(session, person.id))


def _has_factor(person: Person) -> bool:
    session = object_session(person)
    return session is not None and has_factor(session, person.id)


def _was_kept_out(person: Person) -> bool:
    session = object_session(person)
    return session is not None and person.is_active and was_kept_out(session, person, now())


_STATES = tuple((state.value, state.label) for state in InvitationState)


def _invite(session: Session, person: Person, facts: ImportFacts) -> None:
    """Invite somebody who was brought in from a spreadsheet and may sign in."""
    if person.is_active:
        by = session.get_one(Person, facts.person_id)
        invite(session, person, Inviting(by=by, letterhead=facts.letterhead), now=now())


@screen
class PersonScreen(Screen):
    """The people of the portal; administrators give places and roles, and invite. They never know a password."""

    model = Person
    page_sets = (InvitationPages, HoldingPages, SignInPages)
    name, noun, plural = "People", "person", "people"
    list_purpose = (
        "Everybody who signs in, or is named as owner or sponsor. Enter a person, then invite them: nobody but "
        "the person ever knows their password."
    )
    url, category, menu_order = "/people", Category.PEOPLE, 10
    stands_in = Place.AGENCIES
    roles = kept_by(ADMINISTRATORS, readers=READERS)
    column_list = ("name", "role", "agency_id", "job_title", "is_active", "invitation", "last_signed_in")
    column_details_list = ("name", "email", "role", "job_title", "agency_id", "team", *column_list[-3:])
    column_expressions = {
        "invitation": lambda person: invitation_state(func.now()),
        "last_signed_in": lambda person: last_signed_in(person.id),
    }
    column_formatters = {"role": by_value(show_tag), "invitation": by_value(show_tag)}
    column_formatters_detail = {"invitation": by_value(show_tag)}
    column_searchable_list = ("name", "email", "job_title", "team")
    column_filters = (
        *("role", "agency_id", "is_active"),
        Filter("invitation", options=_STATES, apply=lambda answer: invitation_state(func.now()) == answer),
    )
    column_sortable_list = ("name", "role", "agency_id", "last_signed_in")
    column_default_sort = "name"
    form_columns = ("name", "email", "job_title", "role", "agency_id", "team", "is_active", "invite")
    importable = Importable(
        keys=(("email",),),
        aliases={"email": ("E-mail", "Mail"), "name": ("Full name",)},
        tick="Invite the new people by mail",
        after=_invite,
        is_of_partnership=True,
    )
    column_labels = {"email": "E-mail address", "is_active": "May sign in"}
    column_descriptions = {
        "agency_id": "A manager or member of an agency sees that agency's rows only.",
        "team": "The team within the agency. Nobody audits a case of their own team.",
    }
    form_extra_fields = {
        "invite": YesField(
            "Send an invitation",
            default=True,
            description="The person gets a link and chooses a password that nobody else knows.",
        )
    }

    def form_columns_for(self, record: Person) -> Sequence[str]:
        """The tick for an invitation belongs to somebody new; later their page has a button for it."""
        return self.form_columns[:-1] if record.id else self.form_columns

    def on_model_change(self, form: Form, model: Person, is_created: bool) -> None:
        if "invite" in form and form["invite"].data:
            self.session.flush()
            self.pages(InvitationPages).invite_new(model)

    def get_save_return_url(self, model: Person, is_created: bool = False) -> str:
        """The person's page; for somebody who leaves with things in hand, the page on which they are handed on."""
        where: str = super().get_save_return_url(model, is_created)
        holds = [] if model.is_active else held_by(self.session, model, today())
        if not holds:
            return where
        flash(f"{model.name} may no longer sign in and still holds {held_words(holds)}. Hand it on here.", "warning")
        return self.link("hand_on", record_id=model.id)

    @row_action("Unlock", roles=ADMINISTRATORS, shown=_was_kept_out)
    def unlock(self, session: Session, person: Person) -> str:
        """Let somebody who mistyped too often try again at once."""
        unlock(session, person, now())
        return f"{person.name} may try to sign in again."

    @row_action(
        "Switch off two-factor sign-in",
        roles=ADMINISTRATORS,
        tone="warning",
        confirmation="Has this person lost the phone, and have you made sure that it is them who asks?",
        shown=_has_factor,
    )
    def remove_factor(self, session: Session, person: Person) -> str:
        """For somebody who has lost the phone and the recovery codes; for oneself it asks for the password instead."""
        if person.id == person_id():
            raise RuleBroken("Switch your own off on your account page.")
        remove_factor(session, person, by=actor_words(session))
        return f"{person.name} signs in with the password alone until a second factor is set up again."

    @row_action(
        "Remove passkeys",
        roles=ADMINISTRATORS,
        tone="warning",
        confirmation="Has this person lost the device, and have you made sure that it is them who asks?",
        shown=_has_passkey,
    )
    def remove_passkeys(self, session: Session, person: Person) -> str:
        """For somebody who has lost a device; one's own are removed one by one on the account page."""
        if person.id == person_id():
            raise RuleBroken("Remove your own on your account page.")
        count = remove_all_passkeys(session, person)
        return f"{count_words(count, 'passkey')} of {person.name} removed: what is lost opens nothing here any more."
