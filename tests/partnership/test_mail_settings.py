"""Does the mail server on the settings page send, keep its password to itself, and say itself what is wrong?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from jobs.core.mail import Letter, MailServer, compose
from jobs.partnership import mail_settings as job
from jobs.partnership.mail_servers import ask_server
from models.core.access import Role
from models.core.change_log import ChangeRecord
from models.core.clock import now
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.messages.messages import Draft, Message, MessageStatus, write_message
from models.partnership.mail_settings import (
    Encryption,
    MailTest,
    WayOut,
    last_mail_test,
    mail_is_tested,
    mail_server_in_use,
    mail_settings,
    set_way_out,
)
from models.partnership.partnership_settings import FixedSettings
from tests.postboxes import Postbox, free_port, mail_server, own_certificate, refuse_everybody, silent_server
from tests.web import SECRET, Browser, make_portal, member, words_of
from tests.work import do_requests, done

PAGE = "/partnership-settings/"
PASSWORD = "a mail password nobody sees"
Open = Callable[..., Browser]
Try = Callable[..., str]


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


def sent_with(browser: Browser, **changes: Any) -> Any:
    usual = {"name": "Arden Partnership", "sender_address": "portal@example.org", "encryption": "none"}
    return browser.client.post(PAGE, data=browser.filled(PAGE, **{**usual, **changes}))


@pytest.fixture
def tried(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], monkeypatch: pytest.MonkeyPatch
) -> Try:
    """`tried(host=…, port=…)`: an administrator saves, asks for a test mail, waits for the job, and reads the page."""
    monkeypatch.setattr(job, "STEP_SECONDS", 1.0)

    def page_after(**changes: Any) -> str:
        administrator = browser(Role.ADMINISTRATOR, name="Ada Admin")
        answer = sent_with(administrator, then="test", **changes)
        assert answer.status_code == 302, words_of(answer)
        assert "/wait/" in answer.headers["Location"]
        assert done(do_requests(session, session_factory, partnership=""))
        return administrator.get(PAGE).get_text(" ", strip=True)

    return page_after


def test_test_mail_arrives_and_the_page_shows_what_the_server_said(
    tried: Try, postbox: Postbox, session: PortalSession
) -> None:
    postbox.answer = "250 2.0.0 Queued as 4711"
    with mail_server(postbox) as server:
        shown = tried(host=server.host, port=server.port)
        [arrived] = postbox.letters
        assert "Accepted" in shown
        assert "250 2.0.0 Queued as 4711" in shown
        assert arrived["From"] == "Arden Partnership <portal@example.org>"
        assert "asked for by Ada Admin" in arrived.get_content()
        assert mail_is_tested(session, secret=SECRET)
        mail_settings(session).sender_name = "Somebody else"
        assert mail_is_tested(session, secret=SECRET)
        mail_settings(session).sender_address = "other@example.org"
        assert not mail_is_tested(session, secret=SECRET), "what is in use now has not been tested"


def test_server_that_refuses_is_quoted_with_its_code(tried: Try, postbox: Postbox, session: PortalSession) -> None:
    postbox.recipient_answer = "550 5.1.1 No such user here"
    with mail_server(postbox) as server:
        shown = tried(host=server.host, port=server.port)
    assert "Not sent" in shown
    assert "550 5.1.1 No such user here" in shown
    assert postbox.letters == []
    assert not mail_is_tested(session, secret=SECRET)


def test_wrong_password_is_said_in_the_servers_words_and_never_repeated(tried: Try, postbox: Postbox) -> None:
    refusing = {"authenticator": refuse_everybody, "auth_require_tls": False}
    with mail_server(postbox, **refusing) as server:
        shown = tried(host=server.host, port=server.port, user_name="portal", password=PASSWORD)
    assert "535 5.7.8 Authentication credentials invalid" in shown
    assert PASSWORD not in shown


def test_server_that_is_not_there_or_has_no_name_is_said_plainly(tried: Try) -> None:
    port = free_port()
    assert f"Nothing takes mail at 127.0.0.1, port {port}: the connection was refused." in tried(
        host="127.0.0.1", port=port
    )
    shown = tried(host="no-such-host.invalid", port=25)
    assert "There is no server called no-such-host.invalid: the name is not known (DNS)." in shown


def test_server_that_never_answers_keeps_no_page_waiting(tried: Try) -> None:
    with silent_server() as port:
        shown = tried(host="127.0.0.1", port=port)
    assert f"127.0.0.1, port {port} takes connections and then says nothing for 1 seconds." in shown


def test_wrong_encryption_is_told_apart_from_a_wrong_certificate(tried: Try, postbox: Postbox, tmp_path: Path) -> None:
    with mail_server(postbox) as server:
        here = {"host": server.host, "port": server.port}
        assert "does not offer STARTTLS" in tried(**here, encryption="starttls")
        assert "does not speak TLS from the start" in tried(**here, encryption="implicit")
    context = own_certificate(tmp_path)
    with mail_server(postbox, tls_context=context) as server:
        shown = tried(host=server.host, port=server.port, encryption="starttls")
    assert "cannot be trusted: self-signed certificate" in shown


@pytest.mark.parametrize("rubbish", ["250 \x1b[31mred\x07", "250 " + "x" * 5000, "250 <script>alert(1)</script>"])
def test_words_of_a_hostile_server_are_shown_as_plain_text(postbox: Postbox, rubbish: str) -> None:
    postbox.answer = rubbish[:490] if len(rubbish) > 490 else rubbish
    letter = compose(
        Letter("Ada", "ada@example.org", "Test", "Words"), sender="p@example.org", token="t", written_at=now()
    )
    with mail_server(postbox) as server:
        answer = ask_server(server, letter)
    assert answer.is_accepted
    assert len(answer.words) <= 500
    assert not any(ord(letter) < 32 for letter in answer.words)


def test_mail_leaves_by_the_server_of_the_page_without_a_restart(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], postbox: Postbox
) -> None:
    def written() -> Message:
        number = write_message(session, Draft(None, "Ada", "ada@example.org", "Due", "Soon."))
        done(do_requests(session, session_factory))
        return session.get_one(Message, number)

    assert written().status is MessageStatus.KEPT
    with mail_server(postbox) as server:
        assert sent_with(browser(Role.ADMINISTRATOR), host=server.host, port=server.port).status_code == 302
        assert written().status is MessageStatus.SENT
    assert postbox.letters[0]["Subject"] == "Due"


def test_password_is_kept_sealed_shown_to_nobody_and_written_into_no_log(browser: Open, session: PortalSession) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert sent_with(administrator, host="mail.example.org", user_name="portal", password=PASSWORD).status_code == 302
    page = administrator.client.get(PAGE).text
    assert PASSWORD not in page
    assert "Kept since" in page
    session.expire_all()
    kept = mail_settings(session)
    assert PASSWORD.encode() not in (kept.sealed_password or b"")
    server = mail_server_in_use(session, secret=SECRET)
    assert server is not None
    assert server.password == PASSWORD
    assert PASSWORD not in repr(server)
    logged = session.scalars(select(ChangeRecord).where(ChangeRecord.table_name == "mail_settings")).all()
    assert logged
    assert "sealed_password" not in str([(change.old_values, change.new_values) for change in logged])
    everywhere = session.scalar(
        text("SELECT count(*) FROM change_log c WHERE c::text LIKE :it"), {"it": f"%{PASSWORD}%"}
    )
    assert everywhere == 0


def test_kept_password_goes_to_no_other_server_and_over_no_opener_way(browser: Open, session: PortalSession) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    sent_with(administrator, host="mail.example.org", user_name="portal", password=PASSWORD, encryption="starttls")
    for changes in ({"host": "mail.thief.example"}, {"encryption": "none"}):
        asked = {"host": "mail.example.org", "user_name": "portal", "encryption": "starttls", **changes}
        answer = sent_with(administrator, **asked)
        assert answer.status_code == 422
        assert "give it again for these" in words_of(answer)
    kept = {"host": "mail.example.org", "user_name": "portal", "encryption": "starttls"}
    assert sent_with(administrator, **kept, sender_name="Portal").status_code == 302
    session.expire_all()
    assert mail_settings(session).sealed_password is not None, "an empty field keeps it"
    assert sent_with(administrator, **{**kept, "user_name": ""}).status_code == 302
    session.expire_all()
    assert mail_settings(session).sealed_password is None, "without a user there is none"


def test_password_that_the_secret_no_longer_opens_is_asked_for_again(session: PortalSession) -> None:
    settings = mail_settings(session)
    way = WayOut("mail.example.org", None, Encryption.STARTTLS, "portal", PASSWORD)
    set_way_out(settings, way, secret="another secret", now=now())
    settings.sender_address = "portal@example.org"
    with pytest.raises(RuleBroken, match="must be given again"):
        mail_server_in_use(session, secret=SECRET)
    assert not mail_is_tested(session, secret=SECRET)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sender_address", "portal@example.org\r\nBcc: all@example.org"),
        ("sender_address", "portal@example.org, all@example.org"),
        ("sender_address", "<portal@example.org>"),
        ("sender_address", ""),
        ("host", "mail.example.org\r\nRCPT TO:<all@example.org>"),
        ("host", "http://mail.example.org/"),
        ("host", "-oProxyCommand=x"),
        ("port", "70000"),
        ("encryption", "rot13"),
        ("password", "two\r\nlines"),
    ],
)
def test_what_would_slip_into_a_letter_or_a_command_is_refused(browser: Open, field: str, value: str) -> None:
    asked = {"host": "mail.example.org", "user_name": "portal", field: value}
    assert sent_with(browser(Role.ADMINISTRATOR), **asked).status_code in (400, 422)


def test_line_breaks_in_the_senders_name_add_no_header(tried: Try, postbox: Postbox) -> None:
    with mail_server(postbox) as server:
        tried(host=server.host, port=server.port, sender_name='Portal"\r\nBcc: all@example.org')
    [arrived] = postbox.letters
    assert arrived["Bcc"] is None
    assert arrived["From"].addresses[0].addr_spec == "portal@example.org"


def test_test_without_a_server_is_refused_and_saves_nothing(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    answer = sent_with(administrator, then="test")
    assert answer.status_code == 422
    assert "Give a mail server first" in words_of(answer)
    assert session.scalar(select(func.count()).select_from(MailTest)) == 0


@pytest.fixture
def fixed_server(postbox: Postbox) -> Iterator[MailServer]:
    with mail_server(postbox) as server:
        yield server


def test_server_of_the_operator_is_locked_tested_and_wins(
    session: PortalSession, session_factory: sessionmaker[PortalSession], fixed_server: MailServer, postbox: Postbox
) -> None:
    url = f"smtp://{fixed_server.host}:{fixed_server.port}?tls=none"
    portal = make_portal(session_factory, smtp_url=url, mail_from="Operator <op@example.org>")
    fixed = FixedSettings(mail_server=fixed_server)
    administrator = Browser(portal).enter(member(session, Role.ADMINISTRATOR), session)
    page = administrator.get(PAGE)
    assert not page.select("[name=host], [name=password], [name=sender_address]")
    words = page.get_text(" ", strip=True)
    assert f"Set by the operator in SMTP_URL {fixed_server.host}, port {fixed_server.port}" in words
    assert "Set by the operator in MAIL_FROM Operator <op@example.org>" in words
    sent = administrator.filled(PAGE, name="Arden", then="test", host="mail.thief.example")
    assert administrator.client.post(PAGE, data=sent).status_code == 302
    assert done(do_requests(session, session_factory, mail_server=fixed_server))
    assert len(postbox.letters) == 1
    assert mail_settings(session).host == ""
    test = last_mail_test(session)
    assert test is not None
    assert test.is_accepted
    assert mail_is_tested(session, fixed, secret=SECRET)
