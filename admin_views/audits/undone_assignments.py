"""What does the button "Undo" carry beside the notice that audits are given out: how was each held before?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import date
from typing import Any

from flask import request

from admin_views.kit.saving import left_as, offer_undo
from models.audits.case_audits import CaseAudit
from models.audits.undone_assignments import Held, held_now

_BEFORE = "before"


def held_before(audits: Sequence[CaseAudit]) -> dict[int, Held]:
    """How each of these audits is held, by its id; to be asked before they are given out."""
    return {audit.id: held_now(audit) for audit in audits}


def offer_to_give_back(screen: Any, held: Mapping[int, Held], audits: Sequence[CaseAudit], *, of: str) -> None:
    """Let the notice that says `of` carry "Undo" for audits that were just given out; `held` is how each was before."""
    alike: dict[Held, list[int]] = {}
    for audit in audits:
        alike.setdefault(held[audit.id], []).append(audit.id)
    before = [(_BEFORE, json.dumps([keys, *astuple(known)], default=str)) for known, keys in alike.items()]
    offer_undo(screen.link("undo_assigning"), [("undo", left_as(audits)), *before], of=of)


def held_as_sent() -> dict[int, Held]:
    """How each audit was held before, as the button carries it; none where that cannot be read."""
    try:
        rows = [json.loads(words) for words in request.form.getlist(_BEFORE)]
        return {int(key): _held(*row) for keys, *row in rows for key in keys}
    except (ValueError, TypeError):
        return {}


def _held(auditor_id: int | None, auditor_role: str, due_on: str, case_team: str) -> Held:
    auditor = None if auditor_id is None else int(auditor_id)
    return Held(auditor, str(auditor_role), date.fromisoformat(due_on), str(case_team))
