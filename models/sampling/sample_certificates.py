"""What does a sample's certificate say today, and does a draw repeat from its frame?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.case_lists.case_frames import CaseFrame, refuse_erased
from models.case_lists.frame_rows import read_rows, references_in
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem
from models.reviews.thematic_reviews import review_words
from models.rules.documents.papers import Occasion as Today
from models.rules.sampling.draws import Draw
from models.rules.sampling.sample_certificate_checks import check_draw
from models.rules.sampling.sample_certificate_report import CertificateReport
from models.rules.sampling.sample_certificate_words import report_of_certificate
from models.rules.sampling.sample_certificates import (
    CertificateKind,
    Elimination,
    FrameRecord,
    Occasion,
    eliminations_json,
    make_certificate,
)
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import AuditSample, DrawKind, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase

VERSION = "0.1.0"
"""The portal's version, as pyproject.toml states it (a test compares them)."""


def write_certificate(session: Session, sample: AuditSample, frame: CaseFrame, draw: Draw) -> dict[str, Any]:
    """The certificate of a draw as it was made, kept with the sample for good."""
    officer = session.get(Person, sample.requested_by_id) if sample.requested_by_id else None
    is_ceremony = sample.kind is DrawKind.CEREMONY
    occasion = Occasion(
        reference=sample.reference,
        title=sample.title,
        review=review_words(session, sample.review_id),
        kind=CertificateKind(sample.kind.value),
        officer=officer.name if officer else "Command line",
        witness=sample.witness,
        drawn_at=_given(sample.drawn_at),
        locked_at=sample.committed_at,
        committed_at=sample.committed_at,
        revealed_at=sample.revealed_at,
        commitment=sample.commitment,
        secret=sample.secret_part if is_ceremony else None,
        public=sample.public_part,
        software_version=VERSION,
    )
    sample.certificate = make_certificate(
        occasion, _frame_record(frame), parse_plan(sample.plan), draw, excluded=sample.excluded
    )
    session.flush()
    return sample.certificate


def current_certificate(session: Session, sample: AuditSample) -> dict[str, Any]:
    """The certificate with every elimination so far, in the order of their approval. Refuses a sample not yet drawn."""
    if sample.certificate is None:
        raise RuleBroken("There is no certificate before the draw.")
    eliminated, successor = aliased(SampleCase), aliased(SampleCase)
    proposer, approver = aliased(Person), aliased(Person)
    rows = session.execute(
        select(eliminated, ReferenceItem.label, proposer.name, approver.name, successor.reference)
        .join(ReferenceItem, ReferenceItem.id == eliminated.reason_id)
        .join(proposer, proposer.id == eliminated.proposed_by_id)
        .join(approver, approver.id == eliminated.approved_by_id)
        .outerjoin(successor, successor.replaces_id == eliminated.id)
        .where(eliminated.sample_id == sample.id, eliminated.status == CaseStatus.ELIMINATED)
        .order_by(eliminated.approved_at, eliminated.id)
    )
    eliminations = [
        Elimination(case.stratum, case.reference, reason, by, approved_by, _given(case.approved_at), replaced_by)
        for case, reason, by, approved_by, replaced_by in rows
    ]
    voided = {"void": {"reason": sample.void_reason}} if sample.status is SampleStatus.VOID else {}
    return {**sample.certificate, "eliminations": eliminations_json(eliminations), **voided}


def frame_of(session: Session, certificate: Mapping[str, Any]) -> CaseFrame:
    """The frozen frame that a certificate is about, found by its fingerprint. Refuses one the portal does not have."""
    claimed = certificate.get("frame")
    fingerprint = claimed.get("fingerprint") if isinstance(claimed, Mapping) else None
    frame = session.scalars(
        select(CaseFrame).where(CaseFrame.fingerprint == str(fingerprint)).order_by(CaseFrame.id).limit(1)
    ).first()
    if frame is None or not fingerprint:
        raise RuleBroken("No frame of this portal has the certificate's fingerprint; give the frame's file instead.")
    return frame


def certificate_facts(session: Session, occasion: Today, *, sample_id: int) -> CertificateReport:
    """What the printed certificate of a drawn sample says today. Refuses a sample not yet drawn.

    Draws of an earlier day kept out cases of any list; of these, only cases of the sample's own frame are printed.
    """
    sample = session.get_one(AuditSample, sample_id)
    return report_of_certificate(
        current_certificate(session, sample),
        of_frame=references_in(session, sample.frame_id, sample.excluded),
        partnership=occasion.partnership,
        made_on=occasion.made_on,
        void_reason=sample.void_reason if sample.status is SampleStatus.VOID else "",
    )


def repeat_draw(session: Session, certificate: Mapping[str, Any]) -> str | None:
    """Draw again from the stored frame, without the SQL that drew: None when all repeats, else the first difference."""
    frame = frame_of(session, certificate)
    refuse_erased(frame)
    return check_draw(certificate, read_rows(session, frame.id))


def _frame_record(frame: CaseFrame) -> FrameRecord:
    return FrameRecord(
        reference=frame.reference,
        fingerprint=frame.fingerprint,
        row_count=frame.row_count,
        case_count=frame.case_count,
        levels={int(rank): label for rank, label in frame.levels.items()},
        frozen_at=frame.frozen_at,
        read_as=frame.report.get("read_as", {}),
    )


def _given(moment: datetime | None) -> datetime:
    if moment is None:
        raise RuleBroken("This draw lacks a moment it should have.")
    return moment
