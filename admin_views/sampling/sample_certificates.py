"""Does a draw repeat, for anybody who holds its certificate?"""

from __future__ import annotations

import json
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue

from admin_views.documents.evidence_files import as_sent
from admin_views.documents.papers import ask_once, download_buttons, occasion, show_paper
from admin_views.kit.base import READERS, STAFF, PageSet, expose
from models.case_lists.case_imports import rows_for_certificate
from models.core.clock import today
from models.core.errors import RuleBroken
from models.documents.document_requests import ask_for_document
from models.rules.documents.lists import look_at_list
from models.rules.sampling.sample_certificate_checks import NO_CERTIFICATE, check_draw
from models.rules.sampling.sample_certificate_paper import certificate_paper
from models.sampling.sample_certificates import certificate_facts, repeat_draw

_LARGEST = 20 * 1024 * 1024


class CertificatePages(PageSet):
    """The page that checks a draw; part of the samples' screen."""

    @expose("/<int:record_id>/certificate/", roles=STAFF, methods=("GET", "POST"))
    def certificate_page(self, record_id: int) -> ResponseReturnValue:
        """The certificate as a page, or on paper anew, with the eliminations made since the draw kept the first one."""
        sample, back = self.get_record(record_id), self.details_url(record_id)
        facts = certificate_facts(self.session, occasion(self.session), sample_id=sample.id)
        if request.method == "POST":
            return ask_once(
                self, lambda session: ask_for_document(session, "certificate", {"sample_id": sample.id}), back
            )
        buttons = download_buttons(request.path)
        return show_paper(self, certificate_paper(facts), back, sample.reference, buttons=buttons)

    @expose("/check/", roles=READERS, methods=("GET", "POST"))
    def check_page(self) -> ResponseReturnValue:
        """Repeat a draw from its certificate, from the portal's frame or from the case list itself."""
        answer: dict[str, Any] = {"asked": request.method == "POST", "difference": None, "problems": []}
        if answer["asked"]:
            try:
                answer["difference"] = self._difference()
            except RuleBroken as refusal:
                answer["problems"] = [("certificate", refusal.sentence)]
        return self.render("audit_samples/check.html", **answer), 422 if answer["problems"] else 200

    def _difference(self) -> str | None:
        certificate = _certificate()
        frame_file = request.files.get("frame_file")
        if frame_file is None or not frame_file.filename:
            return repeat_draw(self.session, certificate)
        sent = as_sent(frame_file)
        look_at_list(sent.file, sent.file_name, limit_mb=current_app.extensions["settings"].upload_limit_mb)
        return check_draw(certificate, rows_for_certificate(self.session, certificate, sent.file, today=today()))


def _certificate() -> dict[str, Any]:
    file = request.files.get("certificate")
    if file is None or not file.filename:
        raise RuleBroken("Choose the certificate's data file (JSON).")
    content = file.stream.read(_LARGEST + 1)
    try:
        data = json.loads(content) if len(content) <= _LARGEST else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise RuleBroken(NO_CERTIFICATE)
    return data
