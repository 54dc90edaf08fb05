"""What do compose.yaml and the Containerfile say is to be started, with which settings?"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.house.source import PROJECT

ANSWERS = {"PUBLIC_URL": "https://portal.example.org"}
"""What an operator would write into `.env`; every other name gets a word of its own (see `answers_to`)."""

_ASKED = re.compile(r"\$\{(\w+):\?\}")
_PLACE = re.compile(r"\$(?:(\$)|\{(\w+)(?::([?-])([^}]*))?\})")


class NotToldError(KeyError):
    """compose.yaml asks for a value that nobody gave."""


@dataclass(frozen=True)
class Service:
    """One entry of compose.yaml, its values filled in; `stated` is all of it."""

    name: str
    image: str
    is_portal: bool
    command: tuple[str, ...]
    environment: dict[str, str]
    stated: dict[str, Any]


def text_of(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def answers_to(asked: str) -> dict[str, str]:
    """A value for every name that a text asks for as `${NAME:?}`: for passwords and keys an invented one."""
    return {name: ANSWERS.get(name, f"{name.lower().replace('_', '-')}-{'0' * 40}") for name in _ASKED.findall(asked)}


def services(told: Mapping[str, str]) -> dict[str, Service]:
    """The services of compose.yaml as they are with these values. Raises NotToldError where one is missing."""
    parts = yaml.safe_load(text_of("compose.yaml"))["services"]
    return {name: _service(name, _filled(part, told)) for name, part in parts.items()}


def image_environment() -> dict[str, str]:
    """What the Containerfile sets for every process of the portal."""
    lines = re.findall(r"^ENV (.+)$", text_of("Containerfile"), re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


def image_command() -> tuple[str, ...]:
    """What the portal's image runs when it is told nothing else: the web process."""
    return tuple(json.loads(re.findall(r"^CMD (\[.+\])$", text_of("Containerfile"), re.MULTILINE)[-1]))


def logins(compose: str) -> dict[str, str]:
    """The database logins that the addresses in compose.yaml name, each with the name of its password there."""
    return dict(re.findall(r"postgresql://(\w+):\$\{(\w+)", compose))


def _service(name: str, part: dict[str, Any]) -> Service:
    is_portal = "build" in part
    command = part.get("command") or (image_command() if is_portal else ())
    environment = {key: str(value) for key, value in part.get("environment", {}).items()}
    return Service(name, part["image"], is_portal, tuple(map(str, command)), environment, part)


def _filled(part: Any, told: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {key: _filled(value, told) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, told) for value in part]
    return _PLACE.sub(lambda place: _value(place, told), part) if isinstance(part, str) else part


def _value(place: re.Match[str], told: Mapping[str, str]) -> str:
    dollar, name, kind, rest = place.groups()
    if dollar:
        return "$"
    if told.get(name):
        return told[name]
    if kind != "-":
        raise NotToldError(name)
    return str(rest)
