"""How does the portal run as on several machines, from the commands of compose.yaml, behind the documented proxy?

Each process of compose.yaml is one process group here, with the settings stated there; only the addresses of database
and queue are those of embedded servers. The proxy is a real HAProxy with the configuration of docs/operating.md.
"""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import psutil

from app.servers.local_servers import Servers
from tests.house.source import PROJECT
from tests.machines.compose_file import ANSWERS, Service, answers_to, image_environment, services, text_of
from tests.machines.sealing import write_certificate
from tests.machines.visitors import Visitor, free_port

PATIENCE: Final = 120.0
PROCESSES: Final = {
    "web-1": "web", "web-2": "web",
    "worker-1": "worker", "worker-2": "worker", "short-worker": "short-worker",
    "relay": "relay", "scheduler-1": "scheduler", "scheduler-2": "scheduler",
}  # fmt: skip
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of Linux
_LIBC: Final = ctypes.CDLL(None)
HAPROXY: Final = shutil.which("haproxy", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


@dataclass
class Fleet:
    """The processes, by name; `told` adds to the settings of compose.yaml. Leaving ends them all."""

    servers: Servers
    folder: Path
    processes: Mapping[str, str] = field(default_factory=lambda: dict(PROCESSES))
    told: Mapping[str, str] = field(default_factory=dict)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __enter__(self) -> Fleet:
        self.services = services(answers_to(text_of("compose.yaml")))
        self.ports = {name: free_port() for name, kind in self.processes.items() if kind == "web"}
        self.proxy_port = free_port()
        for name in self.processes:
            self.start(name)
        self.start_proxy()
        for name in self.ports:
            self.await_ready(name)
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self._running):
            self.send(name, signal.SIGTERM)
        for name in list(self._running):
            self.await_end(name, 30)

    def start(self, name: str) -> None:
        """Start a process by the command that compose.yaml has for it."""
        service = self.services[self.processes[name]]
        bins = str(Path(sys.executable).parent)
        settings = {**image_environment(), **service.environment, **self._addresses(service), **self.told}
        settings["PATH"] = f"{bins}:{os.defpath}"
        if name in self.ports:
            settings |= {"HOST": "127.0.0.1", "PORT": str(self.ports[name])}
        self._start(name, service.command, settings)

    def start_proxy(self) -> None:
        assert HAPROXY is not None, "no haproxy here: .ci/run installs it"
        self._start("proxy", (HAPROXY, "-db", "-f", str(self.write_proxy_configuration())), {"PATH": os.defpath})

    def write_proxy_configuration(self) -> Path:
        """The configuration of docs/operating.md with this machine's ports, and a certificate made for the test."""
        certificate = write_certificate(self.folder / "portal.pem")
        words = documented_proxy().replace(":443", f"127.0.0.1:{self.proxy_port}")
        words = words.replace("/etc/haproxy/portal.pem", str(certificate))
        words = words.replace("/run/haproxy/admin.sock", str(self.folder / "proxy.sock"))
        for port in self.ports.values():
            words = re.sub(r"10\.0\.0\.\d+:8000", f"127.0.0.1:{port}", words, count=1)
        path = self.folder / "haproxy.cfg"
        path.write_text(words, encoding="utf-8")
        return path

    def tell_proxy(self, words: str) -> str:
        """Say something to the proxy's socket, as an operator does; returns its answer."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(self.folder / "proxy.sock"))
            line.sendall(f"{words}\n".encode())
            return line.makefile().read()

    def visitor(self, number: int = 0) -> Visitor:
        """Somebody's browser, in front of the proxy."""
        return Visitor("127.0.0.1", self.proxy_port, number, ANSWERS["PUBLIC_URL"], is_tls=True)

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process; KILL goes to all of its family, as when a machine dies."""
        process = self._running[name]
        with suppress(ProcessLookupError):
            if number is signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)

    def await_end(self, name: str, seconds: float = PATIENCE) -> int:
        """Wait until a process has ended, and leave nobody of its family; returns its status."""
        process = self._running.pop(name)
        try:
            return process.wait(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def replace(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """End a process by a signal, start it again, and wait until a web process answers."""
        self.send(name, number)
        self.await_end(name)
        self.start(name)
        if name in self.ports:
            self.await_ready(name)

    def await_ready(self, name: str) -> None:
        """Wait until a web process says that it, the database and the queue are ready."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):  # of which urllib's own errors are
                urllib.request.urlopen(f"http://127.0.0.1:{self.ports[name]}/readyz", timeout=5).close()
                return
            time.sleep(0.1)
        raise AssertionError(f"{name} does not answer: {self.log(name)[-2000:]}")

    def memory(self, kind: str) -> int:
        """Bytes that the processes of a kind hold for themselves, their children included."""
        held = 0
        for name, process in self._running.items():
            if self.processes.get(name) == kind:
                leader = psutil.Process(process.pid)
                held += sum(each.memory_full_info().uss for each in (leader, *leader.children(recursive=True)))
        return held

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _start(self, name: str, command: tuple[str, ...], settings: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=PROJECT, env=dict(settings), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=partial(_end_with_us, os.getpid()),
            )  # fmt: skip

    def _addresses(self, service: Service) -> dict[str, str]:
        """Where database and queue are, by the logins that compose.yaml gives the process and no others."""
        known = {
            "DATABASE_URL": self.servers.database_url,
            "DATABASE_SIGN_IN_URL": self.servers.sign_in_url,
            "DATABASE_JOBS_URL": self.servers.jobs_url,
            "REDIS_URL": self.servers.redis_url,
        }
        return {name: address for name, address in known.items() if name in service.environment}


def _end_with_us(parent: int) -> None:
    """In the child: be told by the kernel to stop when the test process is killed and cannot say so."""
    _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


def documented_proxy() -> str:
    """HAProxy's configuration as docs/operating.md has it."""
    block = re.search(r"```haproxy\n(.+?)```", text_of("docs/operating.md"), re.DOTALL)
    assert block is not None
    return block[1]
