"""Which small application stands behind the doorway in tests that need none of the portal?"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError

from app.logs import start_logging
from app.servers.connections import Connections
from app.servers.doorway import Doorway, Facts, Pace

LIMIT = 200 * 1024 * 1024
PER_NETWORK = 30
PIECE = b"0123456789abcdef" * 4096
GRACE = 1.0
STALLED = 2.0


def app(facts: Facts, start_response: Any) -> Iterator[bytes]:
    """Say what was asked and sent (`/said/`), answer at length (`/long/MB`), late (`/late/SECONDS`), or break."""
    path, argument = facts["PATH_INFO"].rpartition("/")[::2]
    start_response("200 OK", [("Content-Type", "text/plain")])
    if path == "/late":
        time.sleep(float(argument))
        yield argument.encode()
    elif path == "/long":
        yield from (PIECE for _ in range(int(argument) * 16))
    elif path == "/breaks":
        yield PIECE * 8
        raise OperationalError("SELECT 1", {}, psycopg.OperationalError("the database has gone"))
    else:
        yield json.dumps(_said(facts)).encode()


def _said(facts: Facts) -> dict[str, str]:
    digest, size = hashlib.sha256(), 0
    while piece := facts["wsgi.input"].read(65536):
        digest.update(piece)
        size += len(piece)
    said = {name: value for name, value in facts.items() if isinstance(value, str)}
    return said | {"size": str(size), "digest": digest.hexdigest()}


start_logging("INFO")
doorway = Doorway(
    app,
    lambda facts: "HTTP_COOKIE" in facts,
    limit=LIMIT,
    connections=Connections(per_network=PER_NETWORK, stalled_seconds=STALLED),
    pace=Pace(GRACE, 1024 * 1024),
)
