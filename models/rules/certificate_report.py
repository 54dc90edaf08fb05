"""What does the certificate of a draw say on paper, so that a stranger can repeat the draw from it?"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """A drawn case: `standing` is a word such as Selected, Reserve, Eliminated."""

    reference: str
    ticket: str
    standing: str


@dataclass(frozen=True, slots=True)
class ReportedStratum:
    """One stratum: how many cases it held, how many were asked for, and its cases in ticket order."""

    name: str
    population: int
    asked: int
    selected: tuple[ReportedCase, ...]
    reserves: tuple[ReportedCase, ...]

    @property
    def shortage(self) -> int:
        """Promise: how many asked cases the stratum could not give."""
        return max(0, self.asked - len(self.selected))

    @property
    def chance(self) -> str:
        """Promise: the chance of each case of the stratum to be selected, as n in N.

        >>> ReportedStratum("Early Help", 40, 1, (ReportedCase("A-1", "0.12", "Selected"),), ()).chance
        '1 in 40 (2.5 %)'
        """
        if not self.population:
            return "–"
        number = len(self.selected)
        return f"{number:,} in {self.population:,} ({100 * number / self.population:.1f} %)"


@dataclass(frozen=True, slots=True)
class ReportedElimination:
    """A drawn case taken out afterwards: why, by whose word, and which reserve stepped in."""

    reference: str
    stratum: str
    reason: str
    proposed_by: str
    approved_by: str
    approved_at: datetime | None
    replaced_by: str


@dataclass(frozen=True, kw_only=True)
class CertificateReport:
    """Everything the printed certificate states. Moments are aware; pairs are label and value, in print order."""

    partnership: str
    reference: str
    title: str
    made_on: date
    strata: tuple[ReportedStratum, ...]
    classification: str = "OFFICIAL-SENSITIVE"
    void_reason: str = ""
    review: str = ""
    kind_words: str = ""
    officer: str = ""
    witness: str = ""
    software: str = ""
    frame_reference: str = ""
    frame_fingerprint: str = ""
    row_count: int = 0
    case_count: int = 0
    read_as: str = ""
    plan: tuple[tuple[str, str], ...] = ()
    plan_fingerprint: str = ""
    excluded: tuple[str, ...] = ()
    exclusions_fingerprint: str = ""
    commitment: str = ""
    secret: str = ""
    public: str = ""
    seed: str = ""
    frozen_at: datetime | None = None
    locked_at: datetime | None = None
    committed_at: datetime | None = None
    revealed_at: datetime | None = None
    drawn_at: datetime | None = None
    notes: tuple[str, ...] = ()
    eliminations: tuple[ReportedElimination, ...] = ()
    algorithm: str = ""
    algorithm_words: tuple[str, ...] = ()
    how_to_check: tuple[str, ...] = ()

    @property
    def selected_count(self) -> int:
        """Promise: selected cases of all strata, as first drawn."""
        return sum(len(stratum.selected) for stratum in self.strata)

    @property
    def reserve_count(self) -> int:
        """Promise: reserves of all strata, as first drawn."""
        return sum(len(stratum.reserves) for stratum in self.strata)

    @property
    def population_count(self) -> int:
        """Promise: cases that could have been drawn."""
        return sum(stratum.population for stratum in self.strata)

    @property
    def sentence(self) -> str:
        """Promise: the outcome in one sentence.

        >>> facts = {"partnership": "P", "reference": "AS-1", "title": "T", "made_on": date(2026, 1, 1)}
        >>> CertificateReport(**facts, strata=()).sentence
        'Of 0 cases in 0 strata, 0 were selected and 0 stand in reserve.'
        """
        strata = "1 stratum" if len(self.strata) == 1 else f"{len(self.strata)} strata"
        return (
            f"Of {self.population_count:,} cases in {strata}, {self.selected_count:,} were selected and "
            f"{self.reserve_count:,} stand in reserve."
        )

    @cached_property
    def fingerprint(self) -> str:
        """Promise: the SHA-256 (64 hex digits) of all facts as JSON with sorted keys, without blanks, UTF-8."""
        text = json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def report_of_certificate(
    certificate: Mapping[str, Any],
    *,
    partnership: str,
    made_on: date,
    void_reason: str = "",
    classification: str = "OFFICIAL-SENSITIVE",
) -> CertificateReport:
    """Promise: the printed certificate says what the JSON certificate says (its parts: see `certificates`).

    Raises KeyError when a part is missing: the portal prints only certificates that it made itself.
    """
    frame, people, times = certificate["frame"], certificate["people"], certificate["times"]
    software, exclusions = certificate["software"], certificate["exclusions"]
    return CertificateReport(
        partnership=partnership,
        made_on=made_on,
        void_reason=void_reason,
        classification=classification,
        reference=certificate["reference"],
        title=certificate["title"],
        review=certificate["review"],
        kind_words=certificate["kind_words"],
        officer=people["officer"],
        witness=people["witness"],
        software=f"{software['name']} {software['version']}; certificate version {certificate['version']}",
        frame_reference=frame["reference"],
        frame_fingerprint=frame["fingerprint"],
        row_count=frame["rows"],
        case_count=frame["cases"],
        read_as="; ".join(f"{name.replace('_', ' ')} {value}" for name, value in frame["read_as"].items() if value),
        plan=_plan_words(certificate["plan"]),
        plan_fingerprint=certificate["plan_fingerprint"],
        excluded=tuple(exclusions["references"]),
        exclusions_fingerprint=exclusions["fingerprint"],
        commitment=certificate["commitment"] or "",
        secret=certificate["secret"] or "",
        public=certificate["public"] or "",
        seed=str(certificate["seed"]),
        frozen_at=_moment(frame["frozen_at"]),
        **{name: _moment(times[name]) for name in ("locked_at", "committed_at", "revealed_at", "drawn_at")},
        notes=tuple(certificate["population"]["notes"]),
        strata=_strata(certificate),
        eliminations=tuple(_elimination(one) for one in certificate["eliminations"]),
        algorithm=certificate["algorithm"]["name"],
        algorithm_words=tuple(certificate["algorithm"]["words"]),
        how_to_check=tuple(certificate["how_to_check"]),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _strata(certificate: Mapping[str, Any]) -> tuple[ReportedStratum, ...]:
    gone = {one["reference"] for one in certificate["eliminations"]}
    came = {one["replaced_by"] for one in certificate["eliminations"]}

    def standing(reference: str, word: str) -> str:
        return word + ", stepped in" * (reference in came) + ", taken out" * (reference in gone)

    def cases(listed: list[Mapping[str, Any]], word: str) -> tuple[ReportedCase, ...]:
        return tuple(ReportedCase(one["reference"], one["ticket"], standing(one["reference"], word)) for one in listed)

    return tuple(
        ReportedStratum(
            one["name"],
            one["population"],
            one["asked"],
            cases(one["selected"], "Selected"),
            cases(one["reserves"], "Reserve"),
        )
        for one in certificate["strata"]
    )


def _elimination(one: Mapping[str, Any]) -> ReportedElimination:
    return ReportedElimination(
        reference=one["reference"],
        stratum=one["stratum"],
        reason=one["reason"],
        proposed_by=one["proposed_by"],
        approved_by=one["approved_by"],
        approved_at=_moment(one["approved_at"]),
        replaced_by=one["replaced_by"] or "",
    )


_TIME_RULES: Final = {
    "started_in": "Started from {0} to {1}",
    "ended_in": "Ended from {0} to {1}",
    "open_at": "Open on {1}",
    "any": "Any time",
}
_METHODS: Final = {
    "fixed": "{0} in every stratum",
    "equal": "{0} in all, in equal parts",
    "proportional": "{0} in all, in proportion to the cases of each stratum",
}


def _plan_words(plan: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The plan for a reader; the exact JSON that was fingerprinted is in the certificate's file."""
    frame, allocation = plan["time_frame"], plan["allocation"]
    size, method = allocation["size"], allocation["method"]
    if isinstance(size, int):
        asked = _METHODS[method].format(f"{size:,}")
    else:
        asked = "; ".join(f"{name} {number:,}" for name, number in size.items())
    least = f", at least {allocation['minimum']:,} in each" if allocation["minimum"] else ""
    reserves = plan["reserves"]
    return (
        ("Time frame", _TIME_RULES[frame["rule"]].format(_day(frame["from"]), _day(frame["to"]))),
        ("Themes", "All" if plan["themes"] is None else "; ".join(plan["themes"])),
        ("Strata by", plan["strata"]),
        ("Cases asked for", asked + least),
        ("Reserves", "As many as selected, at least 2" if reserves is None else f"{reserves:,} in every stratum"),
    )


