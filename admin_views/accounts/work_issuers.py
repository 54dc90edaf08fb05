"""Whose own sign-in does the portal trust, and does it work?"""

from __future__ import annotations

from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    ADMINISTRATORS,
    Category,
    Fact,
    Panel,
    Screen,
    kept_by,
    row_action,
    screen,
    show_tag,
    tag,
)
from admin_views.kit.formats import show_moment
from admin_views.kit.registry import link_to
from models.accounts.sign_in_attempts import SignInAttempt
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer
from models.partnership.people import Person
from models.rules.accounts.work_accounts import SECOND_FACTORS

_LATEST = 20


@screen
class WorkIssuerScreen(Screen):
    """Issuers of work accounts, kept by administrators. Their secrets are in the environment and are never shown."""

    model = WorkIssuer
    name, noun, plural = "Work accounts", "issuer", "issuers"
    list_purpose = "An organisation is entered once, so that its people sign in with their account at work."
    url, category, menu_order = "/work-issuers", Category.SETTINGS, 60
    roles = kept_by(ADMINISTRATORS, readers=ADMINISTRATORS, export=ADMINISTRATORS)
    introduction = (
        "Organisations whose people sign in with the account they have at work (OpenID Connect). Only people who are "
        "invited get in; administrators can always sign in with a password or passkey too."
    )
    column_list = ("name", "address", "is_in_use", "is_only_way")
    column_searchable_list = ("name", "address")
    column_filters = ("is_in_use",)
    column_sortable_list = ("name",)
    column_default_sort = "name"
    form_columns = (
        "name", "address", "client_id", "agencies", "is_for_staff", "checked_domains", "factor_methods",
        "factor_classes", "is_only_way", "is_in_use",
    )  # fmt: skip
    column_labels = {
        "name": "Name on the button",
        "address": "Issuer address",
        "client_id": "Client id",
        "agencies": "Only for these agencies",
        "is_for_staff": "Also for people without an agency",
        "is_only_way": "People of these agencies sign in only this way",
        "is_in_use": "In use",
        "checked_domains": "Domains whose addresses this issuer gives out itself",
        "factor_methods": "Second factor: methods (amr)",
        "factor_classes": "Second factor: classes (acr)",
    }
    column_descriptions = {
        "name": "Such as Wayfenshire County Council: the button says “Sign in with …”.",
        "address": "Exactly as the issuer writes it, such as https://login.microsoftonline.com/…/v2.0.",
        "client_id": "What the issuer calls this portal.",
        "agencies": "Leave empty for people of every agency.",
        "is_for_staff": "Where agencies are named: officers, sponsors and others of the partnership itself.",
        "checked_domains": "One a line. Only for issuers that never say whether an address is verified: Entra ID.",
        "factor_methods": "One a line. Somebody who signed in by one of these is not asked for a code as well.",
        "factor_classes": "One a line; empty for most issuers. They are asked for by name (acr_values).",
        "is_only_way": "Their passwords are refused; administrators keep theirs.",
    }

    def build_new_instance(self) -> WorkIssuer:
        return WorkIssuer(is_in_use=True, factor_methods=list(SECOND_FACTORS))

    def facts(self, session: Session, record: WorkIssuer) -> list[Fact]:
        """What the administrator of the issuer has to be told, and whether the portal has been told the secret."""
        settings: Any = current_app.extensions["settings"]
        back = url_for("work_sign_in.come_back", issuer_id=record.id)
        return [
            Fact("Agencies", ", ".join(agency.name for agency in record.agencies) or "Every agency"),
            Fact("Redirect address", _shown(f"{settings.address}{back}")),
            Fact("Address after signing out", _shown(f"{settings.address}{url_for('auth.sign_in')}")),
            Fact("Secret", _secret_words(has_secret=bool(settings.secret_at(record.address)))),
        ]

    def panels(self, session: Session, record: WorkIssuer) -> list[Panel]:
        return [_attempts(session, record), _accounts(session, record)]

    @row_action("Ask the issuer now", roles=ADMINISTRATORS)
    def ask_now(self, session: Session, issuer: WorkIssuer) -> str:
        """Read the issuer's description and keys, as the first sign-in will."""
        return str(current_app.extensions["ask_issuer"](issuer))


def _shown(address: str) -> Markup:
    return Markup("<code>{}</code>").format(address)


def _secret_words(*, has_secret: bool) -> Markup:
    if has_secret:
        return tag("Set in the environment", "green")
    words = "Right for a public client; others need WORK_ACCOUNT_SECRETS."
    return Markup("{} {}").format(tag("Missing", "amber"), words)


def _attempts(session: Session, issuer: WorkIssuer) -> Panel:
    latest = select(SignInAttempt).where(SignInAttempt.issuer_id == issuer.id).order_by(SignInAttempt.id.desc())
    rows = [
        (show_moment(attempt.attempted_at), attempt.email or "–", show_tag(attempt.outcome), attempt.reason or "–")
        for attempt in session.scalars(latest.limit(_LATEST))
    ]
    return Panel("Latest sign-ins", ("When", "E-mail address", "Outcome", "Why"), rows, empty="Nobody has tried yet.")


def _accounts(session: Session, issuer: WorkIssuer) -> Panel:
    statement = select(WorkAccount, Person).join(Person, Person.id == WorkAccount.person_id)
    known = session.execute(statement.where(WorkAccount.issuer_id == issuer.id).order_by(Person.name))
    rows = [
        (link_to(account, person.name), show_moment(account.matched_at), show_moment(account.used_at))
        for account, person in known
    ]
    return Panel("People who sign in this way", ("Person", "First", "Last"), rows, empty="Nobody yet.")
