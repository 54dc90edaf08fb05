"""Which verbs can scripts and operators use, with the same rules as on the screens?"""

from __future__ import annotations

from flask import Flask

from app.commands.access import access
from app.commands.backups import backup_command, restore_command, verify_command
from app.commands.database import database
from app.commands.frames import frames
from app.commands.people import people
from app.commands.plans import plans
from app.commands.processes import relay_command, scheduler_command, worker_command
from app.commands.rooms import rooms
from app.commands.samples import samples

COMMANDS = (
    *(database, people, frames, samples, plans, rooms, access, worker_command, relay_command, scheduler_command),
    *(backup_command, verify_command, restore_command),
)


def register_commands(app: Flask) -> None:
    """Put every verb under `flask --app wsgi`."""
    for command in COMMANDS:
        app.cli.add_command(command)
