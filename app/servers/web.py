"""How is the web process started? `python -m app.servers.web`, or by the supervisor of `make run`."""

from __future__ import annotations

import os
import sys

from app.servers.connections import connections_at_a_time
from app.settings import Settings, SettingsError, load_settings

HEAD_SECONDS = 15  # for the head of a request, and for a kept connection without one
LONGEST_HEAD = 64 * 1024  # bytes


def web_command(settings: Settings) -> tuple[str, ...]:
    """granian in front of the portal: HTTP/1 only, heads in time, requests taken whole by `app/servers/doorway.py`."""
    return (
        *(sys.executable, "-m", "app.servers.loaded", "--interface", "rsgi", "--host", settings.host),
        *("--port", str(settings.port), "--workers", str(settings.web_workers)),
        *("--backpressure", str(connections_at_a_time()), "--backlog", "2048"),
        *("--http", "1", "--no-ws", "--http1-header-read-timeout", str(HEAD_SECONDS * 1000)),
        *("--http1-buffer-size", str(LONGEST_HEAD)),
        # A web process told to stop while it is still starting never hears it: its parent has to end it.
        *("--workers-kill-timeout", "8", "--respawn-failed-workers", "--log-level", "warning", "wsgi:doorway"),
    )


def main() -> None:
    """Become the web process of these settings."""
    try:
        command = web_command(load_settings())
    except SettingsError as error:
        sys.exit(str(error))
    os.execv(command[0], command)  # noqa: S606 - the portal's own command, from its settings


if __name__ == "__main__":
    main()
