"""How fast does a checked import come near to a bare COPY of the same file?"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import psycopg

from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.case_lists.frame_rows import index_frame
from models.core.access import Actor, DatabaseRole
from models.core.db import make_engine, make_session_factory
from models.core.rooms import load_rooms
from models.tools.starting_words import give_starting_words
from tests.benchmarks.memory import peak_of_memory
from tests.databases import Database

PROJECT = Path(__file__).resolve().parents[2]

LEVELS = ("Universal", "Early help", "Child in need", "Child protection plan", "Looked after")
HEADINGS = ("Case reference", "Level", "Theme", "Start date", "End date")
ROUNDS = 3


def write_list(path: Path, rows: int) -> None:
    """A case list of so many rows: one in twenty repeats a reference, one in a hundred is refused."""
    days = [(date(2022, 1, 1) + timedelta(days=day)).isoformat() for day in range(1600)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for row in range(rows):
            dice = int.from_bytes(sha256(f"bench {row}".encode()).digest()[:6], "big")
            case = row - 1 if dice % 20 == 0 else row
            start = dice // 20 % 1400
            end = days[start + dice // 28000 % 190] if dice // 7 % 5 < 3 else ""
            level = LEVELS[(0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4)[dice // 11 % 11]]
            started = "unknown" if dice // 13 % 100 == 0 else days[start]
            writer.writerow((f"WK{case * 7919 % (10 * rows):09d}", level, f"N{dice // 17 % 9}", started, end))


def bare_copy(url: str, path: Path) -> float:
    """Seconds of COPY of the file into a table without constraints, every column as text."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (a text, b text, c text, d text, e text)")
        started = time.perf_counter()
        with path.open("rb") as file, connection.cursor().copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as copy:
            while block := file.read(1 << 18):
                copy.write(block)
        connection.commit()
        taken = time.perf_counter() - started
        connection.execute("DROP TABLE bare")
    return taken


def checked_import(url: str, path: Path) -> dict[str, float]:
    """Seconds from opening the file to the commit of a frozen frame, then those of its indexes.

    With this process's peak of memory in MiB.
    """
    load_rooms("models")
    engine = make_engine(url)
    with (
        make_session_factory(engine)(info={"actor": Actor(DatabaseRole.ADMINISTRATOR)}) as session,
        path.open("rb") as source,
    ):
        give_starting_words(session)
        session.commit()
        started = time.perf_counter()
        check = open_check(session, source, ImportChoice(), today=date(2026, 11, 22))
        frame = import_frame(session, check, title="Bench", file_name=path.name)
        session.commit()
        taken = time.perf_counter() - started
        peak = peak_of_memory()
        started = time.perf_counter()
        index_frame(session, frame.id)
        session.commit()
        indexing = time.perf_counter() - started
        rejected = check.report.rejected_count
    engine.dispose()
    return {
        "seconds": taken,
        "indexing": indexing,
        "MiB": peak,
        "rows": frame.row_count,
        "rejected": rejected,
        "frame": frame.id,
    }


def _fresh(url: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.imports", url, str(path)]
    done = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def bench(database: Database, rows: int) -> list[str]:
    """Lines to print: bare COPY, the checked import, their ratio, and memory beside that for a tenth of the rows."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.csv", Path(folder) / "large.csv"
        write_list(small, rows // 10)
        write_list(large, rows)
        little = _fresh(database.app_url, small)
        pairs = [(bare_copy(database.owner_url, large), _fresh(database.app_url, large)) for _ in range(ROUNDS)]
    limit = sorted(pair[0] for pair in pairs)[ROUNDS // 2]
    ours = sorted((pair[1] for pair in pairs), key=lambda figures: figures["seconds"])[ROUNDS // 2]
    whole = ours["seconds"] + ours["indexing"]
    share = 100 * limit / ours["seconds"]
    return [
        f"import: {rows:,} rows, {ours['rejected']:,.0f} refused",
        f"  bare COPY of the file      {limit:7.2f} s  {rows / limit:9,.0f} rows/s  (limit)",
        f"  checked, frozen, keyed     {ours['seconds']:7.2f} s  {rows / ours['seconds']:9,.0f} rows/s"
        f"  {share:.0f} % of bare COPY",
        f"  and its list indexed       {whole:7.2f} s  {rows / whole:9,.0f} rows/s"
        f"  {100 * limit / whole:.0f} % of bare COPY (the job that follows a large import)",
        f"  peak of the client         {ours['MiB']:.0f} MiB, with a tenth of the rows {little['MiB']:.0f} MiB",
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(checked_import(sys.argv[1], Path(sys.argv[2]))))
