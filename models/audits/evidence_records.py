"""Which record shows each piece of evidence where it was written?"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audits.case_audits import CaseAudit
from models.evidence.gathered_evidence import Evidence
from models.returns.self_evaluations import SelfEvaluation
from models.tools.answer_sheets import SheetAnswer

_ANSWERS = "sheet_answers:"


def records_behind(session: Session, items: Iterable[Evidence]) -> dict[str, str]:
    """For each origin, the record that people open to read it: for an answer, its self-evaluation or case audit.

    Other origins name their record themselves, so they are returned as they are.
    """
    origins = [item.origin for item in items]
    keys = [int(origin.removeprefix(_ANSWERS)) for origin in origins if origin.startswith(_ANSWERS)]
    records = {origin: origin for origin in origins}
    for noun in (SelfEvaluation, CaseAudit):
        rows = session.execute(
            select(SheetAnswer.id, noun.id)
            .join(noun, noun.sheet_id == SheetAnswer.sheet_id)
            .where(SheetAnswer.id.in_(keys))
        )
        records |= {f"{_ANSWERS}{answer}": f"{noun.__tablename__}:{key}" for answer, key in rows}
    return records
