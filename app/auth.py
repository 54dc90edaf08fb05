"""How does a person sign in, sign out, see where they are signed in, and change their password?"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from admin_views.kit.partnership import partnership_now
from admin_views.kit.requests import Database
from app.confirmations import check_password_again
from app.known_browsers import asker, token_here
from app.security import limiter
from app.sessions import DatabaseSessions, mark_of
from app.settings import Settings
from app.sign_in_desk import HalfWay, SignInDesk, browser, desk
from models.accounts.known_browsers import KnownBrowser, browsers_of, forget_browsers, is_browser
from models.accounts.password_changes import change_password
from models.accounts.second_factors import has_factor
from models.accounts.sign_ins import SignedIn, SignInWay, living_sign_ins, revoke, sign_out
from models.core.clock import now
from models.core.errors import RuleBroken
from models.reminders.calendar_feeds import feed_of

PER_ADDRESS = "30 per minute; 300 per hour"
MOST_BROWSERS = 10  # shown on the account page
_REFUSED = (
    "That e-mail address and password do not fit together, or too many have been tried for a while. The mail of "
    "“Forgotten your password?” lets you in also meanwhile."
)
auth = Blueprint("auth", __name__)


class Visitor(UserMixin):
    """The signed-in person as Flask-Login knows them."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.facts = signed_in
        self.name, self.email, self.role = signed_in.name, signed_in.email, signed_in.role

    def get_id(self) -> str:
        return str(self.facts.person_id)


def start_sign_in(app: Flask, pages: Database, database: Database, settings: Settings) -> None:
    """Put sign-in and the account page into the portal; its `database` is reached by a login of its own."""
    manager = LoginManager(app)
    manager.login_view = "auth.sign_in"
    manager.login_message = None
    manager.session_protection = None  # the sign-in itself is kept in the database and checked on every request
    manager.user_loader(load_visitor)
    app.extensions["sign_in"] = SignInDesk(pages, database, settings)
    app.register_blueprint(auth)


def load_visitor(key: str) -> Visitor | None:
    """The person of this request's sign-in; the cookie's word alone is worth nothing."""
    signed_in = browser().signed_in
    return Visitor(signed_in) if signed_in is not None and str(signed_in.person_id) == key else None


