"""Does `make run` refuse in plain words what it cannot do, and know when the portal is ready?"""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.commands.jobs import workers
from app.launch import LaunchError, is_ready, portal_children, refuse_taken_port
from app.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody else on a port of this machine."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other


class Answer(http.server.BaseHTTPRequestHandler):
    """Answers /readyz with the status its server was given."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(params=[200, 503])
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """A web server whose /readyz says ready or not: its port and that status."""
    handler = type("Given", (Answer,), {"status": request.param})
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1], request.param
        server.shutdown()
        thread.join()


def test_portal_is_ready_only_when_it_says_so(answering: tuple[int, int]) -> None:
    port, status = answering
    assert is_ready(Settings(port=port)) is (status == 200)
    assert is_ready(Settings(port=port, host="0.0.0.0")) is (status == 200)


def test_portal_nobody_answers_for_is_not_ready(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    assert not is_ready(Settings(port=port))


def test_port_somebody_else_listens_on_is_refused_in_words(listener: socket.socket) -> None:
    with pytest.raises(LaunchError, match="set PORT to another"):
        refuse_taken_port(Settings(port=listener.getsockname()[1]))


def test_free_port_is_not_refused_and_stays_free(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    refuse_taken_port(Settings(port=port))
    with socket.socket() as again:
        again.bind(("127.0.0.1", port))


def test_every_process_of_the_portal_is_kept_alive() -> None:
    children = portal_children(Settings(port=8123, web_workers=3))
    assert [child.name for child in children] == ["web", "jobs"]
    web = children[0].command
    assert (web[web.index("--port") + 1], web[web.index("--workers") + 1]) == ("8123", "3")


@pytest.mark.parametrize("count", [1, 2, 4])
def test_of_several_workers_one_leaves_long_jobs_alone(count: int) -> None:
    taken: list[bool] = []
    kept = workers(count, lambda *, takes_long: taken.append(takes_long))
    assert len({child.name for child in kept}) == count
    for child in kept:
        assert child.act
        child.act()
    assert taken.count(False) == (1 if count > 1 else 0)
    assert taken[0]


def test_web_process_told_to_stop_while_it_loads_the_portal_does_stop(tmp_path: Path, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    (tmp_path / "wsgi.py").write_text("print('loading', flush=True)\nimport time\ntime.sleep(1000)\n")
    command = portal_children(Settings(port=port, web_workers=1))[0].command
    told = {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, cwd=tmp_path, env=told, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.parametrize("command", [["-m", "app.launch"], ["-m", "flask", "--app", "wsgi", "rooms"]])
def test_wrong_setting_ends_the_start_with_one_sentence(command: list[str], tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "PORT": "eight thousand", "DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run(
        [sys.executable, *command], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.startswith("PORT: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "data").exists()
