"""Which mail server has the partnership set, which is in use, and did it take a test mail?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formataddr
from typing import ClassVar

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ForeignKey, LargeBinary, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, validates

from models.core.access import NONE, READ, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of
from models.partnership.mail_servers import MailServer, mail_key
from models.partnership.partnership_settings import (
    NOTHING_FIXED,
    THE_ONE,
    FixedSettings,
    in_one_line,
    partnership_facts,
)

LONGEST_PASSWORD = 500
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]*[A-Za-z0-9])?")


class Encryption(Choice):
    """How the way to the mail server is closed to others."""

    STARTTLS = "starttls", "STARTTLS (usual, port 587)"
    IMPLICIT = "implicit", "TLS from the start (port 465)"
    NONE = "none", "None: only within this machine or a closed network (port 25)"

    @property
    def usual_port(self) -> int:
        return {Encryption.STARTTLS: 587, Encryption.IMPLICIT: 465, Encryption.NONE: 25}[self]


class MailSettings(Record):
    """The mail server that administrators have set: the one row of it, made when the database is.

    No host: no mail leaves, and messages are kept to be read on a screen. The password is sealed with the portal's
    secret; no page shows it and the change log never has it.
    """

    __tablename__ = "mail_settings"
    __table_args__ = (
        must(f"id = {THE_ONE}", name="one_mail_server", sentence="A portal has one mail server."),
        one_of("encryption", Encryption, "known_encryption"),
        must("port IS NULL OR port BETWEEN 1 AND 65535", name="port_exists", sentence="Give a port from 1 to 65535."),
        must(
            "sealed_password IS NULL OR user_name <> ''",
            name="password_has_a_user",
            field="user_name",
            sentence="Give the user name that the password belongs to.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=("select", "update"),
        sign_in=READ,
        system=("select", "update"),
        unlogged_columns=("sealed_password",),
        reason="Administrators keep it, the portal sends by it; no agency and nobody without a sign-in ever needs it.",
    )

    id: Mapped[int] = mapped_column(primary_key=True, server_default=str(THE_ONE), sort_order=-10)
    host: Mapped[str] = mapped_column(Text, server_default="")
    port: Mapped[int | None]
    encryption: Mapped[Encryption] = mapped_column(choice_column(Encryption), server_default=Encryption.STARTTLS)
    user_name: Mapped[str] = mapped_column(Text, server_default="")
    sealed_password: Mapped[bytes | None] = mapped_column(LargeBinary)
    password_set_at: Mapped[datetime | None]
    sender_address: Mapped[str] = mapped_column(Text, server_default="")
    sender_name: Mapped[str] = mapped_column(Text, server_default="")
    log_witnesses: Mapped[str] = mapped_column(Text, server_default="")

    def __str__(self) -> str:
        return self.host or "No mail server"

    @validates("host")
    def _host(self, key: str, value: str) -> str:
        if value and not (len(value) <= 253 and _HOST.fullmatch(value)):
            raise RuleBroken("Give the mail server's name alone, such as smtp.example.org.", field=key)
        return value

    @validates("sender_address")
    def _sender(self, key: str, value: str) -> str:
        if value and not (len(value) <= 254 and _ADDRESS.fullmatch(value)):
            raise RuleBroken("Give the sender as an e-mail address, such as portal@example.org.", field=key)
        return value

    @validates("user_name", "sender_name", "log_witnesses")
    def _plain(self, key: str, value: str) -> str:
        return in_one_line(value, field=key)


class MailTest(Base):
    """One test mail: for which settings (their mark), to whom, and what the server said, or why it said nothing."""

    __tablename__ = "mail_tests"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=NONE,
        administrator=("select", "insert"),
        system=("select", "insert"),
        is_logged=False,
        reason="Administrators test the mail server; the row is its own record and nobody edits it.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"), index=True)
    server: Mapped[str] = mapped_column(Text)
    server_mark: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    is_accepted: Mapped[bool]
    answer: Mapped[str] = mapped_column(Text)


def mail_settings(session: Session) -> MailSettings:
    """The one row."""
    return session.get_one(MailSettings, THE_ONE)


@dataclass(frozen=True)
class WayOut:
    """Where mail is to leave, as somebody has typed it. An empty password leaves the kept one as it is."""

    host: str
    port: int | None
    encryption: Encryption
    user_name: str = ""
    password: str = field(default="", repr=False)


def set_way_out(settings: MailSettings, way: WayOut, *, secret: str, now: datetime) -> None:
    """Let mail leave by another server, or by none.

    A kept password goes nowhere but where it was given for: with another server or less encryption it must be given
    again, so that nobody who may change settings can have it sent to a server of their own.
    """
    is_elsewhere = (way.host, way.encryption) != (settings.host, settings.encryption)
    if settings.sealed_password and way.user_name and is_elsewhere and not way.password:
        raise RuleBroken(
            "The kept password was given for the server and encryption as they were; give it again for these.",
            field="password",
        )
    settings.host, settings.port, settings.encryption = way.host, way.port, way.encryption
    settings.user_name = way.user_name
    if way.password or not way.user_name:
        seal_password(settings, way.password, secret=secret, now=now)


def seal_password(settings: MailSettings, password: str, *, secret: str, now: datetime) -> None:
    """Keep a new mail password, sealed; an empty one takes the kept one away."""
    if len(password) > LONGEST_PASSWORD or any(letter < " " for letter in password):
        raise RuleBroken("That is not a password that a mail server takes.", field="password")
    settings.sealed_password = Fernet(mail_key(secret)).encrypt(password.encode()) if password else None
    settings.password_set_at = now if password else None


def check_mail(settings: MailSettings, fixed: FixedSettings = NOTHING_FIXED) -> None:
    """Refuse a server without a sender."""
    if settings.host and not (settings.sender_address or fixed.sender):
        raise RuleBroken("Give the address that mails come from.", field="sender_address")


def mail_server_in_use(session: Session, fixed: FixedSettings = NOTHING_FIXED, *, secret: str) -> MailServer | None:
    """The server that mail leaves by now: the operator's if there is one, else the one on the settings page.

    None: none is set, and messages are kept. For sessions of staff and of the portal itself. Raises RuleBroken when the
    password cannot be opened because the portal's secret is another than when it was kept.
    """
    if fixed.mail_server is not None:
        return fixed.mail_server
    settings = mail_settings(session)
    if not settings.host:
        return None
    name = settings.sender_name or partnership_facts(session, fixed).brief_name
    return MailServer(
        settings.host,
        settings.port or settings.encryption.usual_port,
        fixed.sender or formataddr((name, settings.sender_address)),
        settings.user_name,
        _opened(settings, secret),
        settings.encryption.value,
    )


def _opened(settings: MailSettings, secret: str) -> str:
    if settings.sealed_password is None:
        return ""
    try:
        return Fernet(mail_key(secret)).decrypt(settings.sealed_password).decode()
    except InvalidToken:
        raise RuleBroken("The portal's secret has changed, so the mail password must be given again.") from None


def last_mail_test(session: Session) -> MailTest | None:
    """The latest test mail, whatever came of it and whichever settings it was for."""
    return session.scalar(select(MailTest).order_by(MailTest.id.desc()).limit(1))


def mail_is_tested(session: Session, fixed: FixedSettings = NOTHING_FIXED, *, secret: str) -> bool:
    """Whether the mail server took a test mail under the settings that are in use now, and no later test failed."""
    try:
        server = mail_server_in_use(session, fixed, secret=secret)
    except RuleBroken:
        return False
    if server is None:
        return False
    latest = select(MailTest.is_accepted).where(MailTest.server_mark == server.mark(secret))
    return bool(session.scalar(latest.order_by(MailTest.id.desc()).limit(1)))
