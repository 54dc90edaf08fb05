"""How far does each agency meet each Section 11 standard, and what changed since the last round?"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import extract, select
from sqlalchemy.orm import Session

from models.core.addresses import list_address
from models.gates.pictures.scopes import BoardScope
from models.partnership.agencies import Agency
from models.partnership.hubs import HubKind
from models.partnership.reference_items import Service
from models.returns.section_11_cycles import Section11Cycle
from models.returns.section_11_returns import Section11Return, Section11Score
from models.rules.documents.pictures import Picture
from models.rules.gates.pictures.standards import ModeratedScore, standards_picture
from models.rules.returns.section_11 import standards
from models.tools.tool_versions import ToolVersion

_COVERS = {HubKind.CHILDREN: (Service.CHILDREN, Service.BOTH), HubKind.ADULTS: (Service.ADULTS, Service.BOTH)}


def section_11_standards(session: Session, scope: BoardScope) -> Picture:
    """The moderated scores of the latest round up to the year beside those of the round before. Two statements."""
    rounds = _rounds(session, scope)
    if not rounds:
        return standards_picture("", "", (), (), (), "")
    (latest, version), *earlier = rounds
    before = earlier[0][0] if earlier else None
    asked = [(standard.key, standard.text) for standard in standards(version.questionnaire)]
    scores = _scores(session, [cycle.id for cycle, _ in rounds], scope)
    return standards_picture(
        str(latest), "" if before is None else str(before), asked, scores.get(latest.id, ()),
        () if before is None else scores.get(before.id, ()), list_address(Section11Return, cycle_id=latest.id),
    )  # fmt: skip


def _rounds(session: Session, scope: BoardScope) -> Sequence[tuple[Section11Cycle, ToolVersion]]:
    """The latest round that was opened by the end of the year, and the one before it that covers the same."""
    statement = (
        select(Section11Cycle, ToolVersion)
        .join(ToolVersion, ToolVersion.id == Section11Cycle.version_id)
        .where(extract("year", Section11Cycle.opens_on) <= scope.year)
        .order_by(Section11Cycle.opens_on.desc(), Section11Cycle.id.desc())
    )
    if scope.kind in _COVERS:
        statement = statement.where(Section11Cycle.covers.in_(_COVERS[scope.kind]))
    rounds = [(cycle, version) for cycle, version in session.execute(statement.limit(6))]
    return [pair for pair in rounds if pair[0].covers == rounds[0][0].covers][:2]


def _scores(session: Session, cycles: Sequence[int], scope: BoardScope) -> dict[int, list[ModeratedScore]]:
    statement = (
        select(Section11Return.cycle_id, Agency.name, Section11Score.question_key, Section11Score.score)
        .join(Section11Return, Section11Return.id == Section11Score.return_id)
        .join(Agency, Agency.id == Section11Return.agency_id)
        .where(Section11Return.cycle_id.in_(cycles))
        .order_by(Agency.name, Section11Score.id)
    )
    if scope.agency_id is not None:
        statement = statement.where(Section11Return.agency_id == scope.agency_id)
    scores: dict[int, list[ModeratedScore]] = {}
    for cycle_id, agency, key, score in session.execute(statement):
        scores.setdefault(cycle_id, []).append(ModeratedScore(agency, key, score))
    return scores
