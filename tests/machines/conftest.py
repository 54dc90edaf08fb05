"""What do the tests of this folder run on? The portal as on several machines, with the demonstration, started once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.database_logins import DATABASE
from app.preparation import prepare_database
from app.servers.local_postgres import in_database
from app.servers.local_servers import Servers, join_servers
from app.settings import Settings
from models.partnership.portals import PortalKind
from tests.machines.fleet import Fleet
from tests.web import PASSWORD

UNTOUCHED = "untouched"


@pytest.fixture(scope="package")
def servers() -> Iterator[Servers]:
    """The one database and the one queue of all machines, with the demonstration in it."""
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as folder,
        join_servers(Path(folder), durable=False) as joined,
    ):
        prepare_database(Settings(demo_password=PASSWORD), joined, wanted=PortalKind.DEMO)
        with psycopg.connect(in_database(joined.superuser_url, "postgres"), autocommit=True) as server:
            server.execute(f"CREATE DATABASE {UNTOUCHED} TEMPLATE {DATABASE}".encode())
        yield joined


@pytest.fixture(scope="package")
def untouched(servers: Servers) -> str:
    """The name of a database with the demonstration that no process uses; one test may destroy it."""
    return UNTOUCHED


@pytest.fixture(scope="package")
def fleet(servers: Servers) -> Iterator[Fleet]:
    """Two web processes, three workers, a relay and two schedulers behind the documented proxy."""
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as folder,
        Fleet(servers, Path(folder), told={"WEB_WORKERS": "1"}) as running,
    ):
        yield running
