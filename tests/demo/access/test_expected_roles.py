"""Is what docs/access.md says what the design asks for? Section 5 of the design, noun by noun, typed in by hand."""

from __future__ import annotations

import pytest

from models.core.access import Role
from tests.demo.access.stated import Asked, stated

pytestmark = pytest.mark.assures(2)
LETTERS = dict(zip("AOSMGB", Role, strict=True))
"""Administrator, Officer, Sponsor, Manager, aGency member, Board viewer."""

EXPECTED = {
    # noun: who reads, creates, changes, deletes
    "people": ("AOSB", "A", "A", "A"),
    "agencies": ("AOSMGB", "A", "A", "A"),
    "hubs": ("AOSMGB", "A", "A", "A"),
    "memberships": ("AOSB", "AO", "AO", "A"),
    "reference-items": ("AOSB", "A", "A", "A"),
    "thematic-reviews": ("AOSMGB", "AO", "AO", "A"),
    "case-frames": ("AOS", "", "AO", ""),
    "audit-samples": ("AOS", "", "AO", "AO"),
    "case-audits": ("AOSMG", "", "", ""),
    "self-evaluations": ("AOSMG", "", "", ""),
    "section-11-returns": ("AOSMG", "", "", ""),
    "findings": ("AOS", "AO", "AO", "AO"),
    "action-plans": ("AOSMGB", "AO", "AO", "A"),
    "actions": ("AOSMGB", "AO", "AOM", "AO"),
    "recommendations": ("AOSMGB", "AO", "AO", "AO"),
    "impact-analyses": ("AOSB", "", "", ""),
    "sign-offs": ("AOS", "", "", ""),
    "change-log": ("AOS", "", "", ""),
    "access-reviews": ("AM", "", "", ""),
}
VERBS = {
    "": ("GET",),
    "new/": ("GET", "POST"),
    "<int:record_id>/edit/": ("GET", "POST"),
    "<int:record_id>/delete/": ("GET", "POST"),
}

ONLY = {
    # what one role alone may do, whatever else it is called
    "POST /sign-offs/<int:record_id>/sign/": "S",
    "POST /sign-offs/<int:record_id>/return/": "S",
    "POST /gate-waivers/<int:record_id>/consent/": "S",
    "POST /gate-waivers/<int:record_id>/refuse/": "S",
    "POST /escalations/<int:record_id>/answer/": "S",
    "POST /audit-samples/<int:record_id>/void/": "S",
    "POST /audit-samples/<int:record_id>/lock/": "AO",
    "POST /audit-samples/<int:record_id>/draw-quickly/": "AO",
    "POST /self-evaluations/<int:record_id>/hand-in/": "G",
    "POST /self-evaluations/<int:record_id>/answer/<int:number>/": "G",
    "POST /section-11-returns/<int:record_id>/hand-in/": "G",
    "POST /case-audits/<int:record_id>/hand-in/": "AOG",
    "POST /case-audits/<int:record_id>/assign/": "AOM",
    "POST /case-audits/own/assign/": "M",
    "POST /people/<int:record_id>/new-password-link/": "A",
    "POST /people/<int:record_id>/remove-factor/": "A",
    "POST /people/<int:record_id>/sign-ins/end/": "A",
    "POST /retention-rules/hold/<int:review_id>/": "AO",
    "GET /access/export/<export_type>/": "A",
    "GET /people/export/<export_type>/": "AOS",
}

DOCUMENTS = ("/pdf/", "/paper/", "/blank/", "/report/", "/letter/")
"""How addresses end at which a document is asked for, which changes nothing."""

QUESTIONS = {
    "/actions/bulk/print-chosen/",  # a document, of the ticked actions
    "/audit-samples/<int:record_id>/certificate/",  # a document
    "/audit-samples/check/",  # repeats a draw from a certificate
    "/requests/workbook/",  # a list as a file
    "/thematic-reviews/board/pack/",  # a document
    "/thematic-reviews/board/pack/<body>/<day>/",  # the same
    "/assurance-tools/<int:record_id>/preview/",  # what is entered is checked and forgotten
    "/change-log/check-chain/",  # walks the chain
    "/invitations/review/<int:review_id>/",  # who does not run the review reads it; sending is refused by record
    "/review-stages/review/<int:review_id>/",  # the same
    "/thematic-reviews/<int:record_id>/papers/",  # the same
    "/case-audits/review/<int:review_id>/tick/",  # ticks are kept in the address, nothing is saved
}
"""Addresses to which something is sent that changes nothing."""

OF_ONES_OWN = {
    f"/saved-views/{page}"
    for page in ("keep/", *(f"<int:record_id>/{deed}/" for deed in ("edit", "replace", "delete")))
}
"""How somebody looks at lists, which is theirs alone and no fact of the partnership."""


@pytest.mark.parametrize("noun", EXPECTED)
def test_roles_read_create_change_and_delete_what_the_design_says(noun: str) -> None:
    said = {}
    for (path, methods), wanted in zip(VERBS.items(), EXPECTED[noun], strict=True):
        for method in methods:
            said[f"{method} {path}"] = (_letters(stated().of(Asked(method, f"/{noun}/{path}"))), wanted)
    assert {asked: roles for asked, (roles, wanted) in said.items() if roles != wanted} == {}


@pytest.mark.parametrize("address", ONLY)
def test_acts_that_the_design_gives_to_some_alone_are_theirs_alone(address: str) -> None:
    method, _, rule = address.partition(" ")
    assert _letters(stated().of(Asked(method, rule))) == ONLY[address]


def test_board_viewer_sends_nothing_but_their_own_views_and_requests_for_documents() -> None:
    assert _sent_by(Role.BOARD_VIEWER) == set()


def test_sponsor_sends_nothing_but_signatures_decisions_what_they_are_asked_to_judge_own_views_and_requests() -> None:
    decided = {
        *("/sign-offs/<int:record_id>/sign/", "/sign-offs/<int:record_id>/return/"),
        *("/gate-waivers/<int:record_id>/consent/", "/gate-waivers/<int:record_id>/refuse/"),
        *("/escalations/<int:record_id>/answer/", "/audit-samples/<int:record_id>/void/"),
        *(f"/thematic-reviews/<int:record_id>/reading/{page}/" for page in ("<int:line_id>", "hand-in")),
    }
    assert _sent_by(Role.SPONSOR) - decided == set()


def _sent_by(role: Role) -> set[str]:
    """The addresses to which a role may send something that is more than a request for a document."""
    sent = {asked.rule for asked, roles in stated().roles.items() if asked.method != "GET" and role in roles}
    return {rule for rule in sent if not rule.endswith(DOCUMENTS)} - QUESTIONS - OF_ONES_OWN


def _letters(roles: frozenset[Role]) -> str:
    return "".join(letter for letter, role in LETTERS.items() if role in roles)
