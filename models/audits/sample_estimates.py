"""What came of the strata of a drawn sample, and what may be said of all cases of its frame?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.audits.moderations import Moderation
from models.partnership.reference_items import ReferenceItem
from models.reviews.thematic_reviews import ThematicReview
from models.rules.audits.sample_estimates import (
    GOOD,
    NO_GRADE,
    change_picture,
    estimate_picture,
    no_change,
    no_estimate,
)
from models.rules.documents.pictures import Picture
from models.rules.sampling.estimates import StratumResult
from models.rules.sampling.sample_sizes import Earlier
from models.sampling.audit_samples import AuditSample, DrawKind, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase


def estimates_of(session: Session, samples: Sequence[AuditSample], *, hides_few: bool = False) -> dict[int, Picture]:
    """The picture of each drawn sample, by its id, or why there is none; two statements for all of them."""
    drawn = [sample for sample in samples if sample.drawn_at is not None]
    refused = {sample.id: no_estimate(reason) for sample in drawn if (reason := refusal_of(sample))}
    results = stratum_results(session, [sample.id for sample in drawn if sample.id not in refused])
    return refused | {key: estimate_picture(strata, hides_few=hides_few) for key, strata in results.items()}


def change_of(session: Session, first: AuditSample, second: AuditSample) -> Picture:
    """The change among all cases between two draws, or why nothing may be said of it; at most two statements."""
    refused = next((reason for sample in (first, second) if (reason := refusal_of(sample))), "")
    if refused:
        return no_change(refused)
    results = stratum_results(session, [first.id, second.id])
    return change_picture(results.get(first.id, []), results.get(second.id, []))


def refusal_of(sample: AuditSample) -> str:
    """Why nothing may be said of all cases, as the rules name it; empty for a draw before witnesses that stands."""
    if sample.status is SampleStatus.VOID:
        return "void"
    return "" if sample.kind is DrawKind.CEREMONY else sample.kind.value


def stratum_results(session: Session, sample_ids: Sequence[int]) -> dict[int, list[StratumResult]]:
    """What came of each stratum, by sample, in the order of the draw; samples whose cases are erased are left out.

    A case that was eliminated was drawn as well: it counts as one without a grade, and so does the reserve that stepped
    in until it is moderated.
    """
    if not sample_ids:
        return {}
    strata = session.execute(select(AuditSample.id, *strata_columns()).where(AuditSample.id.in_(sample_ids)))
    return results_of(session, {key: list(zip(names, sizes, strict=True)) for key, names, sizes in strata})


def strata_columns() -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The names of a sample's strata and how many cases each has, for whoever reads samples anyway."""
    return _of_strata("name"), _of_strata("population")


def results_of(session: Session, strata: Mapping[int, Sequence[tuple[str, int]]]) -> dict[int, list[StratumResult]]:
    """The same of strata that were read already, by sample, each with its name and cases; one statement."""
    counts = _counts(session, list(strata)) if strata else {}
    there = {sample_id for sample_id, _ in counts}
    return {
        key: [_result(name, population, counts.get((key, name), Counter())) for name, population in parts]
        for key, parts in strata.items()
        if parts and key in there
    }


def earlier_grades(session: Session, review_id: int | None, strata: str) -> dict[str, Earlier]:
    """The grades of the strata in the latest moderated draw, divided by the same, for a review of the same kind; none
    for a sample without a review. At most three statements.
    """
    graded = _graded(AuditSample.id, review_id).where(AuditSample.plan["strata"].astext == strata)
    last = session.scalar(graded.order_by(AuditSample.drawn_at.desc(), AuditSample.id.desc()).limit(1))
    results = stratum_results(session, [last]) if last is not None else {}
    return {each.name: Earlier(each.good, each.graded) for strata in results.values() for each in strata if each.graded}


def graded_divisions(session: Session, review_id: int | None) -> set[str]:
    """By what the moderated draws for reviews of the same kind are divided: `level`, `theme`, `agency`. A statement."""
    return set(session.scalars(_graded(AuditSample.plan["strata"].astext, review_id).distinct()))


def _graded(column: ColumnElement[Any] | InstrumentedAttribute[Any], review_id: int | None) -> Select[Any]:
    """A column of the draws that stand, have a moderated case, and are for a review of the same kind as this one."""
    kind = select(ThematicReview.kind).where(ThematicReview.id == review_id).scalar_subquery()
    return (
        select(column)
        .join(SampleCase, SampleCase.sample_id == AuditSample.id)
        .join(Moderation, Moderation.sample_case_id == SampleCase.id)
        .join(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .where(AuditSample.status == SampleStatus.DRAWN, ThematicReview.kind == kind)
    )


def _of_strata(part: str) -> ColumnElement[Any]:
    """One part of every stratum of the certificate, which holds the references of the cases as well."""
    path = cast(f"$.strata[*].{part}", JSONPATH)
    return func.jsonb_path_query_array(AuditSample.certificate, path, type_=JSONB)


def _counts(session: Session, sample_ids: Sequence[int]) -> dict[tuple[int, str], Counter[str]]:
    """Drawn cases of each stratum by the code of their grade; "" for those without one."""
    code = func.coalesce(ReferenceItem.code, "")
    rows = session.execute(
        select(SampleCase.sample_id, SampleCase.stratum, SampleCase.status, code, func.count())
        .outerjoin(Moderation, Moderation.sample_case_id == SampleCase.id)
        .outerjoin(ReferenceItem, ReferenceItem.id == Moderation.grade_id)
        .where(SampleCase.sample_id.in_(sample_ids), SampleCase.status != CaseStatus.RESERVE)
        .group_by(SampleCase.sample_id, SampleCase.stratum, SampleCase.status, code)
    )
    counts: dict[tuple[int, str], Counter[str]] = {}
    for sample_id, stratum, status, grade, count in rows:
        counted = "" if status is CaseStatus.ELIMINATED else grade
        counts.setdefault((sample_id, stratum), Counter())[counted] += count
    return counts


def _result(name: str, population: int, counts: Counter[str]) -> StratumResult:
    good = sum(counts[code] for code in GOOD)
    unknown = sum(counts[code] for code in ("", *NO_GRADE))
    return StratumResult(name, population, good, counts.total() - good - unknown, unknown)
