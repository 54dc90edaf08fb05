"""Does every address open for exactly the roles that docs/access.md names, with records that are there?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from flask import Flask

from admin_views.kit.registry import load_screens
from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.demo.access.addresses import existing, field_of, some_address
from tests.demo.access.stated import Asked, every_address, stated
from tests.demo.access.world import World

pytestmark = pytest.mark.assures(2)
MOST_RECORDS = 14  # tried for one address until it opens
MOST_PEOPLE = 3
REFUSED = (403, 404)
IS_SHORT = scaled(0, ci=1) == 1

_ONE_ANSWER = "takes the key of a question in its form, which stands in no address; tests/tools types answers"
_RELEASED = "every briefing of the demo has been released, and is not deleted any more"
_NO_DRAFT = "the demo keeps no draft of an action; tests/plans throws drafts away"
_UNDONE = "takes what it undoes from the notice of a change just made; tests/kit/test_undo_of_work.py undoes"
UNOPENED: dict[tuple[str, Role], str] = {
    ("GET /actions/lookup/<field_name>/", Role.MANAGER): "a manager's form has no field in which a record is looked up",
    ("GET /briefings/<int:record_id>/delete/", Role.OFFICER): _RELEASED,
    ("POST /briefings/<int:record_id>/delete/", Role.OFFICER): _RELEASED,
    ("POST /actions/drafts/<int:draft_id>/drop/", Role.ADMINISTRATOR): _NO_DRAFT,
    ("POST /actions/drafts/<int:draft_id>/drop/", Role.OFFICER): _NO_DRAFT,
    **{
        (f"POST /{address}/undo/", role): _UNDONE
        for address in ("actions/changes", "case-audits/assigned")
        for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.MANAGER)
    },
    ("POST /case-audits/<int:record_id>/answer/save/", Role.ADMINISTRATOR): _ONE_ANSWER,
    ("POST /case-audits/<int:record_id>/answer/save/", Role.AGENCY_MEMBER): _ONE_ANSWER,
    ("POST /case-audits/<int:record_id>/answer/save/", Role.OFFICER): _ONE_ANSWER,
    ("POST /section-11-returns/<int:record_id>/answer/save/", Role.AGENCY_MEMBER): _ONE_ANSWER,
    ("POST /self-evaluations/<int:record_id>/answer/save/", Role.AGENCY_MEMBER): _ONE_ANSWER,
}
"""Addresses that no record of the demo opens for a role that the page names, each with the reason."""


def closed_rules(portal: Flask) -> set[str]:
    """The addresses of views that their screen opens to no role, which the page names by what they would do."""
    screens = {screen.endpoint_of(): screen for screen in load_screens()}
    views = [(rule, *rule.endpoint.partition(".")[::2]) for rule in portal.url_map.iter_rules()]
    return {rule.rule for rule, screen, view in views if screen in screens and not screens[screen].roles_of(view)}


def test_page_and_url_map_name_the_same_addresses(portal: Flask) -> None:
    known, page = set(every_address(portal)), stated()
    named = set(page.roles) | page.public | page.signed_in
    assert named <= known, f"docs/access.md names what is not there: {sorted(map(str, named - known))}"
    closed = closed_rules(portal)
    unlisted = [asked for asked in known - named if asked.rule not in closed]
    note_figure(
        2, "routes on no list", reached=len(unlisted), wanted="0", tried=f"{len(known)} addresses by method",
        holds=not unlisted,
    )  # fmt: skip
    assert not unlisted


def test_whoever_the_page_does_not_name_is_refused_at_every_address(world: World) -> None:
    mismatches, tried = [], 0
    for number, (asked, path) in enumerate(list(_paths(world))[:: scaled(1, ci=4)]):
        refused = sorted(set(Role) - stated().of(asked))
        for role in refused[number % 3 :: 3] if IS_SHORT else refused:
            tried += 1
            status = _status(world, asked, path, world.people[role][0])
            if status != 403:
                mismatches.append(f"{role} {asked}: {status}")
    note_figure(
        2, "opened for a role that is not named", reached=len(mismatches), wanted="0",
        tried=f"{tried} requests of six roles", holds=not mismatches,
    )  # fmt: skip
    assert "\n".join(mismatches) == ""


def test_nobody_opens_anything_but_the_public_addresses_without_signing_in(world: World) -> None:
    assert world.portal is not None
    client, mismatches, tried = world.portal.test_client(), [], 0
    for asked, path in list(_paths(world))[:: scaled(1, ci=6)]:
        if asked in stated().public:
            continue
        tried += 1
        answer = client.open(path, method=asked.method)
        is_sent_away = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in/?next=")
        if not (is_sent_away if asked.method == "GET" else answer.status_code == 401):
            mismatches.append(f"{asked}: {answer.status_code}")
    note_figure(
        2, "opened for nobody signed in", reached=len(mismatches), wanted="0", tried=f"{tried} requests",
        holds=not mismatches,
    )  # fmt: skip
    assert "\n".join(mismatches) == ""


def test_every_role_that_the_page_names_opens_the_address_with_a_record_that_is_there(world: World) -> None:
    unopened, tried, of_each = {}, 0, scaled(1, ci=30)
    cells = [(asked, role) for asked in every_address(world.portal) for role in _named(world, asked)]
    for asked, role in cells[::of_each]:
        tried += 1
        if statuses := _unopened(world, asked, role):
            unopened[str(asked), role] = dict(statuses)
    surprises = {cell: seen for cell, seen in unopened.items() if cell not in UNOPENED}
    opened_after_all = [
        cell for asked, role in cells[::of_each] if (cell := (str(asked), role)) in UNOPENED and cell not in unopened
    ]
    note_figure(
        2, "closed to a role that is named", reached=len(surprises), wanted="0",
        tried=f"{tried} cells of the matrix, {len(unopened)} of them with a stated reason", holds=not surprises,
    )  # fmt: skip
    assert (surprises, opened_after_all) == ({}, [])


def _named(world: World, asked: Asked) -> list[Role]:
    """The roles the page names for an address of a screen; nobody where a form offers nothing to look up."""
    if asked.rule.endswith("/lookup/<field_name>/") and not field_of(world, asked.rule):
        return []
    return sorted(stated().roles.get(asked, frozenset()))


def _paths(world: World) -> Iterator[tuple[Asked, str]]:
    """Every address of the URL map with a record that is there where it takes one."""
    assert world.portal is not None
    filled: dict[str, str] = {}
    for asked in every_address(world.portal):
        if asked.rule not in filled:
            filled[asked.rule] = some_address(world, asked.rule)
        yield asked, filled[asked.rule]


def _status(world: World, asked: Asked, path: str, person_id: int) -> int:
    """What an address answers to somebody; it leaves nothing behind."""
    with world.answered(person_id, path, method=asked.method) as answer:
        return answer.status_code


def _unopened(world: World, asked: Asked, role: Role) -> Counter[int]:
    """What the address answered to people of a role with one record after the other; nothing once it has opened."""
    seen: Counter[int] = Counter()
    for path in existing(world, asked.rule, MOST_RECORDS):
        for person_id in world.people[role][:MOST_PEOPLE]:
            status = _status(world, asked, path, person_id)
            if status not in REFUSED and status < 500:  # a planted row that no page can show opens nothing
                return Counter()
            seen[status] += 1
    return seen or Counter({0: 1})
