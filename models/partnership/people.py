"""Who has a place in the portal, in which role and for which agency?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Computed, ForeignKey, Text, and_, case
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_AGENCIES, OWN_PERSON, READ, Actor, DatabaseRole, Role, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.agencies import Agency

LAST_ADMINISTRATOR = "last_administrator_stays"
"""What the database calls the rule that somebody must be left who may give others their places."""


class Person(Record):
    """Somebody who signs in, or is named as an owner or sponsor. Passwords are kept as Argon2id hashes only."""

    __tablename__ = "people"
    __table_args__ = (
        one_of("role", Role, "known_role"),
        must(
            "role <> 'agency_member' OR agency_id IS NOT NULL",
            name="agency_member_has_agency",
            field="agency_id",
            sentence="An agency member needs an agency.",
        ),
        must(
            "email = lower(email) AND email LIKE '%_@_%'", name="email_valid", sentence="Give a valid e-mail address."
        ),
        {
            "info": {
                "trigger_sentences": {
                    LAST_ADMINISTRATOR: "This is the last administrator who can sign in: make somebody else an "
                    "administrator first, and wait until they have come in."
                }
            }
        },
    )
    left_words: ClassVar[str] = " (has left)"
    """Stands behind the name of somebody who may no longer sign in, wherever they are named as a record's own."""
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        sign_in=("select", "update"),
        officer=READ,
        agency_reads=f"agency_id = ANY {OWN_AGENCIES} OR id = {OWN_PERSON}",
        unlogged_columns=("password_hash", "has_password"),
        hidden=("password_hash",),
    )

    name: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(
        Text, unique=True, active_history=True, info={"sentence": "Somebody already has that e-mail address."}
    )
    job_title: Mapped[str] = mapped_column(Text, server_default="")
    role: Mapped[Role] = mapped_column(choice_column(Role), index=True, active_history=True)
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"), index=True, active_history=True)
    team: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true", active_history=True)
    password_hash: Mapped[str | None] = mapped_column(Text, deferred=True)
    has_password: Mapped[bool] = mapped_column(Computed("password_hash IS NOT NULL", persisted=True), deferred=True)
    accepted_at: Mapped[datetime | None]
    failed_count: Mapped[int] = mapped_column(server_default="0")
    locked_until_at: Mapped[datetime | None]

    agency: Mapped[Agency | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.name

    def check(self, session: Session) -> None:
        self.email = (self.email or "").strip().lower()
        if self.role is Role.AGENCY_MEMBER and self.agency_id is None:
            raise RuleBroken("An agency member needs an agency.", field="agency_id")

    def actor(self, request_id: str = "") -> Actor:
        """This person as the actor of a transaction."""
        return Actor.person(self.id, self.role, self.agency_id, request_id)


def role_in_database() -> ColumnElement[str]:
    """The database's role of a person, as a column of a statement that finds people.

    A role that `Actor.person` does not know is nobody.
    """
    return case(*_database_roles(), else_=str(DatabaseRole.PUBLIC))


def _database_roles() -> Iterator[tuple[ColumnElement[bool], str]]:
    """Each kind of person with the database's role for it, as `Actor.person` says."""
    for role in Role:
        for agency_id in (None, 1):
            belongs = Person.agency_id.is_(None) if agency_id is None else Person.agency_id.is_not(None)
            yield and_(Person.role == role, belongs), str(Actor.person(1, role, agency_id).database_role)


def holder_name(session: Session, person_id: int | None) -> str:
    """The name of whoever holds something now, marked where they have left; empty when there is nobody."""
    person = session.get(Person, person_id) if person_id else None
    return (person.name if person.is_active else f"{person.name}{Person.left_words}") if person is not None else ""


def holder_column(owner: Any) -> ColumnElement[str]:
    """The same in SQL, of people or an alias of them; nothing where there is nobody."""
    return case((owner.is_active, owner.name), else_=owner.name + Person.left_words)


def name_of(session: Session, person_id: int | None) -> str:
    """A person's name; empty when there is nobody."""
    person = session.get(Person, person_id) if person_id else None
    return person.name if person is not None else ""
