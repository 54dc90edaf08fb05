"""Is every command block of docs/operating.md run by a test, as it stands there?"""

from __future__ import annotations

import re

import click
import pytest

from app.cli import Verb
from tests.house.source import PROJECT
from tests.servers.documented import PAGE, blocks
from tests.web import usual_portal

RUN_BY = {
    "flask --app wsgi database roles": "tests/servers/test_managed_walk.py",
    "flask --app wsgi people invite": "tests/servers/test_managed_walk.py",
    ".venv/bin/flask --app wsgi database verify": "tests/servers/test_managed_walk.py",
    ".venv/bin/flask --app wsgi backup": "tests/servers/test_managed_walk.py",
    "global\n": "tests/machines/fleet.py",
    'echo "set server web/one state drain"': "tests/machines/test_more_than_one_machine.py",
    'echo "set server web/one state ready"': "tests/machines/test_more_than_one_machine.py",
    'echo "show stat web': "tests/machines/test_more_than_one_machine.py",
    "cat > .env": "tests/machines/test_containers.py",
}
"""By its beginning: the file that runs a block. It must take the block from the page, not repeat it."""

NOT_RUN: dict[str, str] = {}
"""By its beginning: a block that no test runs, with the reason."""

TAKES_FROM_THE_PAGE = re.compile(r"tests\.servers\.documented|docs/operating\.md")


@pytest.mark.assures(29)
def test_every_block_of_the_page_is_run_by_a_test_or_named_with_a_reason() -> None:
    known = [*RUN_BY, *NOT_RUN]
    for block in blocks():
        named = [beginning for beginning in known if block.startswith(beginning)]
        assert len(named) == 1, f"say in RUN_BY which test runs this block of {PAGE.name}:\n{block}"
    for beginning, path in RUN_BY.items():
        assert any(block.startswith(beginning) for block in blocks()), beginning
        assert TAKES_FROM_THE_PAGE.search((PROJECT / path).read_text(encoding="utf-8")), path


def test_every_command_that_the_page_names_is_there_with_its_options() -> None:
    commands = usual_portal().cli
    named = re.findall(r"flask --app wsgi ([^\n`|>#]+)", PAGE.read_text(encoding="utf-8"))
    assert len(named) > 10
    for words in named:
        context = click.Context(commands, info_name="flask")
        command: click.Command = commands
        *_, options = [words.split(), [word for word in words.split() if word.startswith("--")]]
        for word in words.split():
            if not isinstance(command, click.Group):
                break
            found = command.get_command(context, word)
            assert found is not None, f"flask --app wsgi {words}"
            command = found.command if isinstance(found, Verb) else found
        known = {option for parameter in command.params for option in parameter.opts}
        assert {option.partition("=")[0] for option in options} <= known, words
