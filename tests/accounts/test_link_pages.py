"""Do invitations and forgotten passwords let in whom they should, tell nobody else, and leave no token behind?"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from prometheus_client import generate_latest
from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from models.accounts.access_links import LINK_PLACE, AccessLink, LinkPurpose, end_links, issue_link
from models.accounts.invitations import Inviting, invite
from models.accounts.newcomers import FIRST_EMAIL, first_administrator
from models.accounts.password_asks import PER_ADDRESS, PER_NETWORK, PasswordAsk
from models.accounts.second_factors import SecondFactor
from models.accounts.sign_in_attempts import LOCK, Outcome, SignInAttempt
from models.accounts.sign_ins import SignIn
from models.core.access import Role
from models.core.clock import now
from models.core.db import Base, PortalSession
from models.documents.job_requests import JobRequest
from models.messages.agency_messages import Letterhead
from models.messages.messages import Message, MessageStatus
from models.partnership.people import Person
from tests import make
from tests.postboxes import Postbox, mail_server
from tests.web import Browser, make_portal, member, words_of
from tests.work import do_requests, done

Open = Callable[..., Browser]
Sessions = sessionmaker[PortalSession]
NEW = "seven quiet otters"
PORTAL = "https://portal.example.org"
LETTERHEAD = Letterhead(PORTAL, "Northfield Partnership")


@pytest.fixture
def ann(session: Session) -> Person:
    boss = make.person(session, Role.ADMINISTRATOR, name="Olive Boss")
    person = make.person(session, Role.OFFICER, name="Ann Widdershins")
    invite(session, person, Inviting(boss), now=now())
    session.commit()
    return person


def token_for(session: Session, person: Person, purpose: LinkPurpose = LinkPurpose.INVITATION) -> str:
    boss = session.scalar(select(Person.id).where(Person.name == "Olive Boss"))
    token = issue_link(session, person, purpose, now=now(), issued_by=boss)
    session.commit()
    return token


def opened(visitor: Browser, path: str) -> Browser:
    """A browser that has followed a link: the token is out of the address at once."""
    answer = visitor.client.get(path)
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (303, "no-referrer")
    assert answer.location == f"/{path.split('/')[1]}/"
    return visitor


def test_invited_person_chooses_a_password_and_is_in(browser: Open, session: Session, ann: Person) -> None:
    visitor = opened(browser(), f"/invitation/{token_for(session, ann)}/")
    page = visitor.get("/invitation/")
    assert "Olive Boss invites you to the portal of" in page.get_text()
    assert ann.email in page.get_text()
    answer = visitor.send("/invitation/", new=NEW, again=NEW)
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Welcome, Ann Widdershins." in visitor.get("/").get_text()
    outcome = session.scalar(select(SignInAttempt.outcome).where(SignInAttempt.person_id == ann.id))
    assert outcome is Outcome.SIGNED_IN
    session.commit()
    browser().sign_in(ann, NEW)


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("short", "short", "Choose a password of 12"),
        ("Widdershins1979", "Widdershins1979", "too easily guessed"),
        ("Demo Safeguarding", "Demo Safeguarding", "too easily guessed"),
        (NEW, "seven loud otters", "not the same"),
    ],
)
def test_bad_password_is_refused_and_the_link_stays_good(
    browser: Open, session: Session, ann: Person, new: str, again: str, sentence: str
) -> None:
    visitor = opened(browser(), f"/invitation/{token_for(session, ann)}/")
    refused = visitor.send("/invitation/", new=new, again=again)
    assert (refused.status_code, sentence in words_of(refused)) == (422, True)
    assert visitor.send("/invitation/", new=NEW, again=NEW).status_code == 302


ENDS: dict[str, Callable[[Session, Person], Any]] = {
    "used": lambda session, person: session.execute(update(AccessLink).values(used_at=now())),
    "expired": lambda session, person: session.execute(
        update(AccessLink).values(issued_at=now() - timedelta(days=8), expires_at=now() - timedelta(days=1))
    ),
    "withdrawn": lambda session, person: end_links(session, person.id, now=now()),
    "left": lambda session, person: session.execute(update(Person).values(is_active=False)),
    "another's address": lambda session, person: setattr(person, "email", "other@example.org"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("purpose", list(LinkPurpose))
def test_dead_link_is_refused_in_a_sentence_before_and_after_it_was_opened(
    browser: Open, session: Session, ann: Person, end: str, purpose: LinkPurpose
) -> None:
    page = f"/{purpose.replace('_', '-')}/"
    token = token_for(session, ann, purpose)
    early = opened(browser(), f"{page}{token}/")
    tokens = early.tokens(page)
    ENDS[end](session, ann)
    session.commit()
    for visitor in (early, opened(browser(), f"{page}{token}/")):
        assert "Ask for a new one." in visitor.get(page, status=410).get_text()
    answer = early.client.post(page, data={**tokens, "new": NEW, "again": NEW})
    assert answer.status_code == 410
    assert session.scalars(select(Person.password_hash)).all() == [None, None]


def test_made_up_link_and_no_link_are_refused_too(browser: Open) -> None:
    assert "not known here" in opened(browser(), f"/invitation/{'x' * 43}/").get("/invitation/", status=410).get_text()
    assert "Open the link in your mail once more" in browser().get("/new-password/", status=410).get_text()


def test_somebody_signed_in_does_not_use_up_anothers_link(browser: Open, session: Session, ann: Person) -> None:
    token = token_for(session, ann)
    other = opened(browser(Role.SPONSOR), f"/invitation/{token}/")
    assert "This browser is signed in as" in other.get("/invitation/", status=409).get_text()
    assert token not in json.dumps(session.scalars(select(SignIn.data)).all())
    session.commit()
    assert opened(browser(), f"/invitation/{token}/").send("/invitation/", new=NEW, again=NEW).status_code == 302


def test_mail_scanner_that_follows_the_link_does_not_use_it_up(browser: Open, session: Session, ann: Person) -> None:
    path = f"/invitation/{token_for(session, ann)}/"
    for _ in range(3):
        scanner = browser()
        assert scanner.client.get(path, follow_redirects=True).status_code == 200
        assert scanner.client.head(path).status_code == 303
    assert opened(browser(), path).send("/invitation/", new=NEW, again=NEW).status_code == 302


def test_first_administrator_gives_name_and_address_with_the_password(browser: Open, session: Session) -> None:
    person = first_administrator(session)
    assert person is not None
    assert person.email == FIRST_EMAIL
    taken = member(session, Role.OFFICER)
    visitor = opened(browser(), f"/invitation/{token_for(session, person)}/")
    for name, email, sentence in (
        ("", "olive@example.org", "Give the person's name."),
        ("Olive", "nowhere", "Give a valid e-mail address."),
        ("Olive", taken.email, "Somebody already has that e-mail address."),
    ):
        refused = visitor.send("/invitation/", name=name, email=email, new=NEW, again=NEW)
        assert (refused.status_code, sentence in words_of(refused)) == (422, True)
    answer = visitor.send("/invitation/", name="Olive Boss", email=" Olive@Example.org ", new=NEW, again=NEW)
    assert answer.status_code == 302
    session.expire_all()
    assert (person.name, person.email, person.role) == ("Olive Boss", "olive@example.org", Role.ADMINISTRATOR)
    assert first_administrator(session) is None
    session.commit()
    browser().sign_in(person, NEW)


def test_invited_person_cannot_give_themselves_another_address(browser: Open, session: Session, ann: Person) -> None:
    visitor = opened(browser(), f"/invitation/{token_for(session, ann)}/")
    visitor.send("/invitation/", name="Somebody Else", email="else@example.org", new=NEW, again=NEW)
    session.expire_all()
    assert (ann.name, ann.email) == ("Ann Widdershins", "ann.widdershins@example.org")


# Forgotten passwords


def test_forgotten_password_is_set_anew_and_the_second_factor_still_asked_for(
    browser: Open, session: Session, session_factory: Sessions
) -> None:
    person = member(session, Role.OFFICER, name="Ann")
    session.add(SecondFactor(person_id=person.id, sealed_key=b"sealed", confirmed_at=now()))
    session.add_all(
        SignInAttempt(email=person.email, attempted_at=now() - LOCK / 2, outcome=Outcome.REFUSED) for _ in range(10)
    )
    session.commit()
    elsewhere = browser().enter(person, session)
    assert browser().send("/forgotten-password/", email=f" {person.email.upper()} ").status_code == 200
    postbox = Postbox()
    with mail_server(postbox) as server:
        requests = do_requests(session, session_factory, mail_server=server, address=PORTAL)
        requests += do_requests(session, session_factory, mail_server=server, address=PORTAL)
    assert done(requests)
    [letter] = postbox.letters
    path = letter.get_content().split(PORTAL)[1].split()[0]
    assert path.startswith("/new-password/")
    visitor = opened(browser(), path)
    answer = visitor.send("/new-password/", new=NEW, again=NEW)
    assert (answer.status_code, answer.location) == (302, "/sign-in/")
    assert elsewhere.client.get("/").status_code == 302
    assert "Your password was changed." in session.scalars(select(Message.body).order_by(Message.id.desc())).all()[0]
    session.commit()
    asked = visitor.send("/sign-in/", email=person.email, password=NEW)
    assert asked.location == "/sign-in/code/", "not locked, and not let in by the password alone"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"is_active": False}, None),
        ({"password_hash": None}, "You sign in here without one"),
        ({"password_hash": None, "accepted_at": None}, None),
    ],
    ids=["has left", "work account or passkey only", "never invited"],
)
def test_who_cannot_have_a_new_password_gets_no_link(
    browser: Open, session: Session, session_factory: Sessions, values: dict[str, Any], words: str | None
) -> None:
    person = member(session, Role.OFFICER, **{"name": "Ann"})
    session.execute(update(Person).values(**values))
    session.commit()
    browser().send("/forgotten-password/", email=person.email)
    done(do_requests(session, session_factory))
    assert session.scalars(select(AccessLink.id)).all() == []
    bodies = session.scalars(select(Message.body)).all()
    assert [words in body for body in bodies] == ([True] if words else []) if words else bodies == []


def test_who_is_still_invited_gets_the_invitation_again(
    browser: Open, session: Session, session_factory: Sessions, ann: Person
) -> None:
    browser().send("/forgotten-password/", email=ann.email)
    done(do_requests(session, session_factory))
    assert set(session.scalars(select(AccessLink.purpose))) == {LinkPurpose.INVITATION}
    assert len(session.scalars(select(Message.id)).all()) == 1


@contextmanager
def told_statements(connection: Any, into: list[str]) -> Iterator[None]:
    """Collect the statements that are sent meanwhile, but for the test's own savepoints, which are numbered."""

    def note(*given: Any) -> None:
        if "SAVEPOINT" not in given[2]:
            into.append(given[2])

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", note)


