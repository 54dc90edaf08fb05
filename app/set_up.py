"""How does the first administrator of an empty portal say who they are, by the link that its start prints?

The link is an invitation like any other. Nobody knows yet whose it is, so that this page comes before its own.
"""

from __future__ import annotations

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access_links import keep_token, link_here, token_here
from app.auth import PER_ADDRESS, desk
from app.security import limiter
from models.accounts.access_links import LinkPurpose
from models.accounts.first_administrators import is_unnamed, name_first_administrator
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.people import Person

set_up = Blueprint("set_up", __name__)


def offer_set_up(app: Flask) -> None:
    """Put the page of the first administrator into the portal."""
    app.register_blueprint(set_up)


@set_up.route("/set-up/", methods=["GET", "POST"])
@limiter.limit(PER_ADDRESS, methods=["POST"])
def who_you_are() -> ResponseReturnValue:
    """Ask whoever opened the link for their name and address; then the invitation goes on as any other."""
    session = desk().session()
    try:
        person = session.get_one(Person, link_here(session, LinkPurpose.INVITATION).person_id)
    except RuleBroken as refusal:
        purpose = LinkPurpose.INVITATION
        return render_template("accounts/dead_link.html", sentence=refusal.sentence, purpose=purpose), 410
    if not is_unnamed(person):
        return redirect(url_for("links.invitation"))
    problem = _named() if request.method == "POST" else None
    if request.method == "POST" and problem is None:
        return redirect(url_for("links.invitation"), 303)
    name, email = request.form.get("name", "")[:200], request.form.get("email", "")[:320]
    page = render_template("accounts/set_up.html", name=name, email=email, problem=problem)
    return page, 422 if problem else 200


def _named() -> RuleBroken | None:
    """Keep who somebody says they are, and go on by a link of that person; what is wrong with it otherwise."""
    session = desk().session()
    name, email = request.form.get("name", "")[:200], request.form.get("email", "")[:320]
    try:
        token = name_first_administrator(session, token_here(LinkPurpose.INVITATION), name=name, email=email, now=now())
    except RuleBroken as refusal:
        session.rollback()
        return refusal
    session.commit()
    keep_token(LinkPurpose.INVITATION, token)
    return None
