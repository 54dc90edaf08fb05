"""In which record can each piece of evidence be read where it stands?"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audits import CaseAudit
from models.evidence.triangulations import Evidence
from models.returns.self_evaluations import SelfEvaluation
from models.tools.answer_sheets import SheetAnswer

_ANSWERS = "sheet_answers:"


def records_behind(session: Session, found: Iterable[Evidence]) -> dict[str, str]:
    """For each origin the record that people open: an answer is read in its self-evaluation or case audit.

    Other origins name their record themselves, so they are given back as they are.
    """
    origins = [one.origin for one in found]
    keys = [int(one.removeprefix(_ANSWERS)) for one in origins if one.startswith(_ANSWERS)]
    made = {one: one for one in origins}
    for noun in (SelfEvaluation, CaseAudit):
        rows = session.execute(
            select(SheetAnswer.id, noun.id)
            .join(noun, noun.sheet_id == SheetAnswer.sheet_id)
            .where(SheetAnswer.id.in_(keys))
        )
        made |= {f"{_ANSWERS}{answer}": f"{noun.__tablename__}:{key}" for answer, key in rows}
    return made
