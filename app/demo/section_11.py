"""Which Section 11 cycle does the demo show, with whom in it and who missing?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import agencies as named
from app.demo.answers import answer_sheet
from models.core.clock import LONDON
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import Service
from models.returns.agency_returns import submit_return
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import (
    Section11Return,
    ask_partners,
    moderate_return,
    standards_of,
)
from models.tools.answer_sheets import AnswerSheet
from models.tools.assurance_tools import AssuranceTool, ToolKind

_MODERATED = (named.POLICE, named.HEALTH_BOARD, named.EDUCATION)
_HANDED_IN = (named.CHILDRENS_SOCIAL_CARE, named.PARTNERSHIP_TRUST, named.REFUGE, named.PROBATION)
_BEGUN = (named.ACUTE_TRUST,)
_REASONS = ("Seen in the evidence.", "The policy is there; that staff know it is not shown yet.", "As at the visit.")


def load_section_11(session: Session, agencies: dict[str, Agency], people: dict[str, Person], today: date) -> None:
    """One open cycle of the bank's tool: some moderated, some handed in, others missing."""
    in_bank = select(AssuranceTool).where(AssuranceTool.kind == ToolKind.SECTION_11)
    tool = session.scalars(in_bank.order_by(AssuranceTool.id).limit(1)).one()
    opens_on = today - timedelta(days=40)
    cycle = Section11Cycle(
        title=f"Section 11, children, {opens_on.year} to {opens_on.year + 2}",
        covers=Service.CHILDREN,
        tool_id=tool.id,
        opens_on=opens_on,
        due_on=today + timedelta(days=20),
    )
    session.add(cycle)
    session.flush()
    returns = {record.agency_id: record for record in ask_partners(session, cycle, person_id=people["officer"].id)}
    cycle.opened_at = datetime.combine(opens_on, time(9), tzinfo=LONDON)
    for seed, name in enumerate((*_MODERATED, *_HANDED_IN)):
        record = returns[agencies[name].id]
        _fill(session, record, seed, today, 1.0)
        submit_return(session, record, person_id=people["officer"].id)
        if name in _MODERATED:
            _moderate(session, record, people["officer"].id)
    for name in _BEGUN:
        _fill(session, returns[agencies[name].id], 5, today, 0.3)


def _fill(session: Session, record: Section11Return, seed: int, today: date, share: float) -> None:
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    answer_sheet(session, sheet, seed=seed, today=today, person_id=None, share=share)


def _moderate(session: Session, record: Section11Return, officer_id: int) -> None:
    """Every third standard is scored one lower than the partner scored itself."""
    scores = {
        standard.key: (max(standard.own - (place % 3 == 1), 0), _REASONS[place % 3])
        for place, standard in enumerate(standards_of(session, record))
        if standard.own is not None
    }
    moderate_return(session, record, scores, person_id=officer_id)
