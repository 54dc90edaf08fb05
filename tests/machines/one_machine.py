"""How many people does the portal of `make run` bear on one small machine, for how long, and does its memory stay flat?

As `python -m tests.machines.one_machine --people 50 --minutes 30`, with `--most 400` for the steps afterwards.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil

from app.launch import portal_children
from app.settings import Settings
from tests.browser.stage import PASSWORD, portal
from tests.machines.load import Crowd, Seen
from tests.machines.visitors import Visitor

LIMIT_MS: Final = 500  # 95 of 100 answers come within this
STEP: Final = 25  # people more at each step
STEP_SECONDS: Final = 45.0


@dataclass(frozen=True)
class Stayed:
    """What a long load showed: the answers, and the bytes of the web processes before and after."""

    seen: Seen
    bytes_before: int
    bytes_after: int

    @property
    def growth(self) -> float:
        """How much more memory the web processes hold, in percent."""
        return (self.bytes_after / self.bytes_before - 1) * 100


@contextmanager
def busy_portal() -> Iterator[Crowd]:
    """A portal of its own as `make run` starts it, with the demonstration, and nobody in it yet."""
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as folder,
        portal(Path(folder)) as address,
        crowd_at(address) as crowd,
    ):
        yield crowd


def crowd_at(address: str) -> Crowd:
    """People for a portal that runs there, each with an address of their own."""
    port = urlsplit(address).port or 80
    return Crowd(lambda number: Visitor("127.0.0.1", port, number), PASSWORD)


def stay(crowd: Crowd, people: int, seconds: float) -> Stayed:
    """Let so many people work for so long. What they do in the first fifth warms the processes up and counts too."""
    crowd.let_in(people)
    warming = crowd.watch(seconds / 5)
    before = web_bytes()
    rest = crowd.watch(seconds * 4 / 5)
    seen = Seen(people, warming.seconds + rest.seconds, [*warming.taken, *rest.taken])
    return Stayed(seen, before, web_bytes())


def steps(crowd: Crowd, most: int, seconds: float = STEP_SECONDS) -> Iterator[Seen]:
    """Ever more people, until the answers become slow or somebody sees an error; what each step showed."""
    for people in range(STEP, most + 1, STEP):
        crowd.let_in(people)
        crowd.watch(seconds / 3)
        yield (seen := crowd.watch(seconds))
        if seen.p95 > LIMIT_MS or seen.troubles:
            return


def borne(tried: list[Seen]) -> int:
    """How many people the last step had that was still quick and without an error."""
    return max((seen.people for seen in tried if seen.p95 <= LIMIT_MS and not seen.troubles), default=0)


def web_bytes() -> int:
    """Bytes that the web processes among this process's descendants hold for themselves."""
    target = portal_children(Settings())[0].command[-1]
    held = 0
    for process in psutil.Process().children(recursive=True):
        try:
            family = [process, *process.parents()]
            if any(target in each.cmdline() for each in family):
                held += process.memory_full_info().uss
        except psutil.NoSuchProcess:
            continue
    if not held:
        raise RuntimeError("no web process is to be seen")
    return held


def main(words: list[str]) -> int:
    """Print what so many people see in so many minutes, and how many the machine bears. Returns 1 after an error."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=50)
    asked.add_argument("--minutes", type=float, default=30.0)
    asked.add_argument("--most", type=int, default=0, help="go on in steps up to so many people")
    told = asked.parse_args(words)
    with busy_portal() as crowd:
        stayed = stay(crowd, told.people, told.minutes * 60)
        memory = f"web processes {stayed.bytes_before / 2**20:.0f} MiB, then {stayed.bytes_after / 2**20:.0f} MiB"
        lines = [str(stayed.seen), *stayed.seen.by_kind(), f"{memory} ({stayed.growth:+.1f} %)"]
        lines += [f"{count} times {what}" for what, count in stayed.seen.troubles.items()]
        sys.stdout.write("\n".join([*lines, ""]))
        for seen in steps(crowd, told.most):
            sys.stdout.write(f"{seen}\n")
            sys.stdout.flush()
    return 1 if stayed.seen.troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
