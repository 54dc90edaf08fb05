"""What is refused to somebody of the right role who has nothing to do with the record?

A foreigner has a role that the page of access names, and nothing else: an officer who runs no hub, a sponsor of no
review, a manager of no agency, people of an agency that takes part in nothing. Each sends what was taken from somebody
who may send it.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from models.core.access import Role
from tests.demo.access.addresses import existing
from tests.demo.access.forms import filled_form
from tests.demo.access.stated import Asked, every_address, stated
from tests.demo.access.strangers import touched, written
from tests.demo.access.world import World
from tests.house.source import PROJECT

REFUSED = (403, 404)
MOST_RECORDS = 6


@dataclass(frozen=True)
class Probe:
    """One address asked for by one foreigner, with a form that somebody may send."""

    foreigner: str
    asked: Asked
    path: str
    form: dict[str, Any] | None

    def __str__(self) -> str:
        return f"{self.foreigner}: {self.asked}"


@dataclass
class Seen:
    """What a probe came to: whether it was refused, and which of our functions it ran."""

    is_refused: bool
    ran: set[CodeType] = field(default_factory=set)


def probes(world: World, *, of_each: int = 1, named: Collection[str] = ()) -> Iterator[Probe]:
    """A probe for one in so many addresses that the page names for a foreigner's role, or for the named ones alone."""
    chosen = [
        (foreigner, asked)
        for asked in every_address(world.portal)
        for foreigner, person in world.foreigners.items()
        if world.role_of(person) in stated().roles.get(asked, frozenset()) and "<int:" in asked.rule
    ]
    if named:
        chosen, of_each = [(name, asked) for name, asked in chosen if f"{name}: {asked}" in named], 1
    found: dict[tuple[Role, Asked], tuple[str, dict[str, Any] | None] | None] = {}
    for foreigner, asked in chosen[::of_each]:
        cell = (world.role_of(world.foreigners[foreigner]), asked)
        if cell not in found:
            found[cell] = _taken(world, asked, donors_of(world, cell[0]))
        if (taken := found[cell]) is not None:
            yield Probe(foreigner, asked, *taken)


def donors_of(world: World, role: Role) -> list[int]:
    """People of a role, or above it, who have to do with the records of the demo."""
    if role is Role.OFFICER:
        return [world.people[Role.ADMINISTRATOR][0]]
    return [person for person in world.people[role] if person not in world.foreigners.values()][:4]


def _taken(world: World, asked: Asked, donors: list[int]) -> tuple[str, dict[str, Any] | None] | None:
    """An address and a form that somebody of the role may send, at best one that the portal takes."""
    best = None
    for path in existing(world, asked.rule, MOST_RECORDS):
        for donor in donors:
            form = _form(world, donor, path) if asked.method == "POST" else None
            seen = send(world, donor, asked.method, path, form)
            if not seen.is_refused:
                return path, form
            best = best or (path, form)
    return None


def _form(world: World, donor: int, path: str) -> dict[str, Any]:
    with world.answered(donor, path) as answer:
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        return (filled_form(answer.text, path) if is_page else None) or {}


def send(world: World, person: int, method: str, path: str, form: dict[str, Any] | None) -> Seen:
    """Ask for an address as somebody; it leaves nothing behind. What writes nothing counts as refused."""
    world.browser(person)
    before = written(world)
    with _watched() as ran, world.answered(person, path, method=method, form=form) as answer:
        is_idle = method != "GET" and not touched(before, written(world))
        is_fault = answer.status_code >= 500  # a planted row that no page can show
        return Seen(answer.status_code in REFUSED or is_idle or is_fault, ran)


class _watched:  # noqa: N801 (a context manager, named as it is read)
    """Notes the code of every function of ours that runs inside."""

    def __enter__(self) -> set[CodeType]:
        self.ran: set[CodeType] = set()
        sys.setprofile(self._note)
        return self.ran

    def __exit__(self, *problem: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(_OURS):
            self.ran.add(frame.f_code)


_OURS = (str(PROJECT / "admin_views"), str(PROJECT / "models"))


def probed(world: World, probe: Probe) -> Seen:
    """What a probe comes to now."""
    return send(world, world.foreigners[probe.foreigner], probe.asked.method, probe.path, probe.form)
