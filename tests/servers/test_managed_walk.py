"""Is the first administrator in after the steps of docs/operating.md, on a managed database with two logins?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from app import create_app
from app.servers.local_postgres import in_database
from app.servers.local_servers import Servers, join_servers
from app.settings import Settings
from models.core.db import make_engine, make_session_factory
from tests.house.source import PROJECT
from tests.web import Browser

NAME = "managed"
CHOSEN = "seven brass kettles sing"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Servers]:
    """Somebody's PostgreSQL, of which the operator has the administrator's login."""
    with join_servers(tmp_path / "server", with_queue=False, durable=False) as joined:
        yield joined


def command(told: dict[str, str], *arguments: str) -> str:
    """What a command of the portal prints with these settings; it must succeed."""
    line = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    environment = {"PATH": os.defpath, "REDIS_URL": "redis://127.0.0.1:1/0", **told}
    done = subprocess.run(line, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_script(server: Servers, script: str) -> None:
    """Run the script of roles as psql does, for a database of another name than the one that is there."""
    before, after = script.replace("DATABASE triangulate ", f"DATABASE {NAME} ").split("\\connect triangulate\n")
    for database, statements in (("postgres", before), (NAME, after)):
        with psycopg.connect(in_database(server.superuser_url, database), autocommit=True) as administrator:
            for statement in statements.split(";\n"):
                administrator.execute(statement.encode())


def test_first_administrator_is_in_after_the_documented_steps(
    request: pytest.FixtureRequest, server: Servers, tmp_path: Path
) -> None:
    data = {"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "k" * 64, "PUBLIC_URL": "https://portal.example.org"}
    run_script(server, command(data, "database", "roles"))
    app_url, owner_url = (in_database(url, NAME) for url in (server.database_url, server.owner_url))
    told = {**data, "DATABASE_URL": app_url}
    command({**told, "DATABASE_OWNER_URL": owner_url}, "database", "prepare")

    invited = json.loads(command(told, "people", "invite", "ann@council.example", "Ann Quarrier",
                                 "--role", "administrator", "--json"))  # fmt: skip
    link = urlsplit(invited["link"])
    assert (link.scheme, link.netloc) == ("https", "portal.example.org")

    engine = make_engine(app_url)
    request.addfinalizer(engine.dispose)
    settings = Settings(redis_url="redis://127.0.0.1:1/0", secret_key="k" * 64, log_level="ERROR")
    browser = Browser(create_app(settings, session_factory=make_session_factory(engine)))
    assert browser.client.get(link.path).status_code == 303
    assert browser.send("/invitation/", new=CHOSEN, again=CHOSEN).status_code == 302
    home = browser.get("/")
    assert home.find("h1", string="Welcome, Ann Quarrier")
    assert len(home.select(".first-steps li")) == 10
    assert home.select(".band") == []
    assert not (tmp_path / "data" / "demo_password").exists()
