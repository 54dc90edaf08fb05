"""Does a letter arrive at a real mail server, and is it plain what happened when the server refuses it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from jobs.core.mail import Letter, MailError, MailServer, compose, send
from tests.postboxes import Postbox, mail_server

WRITTEN = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox) -> Iterator[MailServer]:
    with mail_server(postbox) as server:
        yield server


def letter(**values: Any) -> EmailMessage:
    parts = {"name": "Ada Owner", "address": "ada@example.org", "subject": "AP-2026-01/07 is due", "body": "Soon.\n"}
    words = Letter(**{**parts, **values})
    return compose(words, sender="Portal <portal@example.org>", token="t-1", written_at=WRITTEN)


def test_a_letter_arrives_with_its_words_and_headers(server: MailServer, postbox: Postbox) -> None:
    send(server, letter(name="Siân Ząb-Nguyễn", subject="Arfarniad – Übersicht", body="Diolch, Zażółć.\n"))
    [arrived] = postbox.letters
    assert arrived["Subject"] == "Arfarniad – Übersicht"
    assert arrived["To"] == "Siân Ząb-Nguyễn <ada@example.org>"
    assert arrived["From"] == "Portal <portal@example.org>"
    assert arrived["Message-ID"] == "<t-1@example.org>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived.get_content().replace("\r\n", "\n") == "Diolch, Zażółć.\n"


def test_the_same_token_makes_the_same_letter_again() -> None:
    assert letter().as_bytes() == letter().as_bytes()


@pytest.mark.parametrize("value", ["Due\nBcc: all@example.org", "Due\r\nX-Evil: 1"])
def test_a_line_break_in_a_name_or_subject_adds_no_header(server: MailServer, postbox: Postbox, value: str) -> None:
    send(server, letter(subject=value, name=value))
    [arrived] = postbox.letters
    assert arrived["Bcc"] is None
    assert arrived["X-Evil"] is None
    assert "\n" not in str(arrived["Subject"])


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@example.org", "a@example.org\nBcc: b@example.org"])
def test_an_address_that_is_none_is_refused_for_good(address: str) -> None:
    with pytest.raises(MailError, match="address is not valid") as refused:
        letter(address=address)
    assert refused.value.is_final


@pytest.mark.parametrize(
    ("answer", "is_final"),
    [("550 no such mailbox", True), ("450 mailbox busy", False), ("530 sign in first", False)],
)
def test_a_refused_address_is_final_only_when_the_server_means_it(
    server: MailServer, postbox: Postbox, answer: str, is_final: bool
) -> None:
    postbox.recipient_answer = answer
    with pytest.raises(MailError, match="does not accept this address") as refused:
        send(server, letter())
    assert refused.value.is_final is is_final
    assert answer[4:] not in refused.value.sentence


@pytest.mark.parametrize(("answer", "is_final"), [("554 no", True), ("451 later", False)])
def test_a_refused_letter_is_final_only_when_the_server_means_it(
    server: MailServer, postbox: Postbox, answer: str, is_final: bool
) -> None:
    postbox.answer = answer
    with pytest.raises(MailError, match="refused the message") as refused:
        send(server, letter())
    assert refused.value.is_final is is_final


def unavailable(change: Callable[[Postbox], None], server: MailServer, postbox: Postbox) -> MailError:
    change(postbox)
    with pytest.raises(MailError, match="could not be reached or broke off") as trouble:
        send(server, letter())
    return trouble.value


def test_a_server_that_hangs_is_given_up_after_the_time_limit(server: MailServer, postbox: Postbox) -> None:
    trouble = unavailable(lambda box: setattr(box, "pause", 30.0), server, postbox)
    assert not trouble.is_final


def test_a_server_that_drops_the_line_after_the_letter_may_be_tried_again(server: MailServer, postbox: Postbox) -> None:
    assert not unavailable(lambda box: setattr(box, "is_breaking_off", True), server, postbox).is_final
    send(server, letter())
    assert [arrived["Message-ID"] for arrived in postbox.letters] == ["<t-1@example.org>"] * 2


def test_a_server_that_is_not_there_may_be_tried_again() -> None:
    with pytest.raises(MailError) as trouble:
        send(MailServer("127.0.0.1", 1, "portal@example.org", tls="none", timeout_seconds=1), letter())
    assert not trouble.value.is_final


def test_letters_never_go_out_in_the_clear_when_encryption_is_asked_for(server: MailServer, postbox: Postbox) -> None:
    private = MailServer(server.host, server.port, server.sender, tls="starttls", timeout_seconds=1)
    with pytest.raises(MailError, match="does not offer") as trouble:
        send(private, letter())
    assert not trouble.value.is_final
    assert postbox.letters == []


def test_the_password_is_not_shown_in_the_settings() -> None:
    assert "secret" not in repr(MailServer("mail.example.org", 587, "a@example.org", "user", "secret"))
