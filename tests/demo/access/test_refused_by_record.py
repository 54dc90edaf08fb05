"""What is refused to people whose role the page names, because the record is not theirs to act on?

The lists are typed in by hand: a check that is taken out of a screen or a verb lets one of these addresses open.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType

import pytest
from sqlalchemy.exc import DBAPIError

from tests.assurance.figures import note_figure, scaled
from tests.demo.access.probes import Probe, Seen, probed, probes
from tests.demo.access.refusals import MUST_BE_REFUSED
from tests.demo.access.world import World
from tests.house.mutant_runs import codes_in, key_of
from tests.house.mutations import Mutant
from tests.house.permission_checks import modules_with_checks
from tests.house.source import PROJECT

LEAST_KILLED = 5  # in an ordinary run, which asks at one address in thirty
MOST_PROBES = 80
"""Refused probes tried for one check; one that lets somebody in is enough."""


@pytest.fixture(scope="module")
def seen_before() -> dict[str, tuple[Probe, Seen]]:
    """What each probe comes to while every check is there; filled by the first test that asks."""
    return {}


@pytest.mark.assures(2)
def test_foreigners_of_every_role_are_refused_what_is_somebody_elses(world: World) -> None:
    outcomes = {str(probe): probed(world, probe) for probe in probes(world, named=MUST_BE_REFUSED)}
    let_in = sorted(name for name, seen in outcomes.items() if not seen.is_refused)
    note_figure(
        2, "people of the right role let in where the record is not theirs", reached=len(let_in), wanted="0",
        tried=f"{len(outcomes)} acts and pages of five people", holds=not let_in,
    )  # fmt: skip
    assert let_in == []
    assert sorted(MUST_BE_REFUSED - outcomes.keys()) == []


@pytest.mark.assures(8)
def test_permission_checks_that_are_taken_out_let_refused_foreigners_in(
    world: World, seen_before: dict[str, tuple[Probe, Seen]]
) -> None:
    """In the whole portal; that each is missed by a test of its own, `tests/house/permission_runs.py` holds."""
    by_code = _by_code(_all_probed(world, seen_before))
    let_in, tried = 0, 0
    for path, mutants in modules_with_checks().items():
        for mutant in mutants:
            concerned = by_code[str(PROJECT / path), mutant.function][:MOST_PROBES]
            if concerned:
                tried += 1
                with taken_out(path, mutant):
                    let_in += any(_lets_in(world, probe) for probe in concerned)
    note_figure(
        8, "checks whose absence lets a foreigner of the demo in", reached=let_in, wanted=f"more than {LEAST_KILLED}",
        tried=f"{tried} checks that a refused foreigner comes by", holds=let_in > LEAST_KILLED,
    )  # fmt: skip
    assert let_in > LEAST_KILLED


def _lets_in(world: World, probe: Probe) -> bool:
    """Whether somebody comes in; not where the database refuses them, the page that says so included."""
    try:
        return not probed(world, probe).is_refused
    except DBAPIError:
        return False


def _all_probed(world: World, known: dict[str, tuple[Probe, Seen]]) -> dict[str, tuple[Probe, Seen]]:
    if not known:
        known |= {str(probe): (probe, probed(world, probe)) for probe in probes(world, of_each=scaled(1, ci=30))}
    return known


def _by_code(outcomes: dict[str, tuple[Probe, Seen]]) -> dict[tuple[str, str], list[Probe]]:
    """The probes that are refused, by the functions that they run."""
    found: dict[tuple[str, str], list[Probe]] = defaultdict(list)
    for probe, seen in outcomes.values():
        if seen.is_refused:
            for code in seen.ran:
                found[code.co_filename, code.co_qualname].append(probe)
    return found


@contextmanager
def taken_out(path: str, mutant: Mutant) -> Iterator[None]:
    """The running portal without one check; as it was afterwards."""
    file = str(PROJECT / path)
    gc.unfreeze()  # what stays frozen since it was loaded is not told of
    changed = {key_of(code): code for code in codes_in(compile(mutant.tree, file, "exec", dont_inherit=True))}
    held = [known for known in gc.get_objects() if type(known) is FunctionType and known.__code__.co_filename == file]
    before = [(function, function.__code__) for function in held]
    try:
        for function, code in before:
            function.__code__ = changed.get(key_of(code), code)
        yield
    finally:
        for function, code in before:
            function.__code__ = code
