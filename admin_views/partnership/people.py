"""Who has a place in the portal, and who gives it to them?"""

from __future__ import annotations

from sqlalchemy.orm import Session, object_session
from wtforms import Form, PasswordField

from admin_views.kit.base import (
    ADMINISTRATORS,
    READERS,
    STAFF,
    Column,
    Group,
    Screen,
    person_id,
    row_action,
    screen,
    show_tag,
)
from models.accounts.second_factors import has_factor, remove_factor
from models.accounts.sign_ins import set_password, unlock
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person


def _has_factor(person: Person) -> bool:
    session = object_session(person)
    return session is not None and has_factor(session, person.id)


@screen
class PersonScreen(Screen):
    """The people of the portal; administrators give places, roles and first passwords."""

    model = Person
    title, noun, plural = "People", "person", "people"
    path, group, order = "people", Group.PEOPLE, 10
    may = {
        "list": READERS,
        "details": READERS,
        "create": ADMINISTRATORS,
        "edit": ADMINISTRATORS,
        "delete": ADMINISTRATORS,
        "export": STAFF,
    }
    columns = ("name", Column("role", show=show_tag), "agency_id", "job_title", "is_active")
    details = ("name", "email", "role", "job_title", "agency_id", "team", "is_active")
    search = ("name", "email", "job_title", "team")
    filters = ("role", "agency_id", "is_active")
    sort = ("name", "role", "agency_id")
    default_sort = "name"
    fields = ("name", "email", "job_title", "role", "agency_id", "team", "is_active", "new_password")
    labels = {"email": "E-mail address", "is_active": "May sign in"}
    hints = {
        "agency_id": "A manager or member of an agency sees that agency's rows only.",
        "team": "The team within the agency. Nobody audits a case of their own team.",
    }
    extra_fields = {
        "new_password": PasswordField(
            "New password",
            description="Leave empty to keep the password. A new one signs the person out everywhere.",
            render_kw={"autocomplete": "new-password"},
        )
    }

    def save(self, session: Session, form: Form, record: Person) -> Person:
        super().save(session, form, record)
        if form["new_password"].data:
            session.flush()
            set_password(session, record, form["new_password"].data)
        return record

    @row_action("Unlock", roles=ADMINISTRATORS, shown=lambda person: person.is_active)
    def unlock(self, session: Session, person: Person) -> str:
        """Let somebody who mistyped too often try again at once."""
        unlock(session, person, now())
        return f"{person.name} may try to sign in again."

    @row_action(
        "Switch off two-factor sign-in",
        roles=ADMINISTRATORS,
        tone="warning",
        question="Has this person lost the phone, and have you made sure that it is them who asks?",
        shown=_has_factor,
    )
    def remove_factor(self, session: Session, person: Person) -> str:
        """For somebody who has lost the phone and the recovery codes; for oneself it asks for the password instead."""
        if person.id == person_id():
            raise RuleBroken("Switch your own off on your account page.")
        remove_factor(session, person.id)
        return f"{person.name} signs in with the password alone until a second factor is set up again."
