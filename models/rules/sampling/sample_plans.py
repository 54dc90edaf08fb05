"""What does an officer lay down before a draw: which cases, in which strata, how many, and what keeps a case out?"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from models.core.errors import RuleBroken
from models.rules.sampling.strata import StrataKind, label_of, stem_of

MOST_CASES = 100_000
MOST_THEMES = 500
WIDEST = 500
"""The widest spread of grades, sqrt(P (1 - P)) in thousandths: that of one half."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
Word = TypeVar("Word", bound=StrEnum)


class TimeRule(StrEnum):
    """Which rows lie in the time frame."""

    STARTED_IN = "started_in"
    OPEN_AT = "open_at"
    ENDED_IN = "ended_in"
    ANY = "any"


class AllocationMethod(StrEnum):
    """How the number of cases is divided among the strata."""

    FIXED = "fixed"
    EQUAL = "equal"
    PROPORTIONAL = "proportional"
    NEYMAN = "neyman"


@dataclass(frozen=True)
class TimeFrame:
    """A rule and its dates, both inclusive. `open_at` has one date, kept as both."""

    rule: TimeRule
    starts_on: date | None = None
    ends_on: date | None = None

    def holds(self, started_on: date | None, ended_on: date | None) -> bool:
        """Whether an episode lies in the time frame. Open at a date: started by that day and not ended by it.

        >>> new_year = TimeFrame(TimeRule.OPEN_AT, date(2026, 1, 1), date(2026, 1, 1))
        >>> new_year.holds(date(2026, 1, 1), None), new_year.holds(date(2025, 5, 1), date(2026, 1, 1))
        (True, False)
        """
        if self.starts_on is None or self.ends_on is None:
            return True
        if self.rule is TimeRule.OPEN_AT:
            return (
                started_on is not None and started_on <= self.ends_on and (ended_on is None or ended_on > self.ends_on)
            )
        day = started_on if self.rule is TimeRule.STARTED_IN else ended_on
        return day is not None and self.starts_on <= day <= self.ends_on

    def lacks_date(self, started_on: date | None, ended_on: date | None) -> bool:
        """Whether the rule cannot be applied to an episode, because the date it needs was never recorded.

        An episode with a start and no end has not ended, which is an answer; without either date nothing is known.

        >>> TimeFrame(TimeRule.ANY).lacks_date(None, None)
        False
        """
        if self.rule is TimeRule.ANY:
            return False
        return started_on is None and (ended_on is None or self.rule is not TimeRule.ENDED_IN)


@dataclass(frozen=True)
class Exclusions:
    """Cases kept out because they were audited lately: how many, and the fingerprint of their list.

    The references themselves go to the draw and on the certificate, not into the plan.
    """

    months: int
    count: int
    fingerprint: str


@dataclass(frozen=True)
class SamplePlan:
    """One checked plan. `size`: one number, or numbers by stratum; no `reserves`: as many as selected, at least 2.

    `spreads` go with Neyman's division: how mixed earlier grades were, by stratum, 0 to WIDEST.
    """

    time_frame: TimeFrame
    themes: tuple[str, ...] | None
    strata: StrataKind
    method: AllocationMethod
    size: int | Mapping[str, int]
    minimum: int = 0
    reserves: int | None = None
    exclusions: Exclusions | None = None
    spreads: Mapping[str, int] | None = None

    @property
    def theme_stems(self) -> frozenset[str] | None:
        """The chosen themes without regard to spelling; None when every theme is in."""
        return None if self.themes is None else frozenset(stem_of(theme) for theme in self.themes)

    def as_json(self) -> dict[str, Any]:
        """The plan as it is stored, shown and fingerprinted; `parse_plan` reads it back."""
        frame, kept = self.time_frame, self.exclusions
        return {
            "time_frame": {
                "rule": frame.rule.value,
                "from": frame.starts_on.isoformat() if frame.starts_on else None,
                "to": frame.ends_on.isoformat() if frame.ends_on else None,
            },
            "themes": None if self.themes is None else list(self.themes),
            "strata": self.strata.value,
            "allocation": {
                "method": self.method.value,
                "size": self.size if isinstance(self.size, int) else dict(self.size),
                "minimum": self.minimum,
                **({"spreads": dict(self.spreads)} if self.spreads else {}),
            },
            "reserves": self.reserves,
            "exclusions": kept and {"months": kept.months, "count": kept.count, "fingerprint": kept.fingerprint},
        }

    def canonical(self) -> str:
        """The one spelling of the plan: JSON with sorted keys and no blanks between the parts."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def fingerprint(self) -> str:
        """SHA-256 of the canonical text in UTF-8, as 64 hexadecimal digits."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def exclude(references: Iterable[str], *, months: int) -> Exclusions:
    """The exclusions for a plan: SHA-256 over the distinct references in bytewise order, each ended by a line feed.

    >>> exclude(["B-2", "A-1", "B-2"], months=12).count
    2
    """
    lines = sorted({reference.encode() for reference in references})
    return Exclusions(months, len(lines), hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest())


def read_plan(text: str | bytes) -> SamplePlan:
    """The plan in a JSON file. Raises RuleBroken when it is no JSON, or whatever parse_plan refuses."""
    try:
        data = json.loads(text, object_pairs_hook=_unrepeated)
    except (ValueError, RecursionError):
        raise RuleBroken("The plan is not readable JSON.") from None
    return parse_plan(data)


