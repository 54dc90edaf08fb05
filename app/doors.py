"""Which addresses are there outside the screens, who may open them, and why?

Screens state their roles themselves (admin_views/kit/permissions.py). Everything else is stated here, once: the portal
does not start with an address that neither a screen nor this list knows, lets nobody in who is not meant, and prints
the list in docs/access.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, request
from flask.typing import ResponseReturnValue

from admin_views.kit.homes.home import HomeView
from admin_views.kit.permissions import send_to_sign_in
from admin_views.kit.registry import load_screens
from admin_views.kit.requests import role

HOME = "home"
"""The first page, which is behind the gate of the screens although it is none."""


@dataclass(frozen=True)
class Door:
    """An address outside the screens: why it is there, and whether it is open to people who are not signed in.

    `takes_forms` says that strangers may send something there.
    """

    why: str
    is_public: bool = False
    takes_forms: bool = False


def _public(why: str, *, takes_forms: bool = False) -> Door:
    return Door(why, is_public=True, takes_forms=takes_forms)


_OWN = Door("One's own account.")
_BY_LINK = "Opened by a secret link out of a letter, good once."
_BY_WORK_ACCOUNT = "On the way to an issuer of work accounts and back."
_BY_SURVEY_LINK = "Answers to an open survey, by its link, without a cookie and without a name."
_LETTERHEAD = "What stands on every page, also on that for signing in."

DOORS: Mapping[str, Door] = {
    "static": _public("Style sheets, scripts and fonts; nothing of the partnership."),
    "auth.sign_in": _public("Signing in.", takes_forms=True),
    "auth.sign_out_here": _public("Signing out; who is not signed in is only shown the way in."),
    "auth.standing": _public("For the page's script: whether this browser is still signed in, and as whom."),
    "second_factor.give_code": _public("The second page of signing in.", takes_forms=True),
    "passkeys.ask_to_sign_in": _public("Signing in with a passkey.", takes_forms=True),
    "passkeys.sign_in": _public("Signing in with a passkey.", takes_forms=True),
    "passkeys.ask_to_accept": _public("Accepting an invitation with a passkey.", takes_forms=True),
    "passkeys.accept": _public("Accepting an invitation with a passkey.", takes_forms=True),
    "links.open_invitation": _public(_BY_LINK),
    "links.invitation": _public(_BY_LINK, takes_forms=True),
    "links.open_new_password": _public(_BY_LINK),
    "links.new_password": _public(_BY_LINK, takes_forms=True),
    "links.forgotten_password": _public("Asking for a letter with a link for a new password.", takes_forms=True),
    "work_sign_in.begin": _public(_BY_WORK_ACCOUNT),
    "work_sign_in.come_back": _public(_BY_WORK_ACCOUNT),
    "work_sign_in.signed_out": _public("The way out of a work account after signing out here."),
    "letterhead.logo": _public(_LETTERHEAD),
    "letterhead.colours": _public(_LETTERHEAD),
    "letterhead.privacy": _public("The privacy notice, which people read before they say anything."),
    "calendars.feed": _public("A person's due days for their calendar program, by a secret link: days and references."),
    "surveys.ask": _public(_BY_SURVEY_LINK),
    "surveys.again": _public(_BY_SURVEY_LINK),
    "surveys.take": _public(_BY_SURVEY_LINK, takes_forms=True),
    "surveys.thank": _public(_BY_SURVEY_LINK),
    "health.alive": _public("For machines: the process answers."),
    "health.ready": _public(
        "For machines: whether database and queue are ready, and whether the change log is sealed in time."
    ),
    "health.metrics": _public("Counts and times, for the operator's own network only."),
    "auth.account": _OWN,
    "auth.new_password": _OWN,
    "auth.end_sign_in": _OWN,
    "auth.forget_browser": _OWN,
    "auth.signed_in_again": Door("Where somebody arrives who signed in anew to go on in another tab."),
    "second_factor.own_factor": _OWN,
    "second_factor.begin": _OWN,
    "second_factor.confirm": _OWN,
    "second_factor.renew_codes": _OWN,
    "second_factor.switch_off": _OWN,
    "passkeys.own": _OWN,
    "passkeys.ask_to_set_up": _OWN,
    "passkeys.set_up": _OWN,
    "passkeys.rename": _OWN,
    "passkeys.remove": _OWN,
    "work_sign_in.remove": _OWN,
    "calendars.start": Door("One's own secret calendar link."),
    "calendars.revoke": Door("One's own secret calendar link."),
}
"""Every endpoint outside the screens and the first page."""

PUBLIC = frozenset(endpoint for endpoint, door in DOORS.items() if door.is_public)
SIGNED_IN = frozenset(DOORS) - PUBLIC


def keep_doors(app: Flask) -> None:
    """Let nobody through a door who is not meant, whatever its page asks itself.

    To be called when every address is there. Raises LookupError for an address that is stated nowhere, and for a door
    that leads nowhere.
    """
    behind_the_gate = {known.endpoint_of() for known in load_screens()} | {HOME}
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    elsewhere = {endpoint for endpoint in endpoints if endpoint.partition(".")[0] not in behind_the_gate}
    if unstated := sorted(elsewhere ^ DOORS.keys()):
        raise LookupError(f"app/doors.py and the addresses of the portal differ: {', '.join(unstated)}")
    app.before_request(refuse_at_the_door)


def refuse_at_the_door() -> ResponseReturnValue | None:
    """Send to sign in whoever is not signed in, but for the public doors; screens have their own gate."""
    door = DOORS.get(request.endpoint or "")
    if door is None or door.is_public or role() is not None:
        return None
    return send_to_sign_in()


def home_pages() -> list[tuple[str, str, tuple[str, ...]]]:
    """Address, view and methods of the pages of the first page's own gate."""
    return sorted((url, view, tuple(methods)) for url, view, methods in HomeView.rules())
