"""Which addresses does every page of the portal have in the demo partnership?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from admin_views.kit.registry import load_screens

TRIED = 6
"""Records of each kind that are tried until a page opens; of those with a status, one of each status."""
_OTHER_IDS = {
    "sample_id": "SELECT id FROM audit_samples WHERE drawn_at IS NOT NULL",
    "case_id": "SELECT sample_case_id FROM case_audits",
    "survey_id": "SELECT id FROM surveys",
    "review_id": "SELECT id FROM thematic_reviews",
    "agency_id": "SELECT id FROM agencies",
    "plan_id": "SELECT id FROM action_plans",
    "frame_id": "SELECT id FROM case_frames",
    "line_id": "SELECT id FROM key_lines",
    "tool_id": "SELECT id FROM assurance_tools",
    "question_id": "SELECT id FROM tool_questions",
    "section_id": "SELECT id FROM tool_sections",
    "answer_id": "SELECT id FROM sheet_answers",
}
_WAITING = "SELECT review_id FROM case_audits WHERE status = 'to_assign'"
_IDS_OF = {"case_audits.assign_ticked": {"review_id": _WAITING}}
"""Where a page is only there for some of them."""

_WORDS = {"export_type": ["csv"], "number": ["1"], "year": ["2026"], "source": ["case_audit"]}
_ARGUMENTS = {
    "frame_rows": "?frame={frame}",
    "case_audits.assign_ticked": "?audits=1-999999",
    "requests.ask_workbook": "?of=actions",
}
"""What pages are asked beside their address, by their part of the portal or their endpoint."""


def rules_of(app: Flask, method: str = "GET") -> list[Rule]:
    """Every rule of the portal that answers to a method, files apart."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"]


def addresses_of(session: Session, rule: Rule) -> Iterator[str]:
    """Addresses that a rule has for records of the demo, the latest first; none where it has no such records."""
    values = [[(name, value) for value in _values(session, rule, name)] for name in sorted(rule.arguments)]
    for chosen in product(*values):
        path = rule.rule
        for name, value in chosen:
            path = _filled(path, name, str(value))
        frame = session.scalar(text("SELECT max(id) FROM case_frames WHERE fingerprint <> ''"))
        asked = _ARGUMENTS.get(rule.endpoint) or _ARGUMENTS.get(rule.endpoint.partition(".")[0], "")
        yield path + asked.format(frame=frame)


def _values(session: Session, rule: Rule, name: str) -> list[Any]:
    if name in _WORDS:
        return _WORDS[name]
    if name in _OTHER_IDS:
        asked = _IDS_OF.get(rule.endpoint, _OTHER_IDS)[name]
        statement = f"SELECT id FROM ({asked}) AS known (id) GROUP BY id ORDER BY id DESC LIMIT {TRIED}"
        return list(session.scalars(text(statement)))
    model = _model(rule.endpoint.partition(".")[0])
    if name != "record_id" or model is None or not hasattr(model, "id"):
        return []
    status = getattr(model, "status", None)
    if status is None:
        return list(session.scalars(select(model.id).order_by(model.id.desc()).limit(TRIED)))
    of_each = select(func.max(model.id)).group_by(status).order_by(func.max(model.id).desc())
    return list(session.scalars(of_each.limit(2 * TRIED)))


def _model(blueprint: str) -> Any:
    return next((getattr(known, "model", None) for known in load_screens() if known.endpoint_of() == blueprint), None)


def _filled(path: str, name: str, value: str) -> str:
    for converter in ("int:", "path:", ""):
        path = path.replace(f"<{converter}{name}>", value)
    return path
