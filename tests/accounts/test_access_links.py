"""Is a secret link good exactly once, for its own person and purpose, and dead when it should be?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.accounts.access_links import (
    LASTS,
    AccessLink,
    LinkPurpose,
    end_links,
    find_link,
    give_token,
    issue_link,
    prepare_link,
    use_link,
)
from models.accounts.invitations import (
    InvitationState,
    Inviting,
    accept,
    invitation_state_of,
    invite,
    invite_all,
    may_accept,
    withdraw,
    withdraw_all,
)
from models.accounts.newcomers import first_administrator, person_to_invite
from models.accounts.password_changes import accept_with_password, reset_password, set_password
from models.core.access import Role
from models.core.errors import RuleBroken
from models.messages.agency_messages import Letterhead
from models.messages.messages import Message
from models.partnership.people import Person
from tests import make
from tests.web import PASSWORD, member

NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
LETTERHEAD = Letterhead("https://portal.example.org", "Northfield Partnership")
INVITATION, NEW_PASSWORD = LinkPurpose.INVITATION, LinkPurpose.NEW_PASSWORD


@pytest.fixture
def ann(session: Session) -> Person:
    return make.person(session, Role.OFFICER, name="Ann Widdershins")


def test_database_keeps_only_the_hash_of_a_link(session: Session, ann: Person) -> None:
    token = issue_link(session, ann, INVITATION, now=NOW)
    kept = session.scalars(select(AccessLink)).one()
    assert len(token) >= 43, "256 bits"
    assert kept.token_hash is not None
    assert (len(kept.token_hash), token.encode() in kept.token_hash) == (32, False)


@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_link_is_good_until_its_time_is_over_and_looking_does_not_use_it_up(
    session: Session, ann: Person, purpose: LinkPurpose
) -> None:
    token = issue_link(session, ann, purpose, now=NOW)
    for _ in range(3):
        assert find_link(session, token, now=NOW + LASTS[purpose] - MOMENT).person_id == ann.id
    with pytest.raises(RuleBroken, match="has expired"):
        find_link(session, token, now=NOW + LASTS[purpose])
    with pytest.raises(RuleBroken, match="has expired"):
        use_link(session, token, purpose=purpose, now=NOW + LASTS[purpose])


def test_link_is_used_once_and_for_its_own_purpose_only(session: Session, ann: Person) -> None:
    token = issue_link(session, ann, INVITATION, now=NOW)
    with pytest.raises(RuleBroken, match="made for something else"):
        use_link(session, token, purpose=NEW_PASSWORD, now=NOW)
    assert use_link(session, token, purpose=INVITATION, now=NOW) is ann
    for look in (find_link, lambda *given, **named: use_link(*given, purpose=INVITATION, **named)):
        with pytest.raises(RuleBroken, match=r"has been used; each is good once"):
            look(session, token, now=NOW)


@pytest.mark.parametrize("token", ["", "x" * 43, "é"])
def test_token_that_was_never_given_is_not_known(session: Session, ann: Person, token: str) -> None:
    prepare_link(session, ann, INVITATION, now=NOW)  # one without a token yet is nobody's
    with pytest.raises(RuleBroken, match="not known here"):
        find_link(session, token, now=NOW)


def test_newer_link_ends_the_older_of_its_purpose_and_person_only(session: Session, ann: Person) -> None:
    ben = make.person(session, Role.OFFICER, name="Ben")
    first, other = issue_link(session, ann, INVITATION, now=NOW), issue_link(session, ann, NEW_PASSWORD, now=NOW)
    theirs = issue_link(session, ben, INVITATION, now=NOW)
    second = issue_link(session, ann, INVITATION, now=NOW)
    with pytest.raises(RuleBroken, match="a newer one has taken its place"):
        find_link(session, first, now=NOW)
    for token in (second, other, theirs):
        find_link(session, token, now=NOW)
    assert end_links(session, ann.id, now=NOW) == 2
    assert find_link(session, theirs, now=NOW).person_id == ben.id


CHANGES: dict[str, Callable[[Session, Person], object]] = {
    "left": lambda session, person: setattr(person, "is_active", False),
    "left, in plain SQL": lambda session, person: session.execute(
        update(Person).where(Person.id == person.id).values(is_active=False)
    ),
    "another address": lambda session, person: setattr(person, "email", "other@example.org"),
    "another password": lambda session, person: set_password(session, person, PASSWORD),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_link_dies_with_the_access_it_was_made_for(
    session: Session, ann: Person, change: str, purpose: LinkPurpose
) -> None:
    moment = datetime.now(UTC)
    token = issue_link(session, ann, purpose, now=moment)
    CHANGES[change](session, ann)
    session.flush()
    session.expire_all()
    with pytest.raises(RuleBroken, match=r"no longer has this access|was withdrawn"):
        find_link(session, token, now=moment)
    ann.is_active = True
    session.flush()
    with pytest.raises(RuleBroken):
        find_link(session, token, now=moment)


def test_nobody_who_may_not_sign_in_gets_a_link(session: Session, ann: Person) -> None:
    ann.is_active = False
    with pytest.raises(RuleBroken, match="may not sign in"):
        issue_link(session, ann, NEW_PASSWORD, now=NOW)


def test_later_token_of_a_link_replaces_the_earlier_and_begins_its_time_anew(session: Session, ann: Person) -> None:
    link = prepare_link(session, ann, INVITATION, now=NOW, lasts=timedelta(hours=24))
    first = give_token(session, link, now=NOW)
    second = give_token(session, link, now=NOW + timedelta(hours=3))
    with pytest.raises(RuleBroken, match="not known"):
        find_link(session, first, now=NOW)
    assert find_link(session, second, now=NOW).expires_at == NOW + timedelta(hours=27)


# Invitations


def state(session: Session, person: Person, after: timedelta = timedelta()) -> InvitationState:
    return invitation_state_of(session, person.id, NOW + after)


def test_invitation_goes_from_not_invited_to_accepted_by_every_state(session: Session, ann: Person) -> None:
    assert (state(session, ann), may_accept(session, ann, NOW)) == (InvitationState.NOT_INVITED, False)
    invite(session, ann, now=NOW)
    assert (state(session, ann), may_accept(session, ann, NOW)) == (InvitationState.INVITED, True)
    assert state(session, ann, LASTS[INVITATION]) is InvitationState.EXPIRED
    withdraw(session, ann, now=NOW)
    assert state(session, ann) is InvitationState.WITHDRAWN
    with pytest.raises(RuleBroken, match="has no open invitation"):
        withdraw(session, ann, now=NOW)
    token = invite(session, ann, now=NOW)
    accept(session, ann, now=NOW)
    assert (state(session, ann), ann.accepted_at) == (InvitationState.ACCEPTED, NOW)
    with pytest.raises(RuleBroken):
        find_link(session, str(token), now=NOW)
    with pytest.raises(RuleBroken, match="has accepted already"):
        invite(session, ann, now=NOW)
    accept(session, ann, now=NOW + MOMENT)
    assert ann.accepted_at == NOW, "the first time counts"


def test_link_for_a_new_password_is_no_invitation(session: Session, ann: Person) -> None:
    issue_link(session, ann, NEW_PASSWORD, now=NOW)
    assert state(session, ann) is InvitationState.NOT_INVITED


def test_many_are_invited_at_once_but_who_has_accepted_or_left(session: Session, ann: Person) -> None:
    accepted, left = member(session, Role.SPONSOR), make.person(session, Role.MANAGER, is_active=False)
    invited = invite_all(session, [ann, accepted, left], now=NOW)
    assert [(person, bool(token)) for person, token in invited] == [(ann, True)]
    assert withdraw_all(session, [ann, accepted, left], now=NOW) == 1


def test_invitation_by_mail_says_who_invites_and_holds_no_link(session: Session, ann: Person) -> None:
    boss = make.person(session, Role.ADMINISTRATOR, name="Olive Boss")
    assert invite(session, ann, Inviting(boss, LETTERHEAD), now=NOW) is None
    message = session.scalars(select(Message)).one()
    assert (message.address, message.subject) == (ann.email, "Your invitation to Northfield Partnership")
    assert "Olive Boss invites you" in message.body
    assert "7 days" in message.body
    assert "/invitation/" not in message.body


def test_administrator_who_is_named_takes_the_place_of_the_first_one_and_ends_their_link(session: Session) -> None:
    first = first_administrator(session)
    assert first is not None
    printed = str(invite(session, first, now=datetime.now(UTC)))
    named = person_to_invite(session, email="Olive@example.org", name="Olive  Boss", role=Role.ADMINISTRATOR)
    session.expire_all()
    assert (named.id, named.email, named.name) == (first.id, "olive@example.org", "Olive Boss")
    with pytest.raises(RuleBroken):
        find_link(session, printed, now=datetime.now(UTC))
    other = person_to_invite(session, email="ben@example.org", name="Ben", role=Role.ADMINISTRATOR)
    assert other.id != named.id


# Passwords by a link


def test_bad_password_does_not_use_the_invitation_up(session: Session, ann: Person) -> None:
    token = str(invite(session, ann, now=NOW))
    session.commit()
    for bad in ("short", "Widdershins1979"):
        with pytest.raises(RuleBroken, match="words make a good one"):
            accept_with_password(session, token, bad, now=NOW)
        session.rollback()
    assert accept_with_password(session, token, PASSWORD, now=NOW) is ann
    assert state(session, ann) is InvitationState.ACCEPTED


def test_invitation_sets_no_new_password_and_a_reset_accepts_nothing(session: Session, ann: Person) -> None:
    invitation = str(invite(session, ann, now=NOW))
    with pytest.raises(RuleBroken, match="something else"):
        reset_password(session, invitation, PASSWORD, now=NOW)
    person = member(session, Role.SPONSOR)
    reset = issue_link(session, person, NEW_PASSWORD, now=NOW)
    with pytest.raises(RuleBroken, match="something else"):
        accept_with_password(session, reset, PASSWORD, now=NOW)
