"""What must a draw certificate say so that anybody can repeat the draw without the portal?

The certificate is one JSON object; the printed one shows the same. Its parts:

- `certificate` "draw", `version` 1, `reference`, `title`, `review`, `algorithm` {name, words}, `software` {name,
version} - `frame` {reference, fingerprint, rows, cases, levels {rank: word}, frozen_at, read_as {how the file was
read}} - `plan` (as `SamplePlan.as_json`), `plan_fingerprint`, `exclusions` {count, fingerprint, references} - `kind`
"ceremony" (commit, then reveal), "quick" (seed by the system) or "typed", with `kind_words`;
  `commitment`, `secret`, `public` (null but in a ceremony), `seed`
- `population` {cases, excluded, undated_rows, in_several_strata, notes}
- `strata` [{name, population, asked, shortage, chance {selected, population, words}, selected, reserves}], the last two
  lists of {position, reference, ticket}; positions count on from the selected to the reserves
- `eliminations` [{stratum, reference, reason, proposed_by, approved_by, approved_at, replaced_by}] in their order -
`people` {officer, witness}, `times` {locked_at, committed_at, revealed_at, drawn_at} as ISO 8601 in UTC,
`how_to_check`
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from models.core.choices import Choice
from models.rules.sampling.draws import Draw, DrawnCase, DrawnStratum
from models.rules.sampling.populations import Population
from models.rules.sampling.sample_plans import SamplePlan, exclude

VERSION = 1
ALGORITHM = "consistent sampler (Rivest), first-generation tickets, without replacement"
ALGORITHM_WORDS = (
    "Every case reference gets a ticket: write the SHA-256 of the seed as 64 hexadecimal digits and the reference"
    " directly after it; take the SHA-256 of that text as a whole number; write its decimal digits, at least 64 of"
    " them, backwards behind “0.”. All texts are in UTF-8.",
    "In each stratum the cases with the lowest tickets are selected; the next ones are the reserves, in order.",
    "A case is in the population when any of its rows meets the plan's themes and time frame. It counts once: in its"
    " highest level among those rows, or under the first of its themes or agencies in alphabetical order.",
    "Tickets are shown with nine digits after any leading nines, cut and not rounded.",
)


class CertificateKind(Choice):
    """Where the seed came from; the meaning is what the certificate says about it."""

    CEREMONY = "ceremony", "", "The portal bound itself to its secret part before the public part was made aloud."
    QUICK = (
        "quick", "",
        "Quick draw by one person with a seed from the system: nobody else took part in making the seed.",
    )  # fmt: skip
    TYPED = "typed", "", "Draw by one person with a seed that this person typed."


@dataclass(frozen=True)
class Elimination:
    """A drawn case that was taken out with a reason and a second person, and the reserve that stepped in."""

    stratum: str
    reference: str
    reason: str
    proposed_by: str
    approved_by: str
    approved_at: datetime
    replaced_by: str | None


@dataclass(frozen=True)
class FrameRecord:
    """The certificate's words on the frozen frame. `levels`: its words by rank; `read_as`: how its file was read."""

    reference: str
    fingerprint: str
    row_count: int
    case_count: int
    levels: Mapping[int, str]
    frozen_at: datetime
    read_as: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Occasion:
    """Who drew what, when, and from which parts the seed was made; the caller knows these, the rules do not."""

    reference: str
    title: str
    review: str
    kind: CertificateKind
    officer: str
    witness: str
    drawn_at: datetime
    locked_at: datetime | None = None
    committed_at: datetime | None = None
    revealed_at: datetime | None = None
    commitment: str | None = None
    secret: str | None = None
    public: str | None = None
    software_version: str = ""