@auth.route("/sign-in/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, key_func=asker, methods=["POST"])
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if request.method == "GET":
        return render_template("sign_in.html", email="", problem="", next=safe_next())
    email = request.form.get("email", "")[:320]
    try:
        token, problem = desk().admit(email, request.form.get("password", "")[:1000]), _REFUSED
    except RuleBroken as refusal:
        token, problem = None, refusal.sentence
    if token is None:
        return render_template("sign_in.html", email=email, problem=problem, next=safe_next()), 422
    if isinstance(token, HalfWay):
        browser()["half_way"] = current_app.extensions["half_way"].dumps(list(token))
        return redirect(url_for("second_factor.give_code", next=safe_next() or None))
    return enter(token)


def enter(token: str, target: str = "") -> ResponseReturnValue:
    """Go on as the person of the token, under a new session id, to a page of the portal or to where they wanted."""
    target = target or safe_next() or url_for("home.index_view")
    signed_in = cast(DatabaseSessions, current_app.session_interface).find(token)
    left = browser().get("work_account")
    if signed_in is not None:
        browser().begin(token, signed_in)
        browser()["work_account"] = left
        login_user(Visitor(signed_in))
    return redirect(target)


def safe_next() -> str:
    """The address the person wanted to open, when it is a page of this portal; otherwise ""."""
    address = request.values.get("next", "")[:1000]
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:  # "//[" begins a host that is none
        return ""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return address if is_ours and all(letter >= " " for letter in address) else ""


@auth.get("/session/")
def standing() -> ResponseReturnValue:
    """For the page's script: whose sign-in this browser has now, by a mark, and a fresh token for their forms.

    Only pages of the portal can read the answer. Asking counts as being there: the script asks when somebody types.
    """
    signed_in = browser().signed_in
    if signed_in is None:
        return jsonify(person="")
    return jsonify(person=mark_of(signed_in.person_id), token=generate_csrf())


@auth.get("/signed-in/")
@login_required
def signed_in_again() -> str:
    """Where somebody arrives who signed in in another tab to go on in the first."""
    return render_template("signed_in.html")


@auth.post("/sign-out/")
def sign_out_here() -> ResponseReturnValue:
    """End this browser's sign-in; its cookie is worth nothing from now on.

    Who signed in with a work account may end that too, from the next page: it is not ours to end unasked, as mail and
    files hang on it, and it is asked for by a link, as the content policy lets no form lead out of the portal.
    """
    left = browser().get("work_account")
    if browser().token:
        database = desk().session()
        sign_out(database, browser().token)
        database.commit()
    logout_user()
    browser().end()
    if left and left[1]:
        browser()["left"] = left
        return redirect(url_for("work_sign_in.signed_out"))
    flash("You are signed out.", "success")
    return redirect(url_for("auth.sign_in"))


@auth.get("/account/")
@login_required
def account() -> ResponseReturnValue:
    """The person's own page: who they are here, where they are signed in, their password."""
    return account_page()


def account_page(problem: str = "", status: int = 200, calendar_url: str = "") -> tuple[str, int]:
    """That page, with what was wrong with a new password, or with a calendar link just made."""
    signed_in = cast(SignedIn, browser().signed_in)
    database = desk().session()
    page = render_template(
        "account.html",
        facts=signed_in,
        sign_ins=living_sign_ins(database, signed_in.person_id, now=now(), idle=desk().idle),
        this_one=signed_in.sign_in_id,
        problem=problem,
        feed=feed_of(database, signed_in.person_id),
        calendar_url=calendar_url,
        has_factor=has_factor(database, signed_in.person_id),
        known_browsers=[(known, is_browser(known, token_here())) for known in _known_browsers(database, signed_in)],
    )
    return page, status


@auth.post("/account/password/")
@limiter.limit(PER_ADDRESS, key_func=asker)
@login_required
def new_password() -> ResponseReturnValue:
    """Change the password: every other sign-in ends, this browser goes on under a new id."""
    form: Any = request.form
    if form.get("new", "") != form.get("again", ""):
        return account_page("The two new passwords are not the same.", 422)
    database = desk().session()
    try:
        signed_in = cast(SignedIn, browser().signed_in)
        old, new = form.get("old", "")[:1000], form.get("new", "")[:1000]
        check_password_again(database, signed_in, old, "The current password is not right.")
        about = (partnership_now().name,)
        person = change_password(database, signed_in.person_id, old=old, new=new, about=about)
        token = desk().token(person, way=SignInWay.PASSWORD, is_two_factor=signed_in.is_two_factor)
        database.commit()
    except RuleBroken as refusal:
        database.rollback()
        return account_page(refusal.sentence, 422)
    enter(token)
    flash("Your password is changed. You are signed out everywhere else.", "success")
    return redirect(url_for("auth.account"))


@auth.post("/account/sign-ins/<int:sign_in_id>/end/")
@login_required
def end_sign_in(sign_in_id: int) -> ResponseReturnValue:
    """End one of one's own sign-ins elsewhere."""
    database = desk().session()
    ended = revoke(database, person_id=int(current_user.get_id()), sign_in_id=min(sign_in_id, 2_147_483_647))
    database.commit()
    flash("That sign-in is ended." if ended else "That sign-in was over already.", "success")
    return redirect(url_for("auth.account"))


@auth.post("/account/browsers/<int:browser_id>/forget/")
@login_required
def forget_browser(browser_id: int) -> ResponseReturnValue:
    """Know one's browser no longer, for instance one on a computer that others use."""
    database = desk().session()
    gone = forget_browsers(database, int(current_user.get_id()), min(browser_id, 2_147_483_647))
    database.commit()
    flash("That browser is forgotten." if gone else "That browser was forgotten already.", "success")
    return redirect(url_for("auth.account"))


def _known_browsers(database: Session, signed_in: SignedIn) -> list[KnownBrowser]:
    return browsers_of(database, signed_in.person_id, now=now())[:MOST_BROWSERS]
