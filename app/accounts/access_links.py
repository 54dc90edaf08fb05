"""How does somebody who is not signed in come in by a secret link, and how do they ask for a new password?

A link's token stands in an address once, when it is opened: it moves into the browser's own session and the browser
goes on to a clean address, so that it is in no history, log or referrer. Opening uses nothing up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.kit.partnership import partnership_now
from app.auth import PER_ADDRESS, enter
from app.known_browsers import asker, remember_here
from app.security import limiter
from app.sign_in_desk import browser, desk
from models.accounts.access_links import AccessLink, LinkPurpose, find_link
from models.accounts.newcomers import is_unnamed
from models.accounts.password_asks import ask_for_password
from models.accounts.password_changes import accept_with_password, reset_password
from models.accounts.sign_in_attempts import AttemptKind, note_sign_in
from models.accounts.sign_ins import SignInWay
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.rules.accounts.locks import place_of

links = Blueprint("links", __name__)
_KEPT = {LinkPurpose.INVITATION: "invitation", LinkPurpose.NEW_PASSWORD: "new password"}
_NO_LINK = "Open the link in your mail once more; it was opened too long ago, or in another browser."
_NOT_THE_SAME = "The two passwords are not the same."


def take_links(app: Flask) -> None:
    """Put invitations and forgotten passwords into the portal."""
    app.register_blueprint(links)


@links.get("/invitation/<token>/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def open_invitation(token: str) -> ResponseReturnValue:
    """Take the token of an invitation out of the address."""
    return _taken_out(LinkPurpose.INVITATION, token, "links.invitation")


@links.get("/new-password/<token>/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def open_new_password(token: str) -> ResponseReturnValue:
    """Take the token of a link for a new password out of the address."""
    return _taken_out(LinkPurpose.NEW_PASSWORD, token, "links.new_password")


@links.route("/invitation/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, key_func=asker, methods=["POST"])
def invitation() -> ResponseReturnValue:
    """Who is invited, to what, by whom; and how they will sign in from now on."""
    return page_of_link(LinkPurpose.INVITATION, "accounts/invitation.html", _accepted)


@links.route("/new-password/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, key_func=asker, methods=["POST"])
def new_password() -> ResponseReturnValue:
    """A new password in place of a forgotten one."""
    return page_of_link(LinkPurpose.NEW_PASSWORD, "accounts/new_password.html", _reset)


@links.route("/forgotten-password/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, key_func=asker, methods=["POST"])
def forgotten_password() -> ResponseReturnValue:
    """Ask for a link. The answer is the same, and takes the same work, for whoever is known here and who is not."""
    if request.method == "GET":
        return render_template("accounts/forgotten_password.html", is_asked=False)
    session = desk().session()
    network = place_of(request.remote_addr or "")
    ask_for_password(session, email=request.form.get("email", ""), network=network, now=now())
    session.commit()
    return render_template("accounts/forgotten_password.html", is_asked=True)


def link_here(session: Session, purpose: LinkPurpose) -> AccessLink:
    """The good link that this browser has opened; refuses in a sentence where there is none."""
    token = token_here(purpose)
    if not token:
        raise RuleBroken(_NO_LINK)
    return find_link(session, token, now=now())


def token_here(purpose: LinkPurpose) -> str:
    """The token of the link that this browser has opened, "" where there is none."""
    return str(browser().get(_KEPT[purpose], ""))


def forget_link(purpose: LinkPurpose) -> None:
    """Forget the link in this browser, because it is used up."""
    browser().pop(_KEPT[purpose], None)


def _taken_out(purpose: LinkPurpose, token: str, page: str) -> ResponseReturnValue:
    """Keep the token in the browser's own signed cookie, never in the database, where a person's session is kept."""
    if browser().signed_in is None:
        browser()[_KEPT[purpose]] = token[:100]
    return redirect(url_for(page), 303)


def page_of_link(
    purpose: LinkPurpose, template: str, act: Callable[[Session, str], ResponseReturnValue]
) -> ResponseReturnValue:
    """The page of a link: what it is for, or why it is good no more; sent, what it asks is done."""
    if browser().signed_in is not None:
        return render_template("accounts/signed_in_already.html", facts=browser().signed_in), 409
    session = desk().session()
    try:
        link = link_here(session, purpose)
    except RuleBroken as refusal:
        return render_template("accounts/dead_link.html", sentence=refusal.sentence, purpose=purpose), 410
    problem = ""
    if request.method == "POST":
        desk().act_for(session, link.person_id)
        try:
            return act(session, token_here(purpose))
        except RuleBroken as refusal:
            session.rollback()
            problem = refusal.sentence
    return _shown(session, link, template, problem)


def _shown(session: Session, link: AccessLink, template: str, problem: str) -> ResponseReturnValue:
    person = session.get_one(Person, link.person_id)
    inviter = session.get(Person, link.issued_by_id) if link.issued_by_id else None
    page = render_template(
        template,
        invited=person,
        inviter=inviter,
        problem=problem,
        is_unnamed=is_unnamed(person),
    )
    return page, 422 if problem else 200


def _accepted(session: Session, token: str) -> ResponseReturnValue:
    oneself = request.form.get("name", ""), request.form.get("email", "")
    about = (partnership_now().name,)
    person = accept_with_password(session, token, _typed(), now=now(), about=about, oneself=oneself)
    forget_link(LinkPurpose.INVITATION)
    note_sign_in(session, person, kind=AttemptKind.LINK, address=request.remote_addr or "", now=now())
    sign_in = desk().token(person, way=SignInWay.PASSWORD)
    session.commit()
    answer = enter(sign_in)
    flash(f"Welcome, {person.name}. You are signed in.", "success")
    return answer


def _reset(session: Session, token: str) -> ResponseReturnValue:
    """Not signed in by this: whoever has a second factor is still asked for it.

    From now on the browser is known as the person's, so that no stranger's guesses come before their new password.
    """
    person = reset_password(session, token, _typed(), now=now(), about=(partnership_now().name,))
    remember_here(session, person.id, now=now())
    forget_link(LinkPurpose.NEW_PASSWORD)
    session.commit()
    flash("Your new password is set, and you are signed out everywhere. Sign in with it now.", "success")
    return redirect(url_for("auth.sign_in"))


def _typed() -> str:
    form: Any = request.form
    if form.get("new", "") != form.get("again", ""):
        raise RuleBroken(_NOT_THE_SAME)
    return str(form.get("new", ""))[:1000]
