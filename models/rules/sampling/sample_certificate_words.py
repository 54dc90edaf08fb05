"""How is a certificate's data put into the words of the printed certificate?"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from models.rules.sampling.sample_certificate_report import (
    CertificateReport,
    ReportedCase,
    ReportedElimination,
    ReportedStratum,
)


def report_of_certificate(
    certificate: Mapping[str, Any], *, partnership: str, made_on: date, void_reason: str = ""
) -> CertificateReport:
    """Promise: the printed certificate says what the JSON certificate says (its parts: see `certificates`).

    Raises KeyError when a part is missing: the portal prints only certificates that it made itself.
    """
    frame, people, times = certificate["frame"], certificate["people"], certificate["times"]
    exclusions, algorithm = certificate["exclusions"], certificate["algorithm"]
    return CertificateReport(
        partnership=partnership,
        made_on=made_on,
        void_reason=void_reason,
        reference=certificate["reference"],
        title=certificate["title"],
        review=certificate["review"],
        kind_words=certificate["kind_words"],
        officer=people["officer"],
        witness=people["witness"],
        software=_software(certificate),
        frame_reference=frame["reference"],
        frame_fingerprint=frame["fingerprint"],
        row_count=frame["rows"],
        case_count=frame["cases"],
        read_as=_read_as(frame["read_as"]),
        plan=plan_words(certificate["plan"]),
        plan_fingerprint=certificate["plan_fingerprint"],
        excluded=tuple(exclusions["references"]),
        exclusions_fingerprint=exclusions["fingerprint"],
        commitment=certificate["commitment"] or "",
        secret=certificate["secret"] or "",
        public=certificate["public"] or "",
        seed=str(certificate["seed"]),
        frozen_at=_moment(frame["frozen_at"]),
        locked_at=_moment(times["locked_at"]),
        committed_at=_moment(times["committed_at"]),
        revealed_at=_moment(times["revealed_at"]),
        drawn_at=_moment(times["drawn_at"]),
        notes=tuple(certificate["population"]["notes"]),
        strata=_strata(certificate),
        eliminations=tuple(_elimination(one) for one in certificate["eliminations"]),
        algorithm=algorithm["name"],
        algorithm_words=tuple(algorithm["words"]),
        how_to_check=tuple(certificate["how_to_check"]),
    )


def _software(certificate: Mapping[str, Any]) -> str:
    return (
        " ".join((certificate["software"]["name"], certificate["software"]["version"]))
        + f"; certificate version {certificate['version']}"
    )


def _read_as(choices: Mapping[str, Any]) -> str:
    """The choices of an import in words, in one order always: the database orders the keys of an object anew."""
    return "; ".join(f"{name.replace('_', ' ')} {_choice(value)}" for name, value in _in_order(choices) if value)


def _choice(value: Any) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{name.replace('_', ' ')}: {inner}" for name, inner in _in_order(value))


def _in_order(choices: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(choices.items(), key=lambda item: (len(item[0]), item[0]))


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


def plan_words(plan: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The plan for a reader, as label and value; the exact JSON that was fingerprinted is in the certificate's file.

    >>> plan = {"time_frame": {"rule": "open_at", "from": "2026-03-31", "to": "2026-03-31"}, "themes": None,
    ...         "strata": "level", "allocation": {"method": "fixed", "size": 4, "minimum": 0}, "reserves": None,
    ...         "exclusions": {"months": 12, "count": 2, "fingerprint": ""}}
    >>> [value for _, value in plan_words(plan)][:4]
    ['Open on 31 Mar 2026', 'All', 'Level', '4 in every stratum']
    """
    frame, allocation, kept_out = plan["time_frame"], plan["allocation"], plan["exclusions"]
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
        ("Strata by", plan["strata"].capitalize()),
        ("Cases asked for", asked + least),
        ("Reserves", "As many as selected, at least 2" if reserves is None else f"{reserves:,} in every stratum"),
        ("Kept out", f"{kept_out['count']:,} audited in the last {kept_out['months']} months" if kept_out else "None"),
    )


def _day(text: str | None) -> str:
    return f"{date.fromisoformat(text):%-d %b %Y}" if text else "–"