def _day(text: str | None) -> str:
    return f"{date.fromisoformat(text):%-d %b %Y}" if text else "–"


def report_from(certificate: Mapping[str, Any], *, partnership: str, made_on: date) -> CertificateReport:
    """The printed certificate of a certificate's data (models.rules.certificates states its parts)."""
    frame, people, times = certificate["frame"], certificate["people"], certificate["times"]
    eliminations = tuple(_elimination(one) for one in certificate["eliminations"])
    gone = {one.reference for one in eliminations}
    stepped_in = {one.replaced_by for one in eliminations}
    strata = tuple(_stratum(one, gone, stepped_in) for one in certificate["strata"])
    return CertificateReport(
        partnership=partnership,
        reference=certificate["reference"],
        title=certificate["title"],
        made_on=made_on,
        strata=strata,
        drawn_at=_moment(times["drawn_at"]),
        kind=certificate["kind_words"],
        review=certificate["review"],
        officer=people["officer"],
        witness=people["witness"],
        void_reason=certificate.get("void", {}).get("reason", ""),
        frame_title=frame["reference"],
        frame_fingerprint=frame["fingerprint"],
        row_count=frame["rows"],
        case_count=frame["cases"],
        plan=tuple(plan_words(certificate["plan"]))
        + tuple(("Note", note) for note in certificate["population"]["notes"]),
        plan_fingerprint=certificate["plan_fingerprint"],
        commitment=certificate["commitment"] or "",
        committed_at=_moment(times["committed_at"]),
        secret=certificate["secret"] or "",
        public=certificate["public"] or "",
        seed=certificate["seed"],
        excluded_count=certificate["exclusions"]["count"],
        eliminations=eliminations,
        algorithm=" ".join(certificate["algorithm"]["words"]),
        software=" ".join((certificate["software"]["name"], certificate["software"]["version"])),
        how_to_check=tuple(certificate["how_to_check"]),
    )


