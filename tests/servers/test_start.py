"""Does each process load what it needs, and nothing that only others need?"""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory

from app.cli import Verb, verbs
from jobs.core.lanes import LANES
from jobs.core.queue import JOBS
from models import schema_changes
from models.core.rooms import load_rooms
from models.revisions import newest_revisions
from tests.house.source import PROJECT

PAPER = ("reportlab", "pikepdf", "docx", "openpyxl", "xlsxwriter", "jobs.word")
PAGES = ("flask_admin", "wtforms", "admin_views", "app.portal", "authlib", "webauthn")
PREPARING = ("alembic", "app.demo", "app.preparation", "models.schema", "models.schema_changes")
MAKERS = ("alembic", "app.demo.partnership", "models.schema_changes")
HELP = "from flask.cli import cli\ncli(['--app', 'wsgi', '--help'], standalone_mode=False)"

PROCESSES = {
    "relay": ("import app.commands.relay", (*PAPER, *PAGES, *PREPARING, "jobs.core.queue")),
    "scheduler": ("import app.commands.scheduler", (*PAPER, *PAGES, *PREPARING, "jobs.core.queue")),
    "supervisor": ("import app.launch", (*PAPER, *PAGES, *PREPARING, "jobs.core.queue")),
    "list of commands": (HELP, (*PAPER, *PAGES, *PREPARING, "app.commands")),
    "command that looks at the log": ("import app.commands.log_checks", (*PAPER, *PAGES, *PREPARING, "redis")),
    "command that prepares": ("import app.commands.beginnings", (*PAPER, *PAGES, *MAKERS, "redis")),
    "web process": ("import wsgi\nwsgi.doorway", (*PREPARING, "openpyxl", "app.commands")),
}


def loaded_by(start: str) -> set[str]:
    """The modules that a fresh interpreter holds after these lines."""
    told = f"import sys\n{start}\nprint('loaded:', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], cwd=PROJECT, capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("loaded:")[2].split())


@pytest.mark.parametrize("process", PROCESSES)
def test_process_loads_nothing_that_only_others_need(process: str) -> None:
    start, strangers = PROCESSES[process]
    loaded = loaded_by(start)
    assert "app.settings" in loaded
    assert sorted(loaded & set(strangers)) == []


def test_paper_and_word_files_are_made_without_a_database() -> None:
    loaded = loaded_by("from models.core.rooms import load_rooms\nload_rooms('jobs.pdf')\nimport jobs.word.papers")
    assert {"reportlab", "docx"} < loaded
    assert sorted(loaded & {"sqlalchemy", "psycopg", "models.core.db"}) == []


def verbs_everywhere() -> list[Verb]:
    """Every verb, those inside groups too."""
    first = list(verbs())
    groups = [getattr(verb.command, "commands", {}) for verb in first]
    return [*first, *(inner for group in groups for inner in group.values() if isinstance(inner, Verb))]


def test_verb_is_listed_with_the_words_that_it_says_of_itself() -> None:
    for verb in verbs_everywhere():
        said = " ".join((verb.command.help or "").split("\n\n")[0].split())
        assert (verb.name, verb.help) == (verb.command.name, said)
    assert len(verbs_everywhere()) > 15


def test_newest_revision_read_from_the_files_is_the_one_that_alembic_finds() -> None:
    script = ScriptDirectory.from_config(schema_changes.alembic_config("postgresql://nobody@nowhere/none"))
    assert newest_revisions() == set(script.get_heads()) != set()


def test_every_lane_is_given_to_a_job_that_there_is() -> None:
    load_rooms("models", "jobs")
    assert {name for name in LANES if name not in ("dig_well", "post")} <= set(JOBS)
