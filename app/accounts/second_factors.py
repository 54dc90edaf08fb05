"""How does a person turn two-factor sign-in on, give the code, and lose no way back when the phone is lost?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import segno
from flask import Blueprint, Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from itsdangerous import BadSignature, URLSafeTimedSerializer
from markupsafe import Markup
from sqlalchemy.orm import Session

from admin_views.kit.partnership import partnership_now
from admin_views.kit.requests import role
from app.auth import PER_ADDRESS, enter, safe_next
from app.confirmations import confirm_by_password, confirm_by_second_factor, keeps_a_password
from app.known_browsers import asker
from app.security import limiter
from app.settings import Settings
from app.sign_in_desk import HalfWay, browser, desk
from models.accounts.access_changes import BY_ONESELF, tell_of_change
from models.accounts.passkeys import has_passkey
from models.accounts.recovery_codes import codes_left, forget_idle_codes, renew_recovery_codes
from models.accounts.second_factors import (
    address_of_key,
    begin_factor,
    confirm_factor,
    has_factor,
    remove_factor,
    shown_key,
    waiting_factor,
)
from models.accounts.sign_ins import SignedIn, renew_token, revoke
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person

HALF_WAY = timedelta(minutes=5)  # how long a right password waits for its code
_REFUSED = "That code is not right or has been used, or too many have been tried for a while."
_TURNED_ON = "Two-factor sign-in was turned on: after your password the portal asks for a code."
_OPEN = ("auth.", "second_factor.", "passkeys.", "links.", "static", "health.")
second_factor = Blueprint("second_factor", __name__)


def ask_for_second_factor(app: Flask, settings: Settings) -> None:
    """Put two-factor sign-in into the portal."""
    app.extensions["half_way"] = URLSafeTimedSerializer(settings.secret_key, salt="half signed in")
    app.register_blueprint(second_factor)
    app.before_request(send_to_enrol)


def send_to_enrol() -> ResponseReturnValue | None:
    """Send people whose role must use a second factor to set one up before anything else."""
    signed_in = browser().signed_in
    if signed_in is None or signed_in.is_two_factor or (request.endpoint or "").startswith(_OPEN):
        return None
    if role() not in desk().forced_roles():
        return None
    is_enough = has_factor(desk().pages.session, signed_in.person_id)
    return None if is_enough else redirect(url_for("second_factor.own_factor"))


@second_factor.route("/sign-in/code/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, key_func=asker, methods=["POST"])
def give_code() -> ResponseReturnValue:
    """The second page of signing in."""
    half = _half_way()
    if half is None:
        flash("Begin again with your password.", "error")
        return redirect(url_for("auth.sign_in", next=safe_next() or None))
    if request.method == "GET":
        return _code_page(half)
    token = desk().admit_by_code(half, request.form.get("code", "")[:40])
    if token is None:
        return _code_page(half, _REFUSED), 422
    return enter(token)


def _code_page(half: HalfWay, problem: str = "") -> str:
    session = desk().session()
    has = {"has_app": has_factor(session, half.person_id), "has_passkey": has_passkey(session, half.person_id)}
    return render_template("second_factor/code.html", problem=problem, next=safe_next(), **has)


@second_factor.get("/account/two-factor/")
@login_required
def own_factor() -> ResponseReturnValue:
    """Whether two-factor sign-in is on, and how to turn it on, or off."""
    return _page()


@second_factor.post("/account/two-factor/begin/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def begin() -> ResponseReturnValue:
    """Show a fresh key, given the password again."""
    return _with_password(lambda session, person: begin_factor(session, person, key=desk().factor_key))


@second_factor.post("/account/two-factor/confirm/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def confirm() -> ResponseReturnValue:
    """Turn it on with a first code: every other sign-in ends, this one goes on under a new token, and the recovery
    codes are shown once.
    """
    session, here = desk().session(), _here()
    try:
        code = request.form.get("code", "")[:40]
        codes = confirm_factor(session, here.person_id, code, key=desk().factor_key, now=now())
        tell_of_change(session, session.get_one(Person, here.person_id), _TURNED_ON, by=BY_ONESELF, is_out=False)
    except RuleBroken as refusal:
        session.rollback()
        return _page(refusal.sentence)
    revoke(session, person_id=here.person_id, but=here.sign_in_id)
    token = renew_token(session, here.sign_in_id)
    session.commit()
    browser().go_on(token)
    return render_template("second_factor/codes.html", codes=codes)


@second_factor.post("/account/two-factor/codes/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def renew_codes() -> ResponseReturnValue:
    """Ten new recovery codes, given the password and a code again: whoever has them passes for the second factor."""
    codes: list[str] = []

    def renew(session: Session, person: Person) -> None:
        if not (has_factor(session, person.id) or has_passkey(session, person.id)):
            raise RuleBroken("Two-factor sign-in is off.")
        confirm_by_second_factor(session, _here(), request.form.get("code", ""))
        tell_of_change(session, person, "You made new recovery codes.", by=BY_ONESELF, is_out=False)
        codes.extend(renew_recovery_codes(session, person.id))

    answer = _with_password(renew)
    return render_template("second_factor/codes.html", codes=codes) if codes else answer


@second_factor.post("/account/two-factor/off/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def switch_off() -> ResponseReturnValue:
    """Turn it off, given the password and a code again; not for a role that must have it."""

    def remove(session: Session, person: Person) -> None:
        if person.role in desk().forced_roles() and not has_passkey(session, person.id):
            raise RuleBroken("Your role must sign in with a second factor.")
        confirm_by_second_factor(session, _here(), request.form.get("code", ""))
        remove_factor(session, person, by=BY_ONESELF)
        forget_idle_codes(session, person.id)

    return _with_password(remove)


def _with_password(act: Callable[[Session, Person], Any]) -> ResponseReturnValue:
    """Do something to the person's factor when the password is given again, and show the page."""
    session, here = desk().session(), _here()
    try:
        confirm_by_password(session, here, request.form.get("password", ""))
        act(session, session.get_one(Person, here.person_id))
    except RuleBroken as refusal:
        session.rollback()
        return _page(refusal.sentence)
    session.commit()
    return redirect(url_for("second_factor.own_factor"))


