"""How do the portal's processes live and die together?

Each child runs in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor and a child's whole
family can be ended at once. A child that dies comes back, slower each time it dies young.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import FrameType

from app.servers.forks import Fork, die_with_parent
from app.settings import Settings, environment_now

HEALTHY_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 30.0
TICK_SECONDS = 0.25
WORKERS_PATIENCE = 20.0  # to finish the job in hand; what a worker cannot finish runs again


Process = subprocess.Popen[bytes] | Fork


@dataclass(frozen=True)
class Child:
    """A process to keep alive. `patience` is how many seconds it may take to finish what it does when told to stop.

    `without` names what of the environment it is not told: the database's logins that are for the others. Instead of a
    command it may have an `act`, which it does in a fork of this process, with what is loaded here. A child that keeps
    children of its own is told a second time, and has `hurry` seconds to leave none of them, before it is killed.
    """

    name: str
    command: tuple[str, ...] = ()
    patience: float = 10.0
    without: tuple[str, ...] = ()
    act: Callable[[], object] | None = None
    hurry: float = 0.0


@dataclass
class Duty:
    """Something the supervisor does now and then: `act` every `every` seconds until it answers True."""

    act: Callable[[], bool]
    every: float
    due: float = 0.0

    def act_when_due(self) -> None:
        if time.monotonic() >= self.due:
            self.due = float("inf") if self.act() else time.monotonic() + self.every


def pause_before_restart(early_deaths: int) -> float:
    """Seconds to wait before a child starts again: doubling with each death in its first ten seconds, at most thirty.

    >>> [pause_before_restart(deaths) for deaths in (0, 1, 2, 3, 20)]
    [0.25, 0.5, 1.0, 2.0, 30.0]
    """
    return min(FIRST_PAUSE_SECONDS * 2.0 ** min(early_deaths, 16), LONGEST_PAUSE_SECONDS)


class _Post:
    """One child through all its lives."""

    def __init__(self, child: Child, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self.child = child
        self._environment = {name: value for name, value in environment.items() if name not in child.without}
        self._say = say
        self._process: Process | None = None
        self._early_deaths = 0
        self._started = 0.0
        self._due = 0.0

    def start_when_due(self) -> None:
        if self._process is None and time.monotonic() >= self._due:
            self._started = time.monotonic()
            self._process = self._started_process()

    def _started_process(self) -> Process:
        if self.child.act:
            return Fork(self.child.name, self.child.act)
        return subprocess.Popen(
            self.child.command,
            env=dict(self._environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(die_with_parent, os.getpid()),
        )

    def bury_when_dead(self) -> None:
        """Notice a death, end what is left of the family, and set the time of the next life."""
        if self._process is None or not _has_ended(self._process):
            return
        status = self._bury(self._process)
        lived = time.monotonic() - self._started
        self._early_deaths = 0 if lived >= HEALTHY_SECONDS else self._early_deaths + 1
        pause = pause_before_restart(max(self._early_deaths - 1, 0))
        self._due = time.monotonic() + pause
        self._say(f"{self.child.name} {_cause(status)}; it starts again in {pause:g} seconds")

    def ask_to_stop(self) -> None:
        if self._process and not _has_ended(self._process):
            self._process.terminate()

    def end(self, asked_at: float, is_hurried: Callable[[], bool]) -> None:
        """Wait for it as long as its patience lasts and nobody hurries, then leave nobody of its family."""
        if self._process is None:
            return
        while not (_has_ended(self._process) or is_hurried() or time.monotonic() >= asked_at + self.child.patience):
            time.sleep(0.02)
        if self.child.hurry:
            self.ask_to_stop()
        killed_at = time.monotonic() + self.child.hurry
        while not (_has_ended(self._process) or time.monotonic() >= killed_at):
            time.sleep(0.02)
        self._bury(self._process)

    def _bury(self, process: Process) -> int:
        # The leader is not waited for before its family is killed: until then nobody else can get its group's number.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        self._process = None
        return process.wait()


class Supervisor:
    """Keeps children alive until SIGINT, SIGTERM or SIGHUP. A second signal stops them without patience."""

    def __init__(self, children: Sequence[Child], environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._posts: list[_Post] = []
        self._duties: list[Duty] = []
        self._signals = 0
        self.keep(children)

    def keep(self, children: Sequence[Child]) -> None:
        """Start these too, on the next turn, and keep them alive."""
        self._posts += [_Post(child, self._environment, self.say) for child in children]

    def charge(self, duty: Duty) -> None:
        """Take on this duty as well."""
        self._duties.append(duty)

    def say(self, sentence: str) -> None:
        """One line on standard error, where it does not mix with the children's records on standard output."""
        with contextlib.suppress(OSError):
            sys.stderr.write(f"supervisor: {sentence}\n")
            sys.stderr.flush()

    def run(self) -> None:
        """Run until told to stop; when this returns, no child and no grandchild is left."""
        with self._woken_by_signals() as wake:
            try:
                while not self._signals:
                    self._tick()
                    select.select([wake], [], [], TICK_SECONDS)
                    _drain(wake)
            finally:
                self._stop_all()

    def _tick(self) -> None:
        for post in self._posts:
            post.bury_when_dead()
            post.start_when_due()
        for duty in self._duties:
            duty.act_when_due()

    def _stop_all(self) -> None:
        for post in self._posts:
            post.ask_to_stop()
        asked_at = time.monotonic()
        for post in self._posts:
            post.end(asked_at, lambda: self._signals > 1)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals += 1

    @contextlib.contextmanager
    def _woken_by_signals(self) -> Iterator[int]:
        """A file that becomes readable on every signal, and the handlers that count the asking ones."""
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
        handlers = [(number, signal.signal(number, self._note_signal)) for number in numbers]
        try:
            yield read
        finally:
            for number, handler in handlers:
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
            os.close(read)
            os.close(write)


def _has_ended(process: Process) -> bool:
    """Whether it has died, without reaping it, so that its process number stays reserved."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _cause(status: int) -> str:
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"


def _drain(wake: int) -> None:
    with contextlib.suppress(BlockingIOError):
        while os.read(wake, 512):
            pass


def child_environment(
    settings: Settings, *, database_url: str, redis_url: str, sign_in_url: str = "", jobs_url: str = ""
) -> dict[str, str]:
    """The environment of the portal's own processes: this one's, with the addresses and secrets in use.

    The owner's and the administrator's logins are left out: what serves people must not be able to change the schema.
    """
    told = {
        "DATABASE_URL": database_url,
        "DATABASE_SIGN_IN_URL": sign_in_url,
        "DATABASE_JOBS_URL": jobs_url,
        "REDIS_URL": redis_url,
        "DATA_DIR": str(settings.data_dir),
        "SECRET_KEY": settings.secret_key,
    }
    inherited = {name: value for name, value in environment_now().items() if name.upper() not in _OPERATORS_ONLY}
    return inherited | told


_OPERATORS_ONLY = ("DATABASE_OWNER_URL", "DATABASE_ADMINISTRATOR_URL")
