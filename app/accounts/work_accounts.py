"""How does a person sign in with the account their own organisation gave them, and out of it again?"""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import structlog
from authlib.integrations.flask_client import FlaskIntegration
from flask import Blueprint, Flask, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from sqlalchemy.orm import Session

from app.accounts.issuers import IssuerAwayError, IssuerClient, IssuerWrongError, Known, Portal, asked
from app.auth import PER_ADDRESS, enter, safe_next
from app.known_browsers import asker
from app.security import limiter
from app.settings import Settings
from app.sign_in_desk import HalfWay, browser, desk
from models.accounts.passkeys import asks_for_second
from models.accounts.sign_in_attempts import Outcome, SignInAttempt
from models.accounts.sign_ins import SignedIn, SignInWay, standing_of
from models.accounts.work_accounts import Stranger, accounts_of, person_of, remove_account
from models.accounts.work_issuers import WorkIssuer, issuers_in_use
from models.accounts.work_sign_ins import (
    Begun,
    begin_work_sign_in,
    hash_of_state,
    note_work_attempt,
    settle_work_attempt,
    take_work_sign_in,
)
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.rules.accounts.work_accounts import has_second_factor, is_on_this_machine, read_claims
from models.rules.core.counts import count_words

_AWAY = "{0} does not answer just now. Try again in a few minutes, or sign in another way."
_WRONG = "{0} gave an answer that the portal does not trust, so you are not signed in. Tell your administrator."
_STALE = "That sign-in was not begun in this browser, took too long, or was used already. Please begin again."
_DECLINED = "You did not finish signing in with {0}. Please begin again."
_STRANGER = "Your {0} account does not open this portal. Use it only if you are invited, or ask whoever invited you."
_TABS = 4  # sign-ins that a browser may have begun at the same time
work_sign_in = Blueprint("work_sign_in", __name__)
_log = structlog.get_logger("portal")


class WorkSignInError(Exception):
    """A sign-in with a work account that ends here: what the person reads, its status, and why, for the record."""

    def __init__(self, sentence: str, status: int, reason: str, email: str = "") -> None:
        super().__init__(reason)
        self.sentence, self.status, self.reason, self.email = sentence, status, reason, email


class Flow(FlaskIntegration):
    """Where Authlib keeps what it has begun: in the database, for one answer; the browser has a mark of the state."""

    def set_state_data(self, browser_session: Any, state: str, data: dict[str, Any]) -> None:
        begun = Begun(data["nonce"], data["code_verifier"], safe_next())
        begin_work_sign_in(desk().database.session, state, issuer_id=int(self.name), begun=begun, now=now())
        marks = [*browser_session.get("work_sign_ins", []), hash_of_state(state).hex()]
        browser_session["work_sign_ins"] = marks[-_TABS:]

    def take(self, state: str) -> Begun:
        """What was kept for that state, once, for the browser in which it was begun. Raises WorkSignInError."""
        marks, mark = browser().get("work_sign_ins", []), hash_of_state(state).hex()
        database = desk().database.session
        begun = take_work_sign_in(database, state, issuer_id=int(self.name), now=now()) if mark in marks else None
        database.commit()
        if begun is None:
            raise WorkSignInError(_STALE, 400, "The state fits no sign-in begun in this browser")
        browser()["work_sign_ins"] = [kept for kept in marks if kept != mark]
        return begun


def offer_work_accounts(app: Flask) -> None:
    """Put sign-in with work accounts into the portal. No issuer is asked before somebody presses its button."""
    app.extensions["known_issuers"] = {}
    app.extensions["ask_issuer"] = ask_issuer
    app.register_blueprint(work_sign_in)
    app.add_template_global(work_ways, "work_ways")
    app.add_template_global(own_work_accounts, "own_work_accounts")


def work_ways(person: Person | None = None) -> list[tuple[str, str]]:
    """The buttons of the sign-in page: each issuer's name, and where its button leads; for a person, those for them."""
    onward = safe_next() or None
    return [
        (issuer.name, url_for("work_sign_in.begin", issuer_id=issuer.id, next=onward))
        for issuer in issuers_in_use(desk().session(), person)
    ]


def own_work_accounts() -> list[tuple[Any, str]]:
    """The work accounts of whoever is signed in, each with its issuer's name."""
    return list(accounts_of(desk().session(), cast(SignedIn, browser().signed_in).person_id))


