"""What do the tests that kill share? A farm for each module, emptied for each test, and a mail server's postbox."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Database
from tests.faults.farm import Farm
from tests.postboxes import Postbox


@pytest.fixture(scope="module")
def running(database: Database) -> Iterator[Farm]:
    """A relay and a worker on a Valkey of their own, for all tests of a module."""
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as name,
        Farm(database, Path(name)) as farm,
    ):
        yield farm


@pytest.fixture
def postbox() -> Postbox:
    """What the mail server of the test has taken."""
    return Postbox()
