"""What is refused to people who have nothing to do with a record, and which checks are held by tests of their own?"""

from __future__ import annotations

_OFFICER, _SPONSOR = "an officer of no hub", "a sponsor of no review"
_MANAGER, _MEMBER = "a manager of an agency elsewhere", "a member of an agency elsewhere"
_UNBOUND = "a manager of no agency"

MUST_BE_REFUSED = frozenset({
    f"{_MANAGER}: GET /access-reviews/<int:record_id>/",
    f"{_MANAGER}: POST /action-plans/<int:record_id>/pdf/",
    f"{_MANAGER}: POST /action-plans/review/<int:review_id>/pdf/",
    f"{_MANAGER}: POST /section-11-returns/<int:record_id>/paper/blank/",
    f"{_UNBOUND}: GET /actions/<int:record_id>/done/",
    f"{_UNBOUND}: GET /self-evaluations/<int:record_id>/",
    f"{_UNBOUND}: GET /self-evaluations/<int:record_id>/paper/",
    f"{_UNBOUND}: GET /self-evaluations/<int:record_id>/read/",
    f"{_UNBOUND}: POST /actions/<int:record_id>/edit/",
    f"{_MEMBER}: GET /case-audits/<int:record_id>/record/",
    f"{_MEMBER}: GET /requests/<int:record_id>/",
    f"{_MEMBER}: GET /requests/<int:record_id>/wait/",
    f"{_MEMBER}: GET /thematic-reviews/<int:record_id>/",
    f"{_SPONSOR}: GET /messages/<int:record_id>/",
    f"{_OFFICER}: GET /case-audits/<int:record_id>/assign/",
    f"{_OFFICER}: GET /case-audits/<int:record_id>/not-known/",
    f"{_OFFICER}: GET /intelligence-uses/<int:record_id>/edit/",
    f"{_OFFICER}: GET /learning-products/<int:record_id>/edit/",
    f"{_OFFICER}: POST /briefings/<int:record_id>/redraft/",
    f"{_OFFICER}: POST /case-audits/<int:record_id>/hand-in/",
    f"{_OFFICER}: POST /case-audits/<int:record_id>/record/",
    f"{_OFFICER}: POST /review-stages/<int:record_id>/delete/",
    f"{_OFFICER}: POST /self-evaluations/<int:record_id>/return/",
    f"{_OFFICER}: POST /table-imports/<int:record_id>/discard/",
})  # fmt: skip
"""What is refused to a foreigner although the page names their role: by foreigner and address."""

HELD_BY_TESTS: dict[str, str] = {}
"""Checks that no foreigner of the demo comes by, each with the test that fails when it is gone."""