@work_sign_in.get("/sign-in/work-account/<int:issuer_id>/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def begin(issuer_id: int) -> ResponseReturnValue:
    """Send the browser to the issuer.

    On this machine the portal has several names, and the issuer sends back to one: the browser is led there first, for
    its cookie holds what was begun. Elsewhere a proxy may give another name, and whoever comes has the public one.
    """
    own, given = urlsplit(_address("")), urlsplit(request.host_url)
    if own.hostname != given.hostname and all(map(is_on_this_machine, (own.geturl(), given.geturl()))):
        return redirect(_address(url_for("work_sign_in.begin", issuer_id=issuer_id, next=safe_next() or None)))
    database = desk().session()
    issuer = _issuer(database, issuer_id)
    client = _client(issuer)
    try:
        _asked(issuer, client.read_anew)
        classes = " ".join(issuer.factor_classes)
        answer = client.authorize_redirect(_back_to(issuer), **({"acr_values": classes} if classes else {}))
    except WorkSignInError as refusal:
        return _refuse(database, issuer, refusal)
    database.commit()
    return cast(ResponseReturnValue, answer)


@work_sign_in.get("/sign-in/work-account/<int:issuer_id>/back/")
@limiter.limit(PER_ADDRESS, key_func=asker)
def come_back(issuer_id: int) -> ResponseReturnValue:
    """Where the issuer sends the browser back to: with a code that only the portal can turn into the person's name."""
    database = desk().session()
    issuer = _issuer(database, issuer_id)
    attempt = note_work_attempt(database, issuer_id=issuer.id, address=request.remote_addr or "", now=now())
    database.commit()
    try:
        return _answered(database, issuer, attempt)
    except WorkSignInError as refusal:
        return _refuse(database, issuer, refusal, attempt)


def _answered(database: Session, issuer: WorkIssuer, attempt: SignInAttempt) -> ResponseReturnValue:
    client = _client(issuer)
    begun = client.framework.take(request.args.get("state", "")[:200])
    code = _code(issuer, client)
    claims = read_claims(_asked(issuer, lambda: client.tell(code, begun, _back_to(issuer))))
    person = person_of(database, issuer, claims, now=now())
    if isinstance(person, Stranger):
        raise WorkSignInError(_STRANGER.format(issuer.name), 422, person.label, claims.email)
    browser()["work_account"] = [issuer.name, _way_out(client)]
    is_two_factor = has_second_factor(claims, methods=issuer.factor_methods, classes=issuer.factor_classes)
    if not is_two_factor and asks_for_second(database, person, desk().forced_roles()):
        return _half_way(database, attempt, person, begun)
    settle_work_attempt(database, attempt, Outcome.SIGNED_IN, email=person.email)
    token = desk().token(person, way=SignInWay.WORK_ACCOUNT, is_two_factor=is_two_factor)
    database.commit()
    return enter(token, begun.next_path)


def _half_way(database: Session, attempt: SignInAttempt, person: Person, begun: Begun) -> ResponseReturnValue:
    """Ask for the code of the portal's own second factor, as after a password: the issuer has named none."""
    settle_work_attempt(database, attempt, Outcome.STARTED, email=person.email, reason="Its code is still to come")
    half = HalfWay(person.id, standing_of(database, person.id), SignInWay.WORK_ACCOUNT)
    database.commit()
    browser()["half_way"] = current_app.extensions["half_way"].dumps(list(half))
    return redirect(url_for("second_factor.give_code", next=begun.next_path or None))


def _code(issuer: WorkIssuer, client: IssuerClient) -> str:
    """The code of the issuer's answer. Raises WorkSignInError without one, or from elsewhere (RFC 9207)."""
    names_itself = _asked(issuer, client.load_server_metadata)["names_itself"]
    said = request.args.get("iss")
    if said != issuer.address and (names_itself or said is not None):
        raise WorkSignInError(_WRONG.format(issuer.name), 502, "The answer came from another issuer")
    code = request.args.get("code", "")[:4000]
    if not code:
        raise WorkSignInError(_DECLINED.format(issuer.name), 422, "The issuer sent the person back without a code")
    return code


def _asked(issuer: WorkIssuer, ask: Any) -> Any:
    """What the issuer is asked; raises WorkSignInError in its stead when it does not answer, or not as it should."""
    try:
        return asked(ask)
    except IssuerAwayError as error:
        raise WorkSignInError(_AWAY.format(issuer.name), 503, f"The issuer is away: {error}") from error
    except IssuerWrongError as error:
        raise WorkSignInError(_WRONG.format(issuer.name), 502, f"The issuer is not believed: {error}") from error


def _refuse(
    database: Session, issuer: WorkIssuer, refusal: WorkSignInError, attempt: SignInAttempt | None = None
) -> ResponseReturnValue:
    """The sign-in page with one sentence, after the reason is on record: with the attempt, and in the log by number."""
    database.rollback()
    attempt = attempt or note_work_attempt(database, issuer_id=issuer.id, address=request.remote_addr or "", now=now())
    settle_work_attempt(database, attempt, Outcome.REFUSED, email=refusal.email, reason=refusal.reason)
    database.commit()
    _log.warning("work account refused", issuer=issuer.id, attempt=attempt.id, status=refusal.status)
    page = render_template("sign_in.html", email="", problem=refusal.sentence, mend_at="#work-ways", next=safe_next())
    return page, refusal.status


@work_sign_in.get("/signed-out/")
def signed_out() -> ResponseReturnValue:
    """After signing out of the portal: the way out of the work account too, for whoever shares a computer."""
    left = browser().get("left")
    if browser().signed_in is not None or not left:
        return redirect(url_for("auth.sign_in"))
    return render_template("accounts/signed_out.html", issuer=left[0], way_out=left[1])


@work_sign_in.post("/account/work-accounts/<int:account_id>/remove/")
@login_required
def remove(account_id: int) -> ResponseReturnValue:
    """Take one of one's own work accounts away; not the last way in."""
    database = desk().session()
    try:
        remove_account(database, cast(SignedIn, browser().signed_in).person_id, min(account_id, 2_147_483_647))
        flash("That work account no longer signs you in.", "success")
    except RuleBroken as refusal:
        flash(refusal.sentence, "error")
    database.commit()
    return redirect(url_for("auth.account"))


def ask_issuer(issuer: WorkIssuer) -> str:
    """Read an issuer's description and keys now, and say so. Raises RuleBroken with why it would sign nobody in."""
    client = _client(issuer)
    try:
        asked(client.read_anew)
        count = len(asked(lambda: client.fetch_jwk_set(force=True))["keys"])
    except (IssuerAwayError, IssuerWrongError) as error:
        raise RuleBroken(f"{issuer.name} cannot sign anybody in: {error}.") from error
    if not count:
        raise RuleBroken(f"{issuer.name} cannot sign anybody in: it has no keys.")
    return f"{issuer.name} answers, and has {count_words(count, 'key')} to sign with."


def _way_out(client: IssuerClient) -> str:
    """Where the issuer ends its own sign-in, with the portal's page to come back to; "" where it says no address."""
    address = client.server_metadata.get("end_session_endpoint", "")
    back = {"client_id": client.client_id, "post_logout_redirect_uri": _address(url_for("auth.sign_in"))}
    return f"{address}{'&' if '?' in address else '?'}{urlencode(back)}" if address else ""


def _issuer(database: Session, issuer_id: int) -> WorkIssuer:
    """The issuer of the page; 404 for one that there is not, or that is no longer in use."""
    issuer = database.get(WorkIssuer, min(issuer_id, 2_147_483_647))
    if issuer is None or not issuer.is_in_use:
        abort(404)
    return issuer


def _client(issuer: WorkIssuer) -> IssuerClient:
    settings: Settings = current_app.extensions["settings"]
    portal = Portal(settings.secret_at(issuer.address), is_on_this_machine(settings.address))
    known: dict[str, Known] = current_app.extensions["known_issuers"]
    return IssuerClient(Flow(str(issuer.id)), issuer, portal, known)


def _back_to(issuer: WorkIssuer) -> str:
    """The redirect address, one for each issuer: an answer meant for one can never pass for another's."""
    return _address(url_for("work_sign_in.come_back", issuer_id=issuer.id))


def _address(path: str) -> str:
    return f"{current_app.extensions['settings'].address}{path}"
