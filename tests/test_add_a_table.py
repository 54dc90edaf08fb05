"""Does "Add a table" of CONTRIBUTING, followed word by word, lead to a screen that works and checks that hold?

The files and the commands are taken out of the page itself and put into a copy of the project.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import PROJECT, tracked_files

PAGE = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RECIPE = PAGE.partition("\n## Add a table\n")[2].partition("\n## ")[0]
FILES = re.findall(r"`([\w/]+\.py)`\n\n```python\n(.*?)```", RECIPE, re.DOTALL)
ENTRIES = re.findall(r"```python\n(    \S.*?|from .*?)```", RECIPE, re.DOTALL)
COMMANDS = "".join(re.findall(r"```sh\n(.*?)```", RECIPE, re.DOTALL)).splitlines()


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """The project as it lies here, without history and data, with the environment of these tests."""
    with tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as folder:
        project = Path(folder) / "project"
        for name in tracked_files():
            target = project / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target)
        (project / ".venv").symlink_to(sys.prefix)
        if (PROJECT / ".mypy_cache").is_dir():  # types are then checked in seconds
            shutil.copytree(PROJECT / ".mypy_cache", project / ".mypy_cache")
        yield project


def follow(project: Path, command: str) -> str:
    """Do what a line of the page says; fails with what was printed when it does not end well.

    The environment is taken as it is: the copy's lock files may look newer than it.
    """
    line = command.replace("make ", "make --assume-old=setup-dev ")
    told = {"PATH": os.environ["PATH"], "HOME": str(project), "DATA_DIR": str(project.parent / "data")}
    ended = subprocess.run(line, shell=True, cwd=project, env=told, capture_output=True, text=True)
    assert ended.returncode == 0, f"{command}\n{ended.stdout}\n{ended.stderr}"
    return ended.stdout


def tell_the_wall(project: Path, owner: str, maker: str) -> None:
    """Put the two entries of the page where it says: among the owners, and to the makers with their import in order."""
    owners, rows = project / "tests/wall/owners.py", project / "tests/wall/rows_of_reviews.py"
    owners.write_text(owners.read_text().replace("\nAGENCIES = {\n", "\nAGENCIES = {\n" + owner))
    new, _, function = maker.partition("\n")
    lines = rows.read_text().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith("from models.") and line > new)
    rows.write_text("\n".join([*lines[:place], new, *lines[place:]]) + "\n" + function)


def test_recipe_is_a_table_a_screen_a_test_two_entries_and_four_commands() -> None:
    assert len(ENTRIES) == 2
    assert [name.partition("/")[0] for name, _ in FILES] == ["models", "admin_views", "tests"]
    assert len({Path(name).parent.name for name, _ in FILES}) == 1, "one chapter"
    assert COMMANDS[1:3] == ["make docs", "make check"]
    assert not [name for name, _ in FILES if (PROJECT / name).exists()], "the example must not be in the portal already"


def test_newcomer_who_follows_the_recipe_has_a_screen_that_lists_creates_edits_and_exports(copy: Path) -> None:
    before = {path.name for path in (copy / "models/migrations/versions").glob("*.py")}
    for name, text in FILES:
        (copy / name).write_text(text, encoding="utf-8")
    tell_the_wall(copy, *ENTRIES)
    said = [follow(copy, command) for command in COMMANDS]
    (revision,) = {path.name for path in (copy / "models/migrations/versions").glob("*.py")} - before
    assert revision.endswith("_add_bulletins.py")
    assert "**`bulletins`**" in (copy / "docs/data-model.md").read_text(encoding="utf-8")
    assert "The migrations and the models say the same." in said[2]
    passed = re.search(r"\b(\d+) passed", said[3])
    assert passed is not None
    assert int(passed[1]) > 3, "its own tests (writing, sending, reading, refusing, taking out) and the wall's"
