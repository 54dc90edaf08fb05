"""How is the database prepared without its parts staying in the process that asks? Another process does it and ends.

It takes every table, every migration and the demonstration to prepare a database, and a process gives back little of
what it has once loaded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from typing import Any

from app.servers.forks import die_with_parent
from app.settings import Settings, environment_now
from models.core.errors import RuleBroken

REFUSED = 2
"""The status of a process that has said on standard error, in one sentence, why it does not prepare the database."""


class NotPreparedError(RuleBroken):
    """The database was not prepared, and the process that should have done it has said why."""


def prepared_apart(settings: Settings, *wanted: str) -> dict[str, Any]:
    """Have the database of these settings prepared; what it holds now, as `app.preparation` prints it.

    Raises NotPreparedError with the sentence of that process.
    """
    told = {"DATA_DIR": str(settings.data_dir), "SECRET_KEY": settings.secret_key}
    done = subprocess.run(
        [sys.executable, "-m", "app.preparation", *wanted],
        env=environment_now() | told,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(die_with_parent, os.getpid()),
    )
    if done.returncode != 0:
        raise NotPreparedError(done.stderr.strip() or "The database could not be prepared.")
    held: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return held
