"""What do the tests of this folder run on? The demo with rows of two agencies in every table, planted once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Connection

from tests.demo.access.strangers import of_theirs
from tests.demo.access.world import World, build_world


@pytest.fixture(scope="package")
def planted(demo_connection: Connection) -> Iterator[World]:
    """The world, planted once for all tests of this folder."""
    point = demo_connection.begin_nested()
    world = build_world(demo_connection)
    world.theirs = of_theirs(world)
    yield world
    point.rollback()


@pytest.fixture
def connection(planted: World) -> Iterator[Connection]:
    """The demo with the planted rows; whatever a test does is undone."""
    point = planted.connection.begin_nested()
    yield planted.connection
    point.rollback()


@pytest.fixture
def world(planted: World, connection: Connection, portal: Flask) -> World:
    """The planted world through this test's portal."""
    return planted.opened_with(portal)
