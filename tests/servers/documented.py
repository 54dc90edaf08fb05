"""Which commands does docs/operating.md give an operator, and how does a test run them as they stand there?"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from app.servers.local_postgres import binary
from tests.house.source import PROJECT

PAGE = PROJECT / "docs" / "operating.md"


def blocks() -> list[str]:
    """Every block of commands or configuration on the page, in its order."""
    found = re.findall(r"^( *)```\w*\n(.+?)^ *```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for _, block in found]


def block(beginning: str) -> str:
    """The one block that begins so."""
    (only,) = [each for each in blocks() if each.startswith(beginning)]
    return only


def run(commands: str, folder: Path, told: dict[str, str]) -> str:
    """Run a block in a folder with these settings and nothing else; returns what it prints. It must succeed."""
    environment = Path(sys.executable).parent
    if not (folder / ".venv").exists():
        (folder / ".venv").symlink_to(environment.parent)
    path = os.pathsep.join([str(environment), str(binary("psql").parent), os.defpath])
    settings = {"PATH": path, "PYTHONPATH": str(PROJECT), "REDIS_URL": "redis://127.0.0.1:1/0", **told}
    line = ["bash", "-euo", "pipefail", "-c", commands]
    done = subprocess.run(line, cwd=folder, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stderr, done.stderr
    return done.stdout
