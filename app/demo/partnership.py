"""How is an empty portal filled with the demo partnership, once?"""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.demo.agencies import load_agencies
from app.demo.agreements import load_agreements
from app.demo.case_audits import load_case_audits
from app.demo.earlier_plans import load_earlier_plans
from app.demo.feedback_activities import load_feedback_activities
from app.demo.feedback_groups import load_feedback_groups
from app.demo.findings import load_findings, load_readings
from app.demo.gate_waivers import load_gate_waivers
from app.demo.impact_analyses import load_impact_analyses
from app.demo.intelligence import load_intelligence
from app.demo.learning import load_learning
from app.demo.people import load_hubs, load_people, load_priorities, load_saved_views
from app.demo.plans import load_action_counts, load_plan
from app.demo.presentations import load_presentations
from app.demo.recommendation_findings import load_citations
from app.demo.reviews import load_reviews
from app.demo.samples import load_samples
from app.demo.section_11 import load_section_11
from app.demo.self_evaluations import load_self_evaluations
from app.demo.sign_offs import load_sign_offs
from app.demo.surveys import load_surveys
from app.demo.tools import load_tools
from app.demo.words import DEMO_SETTINGS
from models.accounts.passwords import hash_password
from models.audits.case_audits import IN_HAND, CaseAudit
from models.documents.job_requests import JobRequest
from models.partnership.agencies import Agency
from models.partnership.partnership_settings import the_partnership
from models.partnership.people import Person
from models.partnership.portals import become_demo
from models.reviews.thematic_reviews import ThematicReview


def _name(session: Session) -> None:
    """Call the partnership of the demo what it is, unless somebody has named it."""
    partnership = the_partnership(session)
    for name, value in DEMO_SETTINGS.items():
        setattr(partnership, name, getattr(partnership, name) or value)


def load_demo(session: Session, *, today: date, password: str) -> bool:
    """Load the fictitious partnership into a portal that has no people; says whether it did. Dates count from today.

    From then on the portal is on record as the demonstration.
    """
    if not become_demo(session):
        return False
    _name(session)
    agencies = load_agencies(session)
    people = load_people(session, agencies, hash_password(password))
    hubs = load_hubs(session, people, today)
    reviews = load_reviews(session, hubs, people, load_priorities(session, today), today)
    load_tools(session, reviews)
    load_plan(session, reviews[0], agencies, people, today)
    load_earlier_plans(session, reviews, agencies, people, today)
    load_samples(session, reviews, people, today)
    load_agreements(session, agencies, today)
    load_intelligence(session, reviews, agencies, people, today)
    load_self_evaluations(session, reviews, agencies, today)
    load_section_11(session, agencies, people, today)
    load_case_audits(session, reviews, agencies, people, today)
    _load_cycle(session, reviews, agencies, people, today)
    load_saved_views(session, people.values())
    _forget_old_news(session)
    return True


def _forget_old_news(session: Session) -> None:
    """Nobody is told today of an audit that was handed in long ago."""
    in_hand = select(CaseAudit.id).where(CaseAudit.status.in_(IN_HAND))
    audit_id = JobRequest.arguments["audit_id"].as_integer()
    session.execute(delete(JobRequest).where(JobRequest.name == "tell_auditor", audit_id.not_in(in_hand)))


def _load_cycle(
    session: Session, reviews: list[ThematicReview], agencies: dict[str, Agency], people: dict[str, Person], today: date
) -> None:
    """The rest of the cycle, after the returns and audits: signatures, voices, findings, meetings, learning, impact."""
    load_sign_offs(session, reviews, agencies)
    load_feedback_activities(session, reviews, load_feedback_groups(session), today)
    load_surveys(session, reviews, today)
    load_findings(session, reviews)
    load_readings(session, reviews[0], people)
    load_citations(session)
    load_presentations(session, reviews, agencies, today)
    load_learning(session, reviews, agencies, people, today)
    load_impact_analyses(session, reviews, agencies, people, today)
    load_action_counts(session, today)
    load_gate_waivers(session, reviews)
