"""How is a certificate's data put into the words of the printed certificate?"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

from models.rules.sampling.sample_certificate_report import (
    CertificateReport,
    ReportedCase,
    ReportedElimination,
    ReportedStratum,
)


def report_of_certificate(
    certificate: Mapping[str, Any],
    *,
    partnership: str,
    made_on: date,
    void_reason: str = "",
    of_frame: Collection[str] | None = None,
) -> CertificateReport:
    """The printed certificate, which says what the JSON certificate says (its parts: see `certificates`).

    Of the cases kept out only those are named that are among `of_frame`, the cases of the frame; all when it is None.
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
        **_kept_out(exclusions, of_frame),
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
        eliminations=tuple(_elimination(elimination) for elimination in certificate["eliminations"]),
        algorithm=algorithm["name"],
        algorithm_words=tuple(algorithm["words"]),
        how_to_check=tuple(certificate["how_to_check"]),
    )


def _kept_out(exclusions: Mapping[str, Any], of_frame: Collection[str] | None) -> dict[str, Any]:
    listed = exclusions["references"]
    return {
        "excluded": tuple(case for case in listed if of_frame is None or case in of_frame),
        "excluded_count": len(listed),
        "exclusions_fingerprint": exclusions["fingerprint"],
    }


def _software(certificate: Mapping[str, Any]) -> str:
    return (
        " ".join((certificate["software"]["name"], certificate["software"]["version"]))
        + f"; certificate version {certificate['version']}"
    )


def _read_as(choices: Mapping[str, Any]) -> str:
    """An import's choices in words, always in one order: the database does not keep the order of an object's keys."""
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
    gone = {elimination["reference"] for elimination in certificate["eliminations"]}
    came = {elimination["replaced_by"] for elimination in certificate["eliminations"]}

    def standing(reference: str, word: str) -> str:
        return word + ", stepped in" * (reference in came) + ", taken out" * (reference in gone)

    def cases(listed: list[Mapping[str, Any]], word: str) -> tuple[ReportedCase, ...]:
        return tuple(
            ReportedCase(case["reference"], case["ticket"], standing(case["reference"], word)) for case in listed
        )

    return tuple(
        ReportedStratum(
            stratum["name"],
            stratum["population"],
            stratum["asked"],
            cases(stratum["selected"], "Selected"),
            cases(stratum["reserves"], "Reserve"),
        )
        for stratum in certificate["strata"]
    )


def _elimination(elimination: Mapping[str, Any]) -> ReportedElimination:
    return ReportedElimination(
        reference=elimination["reference"],
        stratum=elimination["stratum"],
        reason=elimination["reason"],
        proposed_by=elimination["proposed_by"],
        approved_by=elimination["approved_by"],
        approved_at=_moment(elimination["approved_at"]),
        replaced_by=elimination["replaced_by"] or "",
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
    "neyman": "{0} in all, by the cases of each stratum and how mixed its earlier grades were",
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
        numbers = _METHODS[method].format(f"{size:,}")
    else:
        numbers = "; ".join(f"{name} {number:,}" for name, number in size.items())
    least = f", at least {allocation['minimum']:,} in each" if allocation["minimum"] else ""
    mixed = "; ".join(f"{name} {spread / 1000:.2f}" for name, spread in allocation.get("spreads", {}).items())
    reserves = plan["reserves"]
    return (
        ("Time frame", _TIME_RULES[frame["rule"]].format(_day(frame["from"]), _day(frame["to"]))),
        ("Themes", "All" if plan["themes"] is None else "; ".join(plan["themes"])),
        ("Strata by", plan["strata"].capitalize()),
        ("Cases asked for", numbers + least),
        *((("Spread of earlier grades", f"{mixed} (0 all alike, 0.50 half of them good)"),) if mixed else ()),
        ("Reserves", "As many as selected, at least 2" if reserves is None else f"{reserves:,} in every stratum"),
        ("Kept out", f"{kept_out['count']:,} audited in the last {kept_out['months']} months" if kept_out else "None"),
    )


def _day(text: str | None) -> str:
    return f"{date.fromisoformat(text):%-d %b %Y}" if text else "–"
