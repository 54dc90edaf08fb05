"""What may people of the partnership, and sign-in, do with the rows of each table, where it is not the usual, in words?

Usual is that administrators and officers keep a table and the others read it, and that sign-in has no business there.
"""

from __future__ import annotations

from typing import Any

from models.core.access import STAFF_ROLES, DatabaseRole

READ = frozenset({"read"})
ADDED = READ | {"add"}
KEPT = ADDED | {"change"}
CHANGED = READ | {"change"}
TAKEN_AWAY = READ | {"remove"}
EVERYTHING = KEPT | {"remove"}
NOTHING: frozenset[str] = frozenset()

_READ_ONLY = dict.fromkeys(("officer", "sponsor", "manager", "reader"), READ)
_CLOSED = dict.fromkeys(("officer", "sponsor", "manager", "reader"), NOTHING)
_THE_OFFICERS_OWN = dict.fromkeys(("sponsor", "manager", "reader"), NOTHING)
_NOT_FOR_READERS = {"reader": NOTHING}
_NOT_FOR_MANAGERS = {"manager": NOTHING}
_FOR_THE_HUB = _NOT_FOR_READERS | _NOT_FOR_MANAGERS
_PROOF = {"administrator": TAKEN_AWAY, "sign_in": EVERYTHING}


def _columns(role: DatabaseRole, *names: str) -> dict[str, Any]:
    """The only columns of a table that a role changes, beside the version of the row."""
    verbs = {role.removeprefix("portal_"): CHANGED}
    return {"limited": ((role, frozenset({*names, "row_version"})),), **verbs}


def _both(*sides: dict[str, Any]) -> dict[str, Any]:
    limited = sum((side.get("limited", ()) for side in sides), ())
    merged: dict[str, Any] = {name: value for side in sides for name, value in side.items()}
    return merged | ({"limited": limited} if limited else {})


_SPONSOR, _MANAGER = DatabaseRole.SPONSOR, DatabaseRole.MANAGER
_KEEPERS = (DatabaseRole.ADMINISTRATOR, DatabaseRole.OFFICER)
_ALONE = {"own": True, "own_reads": True, "binds_all": True}
_HANDED_IN = frozenset({"done_at", "row_version"})
_ENDED = _HANDED_IN | {"closed_by_id"}
_JUDGED = frozenset({"mark", "reason", "judged_at", "row_version"})

LISTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(
        ("hubs", "rating_scales", "reference_items", "retention_rules", "strategic_priorities"), _READ_ONLY
    ),
    **{
        key: {"officer": KEPT}
        for key in ("action_plans", "memberships", "reminder_rules", "section_11_cycles", "thematic_reviews")
    },
    "agencies": {**_READ_ONLY, "sign_in": READ},
    "partnership_settings": {**_READ_ONLY, "administrator": CHANGED, "sign_in": READ},
    "people": {**_READ_ONLY, "hidden": frozenset({"password_hash"}), "sign_in": CHANGED},
    "portals": {**_READ_ONLY, "administrator": KEPT, "sign_in": READ, "read_by_all": True}
    | {"limited": ((DatabaseRole.ADMINISTRATOR, frozenset({"has_start_hidden", "row_version"})),)},
}
"""What administrators keep, alone or with officers who take nothing away."""

CASES: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("case_lists", "reference_counters", "table_imports"), _THE_OFFICERS_OWN),
    "case_list_pieces": {**_THE_OFFICERS_OWN, "administrator": ADDED | {"remove"}, "officer": ADDED | {"remove"}},
    "frame_rows": {**_READ_ONLY, "administrator": READ, "manager": NOTHING},
    "case_frames": {**_READ_ONLY, "administrator": KEPT, "officer": KEPT},
    "audit_samples": _columns(_SPONSOR, "status", "voided_by_id", "voided_at"),
    "case_audits": _both(
        _columns(_SPONSOR, "status", "closing_note"),
        _columns(
            *(_MANAGER, "status", "auditor_id", "auditor_role", "case_team", "record_state", "record_note"),
        ),
    ),
    "audit_involvements": {"manager": ADDED, "reader": NOTHING},
    "answer_sheets": _columns(_SPONSOR, "is_open"),
    "survey_responses": {
        **_NOT_FOR_MANAGERS,
        "reader": READ,
        "administrator": TAKEN_AWAY,
        "officer": TAKEN_AWAY,
        "sponsor": READ,
    },
}
"""Lists of cases, what is drawn from them, and what is said about single cases."""

