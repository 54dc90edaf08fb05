"""What does the certificate of a draw say on paper, so that a stranger can repeat the draw from it?"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cached_property

from models.rules.core.counts import count_words


@dataclass(frozen=True, slots=True)
class ReportedCase:
    """A drawn case: `standing` is a word such as Selected, Reserve, Eliminated."""

    reference: str
    ticket: str
    standing: str


@dataclass(frozen=True, slots=True)
class ReportedStratum:
    """One stratum: how many cases it held, how many the plan asked for, and its cases in ticket order."""

    name: str
    population: int
    asked: int
    selected: tuple[ReportedCase, ...]
    reserves: tuple[ReportedCase, ...]

    @property
    def shortage(self) -> int:
        """How many of the cases asked for the stratum could not give."""
        return max(0, self.asked - len(self.selected))

    @property
    def chance(self) -> str:
        """Each case's chance of being selected within the stratum, as n in N.

        >>> ReportedStratum("Early Help", 40, 1, (ReportedCase("A-1", "0.12", "Selected"),), ()).chance
        '1 in 40 (2.5%)'
        """
        if not self.population:
            return "–"
        number = len(self.selected)
        return f"{number:,} in {self.population:,} ({100 * number / self.population:.1f}%)"


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
    excluded_count: int = 0
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
        """Selected cases of all strata, as first drawn."""
        return sum(len(stratum.selected) for stratum in self.strata)

    @property
    def unnamed_count(self) -> int:
        """Cases on the list of those kept out that are none of this frame, and so are not named on paper."""
        return max(0, self.excluded_count - len(self.excluded))

    @property
    def reserve_count(self) -> int:
        """Reserves of all strata, as first drawn."""
        return sum(len(stratum.reserves) for stratum in self.strata)

    @property
    def population_count(self) -> int:
        """Cases that could have been drawn."""
        return sum(stratum.population for stratum in self.strata)

    @property
    def sentence(self) -> str:
        """The outcome in one sentence.

        >>> facts = {"partnership": "P", "reference": "AS-1", "title": "T", "made_on": date(2026, 1, 1)}
        >>> CertificateReport(**facts, strata=()).sentence
        'Of 0 cases in 0 strata, 0 were selected and 0 stand in reserve.'
        """
        strata = count_words(len(self.strata), "stratum", "strata")
        return (
            f"Of {count_words(self.population_count, 'case')} in {strata}, "
            f"{count_words(self.selected_count, 'was', 'were')} selected and "
            f"{count_words(self.reserve_count, 'stands', 'stand')} in reserve."
        )

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 (64 hex digits) of all facts as JSON: sorted keys, no blanks, UTF-8."""
        text = json.dumps(asdict(self), default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
