"""How does a command reach the database, refuse in one sentence and answer in JSON?"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from flask import current_app
from sqlalchemy.orm import Session

from app.servers.local_servers import Servers, ensure_servers
from app.servers.preparing import prepared_apart
from app.settings import Settings
from models.accounts.access_changes import LETTERHEAD
from models.core.access import Actor, DatabaseRole
from models.core.db import make_engine, make_session_factory, refuse_unsafe_login
from models.core.errors import RuleBroken
from models.revisions import is_prepared
from models.rules.core.numbers import NumberRefused, read_whole_number

NOT_PREPARED = (
    "The database is not prepared for this version of the portal: run “flask --app wsgi database prepare” with its "
    "owner's login, then this command again."
)

P = ParamSpec("P")
R = TypeVar("R")


def settings_in_use() -> Settings:
    """The settings the portal was made with."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def servers_in_use() -> Servers:
    """The database and queue of the settings; embedded ones are joined, or started for the life of this command."""
    return ensure_servers(settings_in_use())


def prepared_servers() -> Servers:
    """The servers in use, with the tables in the database: an embedded one is prepared when nobody has done it yet.

    Raises RuleBroken where a managed database is not prepared: its owner decides when that is done.
    """
    servers = servers_in_use()
    if not is_prepared(servers.owner_url):
        if settings_in_use().is_managed:
            raise RuleBroken(NOT_PREPARED)
        prepared_apart(settings_in_use())
    return servers


@contextmanager
def command_session() -> Iterator[Session]:
    """A session of the portal itself, committed when the command succeeds and rolled back when it does not."""
    engine = make_engine(prepared_servers().jobs_url, pool_size=1)
    try:
        info = {"actor": Actor.system("command line"), LETTERHEAD: settings_in_use().letterhead}
        with engine.connect() as connection:  # asked before the session becomes the portal
            refuse_unsafe_login(connection, needs=DatabaseRole)
        with make_session_factory(engine)(info=info) as session:
            yield session
            session.commit()
    finally:
        engine.dispose()


def refusals(command: Callable[P, R]) -> Callable[P, R]:
    """Say a refusal as one sentence on standard error and end with status 2."""

    @wraps(command)
    def guarded(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return command(*arguments, **named)
        except RuleBroken as refusal:
            refuse(refusal.sentence)

    return guarded


def refuse(sentence: str, status: int = 2) -> NoReturn:
    """End the command with a sentence and a status."""
    click.echo(sentence, err=True)
    sys.exit(status)


def show(facts: dict[str, Any], *, as_json: bool, words: str) -> None:
    """Print one JSON object and nothing else, or the words for people."""
    click.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else words)


class WholeNumber(click.ParamType[int]):
    """An option read as people write whole numbers; what has two readings is asked about in one sentence."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = read_whole_number(str(value))
        except NumberRefused as refusal:
            self.fail(refusal.sentence, param, ctx)
        if number is None:
            self.fail("Give a whole number, such as 12.", param, ctx)
        return number


def readable_file(path: str) -> Path:
    """The file named on the command line. Refuses a path without a file in one sentence."""
    file = Path(path)
    if not file.is_file():
        raise RuleBroken(f"There is no file {file.name}.")
    return file
