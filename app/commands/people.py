"""How does an operator let somebody in: the first administrator, or one more when nobody else can?"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import click
from flask.cli import AppGroup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.printed_links import BY_COMMAND, link_for
from app.commands.kit import command_session, refusals, settings_in_use, show
from app.settings import Settings
from jobs.core.mail import Letter, MailError, compose, send
from models.accounts.access_changes import letterhead_of
from models.accounts.access_links import LINK_PLACE
from models.accounts.invitations import Inviting, invitation_letter, invitation_state, lasts_words
from models.accounts.newcomers import person_to_invite
from models.accounts.sign_in_attempts import last_signed_in
from models.core.access import Role
from models.core.clock import now
from models.partnership.mail_settings import mail_server_in_use
from models.partnership.people import Person

people = AppGroup("people", help="People and how they come in.")


@people.command("invite")
@click.argument("email")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the person may do.")
@click.option("--agency", default="", help="The agency they belong to, by its name in the portal.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@refusals
def invite_command(email: str, name: str, role: str, agency: str, as_json: bool) -> None:
    """Invite somebody: print a link that is good once, for 24 hours, and send it where mail is set."""
    with command_session() as session:
        person = person_to_invite(session, email=email, name=name, role=Role(role), agency=agency)
        link = link_for(session, person, settings_in_use())
        session.commit()
        sent = _sent(session, person, link, settings_in_use())
        facts = {"name": person.name, "email": person.email, "role": person.role, "link": link, "mail": sent}
    words = f"{name} chooses a password with this link, once, within {lasts_words(BY_COMMAND)}:\n\n{link}\n\n{sent}"
    show(facts, as_json=as_json, words=words)


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@refusals
def list_command(as_json: bool) -> None:
    """List everybody with where their invitation stands and when they last signed in."""
    with command_session() as session:
        rows = session.execute(
            select(
                Person.email, Person.role, Person.is_active, invitation_state(func.now()), last_signed_in(Person.id)
            ).order_by(Person.email)
        ).all()
    listed = [_facts(*row) for row in rows]
    lines = [f"{known['email']}  {known['role']}  {known['invitation']}  {known['last']}" for known in listed]
    show({"people": listed}, as_json=as_json, words="\n".join(lines) or "There is nobody yet.")


def _sent(session: Session, person: Person, link: str, settings: Settings) -> str:
    """Send the printed link, straight to the mail server, for no stored message holds it; says what came of that."""
    server = mail_server_in_use(session, settings.fixed, secret=settings.secret_key)
    if server is None:
        return "No mail server is set, so nothing was sent: hand the link over yourself."
    subject, body = invitation_letter(person, Inviting(letterhead=letterhead_of(session), lasts=BY_COMMAND))
    letter = Letter(person.name, person.email, subject, body.replace(LINK_PLACE, link))
    try:
        send(server, compose(letter, sender=server.sender, token=str(uuid4()), written_at=now()))
    except MailError as trouble:
        return f"The mail did not leave. {trouble.sentence} Hand the link over yourself."
    return f"The link was sent to {person.email}."


def _facts(email: str, role: Role, is_active: bool, state: Any, last: Any) -> dict[str, Any]:
    stands = state.label if is_active else "May not sign in"
    moment = f"{last:%Y-%m-%d %H:%M} UTC" if last else "never"
    return {"email": email, "role": role.value, "invitation": stands, "last": moment}
