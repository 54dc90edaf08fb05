"""What does a review still lack before its next stage, in sentences, and may it go on?

Each gate belongs to the stage it stands at the end of; models/gates/gate_checks.py has them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.core.errors import RuleBroken
from models.core.reading_once import Fact, tell_at_once, together
from models.gates.gate_checks import ASKED, GATES, UNSIGNED, Gate
from models.gates.gate_waivers import GateWaiver, has_waivers, waivers_of
from models.plans.impact_analyses import open_impact_analysis
from models.reviews.review_stages import move_to_stage
from models.reviews.thematic_reviews import Stage, ThematicReview, next_stage


@dataclass(frozen=True)
class Standing:
    """Where one gate of a review stands: open when nothing is missing or the sponsor has consented."""

    gate: Gate
    missing: str
    waiver: GateWaiver | None
    has_begun: bool = True

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing of something that has begun: all of none is not done."""
        return not self.missing and self.has_begun

    @property
    def lacks_only_signature(self) -> bool:
        """Whether all that is missing is the lead sponsor's signature under something written."""
        return self.missing.endswith(UNSIGNED)

    @property
    def is_open(self) -> bool:
        return not self.missing or (self.waiver is not None and self.waiver.consented_at is not None)


def gates_of(session: Session, review: ThematicReview, stage: Stage | None = None) -> list[Standing]:
    """The gates at the end of a stage (by default the review's own), each with what is missing."""
    return standings_of(session, [(review, stage or review.stage)])[review.id]


def standings_of(session: Session, asked: Sequence[tuple[ThematicReview, Stage]]) -> dict[int, list[Standing]]:
    """The same of several stages and reviews, by the reviews' ids, in as many statements as for one of each stage."""
    standings: dict[int, list[Standing]] = {review.id: [] for review, _ in asked}
    with together(session, standings):
        _ask(session, asked)
        for stage in Stage:
            reviews = [review for review, its_stage in asked if its_stage is stage]
            with together(session, (review.id for review in reviews)):
                for review in reviews:
                    standings[review.id] += _standings(session, review, stage)
    return standings


def _ask(session: Session, asked: Sequence[tuple[ThematicReview, Stage]]) -> None:
    """Have told at once what the gates ask: of all reviews their waivers, of those of a stage what its gates need.

    In the order of the stages, so that the same stages are always the same statement.
    """
    reviews_of: dict[Fact[Any], set[int]] = defaultdict(set)
    for review, stage in sorted(asked, key=lambda pair: pair[1].number):
        for fact in (has_waivers, *ASKED.get(stage, ())):
            reviews_of[fact].add(review.id)
    tell_at_once(session, reviews_of)
    for review, _ in asked:
        waivers_of(session, review.id)  # of all that have any


def _standings(session: Session, review: ThematicReview, stage: Stage) -> list[Standing]:
    waivers = waivers_of(session, review.id)
    return [
        Standing(gate, gate.check(session, review), waivers.get(gate.code), gate.has_begun(session, review))
        for gate in GATES
        if gate.stage is stage
    ]


def missing_of(session: Session, review: ThematicReview) -> list[str]:
    """What keeps a review from its next stage, in sentences."""
    return missing_of_all(session, [review])[review.id]


def missing_of_all(session: Session, reviews: Sequence[ThematicReview]) -> dict[int, list[str]]:
    """The same of several reviews, by their ids."""
    standings = standings_of(session, [(review, review.stage) for review in reviews])
    return {key: [each.missing for each in of_review if not each.is_open] for key, of_review in standings.items()}


def find_gate(session: Session, review: ThematicReview, code: str) -> Standing:
    """One gate of the review's own stage; refuses a gate that is not at this stage."""
    for standing in gates_of(session, review):
        if standing.gate.code == code:
            return standing
    raise RuleBroken("This gate is not at the review's present stage.")


def pass_gates(session: Session, review: ThematicReview, *, on: date) -> Stage:
    """Take a review to its next stage; completing it opens its impact analysis, due 12 months later.

    Refuses while a gate is shut, with the first sentence of what is missing.
    """
    stage = next_stage(review.stage)
    if stage is None:
        raise RuleBroken("The review is closed.")
    missing = missing_of(session, review)
    if missing:
        more = f" ({len(missing) - 1} more)" if missing[1:] else ""
        raise RuleBroken(f"The review cannot go on to {stage.label.lower()} yet. {missing[0]}{more}")
    move_to_stage(session, review, stage, on=on)
    if stage is Stage.COMPLETED:
        open_impact_analysis(session, review, completed_on=on)
    return stage