def test_answer_and_work_are_the_same_for_known_and_unknown_addresses(
    browser: Open, session: Session, connection: Any
) -> None:
    person = member(session, Role.OFFICER)
    visitor = browser()
    tokens = visitor.tokens("/forgotten-password/")
    seen: dict[str, list[str]] = {}
    pages = {}
    for email in (person.email, "nobody@example.org", "no address", person.email):
        statements: list[str] = []
        with told_statements(connection, statements):
            answer = visitor.client.post("/forgotten-password/", data={**tokens, "email": email})
        seen.setdefault("known" if email == person.email else email, statements)
        pages[email] = (answer.status_code, words_of(answer))
    assert len(set(pages.values())) == 1
    assert seen["known"] == seen["nobody@example.org"] == seen["no address"]
    assert any("INSERT INTO password_asks" in statement for statement in seen["known"])
    assert not [statement for statement in seen["known"] if "FROM people" in statement]


def test_an_address_is_asked_for_so_often_and_a_network_too_over_all_processes(
    session: Session, session_factory: Sessions
) -> None:
    person = member(session, Role.OFFICER)
    for ask in range(PER_ADDRESS + 2):
        visitor = Browser(make_portal(session_factory))  # resets what one process remembers
        answer = visitor.send("/forgotten-password/", email=person.email)
        assert (answer.status_code, "a mail is on its way" in words_of(answer)) == (200, True), ask
    assert len(session.scalars(select(PasswordAsk.id)).all()) == PER_ADDRESS
    session.add_all(
        PasswordAsk(email=f"p{ask}@example.org", network="127.0.0.1", asked_at=now()) for ask in range(PER_NETWORK)
    )
    session.commit()
    Browser(make_portal(session_factory)).send("/forgotten-password/", email="other@example.org")
    assert session.scalar(select(PasswordAsk.id).where(PasswordAsk.email == "other@example.org")) is None
    session.execute(update(PasswordAsk).values(asked_at=now() - timedelta(hours=1)))
    session.commit()
    Browser(make_portal(session_factory)).send("/forgotten-password/", email=person.email)
    assert (
        len(session.scalars(select(PasswordAsk.id).where(PasswordAsk.email == person.email)).all()) == PER_ADDRESS + 1
    )


