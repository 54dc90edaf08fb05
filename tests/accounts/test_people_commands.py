"""Does an operator get the first administrator in, on a managed database, and others too?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app.accounts.printed_links import first_invitation
from app.settings import Settings
from models.core.access import Actor
from models.core.db import make_session_factory
from tests.accounts.test_link_pages import NEW, opened
from tests.databases import Database
from tests.postboxes import Postbox, mail_server
from tests.web import SECRET, Browser, make_portal

WANTED = ["people", "invite", "Olive@Example.org", "Olive Boss", "--role", "administrator"]


@pytest.fixture
def commands(database: Database, tmp_path: Path) -> Iterator[FlaskCliRunner]:
    yield prepared(database, tmp_path)
    database.empty()


def prepared(database: Database, folder: Path, **settings: str) -> FlaskCliRunner:
    """The command line on the managed database, prepared."""
    places = {"database_url": database.app_url, "database_owner_url": database.owner_url, "data_dir": folder}
    app = make_portal(None, redis_url="redis://127.0.0.1:1/0", public_url="https://portal.example.org",
                      **places, **settings)  # fmt: skip
    runner: FlaskCliRunner = app.test_cli_runner()
    assert runner.invoke(args=["database", "prepare", "--json"]).exit_code == 0
    return runner


@contextmanager
def portal_on(database: Database) -> Iterator[Flask]:
    """The portal itself on the same database."""
    engine = database.engine()
    yield make_portal(make_session_factory(engine))
    engine.dispose()


def path_in(text: str) -> str:
    found_path = re.search(r"https://portal\.example\.org(/invitation/[\w-]{43}/)", text)
    assert found_path is not None, text
    return found_path[1]


def test_printed_link_lets_the_first_administrator_in_once(commands: FlaskCliRunner, database: Database) -> None:
    result = commands.invoke(args=WANTED)
    assert result.exit_code == 0, result.output
    assert "within 24 hours" in result.output
    assert "No mail server is set" in result.output
    first, second = path_in(result.output), path_in(commands.invoke(args=WANTED).output)
    with portal_on(database) as app:
        assert Browser(app).client.get(first, follow_redirects=True).status_code == 410, "a newer one took its place"
        visitor = opened(Browser(app), second)
        assert visitor.send("/invitation/", new=NEW, again=NEW).status_code == 302
        assert visitor.client.get("/people/").location == "/account/two-factor/", (
            "first of all, in a portal of one's own"
        )
        assert visitor.get("/account/").select_one("h1") is not None
    refused = commands.invoke(args=WANTED)
    assert (refused.exit_code, refused.output.count("\n")) == (2, 1)
    assert "Olive Boss has accepted already and signs in as olive@example.org." in refused.output
    listed = json.loads(commands.invoke(args=["people", "list", "--json"]).stdout)["people"]
    assert [(known["email"], known["invitation"]) for known in listed] == [("olive@example.org", "Accepted")]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["people", "invite", "nowhere", "Ann", "--role", "officer"], "Give a valid e-mail address."),
        (["people", "invite", "ann@example.org", " ", "--role", "officer"], "Give the person's name."),
        (
            ["people", "invite", "ann@example.org", "Ann", "--role", "agency_member"],
            "An agency member needs an agency.",
        ),
        (
            ["people", "invite", "ann@example.org", "Ann", "--role", "manager", "--agency", "Nowhere"],
            "There is no agency called Nowhere in the portal.",
        ),
    ],
)
def test_command_refuses_in_one_sentence(commands: FlaskCliRunner, arguments: list[str], sentence: str) -> None:
    refused = commands.invoke(args=arguments)
    assert (refused.exit_code, refused.output) == (2, f"{sentence}\n")
    assert json.loads(commands.invoke(args=["people", "list", "--json"]).stdout) == {"people": []}


def test_printed_link_is_sent_as_well_where_mail_is_set(database: Database, tmp_path: Path) -> None:
    postbox = Postbox()
    with mail_server(postbox) as server:
        address = f"smtp://127.0.0.1:{server.port}?tls=none"
        commands = prepared(database, tmp_path, smtp_url=address, mail_from="portal@example.org")
        result = commands.invoke(args=WANTED)
    assert "The link was sent to olive@example.org." in result.output
    [letter] = postbox.letters
    assert path_in(letter.get_content()) == path_in(result.output)
    away = commands.invoke(args=WANTED)
    assert (away.exit_code, "The mail did not leave." in away.output) == (0, True)
    database.empty()


def test_empty_portal_offers_a_link_until_an_administrator_has_come_in(
    commands: FlaskCliRunner, database: Database
) -> None:
    settings = Settings(secret_key=SECRET, public_url="https://portal.example.org")
    engine = database.engine()
    with portal_on(database) as app, make_session_factory(engine)(info={"actor": Actor.system()}) as session:
        link = first_invitation(session, settings)
        session.commit()
        assert link is not None
        visitor = opened(Browser(app), path_in(link))
        answer = visitor.send("/invitation/", name="Olive Boss", email="olive@example.org", new=NEW, again=NEW)
        assert answer.status_code == 302
        session.expire_all()
        assert first_invitation(session, settings) is None
    engine.dispose()