def _page(problem: str = "") -> ResponseReturnValue:
    session, here = desk().session(), _here()
    key = _waiting_key(session, here.person_id)
    page = render_template(
        "second_factor/own.html",
        email=here.email,
        is_on=has_factor(session, here.person_id),
        is_forced=here.role in desk().forced_roles(),
        has_passkey=has_passkey(session, here.person_id),
        keeps_password=keeps_a_password(session, here.person_id),
        left=codes_left(session, here.person_id),
        shown=" ".join(key[place : place + 4] for place in range(0, len(key), 4)),
        picture=picture_of(address_of_key(key, email=here.email, issuer=partnership_now().brief_name)) if key else "",
        problem=problem,
    )
    return page, 422 if problem else 200


def _waiting_key(session: Session, person_id: int) -> str:
    """The key that waits for its first code; None when there is none, or none that can still be opened."""
    waiting = waiting_factor(session, person_id)
    try:
        return shown_key(waiting, key=desk().factor_key) if waiting else ""
    except RuleBroken:
        return ""


def picture_of(address: str) -> Markup:
    """A QR code as SVG for the page itself: dark on white in every colour scheme, no style of its own."""
    return Markup(segno.make(address, error="m").svg_inline(scale=5, light="white"))  # noqa: S704 (segno's own shapes)


def _half_way() -> HalfWay | None:
    """The person who gave the right password in this browser, at most HALF_WAY ago."""
    try:
        return HalfWay(*_signer().loads(browser().get("half_way", ""), max_age=int(HALF_WAY.total_seconds())))
    except BadSignature:
        return None


def _signer() -> URLSafeTimedSerializer:
    return cast(URLSafeTimedSerializer, current_app.extensions["half_way"])


def _here() -> SignedIn:
    return cast(SignedIn, browser().signed_in)
