"""Does a look-up offer only what the asking person may refer to on that form, however its address is written?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from admin_views.kit.fields import RecordField
from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.demo.access.foreign_keys import Others
from tests.demo.access.reference_forms import forms_shown
from tests.demo.access.stated import stated
from tests.demo.access.world import World

pytestmark = pytest.mark.assures(5)

PAGE = 20
"""Choices that one answer holds at most."""
ASKED_AS = (
    *("", "?q=", "?q=%20", "?q=e", "?q=a&offset=0&limit=100000", "?q=&offset=-1&limit=-1", "?offset=20&limit=20"),
    *("?offset=x&limit=x", "?name=password_hash&query=e&q=", "?q=%25", "?q=Theirs", "?offset=99999999999999999999"),
)
"""Ways to ask, honest and not."""
_LOOK_UP = "/lookup/<field_name>/"


@dataclass
class Tally:
    """What the look-ups answered."""

    asked: int = 0
    fields: int = 0
    compared: int = 0
    offered: int = 0
    wrong: list[str] = field(default_factory=list)


def test_look_ups_offer_only_what_the_persons_own_form_offers(world: World) -> None:
    others, tally = Others(world), Tally()
    for rule, role in list(_look_ups())[:: scaled(1, ci=12)]:
        for person in _people(world, role)[: scaled(4, ci=2)]:
            _ask_each_field(world, others, person, rule, tally)
    note_figure(
        5, "records offered by look-ups that the form would not take", reached=len(tally.wrong), wanted="0",
        tried=f"{tally.asked:,} asked of {tally.fields} fields ({tally.compared} on a form), {tally.offered:,} offered",
        holds=not tally.wrong,
    )  # fmt: skip
    assert "\n".join(tally.wrong) == ""
    assert tally.offered > scaled(500, ci=5)
    assert tally.compared > tally.fields / 2


def _look_ups() -> Iterator[tuple[str, Role]]:
    for asked, roles in sorted(stated().roles.items(), key=str):
        if asked.rule.endswith(_LOOK_UP):
            yield from ((asked.rule, role) for role in sorted(Role) if role in roles)


def _people(world: World, role: Role) -> list[int]:
    """Of agencies people of different ones; of the others who has something to do with the demo, and who has not."""
    return [*world.people[role][:3], *world.people[role][-1:]]


def _ask_each_field(world: World, others: Others, person: int, rule: str, tally: Tally) -> None:
    screen = rule.removesuffix(_LOOK_UP)
    view = next(view for view in world.views() if view.url == screen)
    for name in view._process_ajax_references():
        path = rule.replace("<field_name>", name)
        taken = _offered_on_form(world, person, screen, name)
        foreign = others.all_of(person, _table_of(view, name))
        tally.fields, tally.compared = tally.fields + 1, tally.compared + (taken is not None)
        for words in ASKED_AS:
            tally.asked += 1
            with world.answered(person, path + words) as answer:
                status, choices = answer.status_code, answer.json if answer.is_json else []
            keys = {int(choice["id"]) for choice in choices}
            tally.offered += len(keys)
            is_sound = status in (200, 400, 404) and len(choices) <= PAGE and not keys & foreign
            if not is_sound or (taken is not None and not keys <= taken):
                tally.wrong.append(f"{path}{words} by {person}: {status} {sorted(keys - (taken or set()))}")


def _table_of(view: Any, name: str) -> str:
    """The table whose records a field names."""
    return str(view.loader_of(name).target.__tablename__)


def _offered_on_form(world: World, person: int, screen: str, name: str) -> set[int] | None:
    """What the field offers on the form for a new record; None where the person has no such form, or it is too much."""
    assert world.portal is not None
    world.browser(person)
    with forms_shown(world.portal) as shown, world.answered(person, f"{screen}/new/") as answer:
        is_open = answer.status_code == 200
    chooser = next((form[name] for form in shown if name in form), None) if is_open else None
    if not isinstance(chooser, RecordField) or not chooser.is_listed:
        return None
    return {key for key, _ in chooser.options}
