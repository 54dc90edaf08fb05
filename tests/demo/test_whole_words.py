"""Does every word and every reference of the demo's documents stand on paper in one piece?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.documents.documents import printed
from jobs.pdf.paper.letterhead import Stationery
from jobs.pdf.sampling import sample_certificates
from models.audits.case_audits import CaseAudit
from models.core.clock import today
from models.learning.briefings import Briefing
from models.plans.action_plans import ActionPlan
from models.plans.impact_analyses import ImpactAnalysis
from models.returns.escalations import Escalation
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.papers import Occasion
from models.rules.sampling.sample_certificate_paper import certificate_paper
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_certificates import certificate_facts
from tests.pdf.pdf_kit import broken_words, texts_of

OCCASION = Occasion(today(), "Demo Partnership", "A reader")
ORDINARY = 40
"""Letters: longer words are no words, but fingerprints and the like."""

OF = {
    "action plan": ("plan_pdf", "plan_id", ActionPlan.id),
    "plan summary": ("plan_summary", "plan_id", ActionPlan.id),
    "review report": ("review_report", "review_id", ThematicReview.id),
    "triangulation": ("triangulation_matrix", "review_id", ThematicReview.id),
    "moderated result": ("moderated_result", "case_id", CaseAudit.sample_case_id),
    "case audit": ("case_audit", "record_id", CaseAudit.id),
    "blank case audit": ("case_audit_blank", "record_id", CaseAudit.id),
    "self-evaluation": ("self_evaluation", "record_id", SelfEvaluation.id),
    "blank self-evaluation": ("self_evaluation_blank", "record_id", SelfEvaluation.id),
    "Section 11 return": ("section_11_return", "record_id", Section11Return.id),
    "blank Section 11 return": ("section_11_return_blank", "record_id", Section11Return.id),
    "impact analysis": ("impact_analysis", "analysis_id", ImpactAnalysis.id),
    "briefing": ("briefing", "briefing_id", Briefing.id),
    "letter": ("non_engagement_letter", "escalation_id", Escalation.id),
}
"""Each document: its name, the argument that says about which record, and the records of the demo."""

MOST = 3
"""So many records of each kind are drawn, the last ones: they are the fullest."""


def _broken(paper: Any, content: bytes) -> list[str]:
    """Words of the paper that end one line and begin the next."""
    words = {word for text in texts_of(paper.blocks) for word in text.split() if len(word) <= ORDINARY}
    return sorted(words & broken_words(content))


def _papers(session: Session, name: str, argument: str, column: Any) -> Iterator[tuple[Any, bytes]]:
    document = printed(name)
    numbers = session.scalars(select(column).where(column.is_not(None)).distinct().order_by(column.desc()).limit(MOST))
    for number in numbers.all():
        facts = document.facts(session, OCCASION, **{argument: number})
        yield document.paper(facts), document.drawn(facts, Stationery())


@pytest.mark.parametrize("what", OF)
def test_no_word_and_no_reference_is_broken_on_paper(session: Session, what: str) -> None:
    drawn = list(_papers(session, *OF[what]))
    assert drawn
    for paper, content in drawn:
        assert _broken(paper, content) == [], paper.reference


def test_no_word_is_broken_in_the_board_pack_of_the_year(session: Session) -> None:
    document = printed("board_pack")
    facts = document.facts(session, OCCASION, body="board", meets_on=today().isoformat())
    assert _broken(document.paper(facts), document.drawn(facts, Stationery())) == []


def test_no_case_reference_is_broken_on_a_certificate(session: Session) -> None:
    drawn = select(AuditSample.id).where(AuditSample.status == SampleStatus.DRAWN)
    for number in session.scalars(drawn.order_by(AuditSample.id)).all():
        facts = certificate_facts(session, OCCASION, sample_id=number)
        assert _broken(certificate_paper(facts), sample_certificates.build(facts)) == [], number
