"""Who may open what, as docs/access.md says: read from the page itself, so that code and page must both change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from flask import Flask

from admin_views.kit.registry import load_screens
from app.commands.access_page import MARK, PAGE
from models.core.access import Role

ASKED_WITH = ("GET", "POST", "PUT", "DELETE", "PATCH")
_ADDRESS = re.compile(r"^\| [^|]+ \| (?P<methods>[A-Z, ]+) `(?P<path>[^`]+)` \|(?P<marks>.*)\|$")
_DOOR = re.compile(r"^\| (?P<methods>[A-Z, ]+) `(?P<path>[^`]+)` \| (?P<why>[^|]+) \|$")


@dataclass(frozen=True)
class Asked:
    """One way of asking for one address, as the URL map knows it: `POST /people/<int:record_id>/invite/`."""

    method: str
    rule: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"


@dataclass(frozen=True)
class Stated:
    """What the page says: the roles of each address of a screen, and the addresses outside the screens."""

    roles: dict[Asked, frozenset[Role]]
    public: frozenset[Asked]
    signed_in: frozenset[Asked]

    def of(self, asked: Asked) -> frozenset[Role]:
        """Who may ask that; nobody where the page has no line for it."""
        return frozenset(Role) if asked in self.public | self.signed_in else self.roles.get(asked, frozenset())


@cache
def stated() -> Stated:
    """docs/access.md, read."""
    roles: dict[Asked, frozenset[Role]] = {}
    doors: dict[bool, set[Asked]] = {True: set(), False: set()}
    is_public = False
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            is_public = "without signing in" in line
        if found := _ADDRESS.match(line):
            marks = [cell.strip() == MARK for cell in found["marks"].split("|")]
            allowed = frozenset(role for role, is_marked in zip(Role, marks, strict=True) if is_marked)
            roles |= dict.fromkeys(_asked(found), allowed)
        elif found := _DOOR.match(line):
            doors[is_public] |= set(_asked(found))
    return Stated(roles, frozenset(doors[True]), frozenset(doors[False]))


def _asked(found: re.Match[str]) -> Iterator[Asked]:
    return (Asked(method, found["path"]) for method in found["methods"].split(", "))


def every_address(app: Flask) -> list[Asked]:
    """Every way of asking for every address of the running portal, each bulk action by its own."""
    known = {screen.endpoint_of(): screen for screen in load_screens()}
    asked = []
    for rule in app.url_map.iter_rules():
        screen = known.get(rule.endpoint.partition(".")[0])
        paths = [rule.rule]
        if screen is not None and rule.endpoint.endswith(".action_view"):
            paths = [rule.rule.replace("<action_name>", name) for name in screen.action_roles()]
        asked += [Asked(method, path) for path in paths for method in ASKED_WITH if method in (rule.methods or ())]
    return sorted(asked, key=str)
