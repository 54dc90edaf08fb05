"""What does a review still lack before its next stage, in sentences, and may it go on?

Each gate belongs to the stage it stands at the end of. Source: framework, "The reviews" to "Impact analysis", read
stage by stage; appendix 1 for what the sponsor signs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from models.assurance_tools import ToolKind
from models.errors import RuleBroken
from models.gate_waivers import GateWaiver, waivers_of
from models.impact_analyses import open_impact_analysis
from models.learning_products import has_released
from models.presentations import missing_presentations
from models.review_stages import move_to_stage
from models.sign_offs import SignOffSubject
from models.signables import TOOL_SUBJECTS, content_of, stands_signed, tools_of
from models.thematic_reviews import Stage, ThematicReview, next_stage

Check = Callable[[Session, ThematicReview], str]


@dataclass(frozen=True)
class Gate:
    """One thing a stage asks for. `check` gives the sentence of what is missing, empty when nothing is."""

    code: str
    stage: Stage
    check: Check


@dataclass(frozen=True)
class Standing:
    """Where one gate of a review stands: open when nothing is missing or the sponsor has consented."""

    gate: Gate
    missing: str
    waiver: GateWaiver | None

    @property
    def is_open(self) -> bool:
        return not self.missing or (self.waiver is not None and self.waiver.consented_at is not None)


def _focus(session: Session, review: ThematicReview) -> str:
    return "" if review.focus.strip() else "The Board has not set the focus yet."


def _sponsor(session: Session, review: ThematicReview) -> str:
    return "" if review.sponsor_id else "No member of the Board is lead sponsor yet."


def _period(session: Session, review: ThematicReview) -> str:
    has_both = review.period_starts_on and review.period_ends_on
    return "" if has_both else "The period under review has no first and last day yet."


def _signed(subject: SignOffSubject) -> Check:
    def check(session: Session, review: ThematicReview) -> str:
        if not content_of(session, review, subject):
            return f"{subject.label}: nothing is written down yet."
        signed = stands_signed(session, review, subject)
        return "" if signed else f"{subject.label}: the lead sponsor has not signed this as it stands now."

    return check


def _tool_signed(kind: ToolKind) -> Check:
    def check(session: Session, review: ThematicReview) -> str:
        tools = tools_of(session, review.id, kind)
        if not tools:
            return f"{TOOL_SUBJECTS[kind].label}: the review has none yet."
        unsigned = [tool.title for tool in tools if not stands_signed(session, review, TOOL_SUBJECTS[kind], tool)]
        return f"{unsigned[0]}: the lead sponsor has not signed this as it stands now." if unsigned else ""

    return check


def _presented(session: Session, review: ThematicReview) -> str:
    missing = " and the ".join(body.label for body in missing_presentations(session, review.id))
    return f"The findings are still to be presented to the {missing}." if missing else ""


def _learning(session: Session, review: ThematicReview) -> str:
    return "" if has_released(session, review.id) else "No learning product of this review is released yet."


GATES: tuple[Gate, ...] = (
    Gate("focus", Stage.PROPOSED, _focus),
    Gate("sponsor", Stage.PROPOSED, _sponsor),
    Gate("period", Stage.SCOPING, _period),
    Gate("key_lines", Stage.SCOPING, _signed(SignOffSubject.KEY_LINES)),
    Gate("project_team", Stage.SCOPING, _signed(SignOffSubject.PROJECT_TEAM)),
    Gate("invitations", Stage.SCOPING, _signed(SignOffSubject.INVITATIONS)),
    *(Gate(f"{kind.value}_signed", Stage.SCOPING, _tool_signed(kind)) for kind in TOOL_SUBJECTS),
    Gate("presented", Stage.PRESENTATION, _presented),
    Gate("learning", Stage.DISSEMINATION, _learning),
)


def gates_of(session: Session, review: ThematicReview, stage: Stage | None = None) -> list[Standing]:
    """The gates at the end of a stage (by default the review's own), each with what is missing."""
    waivers = waivers_of(session, review.id)
    return [
        Standing(gate, gate.check(session, review), waivers.get(gate.code))
        for gate in GATES
        if gate.stage is (stage or review.stage)
    ]


def missing_of(session: Session, review: ThematicReview) -> list[str]:
    """What keeps a review from its next stage, in sentences."""
    return [one.missing for one in gates_of(session, review) if not one.is_open]


def find_gate(session: Session, review: ThematicReview, code: str) -> Standing:
    """One gate of the review's own stage; refuses a gate that is not at this stage."""
    for one in gates_of(session, review):
        if one.gate.code == code:
            return one
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
