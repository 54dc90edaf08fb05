"""How do tests run the operator's check of the change log?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from tests.databases import Database
from tests.web import make_portal

Verify = Callable[..., Result]


def verifying(database: Database, folder: Path) -> Verify:
    """`flask database verify` on a database, as a function of its arguments."""
    portal = make_portal(
        None, database_url=database.app_url, database_owner_url=database.owner_url, redis_url="redis://127.0.0.1:1/0",
        data_dir=folder,
    )  # fmt: skip
    return lambda *arguments: portal.test_cli_runner().invoke(args=["database", "verify", *arguments])
