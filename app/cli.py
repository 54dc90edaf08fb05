"""Which verbs can scripts and operators use, with the same rules as on the screens?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NoReturn

import click
from flask import Flask

from app.logs import start_logging
from app.settings import Settings, load_settings
from models.core.rooms import at_place, loading

_PLACES = {
    "database": ("app.commands.database:database", "Prepare and check the database."),
    "people": ("app.commands.people:people", "People and how they come in."),
    "frames": (
        "app.commands.frames:frames",
        "Case frames: the frozen lists that samples are drawn from.",
    ),
    "samples": ("app.commands.samples:samples", "Audit samples: draws from a frame, and their check."),
    "plans": ("app.commands.plans:plans", "Improvement plans."),
    "rooms": ("app.commands.rooms:rooms", "Print every page with its roles, every job and every schedule."),
    "access": (
        "app.commands.access:access",
        "Print every address and who may open it as one page of Markdown; `make docs` keeps it in docs.",
    ),
    "jobs": (
        "app.commands.jobs:jobs_command",
        "Keep the relay, the scheduler and as many workers as WORKERS says alive, until told to stop.",
    ),
    "worker": (
        "app.commands.worker:worker_command",
        "Do the jobs people and schedules ask for, until told to stop.",
    ),
    "relay": (
        "app.commands.relay:relay_command",
        "Hand requests that were committed to the queue, until told to stop.",
    ),
    "scheduler": (
        "app.commands.scheduler:scheduler_command",
        "Request scheduled jobs when they fall due and seal the change log, until told to stop.",
    ),
    "backup": ("app.commands.backups:backup_command", "Back the whole database up into FILE."),
    "verify-backup": (
        "app.commands.backups:verify_command",
        "Restore FILE into a throw-away database and compare it with its counts.",
    ),
    "restore": (
        "app.commands.backups:restore_command",
        "Restore FILE in place of the present database, which is kept aside.",
    ),
}
"""By its name: where a verb stands, and what it says of itself where it is only listed."""


class Verb(click.Command):
    """A command, or a group of them, that is loaded when it is used and not when it is listed."""

    def __init__(self, name: str, place: str, help: str) -> None:
        super().__init__(name, help=help)
        self.place = place

    @cached_property
    def command(self) -> click.Command:
        """The command itself."""
        with loading():
            loaded: click.Command = at_place(self.place)
        return loaded

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the command itself, which click goes on with."""
        return self.command.make_context(info_name, args, parent, **extra)


class CommandLine(Flask):
    """The application that commands work in: settings and no pages."""

    def wsgi_app(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> NoReturn:
        """Say where the pages are to whoever serves the commands."""
        raise RuntimeError("These are the portal's commands; a web server finds its pages at wsgi:application.")


def command_line() -> Flask:
    """The commands alone, with the settings of the environment. Raises SettingsError."""
    settings: Settings = load_settings()
    start_logging(settings.log_level)
    app = CommandLine("app", static_folder=None)
    app.extensions["settings"] = settings
    register_commands(app)
    return app


def register_commands(app: Flask) -> None:
    """Put every verb under `flask --app wsgi`."""
    for verb in verbs():
        app.cli.add_command(verb)


def verbs() -> Iterable[Verb]:
    """Every verb, none of them loaded."""
    return (Verb(name, place, words) for name, (place, words) in _PLACES.items())
