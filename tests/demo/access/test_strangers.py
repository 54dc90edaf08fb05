"""Can somebody of one agency read or change anything of another by any address, with forms that would be taken?"""

from __future__ import annotations

from typing import Any

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.demo.access.strangers import (
    Tally,
    Target,
    of_theirs,
    says_the_mark,
    strangers,
    targets,
    touched,
    valid_form,
    written,
)
from tests.demo.access.world import World

REFUSED = (403, 404)
SHARE = 0.2
"""Of the forms sent, at least so many are taken from people who may send them."""


@pytest.mark.assures(1)
def test_nobody_reads_or_changes_what_is_another_agencys_by_any_address(world: World) -> None:
    tally, forms = Tally(), dict[str, tuple[dict[str, Any], bool]]()
    people = strangers(world)[: scaled(4, ci=2)]
    for target in list(targets(world, of_the_demo=scaled(3, ci=0)))[:: scaled(1, ci=12)]:
        form = None
        if target.asked.method == "POST":
            form, is_valid = forms.get(target.path) or valid_form(world, target.path)
            forms[target.path] = form, is_valid
            tally.valid += is_valid
        for stranger in people if target.is_planted else people[:2]:
            attempt(world, target, stranger, form, tally)
    note_figure(
        1, "leaks", reached=len(tally.leaks), wanted="0",
        tried=f"{tally.reads} reads and {tally.writes} writes, {tally.valid} of the forms taken from those who may",
        holds=not tally.leaks,
    )  # fmt: skip
    assert "\n".join(tally.leaks) == ""
    assert tally.requests > 40
    assert tally.valid > len(forms) * SHARE


def attempt(world: World, target: Target, stranger: int, form: dict[str, object] | None, tally: Tally) -> None:
    """Ask for a target as a stranger; whatever shows or changes something of others is a leak."""
    world.browser(stranger)
    method, before = target.asked.method, written(world)
    tally.requests += 1
    tally.reads, tally.writes = tally.reads + (method == "GET"), tally.writes + (method != "GET")
    with world.answered(stranger, target.path, method=method, form=form) as answer:
        said = f"{method} {target.path} by {stranger}: {answer.status_code}"
        if says_the_mark(answer.data):
            tally.leaks.append(f"{said} shows the marker")
        tables = touched(before, written(world))
        if target.is_shared:
            if (tables or method == "POST") and of_theirs(world) != world.theirs:
                tally.leaks.append(f"{said} changes {sorted(tables)}")
        elif answer.status_code not in REFUSED or tables:
            tally.leaks.append(f"{said} {sorted(tables)}")
