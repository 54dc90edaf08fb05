"""How near is each part of the portal to its limit on this machine? Every figure beside its limit, in one run."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from sqlalchemy import create_engine

from app.servers.local_servers import join_servers
from models import schema
from models.core.db import database_url
from tests.benchmarks import (
    draw,
    forgotten_passwords,
    grown,
    growth_table,
    imports,
    lists,
    mails,
    plan_pdf,
    queue,
    retention,
    reviews,
    sealing,
    start,
)
from tests.databases import Database


def main(rows: int, wanted: set[str]) -> None:
    """Run every bench, or those named, on a durable PostgreSQL of their own."""
    with tempfile.TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder:
        servers = join_servers(Path(folder), with_queue=False)
        schema.migrate(servers.owner_url)
        database = Database.of(servers)
        benches: dict[str, Callable[[], Iterable[str]]] = {
            "pdf": plan_pdf.bench,
            "start": lambda: start.bench(database),
            "passwords": lambda: forgotten_passwords.bench(database),
            "queue": lambda: queue.bench(database),
            "mails": lambda: mails.bench(database),
            "retention": lambda: retention.bench(database),
            "reviews": lambda: reviews.bench(database),
            "grown": lambda: grown.bench(database),
            "table": lambda: growth_table.bench(database),
            "sealing": lambda: sealing.bench(database),
            "log": lambda: sealing.bench_check(database, rows),
            "draw": lambda: _draw(database, rows),
            "import": lambda: imports.bench(database, rows),
            "lists": lambda: lists.bench(database, rows),
        }
        for name, bench in benches.items():
            if not wanted or name in wanted:
                sys.stdout.write("\n".join([*bench(), "", ""]))
                sys.stdout.flush()
        servers.close()


def _draw(database: Database, rows: int) -> list[str]:
    owner = create_engine(database_url(database.owner_url))
    with owner.connect() as connection:
        lines = draw.bench(connection, rows)
    owner.dispose()
    return lines


if __name__ == "__main__":
    main(int(sys.argv[1]), set(sys.argv[2:]))
