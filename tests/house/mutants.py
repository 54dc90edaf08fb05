"""Do the tests notice small faults in the code that matters most? `make mutants` runs this; MODULES= names some only.

Why a runner of our own: mutmut 3 rewrites functions into trampolines, leaves decorated ones (properties, pages, class
methods) alone and forks before the database is there; cosmic-ray starts pytest, PostgreSQL and the portal anew for
every mutant. Here one process per module loads everything once, learns which test runs which line, and forks per
mutant: the child exchanges the function's code and runs the tests that come by, until the first fails. Only what runs
while modules load (class bodies, constants, defaults) needs a process that loads them anew.
"""

from __future__ import annotations

import sys
import time
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.mutant_runs import Databases, Outcome, run_module, some_databases
from tests.house.source import PROJECT

SETTINGS = Path(__file__).with_name("mutants.toml")
GOAL = 90  # per cent


@dataclass
class Score:
    """What became of a module's mutants."""

    path: str
    seconds: float
    killed: int = 0
    explained: list[str] = field(default_factory=list)
    alive: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.killed + len(self.explained) + len(self.alive)

    @property
    def per_cent(self) -> float:
        """Of all mutants that change what the module does, how many a test noticed."""
        return 100 * self.killed / max(1, self.killed + len(self.alive))

    def line(self) -> str:
        counts = f"{self.total} | {self.killed} | {len(self.explained)} | {len(self.alive)}"
        return f"| `{self.path}` | {counts} | {self.per_cent:.0f} % | {self.seconds:.0f} s |"


def score(path: str, settings: dict[str, object], databases: Databases) -> Score:
    """Run every mutant of a module against its tests."""
    started = time.monotonic()
    tests, explained = list(_words(settings["tests"])), set(_words(settings.get("explained", {})))
    outcomes = run_module(path, tests, databases, restates_schema=bool(settings.get("restates_schema")))
    result = Score(path, time.monotonic() - started)
    for name, outcome in outcomes.items():
        if outcome is Outcome.KILLED:
            result.killed += 1
        else:
            (result.explained if name in explained else result.alive).append(f"{name} ({outcome.value})")
    for name in sorted(explained - {name for name, outcome in outcomes.items() if outcome is not Outcome.KILLED}):
        print(f"  explained, but killed or gone: {name}")
    return result


def _words(value: object) -> Iterable[str]:
    assert isinstance(value, list | dict)
    return map(str, value)


def main(wanted: list[str]) -> int:
    """Print the scores of the modules whose path holds one of the words (all without words), and who is still alive."""
    modules = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    assert all((PROJECT / path).is_file() for path in modules), "mutants.toml names a module that is gone"
    chosen = [path for path in modules if not wanted or any(word in path for word in wanted)]
    scores = []
    print("| Module | Mutants | Killed | Explained | Alive | Score | Time |\n|---|---|---|---|---|---|---|", flush=True)
    with some_databases() as databases:
        for path in sorted(chosen, key=lambda path: "restates_schema" in modules[path]):
            scores.append(score(path, modules[path], databases))
            print(scores[-1].line(), *(f"    {name}" for name in scores[-1].alive), sep="\n", flush=True)
    killed, alive = sum(one.killed for one in scores), sum(len(one.alive) for one in scores)
    share = 100 * killed / max(1, killed + alive)
    print(f"All: {killed} of {killed + alive} killed, {share:.1f} % (goal {GOAL} %)")
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
