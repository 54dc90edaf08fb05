"""How is a locked plan drawn, and its certificate made?"""

from __future__ import annotations

import json

from jobs.core.queue import Done, Run, job
from jobs.pdf.paper.letterhead import stationery_of
from jobs.pdf.sampling import sample_certificates
from models.case_lists.case_frames import CaseFrame
from models.core.clock import today
from models.documents.documents import Document, DocumentKind, NewDocument, keep_document
from models.rules.core.counts import count_words
from models.rules.documents.papers import Occasion
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_certificates import certificate_facts, current_certificate, write_certificate
from models.sampling.sample_draws import draw_sample as draw


@job(timeout=600)
def draw_sample(run: Run) -> Done:
    """Draw the cases of a sample and keep the certificate, all in one transaction."""
    sample = run.session.get_one(AuditSample, run.arguments["sample_id"], with_for_update=True)
    if sample.status is not SampleStatus.DRAWING:
        return Done(f"{sample.reference} was drawn already.")
    frame = run.session.get_one(CaseFrame, sample.frame_id)
    run.report(10, f"Giving a ticket to each of {count_words(frame.case_count, 'case')}")
    drawn = draw(run.session, sample, frame)
    run.report(70, "Writing the certificate")
    write_certificate(run.session, sample, frame, drawn)
    document = keep_certificate(run, sample)
    selected = sum(len(stratum.selected) for stratum in drawn.strata)
    reserves = sum(len(stratum.reserves) for stratum in drawn.strata)
    return Done(f"{sample.reference}: {selected} cases drawn, {reserves} in reserve.", document.id)


@job(timeout=300)
def make_certificate(run: Run) -> Done:
    """The certificate of a drawn sample again, with the eliminations made since."""
    sample = run.session.get_one(AuditSample, run.arguments["sample_id"])
    document = keep_certificate(run, sample)
    return Done(f"The certificate of {sample.reference} is ready.", document.id)


def keep_certificate(run: Run, sample: AuditSample) -> Document:
    """Keep the certificate as data and as PDF; returns the PDF's document."""
    certificate = current_certificate(run.session, sample)
    partnership = run.equipment.facts
    occasion = Occasion(today(), partnership.name)
    report = certificate_facts(run.session, occasion, sample_id=sample.id)
    data = json.dumps(certificate, ensure_ascii=False, indent=1).encode()
    _keep(run, sample, DocumentKind.DRAW_DATA, "application/json", data)
    return _keep(
        run,
        sample,
        DocumentKind.DRAW_CERTIFICATE,
        "application/pdf",
        sample_certificates.build(report, stationery_of(partnership)),
    )


def _keep(run: Run, sample: AuditSample, kind: DocumentKind, media_type: str, content: bytes) -> Document:
    return keep_document(
        run.session,
        NewDocument(
            kind=kind,
            title=f"{kind.label} {sample.reference}",
            file_name=f"{sample.reference}-certificate.{media_type.rpartition('/')[2]}",
            media_type=media_type,
            content=content,
        ),
        subject=f"audit_samples:{sample.id}",
        made_by_id=run.attempt.requested_by_id,
    )
