"""Does a draw repeat from the rows of its frame, and where is the first difference?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.core.errors import RuleBroken
from models.rules.case_lists.fingerprints import canonical_line, fingerprint
from models.rules.core.counts import count_words
from models.rules.sampling.commitments import commitment, seed_from
from models.rules.sampling.draws import Draw, check_exclusions, settle_draw
from models.rules.sampling.populations import CaseReader, CaseRow
from models.rules.sampling.sample_certificates import (
    ALGORITHM,
    VERSION,
    CertificateKind,
    exclusions_json,
    population_json,
    strata_json,
)
from models.rules.sampling.sample_plans import SamplePlan, parse_plan

NO_CERTIFICATE = "This is not a draw certificate that the portal can read."


def check_draw(certificate: object, rows: Iterable[CaseRow]) -> str | None:
    """None when everything repeats from the frame's rows; else the first difference in one sentence.

    Uses the rows and the certificate only, no database. The rows are read once; memory grows with their number (their
    lines are sorted for the fingerprint). Raises RuleBroken when it is not a certificate, or one of another kind.

    >>> check_draw({"certificate": "of birth"}, [])
    Traceback (most recent call last):
    models.core.errors.RuleBroken: This is not a draw certificate that the portal can read.
    """
    claim = _Claim.of(certificate)
    difference = claim.plan_difference() or claim.seed_difference()
    if difference:
        return difference
    reader, references, row_count = CaseReader(claim.plan, claim.excluded), set[str](), 0

    def lines() -> Iterator[str]:
        nonlocal row_count
        for row in rows:
            reader.take(row)
            references.add(row[1])
            row_count += 1
            _number, reference, rank, theme, started_on, ended_on, agency = row
            word = None if rank is None else claim.levels.get(rank)
            yield canonical_line((reference, word, theme, started_on, ended_on, agency))

    frame_fingerprint = fingerprint(lines())
    difference = claim.frame_difference(frame_fingerprint, row_count, len(references))
    if difference:
        return difference
    try:
        draw = settle_draw(claim.plan, claim.seed, reader.population(claim.levels), reader.cases(claim.levels))
    except RuleBroken as refusal:
        return f"The draw cannot be repeated: {refusal.sentence}"
    return claim.draw_difference(draw) or claim.elimination_difference()


@dataclass(frozen=True)
class _Claim:
    """What a certificate says, as far as a check needs it."""

    data: Mapping[str, Any]
    plan: SamplePlan
    kind: CertificateKind
    levels: Mapping[int, str]
    excluded: frozenset[str]
    seed: str

    @classmethod
    def of(cls, data: object) -> _Claim:
        if not isinstance(data, Mapping) or data.get("certificate") != "draw" or data.get("version") != VERSION:
            raise RuleBroken(NO_CERTIFICATE)
        try:
            if data["algorithm"]["name"] != ALGORITHM:
                raise RuleBroken("The certificate is of a draw by another method.")
            for part in (data["strata"], data["eliminations"]):
                if not isinstance(part, list) or not all(isinstance(entry, Mapping) for entry in part):
                    raise RuleBroken(NO_CERTIFICATE)
            return cls(
                data,
                parse_plan(data["plan"]),
                CertificateKind(data["kind"]),
                {int(rank): str(word) for rank, word in data["frame"]["levels"].items()},
                frozenset(str(reference) for reference in data["exclusions"]["references"]),
                str(data["seed"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            raise RuleBroken(NO_CERTIFICATE) from None

    def plan_difference(self) -> str | None:
        computed = self.plan.fingerprint()
        if computed != self.data.get("plan_fingerprint"):
            return f"The plan's fingerprint is {computed}, not {_short(self.data.get('plan_fingerprint'))}."
        if exclusions_json(self.excluded) != self.data["exclusions"]:
            return "The excluded cases are not those of their fingerprint."
        try:
            check_exclusions(self.plan, self.excluded)
        except RuleBroken as refusal:
            return refusal.sentence
        return None

    def seed_difference(self) -> str | None:
        if self.kind is not CertificateKind.CEREMONY:
            return None
        secret, public = str(self.data.get("secret")), str(self.data.get("public"))
        try:
            bound = commitment(str(self.data["frame"].get("fingerprint")), self.plan.fingerprint(), secret)
            seed = seed_from(secret, public)
        except RuleBroken as refusal:
            return refusal.sentence
        if bound != self.data.get("commitment"):
            certified = _short(self.data.get("commitment"))
            return f"The commitment to this frame, plan and secret is {bound}, not {certified}."
        return None if seed == self.seed else "The seed is not the secret part, a vertical bar and the public part."

    def frame_difference(self, computed: str, rows: int, cases: int) -> str | None:
        frame = self.data["frame"]
        if computed != frame.get("fingerprint"):
            return f"The frame is another one: its fingerprint is {computed}, not {_short(frame.get('fingerprint'))}."
        for what, count in (("rows", rows), ("cases", cases)):
            if frame.get(what) != count:
                return f"The frame has {count:,} {what}, not {_short(frame.get(what))}."
        return None

    def draw_difference(self, draw: Draw) -> str | None:
        if draw.seed != self.seed:
            return f"The seed that is hashed is “{draw.seed}”, which the certificate writes otherwise."
        strata, repeated = self.data["strata"], strata_json(draw)
        names = [stratum["name"] for stratum in repeated]
        if [stratum.get("name") for stratum in strata] != names:
            return f"The strata are {', '.join(names) or 'none'}, in this order; the certificate has others."
        for ours, theirs in zip(repeated, strata, strict=True):
            difference = _stratum_difference(ours, theirs)
            if difference:
                return f"{ours['name']}: {difference}"
        if population_json(draw.population, self.plan) != self.data.get("population"):
            population = count_words(draw.population.case_count, "case")
            return f"The population is {population}; the certificate describes it otherwise."
        return None

    def elimination_difference(self) -> str | None:
        """Whether every eliminated case was in the sample and the next reserve stepped in."""
        sample = {
            stratum["name"]: {case["reference"] for case in stratum["selected"]} for stratum in self.data["strata"]
        }
        waiting = {
            stratum["name"]: deque(case["reference"] for case in stratum["reserves"]) for stratum in self.data["strata"]
        }
        for gone in self.data["eliminations"]:
            stratum, reference = gone.get("stratum"), gone.get("reference")
            if reference not in sample.get(stratum, ()):
                return f"{_short(reference)} was eliminated but is not among the selected cases of {_short(stratum)}."
            following = waiting[stratum].popleft() if waiting[stratum] else None
            if gone.get("replaced_by") != following:
                certified = _short(gone.get("replaced_by"))
                return f"{reference} must be replaced by {following or 'nobody'}, not {certified}."
            sample[stratum] = (sample[stratum] - {reference}) | ({following} if following else set())
        return None


def _stratum_difference(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> str | None:
    for part in ("population", "asked", "shortage"):
        if ours[part] != theirs.get(part):
            return f"{part} is {ours[part]}, not {_short(theirs.get(part))}."
    for part, word in (("selected", "selected case"), ("reserves", "reserve")):
        difference = _case_difference(ours[part], theirs.get(part), word)
        if difference:
            return difference
    return None if ours["chance"] == theirs.get("chance") else f"the chance is {ours['chance']['words']}."


def _case_difference(ours: list[dict[str, Any]], theirs: object, word: str) -> str | None:
    if not isinstance(theirs, list):
        raise RuleBroken(NO_CERTIFICATE)
    for number, (drawn, certified) in enumerate(zip(ours, theirs, strict=False), 1):
        if drawn != certified:
            return f"{word} {number} is {drawn['reference']} with ticket {drawn['ticket']}, not {_case(certified)}."
    if len(ours) != len(theirs):
        return f"there must be {len(ours)} of the kind “{word}”, not {len(theirs)}."
    return None


def _case(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return "what the certificate says"
    return f"{_short(entry.get('reference'))} with ticket {_short(entry.get('ticket'))}"


def _short(value: object) -> str:
    return "nothing" if value is None else str(value)[:100]
