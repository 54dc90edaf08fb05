"""How does a process of the portal go on from what its parent has loaded, and end with it?"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

_DIE_WITH_PARENT, _BE_CALLED = 1, 15  # PR_SET_PDEATHSIG and PR_SET_NAME of Linux; other systems have no such call
_LIBC = ctypes.CDLL(None)
_HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


def die_with_parent(parent: int) -> None:
    """In the child, before it runs: have the kernel tell it when the parent is killed outright, or already was."""
    if hasattr(_LIBC, "prctl"):
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)


class Fork:
    """A child that shares what is loaded here, in a session of its own; it is ended and waited for like a command.

    It must be made where no other thread runs. Memory that neither of the two writes to is there once.
    """

    def __init__(self, name: str, act: Callable[[], object]) -> None:
        parent = os.getpid()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)  # none may reach the parent's handlers in the child
        self.pid = os.fork()
        if self.pid == 0:
            _live(name, act, parent)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def terminate(self) -> None:
        """Tell it to stop. Only while it has not been waited for: until then nobody else can get its number."""
        os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Wait for its end: its status, or minus the number of the signal that killed it."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _live(name: str, act: Callable[[], object], parent: int) -> NoReturn:
    status = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in _HANDLED:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _HANDLED)
        die_with_parent(parent)
        if hasattr(_LIBC, "prctl"):
            _LIBC.prctl(_BE_CALLED, name.encode())
        act()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:  # nothing of the parent's may go on in the child, whatever was raised
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
