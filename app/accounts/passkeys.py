"""How does a person set passkeys up, name them, take them away, and sign in with one?"""

from __future__ import annotations

from typing import NamedTuple, cast

from flask import Blueprint, Flask, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from sqlalchemy.orm import Session

from app.accounts.access_links import forget_link, link_here, page_of_link
from app.accounts.passkey_challenges import (
    address_with_passkeys,
    party,
    read_answer,
    registration_options,
    sign_in_options,
)
from app.auth import PER_ADDRESS, enter, safe_next
from app.confirmations import confirm, is_fresh, keeps_a_password
from app.known_browsers import asker
from app.security import limiter
from app.sign_in_desk import browser, desk
from models.accounts.access_changes import BY_ONESELF
from models.accounts.access_links import LinkPurpose, use_link
from models.accounts.passkey_answers import Party
from models.accounts.passkeys import (
    Passkey,
    add_passkey,
    answering_passkey,
    note_two_factor,
    passkeys_of,
    remove_passkey,
    rename_passkey,
    settle_by_passkey,
    user_handle_of,
)
from models.accounts.recovery_codes import forget_idle_codes
from models.accounts.second_factors import has_factor
from models.accounts.sign_in_attempts import AttemptKind
from models.accounts.sign_ins import SignedIn, SignInWay, browser_words, renew_token
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person

SIGN_IN, SET_UP, ACCEPT = "sign in", "set up", "accept"
LONGEST_ANSWER = 20_000
_OPTIONS_PER_ADDRESS = "120 per minute"  # every look at the sign-in page asks once, and an agency may be one address
_REFUSED = "That passkey is not known here."
_NOT_HERE = "Passkeys do not work at this address."
passkeys = Blueprint("passkeys", __name__)


class Admission(NamedTuple):
    """A token when the passkey lets somebody in; otherwise the sentence why not."""

    token: str | None
    sentence: str = ""


def offer_passkeys(app: Flask) -> None:
    """Put passkeys into the portal."""
    app.register_blueprint(passkeys)
    words = {"passkey_party": party, "address_with_passkeys": address_with_passkeys, "own_passkeys": own_passkeys}
    app.context_processor(lambda: words)


def own_passkeys() -> list[Passkey]:
    """The passkeys of the person signed in, for the account page."""
    return passkeys_of(desk().session(), _here().person_id)


@passkeys.post("/sign-in/passkey/options/")
@limiter.limit(_OPTIONS_PER_ADDRESS, key_func=asker)
def ask_to_sign_in() -> ResponseReturnValue:
    """For the page's script: the challenge that a passkey is to sign."""
    at = party()
    return _refusal(_NOT_HERE) if at is None else _json(sign_in_options(at, purpose=SIGN_IN))


