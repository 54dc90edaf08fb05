"""Would it be noticed if one page of one screen forgot who may open it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from admin_views.kit.permissions import EVERYONE
from admin_views.kit.registry import load_screens
from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.demo.access.addresses import some_address
from tests.demo.access.stated import Asked, every_address, stated
from tests.demo.access.world import World

pytestmark = pytest.mark.assures(8)


@dataclass(frozen=True)
class Forgotten:
    """A page whose roles are forgotten: how it is asked for, who is refused there, and how it is made to forget."""

    asked: Asked
    refused: tuple[Role, ...]
    forget: Callable[[pytest.MonkeyPatch], None]


def test_every_page_that_forgets_its_roles_is_noticed_by_somebody_who_was_refused(world: World) -> None:
    unnoticed, tried = [], 0
    for forgotten in list(_forgotten(world))[:: scaled(1, ci=24)]:
        tried += 1
        with pytest.MonkeyPatch.context() as patch:
            forgotten.forget(patch)
            if not _is_noticed(world, forgotten):
                unnoticed.append(str(forgotten.asked))
    surprises = sorted(set(unnoticed) - set(SAID_TWICE))
    note_figure(
        8, "roles of pages taken out and not noticed", reached=len(surprises), wanted="0",
        tried=f"{tried} pages and buttons, {len(unnoticed)} held by a second check", holds=not surprises,
    )  # fmt: skip
    assert surprises == []


def test_gate_that_lets_everybody_in_is_noticed_at_every_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for actions on ticked records, whose page asks once more which of them somebody may use."""
    chosen = [one for one in _forgotten(world) if "/bulk/" not in one.asked.rule][:: scaled(4, ci=120)]
    assert [str(one.asked) for one in chosen if _is_noticed(world, one)] == []
    for view in world.views():
        monkeypatch.setattr(type(view), "is_accessible", lambda view: True)
    unnoticed = {str(one.asked) for one in chosen if not _is_noticed(world, one)}
    assert unnoticed - SAID_TWICE.keys() == set()


def _forgotten(world: World) -> Iterator[Forgotten]:
    """Every address of a screen that refuses somebody."""
    for asked in every_address(world.portal):
        refused = tuple(sorted(set(Role) - stated().of(asked)))
        known = next((known for known in load_screens() if asked.rule.startswith(f"{known.url}/")), None)
        if refused and known is not None and asked not in stated().public:
            yield Forgotten(asked, refused, _forgetting(known, asked))


def _forgetting(known: Any, asked: Asked) -> Callable[[pytest.MonkeyPatch], None]:
    def forget(patch: pytest.MonkeyPatch) -> None:
        path = asked.rule.removeprefix(known.url)
        if path.startswith("/bulk/"):
            patch.setattr(known, "action_roles", classmethod(lambda cls: {path.split("/")[2]: EVERYONE}))
            return
        view = next(view for url, view, methods in known.rules() if url == path and asked.method in methods)
        page = known.page_named(view)
        if hasattr(page, "roles"):
            patch.setattr(page, "roles", EVERYONE)
            patch.setattr(page, "senders", None)
        else:
            patch.setattr(known, "roles_of", classmethod(_open_for(view, known.roles_of)))

    return forget


def _open_for(view: str, before: Callable[[str], frozenset[Role]]) -> Callable[[Any, str], frozenset[Role]]:
    return lambda cls, name: EVERYONE if name == view else before(name)


def _is_noticed(world: World, forgotten: Forgotten) -> bool:
    """Whether somebody whom the page does not name is answered anything but 403."""
    asked = forgotten.asked
    path = some_address(world, asked.rule)
    for role in forgotten.refused:
        with world.answered(world.people[role][0], path, method=asked.method) as answer:
            if answer.status_code != 403:
                return True
    return False


SAID_TWICE = {
    "GET /actions/rate/": "asks may_post() before it looks for the actions",
    "POST /actions/rate/": "asks may_post() before it looks for the actions",
    "GET /briefings/<int:record_id>/delete/": "the demonstration's is released, and stays for everybody",
    "GET /learning-products/<int:record_id>/delete/": "the demonstration's is released, and stays for everybody",
    "GET /table-imports/template/<list_name>.<file_kind>": "asks of each kind of list whether somebody may bring it",
    "GET /table-imports/upload/": "asks of each kind of list whether somebody may bring it",
    "POST /table-imports/upload/": "asks of each kind of list whether somebody may bring it",
}
"""Addresses whose page asks again, of everybody it was closed to, so that taking out the first check opens nothing."""
