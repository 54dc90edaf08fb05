"""What happens on `make run`: servers, schema, demo partnership, and the portal's processes under one supervisor."""

from __future__ import annotations

import http.client
import socket
import sys
import time
from typing import Any

from app.servers.local_servers import Servers, ensure_servers
from app.servers.preparing import prepared_apart
from app.servers.supervisor import WORKERS_PATIENCE, Child, Duty, Supervisor, child_environment
from app.servers.web import web_command
from app.settings import Settings, SettingsError, demo_password, load_settings
from models.core.errors import RuleBroken
from models.partnership.portals import PortalKind

REVIVE_SECONDS = 5.0
WEB_FIRST_SECONDS = 20.0  # so long the web process has the machine for itself
HOLDS_THE_DEMO = (
    "The data here are the demonstration's, which never becomes a partnership's own portal. Set DATA_DIR to an empty"
    " folder, or leave the demonstration with “flask --app wsgi database leave-demo”, as docs/operating.md says."
)
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
    except (SettingsError, LaunchError, RuleBroken) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def portal_children(settings: Settings) -> list[Child]:
    """The processes of the portal: the web's parent, and the one that keeps relay, scheduler and workers alive."""
    jobs = (sys.executable, "-m", "flask", "--app", "wsgi", "jobs")
    return [
        Child("web", web_command(settings), without=("DATABASE_JOBS_URL",)),
        Child("jobs", jobs, WORKERS_PATIENCE + 1, without=("DATABASE_URL", "DATABASE_SIGN_IN_URL"), hurry=2.0),
    ]


def refuse_taken_port(settings: Settings) -> None:
    """Say at once that the port is taken, rather than let the web process die again and again."""
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
    held = prepared_apart(settings, PortalKind.DEMO if settings.demo else PortalKind.OWN)
    if held["kind"] == PortalKind.DEMO and not settings.demo:
        raise LaunchError(HOLDS_THE_DEMO)
    logins = {"sign_in_url": servers.sign_in_url, "jobs_url": servers.jobs_url}
    environment = child_environment(settings, database_url=servers.database_url, redis_url=servers.redis_url, **logins)
    web, *others = portal_children(settings)
    supervisor = Supervisor([web], environment)
    supervisor.charge(Duty(_Opening(settings, greeting_of(settings, held), supervisor, others), every=0.1))
    supervisor.charge(Duty(lambda: _revive(servers), every=REVIVE_SECONDS))
    supervisor.run()


class _Opening:
    """Greet when the portal answers, then start the processes that need nobody's eyes; also without a web process."""

    def __init__(self, settings: Settings, greeting: str, supervisor: Supervisor, others: list[Child]) -> None:
        self._settings = settings
        self._greeting = greeting
        self._supervisor = supervisor
        self._waiting = others
        self._patient_until = time.monotonic() + WEB_FIRST_SECONDS

    def __call__(self) -> bool:
        is_open = is_ready(self._settings)
        if is_open:
            sys.stdout.write(self._greeting)
            sys.stdout.flush()
        if is_open or time.monotonic() > self._patient_until:
            self._supervisor.keep(self._waiting)
            self._waiting = []
        return is_open


def greeting_of(settings: Settings, held: dict[str, Any]) -> str:
    """The address, and the way in: one sign-in per role of the demonstration, or the first administrator's link."""
    lines = ["", f"Triangulate is ready at {settings.address}/", ""]
    if held["kind"] == PortalKind.DEMO:
        width = max((len(person["role"]) for person in held["sign_ins"]), default=0)
        lines += [f"Sign in as one of the demo people with the password {demo_password(settings)}", ""]
        lines += [*(f"  {person['role']:<{width}}  {person['email']}" for person in held["sign_ins"]), ""]
    if held["link"]:
        lines += ["Set up your portal by this link, which is good once, for 24 hours:", ""]
        lines += [f"  {held['link']}", ""]
    return "\n".join([*lines, "Ctrl-C stops everything; the data stays.", "", ""])


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
    """Restart dead embedded servers, for ever. A failure is reported and tried again; the portal answers meanwhile."""
    try:
        servers.revive()
    except RuleBroken as error:
        sys.stderr.write(f"supervisor: {error}\n")
    return False


if __name__ == "__main__":
    sys.exit(main())
