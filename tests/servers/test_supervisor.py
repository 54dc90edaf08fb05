"""Do the portal's processes live and die together? Real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.servers.supervisor import LONGEST_PAUSE_SECONDS, pause_before_restart

PROJECT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds a test waits for what must happen

RUN = """
import json, sys
from app.servers.supervisor import Child, Duty, Supervisor
def act_of(program, *arguments):
    def act():
        sys.argv = ["-c", *arguments]
        exec(program, {})
    return act
def child_of(name, command, patience):
    if sys.argv[2] == "fork":
        return Child(name, patience=patience, act=act_of(*command[2:]))
    return Child(name, tuple(command), patience, hurry=5.0 if name == "inner" else 0.0)
children = [child_of(*told) for told in json.loads(sys.argv[1])]
turns = []
def duty():
    turns.append(len(turns))
    print("turn", len(turns), flush=True)
    if len(turns) == 3:
        supervisor.keep(later)
    return len(turns) == 3
supervisor = Supervisor([child for child in children if child.name != "later"], {"PATH": "/usr/bin:/bin"})
later = [child for child in children if child.name == "later"]
supervisor.charge(Duty(duty, every=0.01))
supervisor.run()
print("nobody left", flush=True)
"""
STAY = "import os, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); time.sleep(1000)"
FAMILY = (
    "import os, subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']);"
    "open(sys.argv[1], 'a').write(f'{os.getpid()} {child.pid}\\n'); time.sleep(1000)"
)
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STAY

Supervise = Callable[..., subprocess.Popen[str]]


@pytest.fixture(params=["command", "fork"])
def supervise(request: pytest.FixtureRequest) -> Iterator[Supervise]:
    """Start a supervisor process over the given (name, program, file, patience) children; it is gone after the test.

    Each test asks it of children that are commands, and of children that are forks of the supervisor.
    """
    started: list[subprocess.Popen[str]] = []

    def start(*children: tuple[str, str, Path, float]) -> subprocess.Popen[str]:
        told = [(name, [sys.executable, "-c", program, str(file)], wait) for name, program, file, wait in children]
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, json.dumps(told), request.param],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def lives(file: Path) -> list[list[int]]:
    """The process numbers each life of a child wrote down."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [[int(number) for number in line.split()] for line in lines]


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_killed_child_comes_back(supervise: Supervise, tmp_path: Path) -> None:
    supervise(("worker", STAY, tmp_path / "worker", 5))
    wait_until(lambda: len(lives(tmp_path / "worker")) == 1)
    os.kill(lives(tmp_path / "worker")[0][0], signal.SIGKILL)
    wait_until(lambda: len(lives(tmp_path / "worker")) == 2)
    assert is_alive(lives(tmp_path / "worker")[1][0])


def test_family_of_a_killed_child_is_gone_before_it_comes_back(supervise: Supervise, tmp_path: Path) -> None:
    supervise(("web", FAMILY, tmp_path / "web", 5))
    wait_until(lambda: len(lives(tmp_path / "web")) == 1)
    parent, grandchild = lives(tmp_path / "web")[0]
    os.kill(parent, signal.SIGKILL)
    wait_until(lambda: len(lives(tmp_path / "web")) == 2)
    assert not is_alive(grandchild)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_told_to_stop_the_supervisor_leaves_nobody_behind(
    supervise: Supervise, tmp_path: Path, number: signal.Signals
) -> None:
    process = supervise(
        ("web", FAMILY, tmp_path / "web", 5),
        ("worker", STAY, tmp_path / "worker", 5),
        ("deaf", STUBBORN, tmp_path / "deaf", 0.2),
    )
    wait_until(lambda: all(lives(tmp_path / name) for name in ("web", "worker", "deaf")))
    process.send_signal(number)
    out, _ = process.communicate(timeout=PATIENCE)
    pids = [pid for name in ("web", "worker", "deaf") for life in lives(tmp_path / name) for pid in life]
    assert len(pids) == 4
    assert not [pid for pid in pids if is_alive(pid)]
    assert out.endswith("nobody left\n")
    assert process.returncode == 0


def test_second_signal_does_not_wait_for_a_deaf_child(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise(("deaf", STUBBORN, tmp_path / "deaf", 1000))
    wait_until(lambda: bool(lives(tmp_path / "deaf")))
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert not is_alive(lives(tmp_path / "deaf")[0][0])


def test_second_signal_reaches_the_children_of_a_supervisor_among_the_children(tmp_path: Path) -> None:
    deaf = [("deaf", [sys.executable, "-c", STUBBORN, str(tmp_path / "deaf")], 1000)]
    inner = [("inner", [sys.executable, "-c", RUN, json.dumps(deaf), "fork"], 1000)]
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(inner), "command"], cwd=PROJECT, env={"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: bool(lives(tmp_path / "deaf")))
    process.terminate()
    time.sleep(0.3)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert not is_alive(lives(tmp_path / "deaf")[0][0])


def test_child_that_dies_at_once_is_started_ever_more_slowly(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise(("broken", "import sys; open(sys.argv[1], 'a').write('1\\n'); sys.exit(3)", tmp_path / "b", 5))
    wait_until(lambda: len(lives(tmp_path / "b")) == 4)
    process.terminate()
    _, err = process.communicate(timeout=PATIENCE)
    said = [line for line in err.splitlines() if "broken" in line]
    assert said[:3] == [
        f"supervisor: broken ended with status 3; it starts again in {pause} seconds" for pause in ("0.25", "0.5", "1")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_of_a_killed_supervisor_are_told_to_stop(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise(("worker", STAY, tmp_path / "worker", 5))
    wait_until(lambda: bool(lives(tmp_path / "worker")))
    process.kill()
    wait_until(lambda: not is_alive(lives(tmp_path / "worker")[0][0]))


def test_duty_is_repeated_until_it_says_it_is_done(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise(("worker", STAY, tmp_path / "worker", 5))
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(3)] == ["turn 1\n", "turn 2\n", "turn 3\n"]
    wait_until(lambda: bool(lives(tmp_path / "worker")))
    process.terminate()
    out, _ = process.communicate(timeout=PATIENCE)
    assert out == "nobody left\n"


def test_child_that_joins_later_is_kept_alive_like_the_others(supervise: Supervise, tmp_path: Path) -> None:
    process = supervise(("web", STAY, tmp_path / "web", 5), ("later", STAY, tmp_path / "later", 5))
    wait_until(lambda: len(lives(tmp_path / "later")) == 1)
    os.kill(lives(tmp_path / "later")[0][0], signal.SIGKILL)
    wait_until(lambda: len(lives(tmp_path / "later")) == 2)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert not is_alive(lives(tmp_path / "later")[1][0])


def test_pause_never_shrinks_and_never_exceeds_its_limit() -> None:
    pauses = [pause_before_restart(deaths) for deaths in range(200)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_SECONDS
