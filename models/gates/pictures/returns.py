"""How did the agencies return what they were asked for in a year?"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, and_, extract, func, select, union_all
from sqlalchemy.orm import Session

from models.audits.case_audits import OPEN as OPEN_AUDITS
from models.audits.case_audits import AuditStatus, CaseAudit
from models.core.addresses import address_by_id
from models.core.clock import london_day_of
from models.gates.pictures.scopes import BoardScope
from models.partnership.agencies import Agency
from models.returns.agency_returns import OPEN as OPEN_RETURNS
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.returns import AgencyReturns, returns_picture

_LEFT_OUT = (AuditStatus.WITHDRAWN, AuditStatus.NOT_KNOWN)


def returns_by_agency(session: Session, scope: BoardScope, on: date) -> Picture:
    """What was due in the year, agency by agency, and how it came in by a day. One statement."""
    every = union_all(*(_counted(each, scope, on) for each in (SelfEvaluation, CaseAudit, Section11Return))).subquery()
    columns = [func.sum(every.c[name]) for name in ("in_time", "late", "overdue", "ahead")]
    statement = (
        select(Agency.id, Agency.name, *columns).join(Agency, Agency.id == every.c.agency_id)
        .group_by(Agency.id, Agency.name).order_by(Agency.name)
    )  # fmt: skip
    agencies = [
        AgencyReturns(name, (int(in_time), int(late), int(overdue), int(ahead)), address_by_id(Agency, key))
        for key, name, in_time, late, overdue, ahead in session.execute(statement)
    ]
    return returns_picture(agencies, scope.year)


def _counted(table: Any, scope: BoardScope, on: date) -> Select[Any]:
    """An agency's returns of one kind by how they came in. Section 11 belongs to no review, so to every scope."""
    is_open = table.status.in_(OPEN_AUDITS if table is CaseAudit else OPEN_RETURNS)
    handed_in_on = london_day_of(table.submitted_at)
    statement = select(
        table.agency_id,
        func.count().filter(~is_open, handed_in_on <= table.due_on).label("in_time"),
        func.count().filter(~is_open, handed_in_on > table.due_on).label("late"),
        func.count().filter(is_open, table.due_on < on).label("overdue"),
        func.count().filter(is_open, table.due_on >= on).label("ahead"),
    ).where(extract("year", table.due_on) == scope.year).group_by(table.agency_id)  # fmt: skip
    if table is CaseAudit:
        statement = statement.where(table.status.not_in(_LEFT_OUT))
    if table is not Section11Return:
        statement = statement.join(ThematicReview, and_(ThematicReview.id == table.review_id, scope.of_kind()))
    return statement if scope.agency_id is None else statement.where(table.agency_id == scope.agency_id)
