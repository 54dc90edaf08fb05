"""What do tests of the kit run on that need the portal several times at once?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.access import Actor
from models.core.db import make_session_factory
from tests.databases import Database
from tests.web import make_portal


@pytest.fixture
def shared(engine: Engine, database: Database) -> Iterator[tuple[Flask, Session]]:
    """The portal on connections of its own, as in production; everything is taken out again afterwards."""
    factory = make_session_factory(engine)
    try:
        with factory(info={"actor": Actor.system("test")}) as session:
            yield make_portal(factory), session
    finally:
        database.empty()