def plan_words(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A plan as label and value, for people: page, PDF and form read the same words.

    >>> plan = {"time_frame": {"rule": "any"}, "themes": None, "strata": "level", "reserves": None, "exclusions": None,
    ...         "allocation": {"method": "fixed", "size": 4, "minimum": 0}}
    >>> [value for _label, value in plan_words(plan)]
    ['Any time', 'All themes', 'Level', '4 cases from each stratum', 'As many as selected, at least 2', 'None']
    """
    time, allocation, kept_out = plan["time_frame"], plan["allocation"], plan["exclusions"]
    yield "Time frame", _time_words(time["rule"], time.get("from"), time.get("to"))
    yield "Themes", "; ".join(plan["themes"]) if plan["themes"] else "All themes"
    yield "Strata", str(plan["strata"]).capitalize()
    yield "Cases", _size_words(allocation)
    yield "Reserves", "As many as selected, at least 2" if plan["reserves"] is None else f"{plan['reserves']} each"
    yield "Kept out", f"{kept_out['count']:,} audited in the last {kept_out['months']} months" if kept_out else "None"


def _time_words(rule: str, first: str | None, last: str | None) -> str:
    if rule == "any" or not first or not last:
        return "Any time"
    days = [date.fromisoformat(day) for day in (first, last)]
    shown = [f"{day.day} {day:%B %Y}" for day in days]
    if rule == "open_at":
        return f"Open on {shown[1]}"
    return f"{rule.split('_')[0].capitalize()} from {shown[0]} to {shown[1]}"


def _size_words(allocation: Mapping[str, Any]) -> str:
    size, method, minimum = allocation["size"], allocation["method"], allocation["minimum"]
    if isinstance(size, Mapping):
        return "; ".join(f"{name}: {number}" for name, number in size.items())
    each = f", at least {minimum} from each stratum" if minimum else ""
    if method == "fixed":
        return f"{size} cases from each stratum{each}"
    return f"{size} cases in all, {'in proportion to size' if method == 'proportional' else 'in equal parts'}{each}"


def _stratum(stratum: Mapping[str, Any], gone: set[str], stepped_in: set[str]) -> ReportedStratum:
    def cases(kind: str, standing: str) -> tuple[ReportedCase, ...]:
        return tuple(
            ReportedCase(one["reference"], one["ticket"], _standing(one["reference"], standing, gone, stepped_in))
            for one in stratum[kind]
        )

    return ReportedStratum(
        name=stratum["name"],
        population=stratum["population"],
        asked=stratum["asked"],
        selected=cases("selected", "Selected"),
        reserves=cases("reserves", "Reserve"),
    )


def _standing(reference: str, standing: str, gone: set[str], stepped_in: set[str]) -> str:
    if reference in gone:
        return "Eliminated"
    return "Reserve, stepped in" if reference in stepped_in else standing


def _elimination(one: Mapping[str, Any]) -> ReportedElimination:
    return ReportedElimination(
        reference=one["reference"],
        stratum=one["stratum"],
        reason=one["reason"],
        proposed_by=one["proposed_by"],
        approved_by=one["approved_by"],
        approved_at=_moment(one["approved_at"]),
        replaced_by=one["replaced_by"] or "",
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