def test_ask_is_answered_once_however_often_the_job_runs(
    browser: Open, session: Session, session_factory: Sessions
) -> None:
    person = member(session, Role.OFFICER)
    browser().send("/forgotten-password/", email=person.email)
    done(do_requests(session, session_factory))
    session.execute(update(JobRequest).values(status="waiting", finished_at=None))
    done(do_requests(session, session_factory))
    assert len(session.scalars(select(Message.id)).all()) == 1


# No token is left behind


def test_invitation_by_mail_arrives_with_a_link_that_nothing_keeps(
    session: Session, session_factory: Sessions, ann: Person, capfd: pytest.CaptureFixture[str]
) -> None:
    portal = make_portal(session_factory, log_level="DEBUG")
    invite(session, ann, Inviting(letterhead=LETTERHEAD), now=now())
    postbox = Postbox()
    with mail_server(postbox) as server:
        done(do_requests(session, session_factory, mail_server=server, address=PORTAL))
    [letter] = postbox.letters
    token = letter.get_content().split(f"{PORTAL}/invitation/")[1].split("/")[0]
    assert LINK_PLACE not in letter.get_content()
    visitor = opened(Browser(portal), f"/invitation/{token}/")
    assert visitor.send("/invitation/", new="short", again="short").status_code == 422
    assert visitor.send("/invitation/", new=NEW, again=NEW).status_code == 302
    assert '"endpoint":' in (logged := capfd.readouterr().err)
    assert places_with(session, "Widdershins") != [], "what is there is found"
    assert places_with(session, token) == []
    assert token not in logged
    assert token not in generate_latest(portal.extensions["metrics"]).decode()
    assert LINK_PLACE in session.scalars(select(Message.body)).one()


