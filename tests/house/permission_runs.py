"""Does a test fail for each permission check that is not made? `python -m tests.house.permission_runs [WORD …]`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.house.mutant_runs import Outcome, run_module, some_databases
from tests.house.permission_checks import checks_of, modules_with_checks, tests_of


@dataclass
class Checked:
    """What became of the checks of some modules: how many were noticed to be gone, and which were not."""

    killed: int = 0
    alive: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.killed + len(self.alive)


def run_checks(paths: Iterable[str]) -> Checked:
    """Take out each check of the modules in turn and run the tests that belong to them."""
    checked = Checked()
    with some_databases() as databases:
        for path in paths:
            started = time.monotonic()
            outcomes = run_module(path, tests_of(path), databases, find=checks_of)
            alive = [f"{path} | {name} ({outcome.value})" for name, outcome in outcomes.items()
                     if outcome is not Outcome.KILLED]  # fmt: skip
            checked.killed += len(outcomes) - len(alive)
            checked.alive += alive
            print(f"{path}: {len(outcomes) - len(alive)} of {len(outcomes)}, {time.monotonic() - started:.0f} s",
                  *alive, sep="\n    ", flush=True)  # fmt: skip
    return checked


def main(words: list[str]) -> int:
    """Try the modules whose path holds one of the words, all without words; 1 where a check is not noticed."""
    paths = [path for path in modules_with_checks() if not words or any(word in path for word in words)]
    checked = run_checks(paths)
    print(f"{checked.killed} of {checked.total} permission checks are noticed when they are gone.")
    return 1 if checked.alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
