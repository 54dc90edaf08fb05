"""Is the portal up after the documented steps with containers, on an image built by the project's own Containerfile?"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.house.source import PROJECT
from tests.machines import containers
from tests.machines.compose_file import logins, services, text_of

pytestmark = [pytest.mark.faults, pytest.mark.assures(29)]
NEEDED = ("podman", "runc", "mmdebstrap")
ENGINE = """[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with compose.yaml, and a `docker` on the path that speaks to podman; nothing is left afterwards."""
    if not scaled(1, ci=0):
        pytest.skip("takes three minutes: make assurance runs it")
    if missing := [name for name in NEEDED if not shutil.which(name)]:
        pytest.skip(f"no {' and no '.join(missing)} here")
    (tmp_path / "engine.conf").write_text(ENGINE)
    (tmp_path / "docker").write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -m tests.machines.containers "$@"\n')
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("CONTAINERS_CONF", str(tmp_path / "engine.conf"))
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    yield tmp_path
    containers.tear_down(services(containers.told_in(tmp_path)))


def documented_block() -> str:
    """The commands of “With containers”, with a password of its own for each that is left out on the page."""
    section = text_of("docs/operating.md").partition("### With containers")[2]
    block = re.findall(r"```\n(.+?)```", section, re.DOTALL)[0]
    return re.sub(r"=…", lambda _: f"={token_hex(24)}", block)


def passwords_in(block: str) -> str:
    """What psql is told at its prompts: the password of each login, twice, as `.env` has it."""
    names = logins(text_of("compose.yaml"))
    told = dict(re.findall(r"^(\w+)=(\S+)", block, re.MULTILINE))
    return "".join(f"{told[names[login]]}\n" * 2 for login in re.findall(r"\\password (\w+)", block))


def test_portal_is_up_in_containers_after_the_documented_steps(place: Path) -> None:
    containers.make_images(place)
    block = documented_block()
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=place, input=passwords_in(block), text=True,
                          capture_output=True, check=False, timeout=600)  # fmt: skip
    assert done.returncode == 0, done.stderr
    ready = answer_of("http://127.0.0.1:8000/readyz")
    assert '"database":"ready"' in ready
    assert '"valkey":"ready"' in ready
    assert "https://portal.example.org/invitation/" in done.stdout, done.stderr
    wrongly = ["compose", "run", "--rm", "web", *["flask", "--app", "wsgi", "people", "list"]]
    refused = subprocess.run([place / "docker", *wrongly], cwd=place, text=True, capture_output=True, check=False)
    assert refused.returncode != 0
    assert "may not become portal_sign_in, portal_system" in refused.stderr.splitlines()[0]
    assert "sqlalchemy" not in refused.stderr
    running = containers.quietly("ps", "--format", "{{.Names}}").split()
    known = services(containers.told_in(place))
    stated = {name for name, service in known.items() if "profiles" not in service.stated}
    absent = sorted(name for name in stated if f"{containers.NETWORK}-{name}" not in running)
    note_figure(29, "services of compose.yaml that do not run in containers", reached=len(absent), wanted="0",
                tried=f"{len(stated)} services by the commands of docs/operating.md", holds=not absent)  # fmt: skip
    assert absent == []


def answer_of(address: str) -> str:
    """What a web process says that is just starting, without blanks."""
    deadline = time.monotonic() + containers.PATIENCE
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return str(answer.read().decode()).replace(" ", "")
        except OSError:
            assert time.monotonic() < deadline, "the web container does not answer"
            time.sleep(0.5)
