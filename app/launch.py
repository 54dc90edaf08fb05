"""What happens on `make run`: servers, schema, demo partnership, and the portal's processes under one supervisor."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Mapping

from app.local_postgres import LocalServerError
from app.local_servers import Servers, ensure_servers
from app.settings import PROJECT, Settings, SettingsError, child_environment, load_settings
from app.supervisor import Child, Duty, Supervisor

REVIVE_SECONDS = 5.0
_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to reach a server that listens everywhere


class LaunchError(Exception):
    """The portal cannot start; one plain sentence says why."""


def main() -> int:
    """Run the portal until Ctrl-C. Returns the exit status."""
    try:
        settings = load_settings()
        refuse_taken_port(settings)
        with ensure_servers(settings) as servers:
            _run(settings, servers)
    except (SettingsError, LocalServerError, LaunchError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def portal_children(settings: Settings) -> list[Child]:
    """The processes of the portal. The worker gets longer to finish its job; what it cannot finish runs again."""
    python = sys.executable
    web = (
        *(python, "-m", "granian", "--interface", "wsgi", "--host", settings.host, "--port", str(settings.port)),
        *("--workers", str(settings.web_workers), "--blocking-threads", "4", "--backpressure", "64"),
        *("--respawn-failed-workers", "--log-level", "warning", "wsgi:app"),
    )
    return [
        Child("web", web),
        *(
            Child(name, (python, "-m", "flask", "--app", "wsgi", name), patience)
            for name, patience in (("worker", 20.0), ("relay", 5.0), ("scheduler", 5.0))
        ),
    ]


def refuse_taken_port(settings: Settings) -> None:
    """Say at once that the port is somebody else's, rather than let the web process die again and again."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise LaunchError(
                f"Nothing can listen on {settings.host} port {settings.port} ({error.strerror}); set PORT to another."
            ) from None


def _run(settings: Settings, servers: Servers) -> None:
    environment = child_environment(settings, database_url=servers.database_url, redis_url=servers.redis_url)
    with_owner = {**environment, "DATABASE_OWNER_URL": servers.owner_url}
    sign_ins = _prepare(with_owner)
    greeting = Duty(lambda: _greet_when_ready(settings, sign_ins), every=0.1)
    care = Duty(lambda: _revive(servers), every=REVIVE_SECONDS)
    Supervisor(portal_children(settings), environment, duties=[greeting, care]).run()


def _prepare(environment: Mapping[str, str]) -> list[dict[str, str]]:
    """Migrate and, in an empty portal, load the demo partnership. Returns one sign-in per role: role and e-mail."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "database", "prepare", "--demo", "--json"]
    done = subprocess.run(command, env=dict(environment), cwd=PROJECT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise LaunchError("The database could not be prepared; the lines above say why.")
    sign_ins: list[dict[str, str]] = json.loads(done.stdout)["sign_ins"]
    return sign_ins


def _greet_when_ready(settings: Settings, sign_ins: list[dict[str, str]]) -> bool:
    if not is_ready(settings):
        return False
    width = max((len(person["role"]) for person in sign_ins), default=0)
    lines = ["", f"Triangulate is ready at {settings.address}/", ""]
    if sign_ins:
        lines += [f"Sign in as one of the demo people with the password {settings.demo_password}", ""]
        lines += [f"  {person['role']:<{width}}  {person['email']}" for person in sign_ins]
    lines += ["", "Ctrl-C stops everything; the data stays.", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return True


def is_ready(settings: Settings) -> bool:
    """Whether the web process answers and says that database and queue answer too."""
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _revive(servers: Servers) -> bool:
    """Have dead embedded servers back; never done. A failure is said and tried again, the portal answers meanwhile."""
    try:
        servers.revive()
    except LocalServerError as error:
        sys.stderr.write(f"supervisor: {error}\n")
    return False


if __name__ == "__main__":
    sys.exit(main())