def places_with(session: Session, token: str) -> list[str]:
    """Every table with a row that holds the token, whatever the column; as the portal itself reads them."""
    session.commit()
    tables = sorted(Base.metadata.tables)
    may_read = "SELECT has_table_privilege(current_user, '{}', 'select')"
    holds = "SELECT EXISTS (SELECT 1 FROM {} t WHERE to_jsonb(t)::text LIKE :token)"
    readable = [table for table in tables if session.scalar(text(may_read.format(table)))]
    assert len(readable) == len(tables)
    return [table for table in readable if session.scalar(text(holds.format(table)), {"token": f"%{token}%"})]


def test_message_whose_link_has_ended_is_not_sent(session: Session, session_factory: Sessions, ann: Person) -> None:
    invite(session, ann, Inviting(letterhead=LETTERHEAD), now=now())
    end_links(session, ann.id, now=now())
    postbox = Postbox()
    with mail_server(postbox) as server:
        done(do_requests(session, session_factory, mail_server=server, address=PORTAL))
    assert postbox.letters == []
    assert session.scalars(select(Message.status)).one() is MessageStatus.WITHDRAWN


def test_letter_that_is_tried_again_leaves_with_the_only_link_that_is_good(
    browser: Open, session: Session, session_factory: Sessions, ann: Person
) -> None:
    invite(session, ann, Inviting(letterhead=LETTERHEAD), now=now())
    postbox = Postbox()
    postbox.answer = "451 Later"
    with mail_server(postbox) as server:
        do_requests(session, session_factory, mail_server=server, address=PORTAL)
        postbox.answer = "250 Accepted"
        session.execute(update(JobRequest).values(due_at=now()))
        done(do_requests(session, session_factory, mail_server=server, address=PORTAL))
    [letter] = postbox.letters
    path = letter.get_content().split(PORTAL)[1].split()[0]
    assert opened(browser(), path).send("/invitation/", new=NEW, again=NEW).status_code == 302


def test_opened_link_is_limited_by_network_and_not_by_its_token(portal: Flask) -> None:
    statuses = [Browser(portal).client.get(f"/invitation/{number}/").status_code for number in range(31)]
    assert (statuses[0], statuses[-1]) == (303, 429)
