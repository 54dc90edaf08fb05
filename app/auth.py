"""How does a person sign in, sign out, see where they are signed in, and change their password?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, g, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from admin_views.kit.partnership import partnership_now
from admin_views.kit.requests import Database
from app.security import limiter
from app.sessions import BrowserSession, DatabaseSessions, mark_of
from app.settings import Settings
from models.accounts.password_changes import change_password
from models.accounts.second_factors import factor_key, has_factor, is_code
from models.accounts.sign_in_attempts import Outcome, SignInAttempt, open_attempt, settle_attempt
from models.accounts.sign_ins import Proof, SignedIn, SignInWay, living_sign_ins, revoke, sign_out, standing_of
from models.accounts.sign_ins import start_sign_in as start
from models.accounts.work_issuers import refuse_another_way
from models.core.access import Actor
from models.core.clock import now
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.reminders.calendar_feeds import feed_of

PER_ADDRESS = "30 per minute; 300 per hour"
_REFUSED = "That e-mail address and password do not fit together, or the account is locked for a while."
auth = Blueprint("auth", __name__)


class Visitor(UserMixin):
    """The signed-in person as Flask-Login knows them."""

    def __init__(self, signed_in: SignedIn) -> None:
        self.facts = signed_in
        self.name, self.email, self.role = signed_in.name, signed_in.email, signed_in.role

    def get_id(self) -> str:
        return str(self.facts.person_id)


class HalfWay(NamedTuple):
    """The person who has proved one thing, their standing then, and the way they will be in once the code is given."""

    person_id: int
    standing: str
    way: str = SignInWay.PASSWORD_AND_CODE


class SignInDesk:
    """The database work of signing in, done as the portal itself."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.hours = settings.session_hours
        self.idle = timedelta(minutes=settings.session_idle_minutes)
        self.factor_key = factor_key(settings.secret_key)

    def session(self) -> Session:
        """This request's session, acting as the portal itself in a new transaction."""
        session = self.database.session
        session.rollback()
        act_as(session, Actor.system(g.request_id))
        return session

    def admit(self, email: str, password: str) -> str | HalfWay | None:
        """A new token when e-mail address and password are right. Each try is recorded before it is looked at.

        Somebody with a second factor is half way only, and the try counts as failed until the code is given.
        """
        database, moment = self.session(), now()
        attempt = open_attempt(database, email=email, address=request.remote_addr or "", now=moment)
        database.commit()
        person = settle_attempt(database, attempt, password=password)
        if person is not None:
            self._refuse_another_way(person, attempt)
        if person is not None and has_factor(database, person.id):
            attempt.outcome = Outcome.STARTED
            database.commit()
            return HalfWay(person.id, standing_of(database, person.id))
        token = None if person is None else self.token(person, way=SignInWay.PASSWORD)
        database.commit()
        return token

    def _refuse_another_way(self, person: Person, attempt: SignInAttempt) -> None:
        """Refuse the right password of somebody whose agency signs in with work accounts only. Raises RuleBroken."""
        database = self.database.session
        try:
            refuse_another_way(database, person)
        except RuleBroken:
            attempt.outcome = Outcome.REFUSED
            database.commit()
            raise

    def admit_by_code(self, half: HalfWay, code: str) -> str | None:
        """A new token when the code is right and the person's standing is still as when the password was given."""
        database, moment = self.session(), now()
        person = database.get(Person, half.person_id)
        if person is None or not person.is_active or standing_of(database, person.id) != half.standing:
            return None
        attempt = open_attempt(database, email=person.email, address=request.remote_addr or "", now=moment)
        database.commit()
        is_open = attempt.outcome is Outcome.STARTED
        is_right = is_open and is_code(database, person.id, code, key=self.factor_key, now=moment)
        attempt.outcome = Outcome.SIGNED_IN if is_right else Outcome.REFUSED if is_open else attempt.outcome
        token = self.token(person, way=SignInWay(half.way), is_two_factor=True) if is_right else None
        database.commit()
        return token

    def token(self, person: Person, *, way: SignInWay, is_two_factor: bool = False) -> str:
        """A new sign-in for this browser; the one it had before is over.

        Refuses any way but a work account to somebody whose agency signs in by that only.
        """
        database = self.database.session
        if way is not SignInWay.WORK_ACCOUNT:
            refuse_another_way(database, person)
        if browser().token:
            sign_out(database, browser().token)
        proof = Proof(way, is_two_factor)
        return start(database, person, proof=proof, browser=request.user_agent.string, now=now(), hours=self.hours)


def desk() -> SignInDesk:
    sign_in_desk: SignInDesk = current_app.extensions["sign_in"]
    return sign_in_desk


def browser() -> BrowserSession:
    """The session of the browser that sent this request."""
    return cast(BrowserSession, session)


def start_sign_in(app: Flask, database: Database, settings: Settings) -> None:
    """Put sign-in and the account page into the portal."""
    manager = LoginManager(app)
    manager.login_view = "auth.sign_in"
    manager.login_message = None
    manager.session_protection = None  # the sign-in itself is kept in the database and checked on every request
    manager.user_loader(load_visitor)
    app.extensions["sign_in"] = SignInDesk(database, settings)
    app.register_blueprint(auth)


def load_visitor(key: str) -> Visitor | None:
    """The person of this request's sign-in; the cookie's word alone is worth nothing."""
    signed_in = browser().signed_in
    return Visitor(signed_in) if signed_in is not None and str(signed_in.person_id) == key else None


@auth.route("/sign-in/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, methods=["POST"])
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
    )
    return page, status


@auth.post("/account/password/")
@limiter.limit(PER_ADDRESS)
@login_required
def new_password() -> ResponseReturnValue:
    """Change the password: every other sign-in ends, this browser goes on under a new id."""
    form: Any = request.form
    if form.get("new", "") != form.get("again", ""):
        return account_page("The two new passwords are not the same.", 422)
    database = desk().session()
    try:
        signed_in = cast(SignedIn, browser().signed_in)
        person = change_password(
            database,
            signed_in.person_id,
            old=form.get("old", "")[:1000],
            new=form.get("new", "")[:1000],
            about=(partnership_now().name,),
        )
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
