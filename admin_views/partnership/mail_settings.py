"""Where does mail leave the portal, and what did the server say when it was last tried?"""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy.orm import Session
from wtforms import Form, PasswordField

from admin_views.kit.fields import ChoiceField, LineField, WholeNumberField
from admin_views.kit.formats import show_moment, tag
from admin_views.kit.parts import Fact
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.log_witnesses import checked_witnesses
from models.partnership.mail_servers import MailServer
from models.partnership.mail_settings import (
    Encryption,
    MailSettings,
    MailTest,
    WayOut,
    check_mail,
    last_mail_test,
    mail_server_in_use,
    set_way_out,
)
from models.partnership.partnership_settings import FixedSettings

_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class MailForm(Form):
    """Where mail leaves, and under which sender."""

    host = LineField(
        "Mail server",
        description="Its name, such as smtp.example.org. Without one no mail leaves: messages are kept to be read.",
        render_kw=_PLAIN,
    )
    port = WholeNumberField("Port", description="Empty: the usual one of the encryption chosen.")
    encryption = ChoiceField("Encryption", kind=Encryption)
    user_name = LineField("User name", description="Empty where the server asks for none.", render_kw=_PLAIN)
    password = PasswordField(
        "Password of the mail server",
        render_kw={"autocomplete": "new-password"},
        description="Kept sealed and never shown again. Leave it empty to keep the one there is.",
    )
    sender_address = LineField(
        "Sender’s address", description="The address that mails come from.", render_kw={"type": "email", **_PLAIN}
    )
    sender_name = LineField("Sender’s name", description="Empty: the partnership’s short name, or its name.")
    log_witnesses = LineField(
        "Who keeps the seal of the change log",
        description="E-mail addresses of administrators, sponsors and board viewers, with commas between them. Each "
        "gets the seal once a day; against it anybody can check later that the log was not written anew.",
        render_kw=_PLAIN,
    )


def keep_mail(session: Session, mail: MailSettings, form: Any) -> None:
    """Write what was asked for into the settings; what the operator has set is not on the form. Raises RuleBroken."""
    if "host" in form:
        way = WayOut(
            form["host"].data or "",
            form["port"].data,
            form["encryption"].value(),
            form["user_name"].data or "",
            form["password"].data or "",
        )
        set_way_out(mail, way, secret=secret(), now=now())
    for name in ("sender_address", "sender_name"):
        if name in form:
            setattr(mail, name, form[name].data or "")
    mail.log_witnesses = checked_witnesses(session, form["log_witnesses"].data or "")
    check_mail(mail, fixed_settings())


def server_in_use(session: Session) -> MailServer | None:
    """The server that mail leaves by now; None when none is set. Raises RuleBroken when its password cannot be read."""
    return mail_server_in_use(session, fixed_settings(), secret=secret())


def mail_facts(session: Session, mail: MailSettings) -> list[Fact]:
    """Whether mail leaves the portal, since when a password is kept, and what the server said to the last test."""
    server, stands = None, "No mail server is set: messages are kept, to be read under Messages."
    try:
        server = server_in_use(session)
    except RuleBroken as closed:
        stands = closed.sentence
    if server is not None:
        stands = f"Mail leaves by {server.host}, port {server.port}, from {server.sender}."
    kept = [Fact("Password", f"Kept since {show_moment(mail.password_set_at)}.")] if mail.password_set_at else []
    return [Fact("Now", stands), *kept, *_test_facts(last_mail_test(session), server)]


def _test_facts(test: MailTest | None, server: MailServer | None) -> list[Fact]:
    if test is None:
        return [Fact("Last test mail", "None has been sent yet.")]
    is_of_these = server is not None and server.mark(secret()) == test.server_mark
    outcome = tag("Accepted", "green") if test.is_accepted else tag("Not sent", "red")
    told = f"{show_moment(test.tested_at)}, by {test.server} to {test.address}"
    since = "" if is_of_these else " The settings have changed since: send another."
    return [Fact("Last test mail", outcome), Fact("When", told + "." + since), Fact("The server’s answer", test.answer)]


def fixed_settings() -> FixedSettings:
    """What the operator has set in the environment."""
    set_by_operator: FixedSettings = current_app.extensions["settings"].fixed
    return set_by_operator


def secret() -> str:
    """The portal's secret, with which the mail password is sealed."""
    return str(current_app.extensions["settings"].secret_key)
