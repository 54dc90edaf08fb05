"""Is the first administrator in after the steps of docs/operating.md, on a managed database with its four logins?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from app.database_logins import DATABASE
from app.portal import create_app
from app.servers.local_postgres import in_database
from app.servers.local_servers import Servers, join_servers
from app.settings import Settings
from models.core.db import make_engine, make_session_factory
from tests.machines.database_facts import differences, facts_of
from tests.servers.documented import block, run
from tests.web import Browser

CHOSEN = "seven brass kettles sing"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Servers]:
    """Somebody's PostgreSQL, of which the operator has the administrator's login."""
    with join_servers(tmp_path / "server", with_queue=False, durable=False) as joined:
        yield joined


def administered(server: Servers) -> str:
    """Take the portal's database away, so that the server is as bare as the operator finds it; the script's address."""
    address = in_database(server.superuser_url, "postgres")
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)".encode())
    return address


@pytest.mark.assures(28, 29)
def test_first_administrator_is_in_after_the_documented_steps_and_all_comes_back_from_the_backup(
    request: pytest.FixtureRequest, server: Servers, tmp_path: Path
) -> None:
    data = {"DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "k" * 64, "PUBLIC_URL": "https://portal.example.org"}
    script = block("flask --app wsgi database roles")
    run(script.replace("postgresql://administrator@host/postgres", administered(server)), tmp_path, data)
    told = {**data, "DATABASE_JOBS_URL": server.jobs_url}
    run("flask --app wsgi database prepare", tmp_path, {**told, "DATABASE_OWNER_URL": server.owner_url})

    invited = run(block("flask --app wsgi people invite"), tmp_path, told)
    (address,) = re.findall(r"https://\S+/invitation/\S+/", invited)
    link = urlsplit(address)
    assert (link.scheme, link.netloc) == ("https", "portal.example.org")

    engines = [make_engine(url) for url in (server.database_url, server.sign_in_url)]
    for engine in engines:
        request.addfinalizer(engine.dispose)
    settings = Settings(
        redis_url="redis://127.0.0.1:1/0", secret_key="k" * 64, log_level="ERROR", two_factor_roles="none"
    )
    browser = Browser(create_app(settings, *map(make_session_factory, engines)))
    assert browser.client.get(link.path).status_code == 303
    assert browser.send("/invitation/", new=CHOSEN, again=CHOSEN).status_code == 302
    home = browser.get("/")
    assert "Olive Boss, Administrator" in home.get_text()
    assert len(home.select(".first-steps li")) == 10
    assert home.select(".band") == []
    assert not (tmp_path / "data" / "demo_password").exists()

    for engine in engines:
        engine.dispose()
    verify = block(".venv/bin/flask --app wsgi database verify")
    assert "The seal stands in it" in run(verify.replace("1234:0ab…", seal_of(server)), tmp_path, told)
    before = facts_of(server.superuser_url)
    said = run(block(".venv/bin/flask --app wsgi backup"), tmp_path,
               {**told, "DATABASE_ADMINISTRATOR_URL": server.superuser_url})  # fmt: skip
    assert "The backup portal.backup is whole" in said
    assert differences(before, facts_of(server.superuser_url)) == []


def seal_of(server: Servers) -> str:
    """The last link of the change log, as it would be published."""
    with psycopg.connect(server.superuser_url) as administrator:
        head = administrator.execute("SELECT link_number || ':' || encode(link_hash, 'hex') FROM change_log_head")
        (words,) = head.fetchone() or ("",)
    return str(words)