@passkeys.post("/sign-in/passkey/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def sign_in() -> ResponseReturnValue:
    """Sign in with the answer of a passkey; nobody types an address."""
    at = party()
    admission = Admission(None, _NOT_HERE) if at is None else admit_by_passkey(_answer_text(), at)
    if admission.token is None:
        page = render_template("sign_in.html", email="", problem=admission.sentence or _REFUSED, next=safe_next())
        return page, 422
    return enter(admission.token)


def admit_by_passkey(text: str, at: Party) -> Admission:
    """Whoever a passkey's answer lets in. Each try is recorded before it is looked at, also a stranger's."""
    database, moment = desk().session(), now()
    answer, _ = read_answer(text, at, purpose=SIGN_IN)
    passkey = answering_passkey(database, answer)
    owner = database.get(Person, passkey.person_id) if passkey is not None else None
    email = owner.email if owner is not None else ""
    attempt = desk().open_attempt(email, AttemptKind.PASSKEY)
    settled = settle_by_passkey(database, attempt, passkey, answer, now=moment)
    token = None
    if settled.person is not None:
        desk().act_for(database, settled.person.id)
        token = desk().token(settled.person, way=SignInWay.PASSKEY, is_two_factor=True)
    database.commit()
    return Admission(token, settled.sentence)


@passkeys.post("/invitation/passkey/options/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def ask_to_accept() -> ResponseReturnValue:
    """For the page's script: what the browser needs to make an invited person's first passkey."""
    session, at = desk().session(), party()
    if at is None:
        return _refusal(_NOT_HERE)
    try:
        link = link_here(session, LinkPurpose.INVITATION)
    except RuleBroken as refusal:
        return _refusal(refusal.sentence)
    person, handle = session.get_one(Person, link.person_id), user_handle_of(session, link.person_id)
    return _json(registration_options(at, person, [], purpose=f"{ACCEPT} {person.id}", handle=handle))


@passkeys.post("/invitation/passkey/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def accept() -> ResponseReturnValue:
    """Accept an invitation with a passkey in place of a password."""
    return page_of_link(LinkPurpose.INVITATION, "accounts/invitation.html", _accepted)


def _accepted(session: Session, token: str) -> ResponseReturnValue:
    """The passkey is kept first: an answer that does not hold uses no invitation up."""
    person = use_link(session, token, purpose=LinkPurpose.INVITATION, now=now())
    codes = keep_passkey(session, person, purpose=f"{ACCEPT} {person.id}")
    forget_link(LinkPurpose.INVITATION)
    sign_in_token = desk().token(person, way=SignInWay.PASSKEY, is_two_factor=True)
    session.commit()
    enter(sign_in_token)
    return render_template("passkeys/codes.html", codes=codes, back=url_for("home.index_view"))


@passkeys.get("/account/passkeys/")
@login_required
def own() -> ResponseReturnValue:
    """A person's passkeys."""
    return _page()


@passkeys.post("/account/passkeys/options/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def ask_to_set_up() -> ResponseReturnValue:
    """For the page's script: what the browser needs to make a passkey, given a fresh sign-in or the password."""
    session, here, at = desk().session(), _here(), party()
    if at is None:
        return _refusal(_NOT_HERE)
    try:
        confirm(session, here, request.form.get("password", ""))
    except RuleBroken as refusal:
        return _refusal(refusal.sentence)
    person, handle = session.get_one(Person, here.person_id), user_handle_of(session, here.person_id)
    kept = passkeys_of(session, here.person_id)
    return _json(registration_options(at, person, kept, purpose=SET_UP, handle=handle))


@passkeys.post("/account/passkeys/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def set_up() -> ResponseReturnValue:
    """Keep the passkey that the person's device has made; from now on this sign-in counts as one with two factors,
    under a new token.
    """
    session, here = desk().session(), _here()
    try:
        person = session.get_one(Person, here.person_id)
        codes = keep_passkey(session, person, purpose=SET_UP)
        note_two_factor(session, here.sign_in_id)
        token = renew_token(session, here.sign_in_id)
    except RuleBroken as refusal:
        session.rollback()
        return _page(refusal.sentence)
    session.commit()
    browser().go_on(token)
    flash("Your passkey is set up.", "success")
    back = url_for("passkeys.own")
    return render_template("passkeys/codes.html", codes=codes, back=back) if codes else redirect(back)


def keep_passkey(session: Session, person: Person, *, purpose: str) -> list[str]:
    """Keep the passkey of this request's form for a person; returns recovery codes with their first second factor."""
    at = party()
    if at is None:
        raise RuleBroken(_NOT_HERE)
    answer, handle = read_answer(_answer_text(), at, purpose=purpose)
    name, device = request.form.get("name", "")[:200], browser_words(request.user_agent.string)
    return add_passkey(session, person, answer, handle=handle, name=name, device=device)


@passkeys.post("/account/passkeys/<int:passkey_id>/rename/")
@login_required
def rename(passkey_id: int) -> ResponseReturnValue:
    """Call one's passkey something else."""
    session = desk().session()
    try:
        rename_passkey(session, _here().person_id, passkey_id, request.form.get("name", "")[:200])
    except RuleBroken as refusal:
        session.rollback()
        return _page(refusal.sentence)
    session.commit()
    flash("The passkey has its new name.", "success")
    return redirect(url_for("passkeys.own"))


@passkeys.post("/account/passkeys/<int:passkey_id>/remove/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def remove(passkey_id: int) -> ResponseReturnValue:
    """Take a passkey away, given a fresh sign-in or the password; never the last way in."""
    session, here = desk().session(), _here()
    try:
        confirm(session, here, request.form.get("password", ""))
        gone = remove_passkey(session, here.person_id, passkey_id, by=BY_ONESELF)
        if here.role in desk().forced_roles() and not _has_second(session, here.person_id):
            raise RuleBroken("Your role must sign in with a second factor: set another one up first.")
        forget_idle_codes(session, here.person_id)
    except RuleBroken as refusal:
        session.rollback()
        return _page(refusal.sentence)
    session.commit()
    flash(f"The passkey {gone.name} is removed; it opens nothing here any more.", "success")
    return redirect(url_for("passkeys.own"))


def _has_second(session: Session, person_id: int) -> bool:
    return has_factor(session, person_id) or bool(passkeys_of(session, person_id))


def _page(problem: str = "") -> ResponseReturnValue:
    session, here = desk().session(), _here()
    has_password = keeps_a_password(session, here.person_id)
    page = render_template(
        "passkeys/own.html",
        email=here.email,
        kept=passkeys_of(session, here.person_id),
        asks_password=has_password and not is_fresh(session, here),
        asks_sign_in=not has_password and not is_fresh(session, here),
        is_forced=here.role in desk().forced_roles(),
        has_factor=has_factor(session, here.person_id),
        problem=problem,
    )
    return page, 422 if problem else 200


def _answer_text() -> str:
    return request.form.get("credential", "")[:LONGEST_ANSWER]


def _json(text: str) -> ResponseReturnValue:
    return Response(text, mimetype="application/json")


def _refusal(sentence: str) -> ResponseReturnValue:
    """For the page's script, which shows the sentence."""
    return jsonify(problem=sentence), 422


def _here() -> SignedIn:
    return cast(SignedIn, browser().signed_in)
