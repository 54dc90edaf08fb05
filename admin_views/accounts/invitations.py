"""How do administrators invite people, once more, or no more; and hand over a link where no mail leaves?"""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, make_response
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session, object_session

from admin_views.kit.base import ADMINISTRATORS, PageSet, action, person_id, row_action
from models.accounts.access_changes import letterhead_of
from models.accounts.access_links import LASTS, LinkPurpose, link_path
from models.accounts.invitations import (
    InvitationState,
    Inviting,
    invitation_state_of,
    invite,
    invite_all,
    lasts_words,
    withdraw,
    withdraw_all,
)
from models.accounts.password_asks import password_link, send_password_link
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.mail_settings import mail_server_in_use
from models.partnership.people import Person
from models.rules.core.counts import count_words

Handed = list[tuple[Person, str]]


def has_mail(session: Session) -> bool:
    """Whether the portal's mails leave it; otherwise links are handed over. Refuses a password it cannot open."""
    settings: Any = current_app.extensions["settings"]
    return mail_server_in_use(session, settings.fixed, secret=settings.secret_key) is not None


def _stands_at(*states: InvitationState) -> Any:
    """Whether a person who may sign in stands at one of these: for a button's `shown`."""

    def shown(person: Person) -> bool:
        session = object_session(person)
        return session is not None and person.is_active and invitation_state_of(session, person.id, now()) in states

    return shown


class InvitationPages(PageSet):
    """The buttons of a person's page, and under the list of people, that let somebody in for the first time."""

    @row_action(
        "Invite",
        roles=ADMINISTRATORS,
        tone="main",
        shown=_stands_at(InvitationState.NOT_INVITED, InvitationState.EXPIRED, InvitationState.WITHDRAWN),
    )
    def invite(self, session: Session, person: Person) -> str | ResponseReturnValue:
        """Invite somebody by mail, or by a link that is shown once."""
        return self._invited(session, person)

    @row_action("Send the invitation again", roles=ADMINISTRATORS, shown=_stands_at(InvitationState.INVITED))
    def invite_again(self, session: Session, person: Person) -> str | ResponseReturnValue:
        """A new link; the earlier one stops working."""
        return self._invited(session, person)

    @row_action(
        "Withdraw the invitation",
        roles=ADMINISTRATORS,
        tone="warning",
        confirmation="Withdraw this invitation? Its link stops working.",
        shown=_stands_at(InvitationState.INVITED),
    )
    def withdraw_invitation(self, session: Session, person: Person) -> str:
        """Take an invitation back before it is accepted."""
        withdraw(session, person, now=now())
        return f"The invitation of {person.name} is withdrawn."

    @row_action(
        "Link for a new password",
        roles=ADMINISTRATORS,
        confirmation="Has this person asked you for it, and have you made sure that it is them who asks?",
        shown=_stands_at(InvitationState.ACCEPTED),
    )
    def new_password_link(self, session: Session, person: Person) -> str | ResponseReturnValue:
        """For somebody who has lost every way in; the person chooses the password, nobody else knows it."""
        if invitation_state_of(session, person.id, now()) is not InvitationState.ACCEPTED:
            raise RuleBroken(f"{person.name} has not accepted an invitation yet; invite them instead.")
        if not has_mail(session):
            return self._handed(LinkPurpose.NEW_PASSWORD, [(person, password_link(session, person, **_by_me()))])
        send_password_link(session, person, letterhead_of(session), **_by_me())
        return f"A link for a new password is on its way to {person.name}."

    @action("invite", "Invite", "Invite these people? Who has accepted already is left out.", roles=ADMINISTRATORS)
    def invite_ticked(self, session: Session, people: list[Person]) -> str | ResponseReturnValue:
        """Invite those of the ticked who may sign in and have not accepted, once more where they were invited."""
        invited = invite_all(session, people, _how(session), now=now())
        handed = [(person, token) for person, token in invited if token is not None]
        if handed:
            return self._handed(LinkPurpose.INVITATION, handed)
        left_out = len(people) - len(invited)
        others = f" {count_words(left_out, 'other')} had accepted or may not sign in." if left_out else ""
        return f"{count_words(len(invited), 'invitation is', 'invitations are')} on the way.{others}"

    @action(
        "withdraw",
        "Withdraw invitations",
        "Withdraw the open invitations of these people?",
        roles=ADMINISTRATORS,
        tone="warning",
    )
    def withdraw_ticked(self, session: Session, people: list[Person]) -> str:
        """Take back the open invitations of the ticked."""
        count = withdraw_all(session, people, now=now())
        return f"{count_words(count, 'invitation is', 'invitations are')} withdrawn."

    def invite_new(self, person: Person) -> None:
        """Invite somebody who is being saved; where no mail leaves, say how the link is made."""
        if has_mail(self.session):
            invite(self.session, person, _how(self.session), now=now())
            flash(f"An invitation is on its way to {person.email}.", "success")
        else:
            flash("No mail server is set: press “Invite” for a link that you hand over yourself.", "warning")

    def _invited(self, session: Session, person: Person) -> str | ResponseReturnValue:
        token = invite(session, person, _how(session), now=now())
        if token is not None:
            return self._handed(LinkPurpose.INVITATION, [(person, token)])
        return f"An invitation is on its way to {person.email}."

    def _handed(self, purpose: LinkPurpose, handed: Handed) -> ResponseReturnValue:
        """The page that shows links this once: they stand in no address, no message and no session."""
        portal = current_app.extensions["settings"].address
        links = [(person, f"{portal}{link_path(purpose, token)}") for person, token in handed]
        lasts = lasts_words(LASTS[purpose])
        page = self.render("accounts/handed_links.html", links=links, lasts=lasts, back=self.list_url())
        return make_response(page)  # text would be shown as the sentence of a button


def _how(session: Session) -> Inviting:
    """By whom, and by mail where mails leave."""
    return Inviting(session.get_one(Person, person_id()), letterhead_of(session) if has_mail(session) else None)


def _by_me() -> dict[str, Any]:
    return {"now": now(), "issued_by": person_id()}
