"""How is a certificate's data put into words, for the page and for paper?"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from models.rules.certificate_report import CertificateReport, ReportedCase, ReportedElimination, ReportedStratum


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
