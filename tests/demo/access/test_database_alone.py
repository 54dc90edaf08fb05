"""Does the database keep one agency's rows from another when every check of the screens says yes?"""

from __future__ import annotations

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.demo.access.cut_gates import cut_gates
from tests.demo.access.strangers import Tally, of_theirs, says_the_mark, strangers, targets, touched, written
from tests.demo.access.strangers import valid_form as form_of
from tests.demo.access.world import World

MOST_CHECKS = 60


@pytest.mark.assures(3)
def test_database_alone_keeps_agencies_apart_when_every_gate_and_filter_is_cut(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_each, tally = scaled(1, ci=15), Tally()
    chosen = list(targets(world, of_the_demo=scaled(2, ci=0)))[::of_each]
    forms = {
        target.path: form_of(world, target.path)[0] for target in chosen if target.asked.method == "POST"
    }  # as people may fill them in while the gates are there
    people = strangers(world)[: scaled(4, ci=1)]
    with monkeypatch.context() as patch:
        assert cut_gates(patch) > MOST_CHECKS
        for target in chosen:
            form = forms.get(target.path) if target.asked.method == "POST" else None
            for stranger in people if target.is_planted else people[:1]:
                _attempt(world, target.path, target.asked.method, stranger, form, tally)
    note_figure(
        3, "leaks with every gate cut", reached=len(tally.leaks), wanted="0",
        tried=f"{tally.reads} reads and {tally.writes} writes, {tally.faults} of them refused as a fault",
        holds=not tally.leaks,
    )  # fmt: skip
    assert "\n".join(tally.leaks) == ""
    assert tally.requests > 15


@pytest.mark.assures(3)
def test_every_list_search_and_export_of_the_cut_portal_shows_own_rows_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        cut_gates(patch)
        shown = []
        for stranger in strangers(world)[: scaled(4, ci=1)]:
            for path in _lists(world)[:: scaled(1, ci=4)]:
                with world.answered(stranger, path) as answer:
                    shown += [path] * says_the_mark(answer.data)
    note_figure(
        3, "lists and exports that show the marker", reached=len(shown), wanted="0",
        tried=f"{len(_lists(world))} addresses", holds=not shown,
    )  # fmt: skip
    assert shown == []


def _lists(world: World) -> list[str]:
    """Every list and its export as CSV."""
    urls = sorted({view.url for view in world.views() if view.url != "/frame-rows"})
    return [f"{url}/{more}" for url in urls for more in ("", "export/csv/")]


def _attempt(world: World, path: str, method: str, stranger: int, form: dict[str, object] | None, tally: Tally) -> None:
    world.browser(stranger)
    tally.requests += 1
    tally.reads, tally.writes = tally.reads + (method == "GET"), tally.writes + (method != "GET")
    before, said = written(world), f"{method} {path} by {stranger}"
    with world.answered(stranger, path, method=method, form=form) as answer:
        tally.faults += answer.status_code >= 500
        if says_the_mark(answer.data):
            tally.leaks.append(f"{said}: {answer.status_code} shows the marker")
        tables = touched(before, written(world))
        if tables and of_theirs(world) != world.theirs:
            tally.leaks.append(f"{said}: {answer.status_code} changes {sorted(tables)}")