def make_certificate(
    occasion: Occasion,
    frame: FrameRecord,
    plan: SamplePlan,
    draw: Draw,
    *,
    excluded: Collection[str] = (),
    eliminations: Sequence[Elimination] = (),
) -> dict[str, Any]:
    """The certificate as plain JSON data; the same facts always give the same data."""
    return {
        "certificate": "draw",
        "version": VERSION,
        "reference": occasion.reference,
        "title": occasion.title,
        "review": occasion.review,
        "algorithm": {"name": ALGORITHM, "words": list(ALGORITHM_WORDS)},
        "software": {"name": "Triangulate", "version": occasion.software_version},
        "frame": _frame_json(frame),
        "plan": plan.as_json(),
        "plan_fingerprint": plan.fingerprint(),
        "exclusions": exclusions_json(excluded),
        "kind": occasion.kind.value,
        "kind_words": occasion.kind.meaning,
        "commitment": occasion.commitment,
        "secret": occasion.secret,
        "public": occasion.public,
        "seed": draw.seed,
        "population": population_json(draw.population, plan),
        "strata": strata_json(draw),
        "eliminations": eliminations_json(eliminations),
        "people": {"officer": occasion.officer, "witness": occasion.witness},
        "times": {
            name: _moment(getattr(occasion, name)) for name in ("locked_at", "committed_at", "revealed_at", "drawn_at")
        },
        "how_to_check": how_to_check(occasion.kind),
    }


def strata_json(draw: Draw) -> list[dict[str, Any]]:
    """The strata of a draw as the certificate and the command line show them."""
    return [_stratum_json(stratum) for stratum in draw.strata]


def population_json(population: Population, plan: SamplePlan) -> dict[str, Any]:
    """The counts of the population and what they leave out."""
    return {
        "cases": population.case_count,
        "excluded": population.excluded_count,
        "undated_rows": population.undated_row_count,
        "in_several_strata": population.several_strata_count,
        "notes": population.sentences(plan.strata),
    }


def exclusions_json(excluded: Collection[str]) -> dict[str, Any]:
    """The excluded references in order, with their fingerprint, so that a stranger can leave them out too.

    >>> exclusions_json({"B-2", "A-1"})["references"]
    ['A-1', 'B-2']
    """
    kept_out = exclude(excluded, months=0)
    return {"count": kept_out.count, "fingerprint": kept_out.fingerprint, "references": sorted(set(excluded))}


def eliminations_json(eliminations: Sequence[Elimination]) -> list[dict[str, Any]]:
    """The eliminations in their order, as the certificate shows them."""
    return [{**asdict(elimination), "approved_at": _moment(elimination.approved_at)} for elimination in eliminations]


def how_to_check(kind: CertificateKind) -> list[str]:
    """What a stranger does to repeat the draw, step by step."""
    bound = (
        "The commitment is the SHA-256 of three lines, each ended by a line feed: the frame's fingerprint, the plan's"
        " fingerprint, the secret part: printf '%s\\n%s\\n%s\\n' FRAME PLAN SECRET | sha256sum. The seed is the secret"
        " part, a vertical bar and the public part."
    )
    return [
        "The frame's fingerprint is the SHA-256 of its rows as lines (reference, level, theme, start, end, agency,"
        " joined by tabs), sorted by bytes, each ended by a line feed: LC_ALL=C sort LINES | sha256sum.",
        "The plan's fingerprint is the SHA-256 of the plan as JSON with sorted keys and no blanks between its parts.",
        *([bound] if kind is CertificateKind.CEREMONY else []),
        "Give the references of a stratum and the seed to the independent package consistent-sampler, version 1.0.10:"
        " sampler(references, seed=SEED, take=N) lists the selected cases and then the reserves, with their tickets.",
        "Or let the portal do all of it: flask --app wsgi samples check CERTIFICATE.json, or its page “Check a draw”.",
    ]


def _frame_json(frame: FrameRecord) -> dict[str, Any]:
    return {
        "reference": frame.reference,
        "fingerprint": frame.fingerprint,
        "rows": frame.row_count,
        "cases": frame.case_count,
        "levels": {str(rank): word for rank, word in sorted(frame.levels.items())},
        "frozen_at": _moment(frame.frozen_at),
        "read_as": dict(frame.read_as),
    }


def _stratum_json(stratum: DrawnStratum) -> dict[str, Any]:
    drawn = len(stratum.selected)
    return {
        "name": stratum.name,
        "population": stratum.population,
        "asked": stratum.asked,
        "shortage": stratum.shortage,
        "chance": {
            "selected": drawn,
            "population": stratum.population,
            "words": f"{drawn} in {stratum.population:,}" if stratum.population else "no cases",
        },
        "selected": _cases_json(stratum.selected, 1),
        "reserves": _cases_json(stratum.reserves, drawn + 1),
    }


def _cases_json(cases: Sequence[DrawnCase], first: int) -> list[dict[str, Any]]:
    return [
        {"position": position, "reference": case.reference, "ticket": case.ticket}
        for position, case in enumerate(cases, first)
    ]


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")
