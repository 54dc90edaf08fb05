"""Does a test fail for each permission check that is not made? `python -m tests.house.permission_runs [WORD …]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.house.mutant_runs import Outcome, run_modules, some_databases
from tests.house.permission_checks import held_by, modules_with_checks


@dataclass
class Checked:
    """What became of the checks of some modules: how many were noticed to be gone, and which were not."""

    killed: int = 0
    alive: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.killed + len(self.alive)


def run_checks(paths: Iterable[str]) -> Checked:
    """Take out each check of the modules in turn and run the tests that come by it, of those that belong to them."""
    checked, known = Checked(), modules_with_checks()
    mutants = {path: known[path] for path in paths}
    tests = sorted({test for path in mutants for test in held_by(path)})
    with some_databases() as databases:
        outcomes = run_modules(mutants, tests, databases)
    for (path, name), outcome in outcomes.items():
        if outcome is Outcome.KILLED:
            checked.killed += 1
        else:
            checked.alive.append(f"{path} | {name} ({outcome.value})")
    return checked


def main(words: list[str]) -> int:
    """Try the modules whose path holds one of the words, all without words; 1 where a check is not noticed."""
    checked = run_checks(path for path in modules_with_checks() if not words or any(word in path for word in words))
    sentence = f"{checked.killed} of {checked.total} permission checks are noticed when they are gone."
    print(*checked.alive, sentence, sep="\n")
    return 1 if checked.alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