def parse_plan(data: object) -> SamplePlan:
    """A checked plan from the parts of a form or file. Raises RuleBroken with the first thing that is wrong.

    >>> plan = {"time_frame": {"rule": "any"}, "strata": "level", "allocation": {"method": "fixed", "size": 4}}
    >>> parse_plan(plan).size
    4
    """
    names = ("time_frame", "themes", "strata", "allocation", "reserves", "exclusions")
    parts = _fields(data, "The plan", names)
    allocation = _fields(parts.get("allocation"), "The plan's allocation", ("method", "size", "minimum", "spreads"))
    method = _choice(AllocationMethod, allocation.get("method"), "allocation method")
    reserves = parts.get("reserves")
    return SamplePlan(
        time_frame=_time_frame(parts.get("time_frame")),
        themes=_themes(parts.get("themes")),
        strata=_choice(StrataKind, parts.get("strata"), "division into strata"),
        method=method,
        size=_size(allocation.get("size"), method),
        minimum=_count(allocation.get("minimum", 0), "minimum for each stratum"),
        reserves=None if reserves is None else _count(reserves, "number of reserves for each stratum"),
        exclusions=_exclusions(parts.get("exclusions")),
        spreads=_spreads(allocation.get("spreads"), method),
    )


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise RuleBroken("The plan says the same thing twice; each field may be given once.")
    return fields


def _fields(data: object, what: str, names: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise RuleBroken(f"{what} is missing or has no named parts.")
    unknown = sorted(str(name) for name in data if name not in names)
    if unknown:
        raise RuleBroken(f"{what} has an unknown part “{unknown[0][:40]}”; it may have {', '.join(names)}.")
    return data


def _choice(kind: type[Word], value: object, what: str) -> Word:
    if isinstance(value, str) and value in list(kind):
        return kind(value)
    raise RuleBroken(f"The plan's {what} must be one of: {', '.join(kind)}.")


def _count(value: object, what: str, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST_CASES:
        raise RuleBroken(f"The plan's {what} must be a whole number from {least} to {MOST_CASES:,}.")
    return value


def _date(value: object, what: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise RuleBroken(f"The date “{what}” of the time frame must be written like 2026-03-31.")


def _time_frame(data: object) -> TimeFrame:
    parts = _fields(data, "The plan's time frame", ("rule", "from", "to"))
    rule = _choice(TimeRule, parts.get("rule"), "time-frame rule")
    starts_on, ends_on = _date(parts.get("from"), "from"), _date(parts.get("to"), "to")
    if rule is TimeRule.ANY:
        if starts_on or ends_on:
            raise RuleBroken("A time frame of any time takes no dates; choose another rule or leave the dates out.")
        return TimeFrame(rule)
    if rule is TimeRule.OPEN_AT:
        starts_on, ends_on = starts_on or ends_on, ends_on or starts_on
        if starts_on != ends_on:
            raise RuleBroken("Cases are open at one date: give the same date as from and to, or only one of them.")
    if starts_on is None or ends_on is None:
        raise RuleBroken("The time frame needs its dates: from and to.")
    if starts_on > ends_on:
        raise RuleBroken("The time frame ends before it starts.")
    return TimeFrame(rule, starts_on, ends_on)


def _themes(data: object) -> tuple[str, ...] | None:
    if data is None:
        return None
    if not isinstance(data, list | tuple) or not data or len(data) > MOST_THEMES:
        raise RuleBroken(f"The plan's themes must be a list of 1 to {MOST_THEMES} themes, or nothing for all of them.")
    if not all(isinstance(theme, str) and label_of(theme) and not set(theme) & set(";|") for theme in data):
        raise RuleBroken("Each theme of the plan must be a text of its own, without “;” or “|”.")
    return tuple(label for _stem, label in sorted({stem_of(theme): label_of(theme) for theme in data}.items()))


def _size(value: object, method: AllocationMethod) -> int | Mapping[str, int]:
    if not isinstance(value, Mapping):
        return _count(value, "number of cases", least=1)
    if method is not AllocationMethod.FIXED:
        raise RuleBroken("Numbers for single strata go with the fixed allocation only.")
    sizes = {" ".join(str(name).split()): _count(count, f"number for “{name}”") for name, count in value.items()}
    if len({name.casefold() for name in sizes}) < len(value) or not any(sizes.values()):
        raise RuleBroken("Name each stratum once, and ask for at least one case.")
    return sizes


def _spreads(value: object, method: AllocationMethod) -> Mapping[str, int] | None:
    if method is not AllocationMethod.NEYMAN:
        if value is not None:
            raise RuleBroken("Spreads of earlier grades go with the Neyman allocation only.")
        return None
    if not isinstance(value, Mapping) or not value:
        raise RuleBroken("The Neyman allocation needs the spread of earlier grades by stratum.")
    spreads = {" ".join(str(name).split()): _count(spread, f"spread for “{name}”") for name, spread in value.items()}
    if max(spreads.values()) > WIDEST:
        raise RuleBroken(f"A spread of earlier grades is {WIDEST} thousandths at most.")
    return spreads


def _exclusions(data: object) -> Exclusions | None:
    if data is None:
        return None
    parts = _fields(data, "The plan's exclusions", ("months", "count", "fingerprint"))
    fingerprint = parts.get("fingerprint")
    if not isinstance(fingerprint, str) or not _FINGERPRINT.fullmatch(fingerprint):
        raise RuleBroken("The fingerprint of the plan's exclusions must be 64 hexadecimal digits.")
    months = _count(parts.get("months"), "months of exclusion", least=1)
    return Exclusions(months, _count(parts.get("count"), "number of excluded cases"), fingerprint)