REVIEWS: dict[str, dict[str, Any]] = {
    "intelligence_items": _FOR_THE_HUB,
    **dict.fromkeys(("engagements", "feedback_activities", "feedback_groups"), _NOT_FOR_MANAGERS),
    **dict.fromkeys(("intelligence_uses", "surveys"), _NOT_FOR_MANAGERS),
    "actions": _columns(
        *(_MANAGER, "brag_id", "completion_evidence", "impact_evidence"),
        *("completion_claimed_on", "completion_claimed_by_id"),
    ),
    "action_drafts": _THE_OFFICERS_OWN | {"own": True},
    "action_update_files": {"administrator": ADDED, "officer": ADDED, "sponsor": READ, "manager": READ, "reader": READ}
    | {"own": True},
    "action_updates": {"administrator": ADDED, "officer": ADDED, "sponsor": READ, "manager": ADDED, "reader": READ}
    | {"own": True},
    "challenges": _columns(_MANAGER, "answer", "answered_on"),
    "evidence_readers": {"administrator": EVERYTHING, "officer": EVERYTHING, "sponsor": CHANGED}
    | {"limited": (*((role, _ENDED) for role in _KEEPERS), (_SPONSOR, _HANDED_IN))},
    "escalations": _columns(_SPONSOR, "answer", "answered_at", "answered_by_id"),
    "gate_waivers": _columns(_SPONSOR, "consented_by_id", "consented_at", "refusal") | _NOT_FOR_MANAGERS,
    "invitations": {"sponsor": ADDED | {"remove"}},
    "learning_uses": _columns(_MANAGER, "used_on", "people_count", "led_by", "note") | {"manager": KEPT},
    "reader_judgements": {**dict.fromkeys(("administrator", "officer", "sponsor"), KEPT), **_ALONE}
    | {"limited": tuple((role, _JUDGED) for role in (*_KEEPERS, _SPONSOR))},
    "sign_offs": _columns(_SPONSOR, "status", "signed_by_id", "signed_at", "note"),
    "tool_versions": {**_READ_ONLY, "administrator": ADDED, "officer": ADDED},
}
"""What hubs keep, and what sponsors and managers answer in it."""

_VIEW = frozenset({"name", "arguments", "is_default", "is_weekly", "shared_with", "row_version"})

RECORDS: dict[str, dict[str, Any]] = {
    **{key: {"manager": NOTHING, "reader": NOTHING} for key in ("change_log", "change_log_head")},
    **{key: {"own": True, "own_reads": True} for key in ("document_fetches", "export_records")},
    "form_receipts": {
        **{"own": True, "own_reads": True, "staff": KEPT},
        "limited": tuple((role, frozenset({"record_key"})) for role in STAFF_ROLES),
    },
    "saved_views": {
        **{"own": True, "own_reads": True, "binds_all": True, "staff": EVERYTHING},
        "limited": tuple((role, _VIEW) for role in STAFF_ROLES),
    },
    "list_workbooks": {
        **{"own": True, "own_reads": True, "binds_all": True, "staff": KEPT},
        "limited": tuple((role, frozenset({"row_count", "content"})) for role in STAFF_ROLES),
    },
    "saved_view_books": {"own": True, "own_reads": True, "binds_all": True, "staff": ADDED | {"remove"}},
    "access_reviews": {
        "administrator": ADDED,
        "officer": READ,
        "sponsor": NOTHING,
        "manager": ADDED,
        "reader": NOTHING,
    },
    "documents": dict.fromkeys(("sponsor", "manager", "reader"), ADDED) | {"own": True},
    "document_parts": {
        **dict.fromkeys(("sponsor", "manager", "reader"), ADDED),
        **dict.fromkeys(("administrator", "officer"), ADDED | {"remove"}),
        "own": True,
    },
    "looks": {**_CLOSED, "administrator": READ},
    "published_heads": {**_READ_ONLY, "administrator": READ, "manager": NOTHING},
    "job_requests": {
        **dict.fromkeys(("sponsor", "manager", "reader", "sign_in"), ADDED),
        **{"administrator": KEPT, "officer": KEPT, "own": True, "own_reads": True},
        "limited": (
            (
                DatabaseRole.OFFICER,
                frozenset({"status", "attempt_count", "finished_at", "leased_until_at", "due_at"}),
            ),
        ),
    },
    "messages": {**_READ_ONLY, "administrator": KEPT, "officer": KEPT, "own_reads": True, "sign_in": ADDED},
    "schedule_marks": {**_THE_OFFICERS_OWN, "administrator": READ, "officer": READ},
    "mail_settings": {**_CLOSED, "administrator": CHANGED, "sign_in": READ},
    "mail_tests": {**_CLOSED, "administrator": ADDED},
}
"""What is on record, and what everybody asks for in their own name."""

SIGN_IN: dict[str, dict[str, Any]] = {
    **{key: {"sign_in": EVERYTHING} for key in ("calendar_feeds", "password_asks", "recovery_codes", "work_sign_ins")},
    **{key: {**_CLOSED, "sign_in": READ} for key in ("work_issuer_agencies", "work_issuers")},
    "known_browsers": {**_CLOSED, **_PROOF, "limited": ((DatabaseRole.ADMINISTRATOR, NOTHING),)},
    "access_links": {**_READ_ONLY, "administrator": KEPT, "sign_in": EVERYTHING},
    "passkeys": {**_READ_ONLY, **_PROOF, "own_reads": True},
    "second_factors": {**_READ_ONLY, **_PROOF, "own_reads": True, "hidden": frozenset({"sealed_key"})},
    "sign_in_attempts": {**_READ_ONLY, "administrator": ADDED, "sign_in": EVERYTHING},
    "sign_ins": {**_CLOSED, **_PROOF, "limited": ((DatabaseRole.ADMINISTRATOR, NOTHING),)},
    "work_accounts": {**_CLOSED, **_PROOF},
}
"""How people prove who they are."""

RIGHTS = LISTS | CASES | REVIEWS | RECORDS | SIGN_IN
