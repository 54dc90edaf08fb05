"""Who owns the rows of each table, in words: what the wall is tested against, and no word of it in SQL."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.core.access import STAFF_ROLES, DatabaseRole
from tests.wall.rights import EVERYTHING, NOTHING, READ, RIGHTS
from tests.wall.sides import Whose


@dataclass(frozen=True)
class Scope:
    """Which of the planted rows somebody of an agency reaches.

    `for_anybody` is what needs no person and no agency; `in_my_name` says whether a row of another agency's matters may
    be added once it names me as its person.
    """

    whose: frozenset[Whose] = frozenset()
    for_anybody: bool = False
    in_my_name: bool = False


def _scope(*whose: Whose, for_anybody: bool = False, in_my_name: bool = False) -> Scope:
    return Scope(frozenset(whose), for_anybody, in_my_name)


NOBODY = Scope()
OWN_AGENCY = _scope(Whose.MINE, Whose.COLLEAGUES, Whose.SHUT)
OWN_AGENCY_WHILE_OPEN = _scope(Whose.MINE, Whose.COLLEAGUES)
OWN_AGENCY_ONCE_CLOSED = _scope(Whose.SHUT)
OWN_AGENCY_ONCE_SCANNED = _scope(Whose.MINE, Whose.SHUT)
OWN_PERSON = _scope(Whose.MINE, Whose.SHUT)
OWN_PERSON_WHILE_OPEN = _scope(Whose.MINE)
OWN_PERSON_ABOUT_ANYTHING = _scope(Whose.MINE, Whose.SHUT, in_my_name=True)
EVERYBODY = _scope(*Whose, for_anybody=True)
EVERYBODY_ONCE_RELEASED = _scope(Whose.MINE, Whose.COLLEAGUES, Whose.THEIRS, for_anybody=True)

NO_LINK: frozenset[Whose] = frozenset()
LINK_TO_AN_OPEN_SURVEY = frozenset({Whose.MINE})
LINK_TO_AN_OUTCOME_TOO = frozenset({Whose.MINE, Whose.COLLEAGUES, Whose.SHUT})

RECORD = READ | {"add"}
KEPT = RECORD | {"change"}
ONE_ROW = READ | {"change"}


@dataclass(frozen=True)
class Owned:
    """What an agency and the public may do with a table's rows, and which verbs the others have.

    Where nothing is said administrators and officers have every verb and the other people of the partnership read;
    `staff` is for all of them. What is written in one's `own` name is added by others than administrators in theirs
    only, and changed and removed by sponsors, managers and readers if it is theirs; they see theirs only of what is
    `own_reads`. `binds_all` says the same of administrators and officers. `limited` are the only columns that a role
    changes, `hidden` those that sign-in keeps to itself.

    The public reaches one row at most, that of the link it came by: `public_read` and `public_add` say by which links.
    What stands on every page, also before anybody signs in, is `read_by_all`, with and without a link.

    `columns` are all that an agency may change; `never` are words that it may not put into one of them.
    """

    read: Scope = NOBODY
    add: Scope = NOBODY
    change: Scope = NOBODY
    remove: Scope = NOBODY
    columns: frozenset[str] = frozenset()
    never: tuple[tuple[str, str], ...] = ()
    public_read: frozenset[Whose] = NO_LINK
    public_add: frozenset[Whose] = NO_LINK
    read_by_all: bool = False
    staff: frozenset[str] | None = None
    administrator: frozenset[str] | None = None
    officer: frozenset[str] | None = None
    sponsor: frozenset[str] | None = None
    manager: frozenset[str] | None = None
    reader: frozenset[str] | None = None
    own: bool = False
    own_reads: bool = False
    binds_all: bool = False
    hidden: frozenset[str] = frozenset()
    limited: tuple[tuple[DatabaseRole, frozenset[str]], ...] = ()
    sign_in: frozenset[str] = frozenset()
    system: frozenset[str] = EVERYTHING

    def verbs_of(self, role: DatabaseRole) -> frozenset[str]:
        """The verbs of a role that meets rows of every agency; nothing for the others."""
        if role in (DatabaseRole.SYSTEM, DatabaseRole.SIGN_IN):
            return self.system if role is DatabaseRole.SYSTEM else self.sign_in
        if role not in STAFF_ROLES:
            return NOTHING
        usual = EVERYTHING if role in (DatabaseRole.ADMINISTRATOR, DatabaseRole.OFFICER) else READ
        said: frozenset[str] | None = getattr(self, role.removeprefix("portal_"))
        return said if said is not None else usual if self.staff is None else self.staff

    def columns_of(self, role: DatabaseRole) -> frozenset[str] | None:
        """The only columns that a role may change; None where it changes all or nothing."""
        return self.columns if role is DatabaseRole.AGENCY else dict(self.limited).get(role)


def _columns(*names: str) -> frozenset[str]:
    return frozenset({*names, "row_version"})


_TAKEN = RECORD | {"remove"}
_VIEW = _columns("name", "arguments", "is_default", "is_weekly", "shared_with")
_HANDED_IN = _columns("status", "submitted_at", "submitted_by_id")

AGENCIES = {
    "access_reviews": Owned(read=OWN_AGENCY, add=OWN_PERSON, staff=RECORD, system=RECORD),
    "action_plans": Owned(read=OWN_AGENCY),
    "action_update_files": Owned(read=OWN_AGENCY, add=OWN_PERSON, staff=RECORD),
    "action_updates": Owned(read=OWN_AGENCY, add=OWN_PERSON, staff=RECORD),
    "actions": Owned(
        read=OWN_AGENCY,
        change=OWN_AGENCY,
        columns=_columns(
            "brag_id", "completion_evidence", "impact_evidence", "completion_claimed_on", "completion_claimed_by_id"
        ),
    ),
    "agencies": Owned(read=OWN_AGENCY),
    "answer_sheets": Owned(read=OWN_AGENCY, change=OWN_AGENCY_WHILE_OPEN, columns=_columns("is_open")),
    "audit_involvements": Owned(read=OWN_AGENCY, add=OWN_AGENCY),
    "briefings": Owned(read=EVERYBODY_ONCE_RELEASED),
    "case_audits": Owned(
        read=OWN_AGENCY,
        change=OWN_AGENCY_WHILE_OPEN,
        columns=_HANDED_IN | {"auditor_id", "auditor_role", "case_team", "closing_note", "record_state", "record_note"},
        never=(("status", "moderated"), ("status", "withdrawn")),
    ),
    "challenges": Owned(read=OWN_AGENCY, change=OWN_AGENCY_WHILE_OPEN, columns=_columns("answer", "answered_on")),
    "document_fetches": Owned(read=OWN_PERSON, add=OWN_PERSON, staff=RECORD, system=RECORD),
    "document_parts": Owned(
        read=OWN_AGENCY_ONCE_SCANNED, add=OWN_PERSON, staff=RECORD | {"remove"}, system=RECORD | {"remove"}
    ),
    "documents": Owned(read=OWN_AGENCY, add=OWN_PERSON, remove=OWN_AGENCY_WHILE_OPEN),
    "export_records": Owned(read=OWN_PERSON, add=OWN_PERSON_ABOUT_ANYTHING, staff=RECORD, system=RECORD),
    "form_receipts": Owned(
        read=OWN_PERSON,
        add=OWN_PERSON_ABOUT_ANYTHING,
        change=OWN_PERSON,
        columns=frozenset({"record_key"}),
        staff=KEPT,
    ),
    "hubs": Owned(read=EVERYBODY),
    "invitations": Owned(read=OWN_AGENCY),
    "job_progress": Owned(read=OWN_PERSON, staff=READ),
    "job_requests": Owned(read=OWN_PERSON, add=OWN_PERSON, staff=KEPT),
    "learning_products": Owned(read=EVERYBODY_ONCE_RELEASED),
    "learning_uses": Owned(
        read=OWN_AGENCY,
        add=OWN_PERSON_WHILE_OPEN,
        change=OWN_AGENCY,
        columns=_columns("used_on", "people_count", "led_by", "note"),
    ),
    "memberships": Owned(read=OWN_AGENCY),
    "messages": Owned(read=OWN_PERSON, staff=KEPT),
    "passkeys": Owned(read=OWN_PERSON),
    "partnership_settings": Owned(read=EVERYBODY, read_by_all=True, staff=ONE_ROW, system=ONE_ROW),
    "people": Owned(read=OWN_AGENCY),
    "presentations": Owned(read=OWN_AGENCY),
    "rating_scales": Owned(read=EVERYBODY),
    "recommendations": Owned(read=OWN_AGENCY),
    "reference_items": Owned(read=EVERYBODY),
    "sample_cases": Owned(read=OWN_AGENCY),
    "list_workbooks": Owned(
        read=OWN_PERSON,
        add=OWN_PERSON_ABOUT_ANYTHING,
        change=OWN_PERSON,
        columns=frozenset({"row_count", "content"}),
        system=_TAKEN,
    ),
    "saved_view_books": Owned(read=OWN_PERSON, add=OWN_PERSON, remove=OWN_PERSON, system=_TAKEN),
    "saved_views": Owned(
        read=OWN_PERSON,
        add=OWN_PERSON_ABOUT_ANYTHING,
        change=OWN_PERSON,
        remove=OWN_PERSON,
        columns=_VIEW,
        never=(("shared_with", "{officer}"),),
    ),
    "second_factors": Owned(read=OWN_PERSON),
    "section_11_cycles": Owned(read=OWN_AGENCY),
    "section_11_returns": Owned(
        read=OWN_AGENCY, change=OWN_AGENCY_WHILE_OPEN, columns=_HANDED_IN, never=(("status", "closed"),)
    ),
    "section_11_scores": Owned(read=OWN_AGENCY_ONCE_CLOSED),
    "self_evaluations": Owned(
        read=OWN_AGENCY, change=OWN_AGENCY_WHILE_OPEN, columns=_HANDED_IN, never=(("status", "closed"),)
    ),
    "sharing_agreements": Owned(read=OWN_AGENCY),
    "sheet_answers": Owned(
        read=OWN_AGENCY,
        add=OWN_PERSON_WHILE_OPEN,
        change=OWN_PERSON_WHILE_OPEN,
        columns=_columns("value", "note", "answered_at", "answered_by_id", "earlier"),
    ),
    "sign_in_attempts": Owned(read=OWN_PERSON, staff=RECORD),
    "strategic_priorities": Owned(read=EVERYBODY),
    "thematic_reviews": Owned(read=OWN_AGENCY),
    "tool_versions": Owned(
        read=OWN_AGENCY, public_read=LINK_TO_AN_OUTCOME_TOO, staff=RECORD, system=RECORD | {"remove"}
    ),
    "work_accounts": Owned(read=OWN_PERSON),
}
"""Tables of which an agency sees something."""

PUBLIC = {
    "survey_responses": Owned(public_add=LINK_TO_AN_OPEN_SURVEY),
    "surveys": Owned(public_read=LINK_TO_AN_OUTCOME_TOO),
}
"""Tables that somebody without a sign-in reaches, through the link to an open survey, and no agency does."""

THE_HUBS_OWN = dict.fromkeys(
    (
        *(
            "action_drafts",
            "assurance_tools",
            "audit_samples",
            "case_lists",
            "engagements",
            "escalations",
            "feedback_activities",
        ),
        *("feedback_groups", "findings", "gate_waivers", "impact_analyses", "impact_checks", "intelligence_items"),
        *("intelligence_uses", "key_line_readings", "key_lines", "moderations", "recommendation_findings"),
        *("reminder_rules", "retention_rules", "review_stages", "sign_offs", "tool_questions", "tool_sections"),
        *("evidence_readers", "reader_judgements", "settled_lines", "table_imports"),
    ),
    Owned(),
) | {
    "case_frames": Owned(staff=KEPT),
    "case_list_pieces": Owned(staff=RECORD | {"remove"}),
    "frame_rows": Owned(staff=READ, system=READ),
    "mail_settings": Owned(staff=ONE_ROW, system=ONE_ROW),
    "mail_tests": Owned(staff=RECORD, system=RECORD),
    "reference_counters": Owned(staff=KEPT, system=KEPT),
}
"""Tables for partnership staff."""

THE_PORTALS_OWN = {
    "action_counts": Owned(staff=READ, system=RECORD),
    "access_links": Owned(staff=KEPT),
    "calendar_feeds": Owned(staff=NOTHING),
    "change_log": Owned(staff=READ, system=READ),
    "change_log_head": Owned(staff=READ, system=READ),
    "looks": Owned(staff=READ, system=READ),
    "known_browsers": Owned(staff=NOTHING),
    "password_asks": Owned(staff=NOTHING),
    "portals": Owned(staff=KEPT, system=KEPT),
    "published_heads": Owned(staff=READ, system=KEPT),
    "recovery_codes": Owned(staff=NOTHING),
    "retention_runs": Owned(staff=READ, system=RECORD),
    "schedule_marks": Owned(staff=READ),
    "sign_ins": Owned(staff=NOTHING),
    "work_issuer_agencies": Owned(),
    "work_issuers": Owned(),
    "work_sign_ins": Owned(staff=NOTHING),
}
"""Tables that the portal itself writes, or its triggers."""

_SAID = AGENCIES | PUBLIC | THE_HUBS_OWN | THE_PORTALS_OWN
OWNERS = {table: replace(owned, **RIGHTS.get(table, {})) for table, owned in _SAID.items()}
"""By table; what the partnership's own people may do with it is said in tests/wall/rights.py."""
