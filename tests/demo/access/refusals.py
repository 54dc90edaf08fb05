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
    f"{_OFFICER}: POST /action-plans/<int:record_id>/edit/",
    f"{_OFFICER}: POST /actions/<int:record_id>/delete/",
    f"{_OFFICER}: POST /actions/<int:record_id>/done/",
    f"{_OFFICER}: POST /actions/<int:record_id>/edit/",
    f"{_OFFICER}: POST /actions/<int:record_id>/open-again/",
    f"{_OFFICER}: POST /actions/<int:record_id>/progress/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/ask-void/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/ceremony/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/change-plan/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/delete/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/draw-quickly/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/edit/",
    f"{_OFFICER}: POST /audit-samples/<int:record_id>/lock/",
    f"{_OFFICER}: POST /case-lists/<int:record_id>/columns/",
    f"{_OFFICER}: POST /case-lists/<int:record_id>/discard/",
    f"{_OFFICER}: POST /case-lists/<int:record_id>/place-levels/",
    f"{_OFFICER}: POST /challenges/<int:record_id>/answer/",
    f"{_OFFICER}: POST /challenges/<int:record_id>/close/",
    f"{_OFFICER}: POST /challenges/<int:record_id>/delete/",
    f"{_OFFICER}: POST /escalations/<int:record_id>/outcome/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/agree/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/delete/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/edit/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/finding/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/groups/new/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/survey/open/",
    f"{_OFFICER}: POST /feedback/<int:record_id>/told/<int:engagement_id>/",
    f"{_OFFICER}: POST /feedback/survey/<int:survey_id>/close/",
    f"{_OFFICER}: POST /feedback/survey/<int:survey_id>/outcome/",
    f"{_OFFICER}: POST /findings/<int:record_id>/delete/",
    f"{_OFFICER}: POST /findings/<int:record_id>/edit/",
    f"{_OFFICER}: POST /impact-analyses/<int:record_id>/check/<int:action_id>/",
    f"{_OFFICER}: POST /impact-analyses/<int:record_id>/conclude/",
    f"{_OFFICER}: POST /recommendations/<int:record_id>/delete/",
    f"{_OFFICER}: POST /recommendations/<int:record_id>/edit/",
    f"{_OFFICER}: POST /sample-cases/<int:record_id>/propose/",
    f"{_OFFICER}: POST /briefings/<int:record_id>/redraft/",
    f"{_OFFICER}: POST /case-audits/<int:record_id>/record/",
    f"{_OFFICER}: POST /review-stages/<int:record_id>/delete/",
    f"{_OFFICER}: POST /self-evaluations/<int:record_id>/return/",
    f"{_OFFICER}: POST /table-imports/<int:record_id>/discard/",
})  # fmt: skip
"""What is refused to a foreigner although the page names their role: by foreigner and address."""

HELD_BY_TESTS: dict[str, str] = {
    (
        "admin_views/gates/review_gates.py | GatePages._run | if not may_run(self.session, review.h"
        "ub_id): raise RuleBroke ...  of your own hubs only.') | pass"
    ): "tests/gates/test_gate_waivers.py::test_officer_of_another_hub_moves_and_waives_nothing",
    (
        "admin_views/oversight/access_reviews.py | AccessReviewScreen._agency_or_404 | if actor().i"
        "s_agency_bound and agency_id not in actor().agency_ids: abort(404) | pass"
    ): "tests/oversight/test_access_reviews.py::test_manager_reviews_the_own_agency_and_no_other",
    (
        "admin_views/oversight/access_reviews.py | AccessReviewScreen._agency_or_404 | if role() no"
        "t in ADMINISTRATORS and (not actor().is_agency_bound): abort(403) | pass"
    ): "tests/oversight/test_access_reviews.py::test_manager_reviews_the_own_agency_and_no_other",
    (
        "admin_views/partnership/memberships.py | MembershipScreen.can_edit_record | return may_run"
        "(self.session, record.hub_id) | return True"
    ): "tests/partnership/test_memberships.py::test_officer_cannot_change_the_team_of_another_hub",
    (
        "admin_views/partnership/memberships.py | MembershipScreen._ended | if not all((self.can_ed"
        "it_record(membership) for membership  ... e RuleBroken(_NOT_THEIRS) | pass"
    ): "tests/partnership/test_memberships.py::test_officer_cannot_end_seats_of_another_hub_among_their_own",
    (
        "admin_views/returns/escalations.py | EscalationScreen._late | if review is not None and (n"
        "ot may_run(self.session, review.hub_id)): abort(403) | pass"
    ): "tests/returns/test_escalations.py::test_officer_of_another_hub_takes_no_step",
    (
        "admin_views/partnership/hubs.py | may_write_in | return may_run(session, review.hub_id) if"
        " review is not None else role() in OFFICERS | return True"
    ): "tests/reviews/test_own_reviews.py::test_sample_is_planned_from_frames_of_own_reviews_for_own_reviews",
    (
        "admin_views/sampling/sample_cases.py | SampleCaseScreen.mark_audited | if not all((may_wri"
        "te_in(session, sample.review_id) for samp ... own hubs' reviews only.\") | pass"
    ): "tests/reviews/test_own_reviews.py::test_officer_marks_no_case_of_another_hub_as_audited",
    (
        "models/plans/action_imports.py | _refuse_other_plans | if actor.role is Role.OFFICER and ("
        "not may_run_hub(session,  ...  only.\", field='plan_id') | pass"
    ): "tests/reviews/test_own_reviews.py::test_officers_spreadsheet_adds_to_the_plans_of_own_reviews_only",
    (
        "jobs/core/queue.py | _rights | if (actor.role, actor.agency_ids) != (attempt.actor_role, a"
        "t ... this; please ask again.') | pass"
    ): "tests/core/test_queue.py::test_rights_lost_since_asking_are_not_used",
    (
        "models/gates/gate_waivers.py | ask_to_waive | if review.sponsor_id is None: raise RuleBrok"
        "en('The review h ...  yet who could consent.') | pass"
    ): "tests/gates/test_gate_waivers.py::test_request_needs_a_reason_and_a_sponsor_and_says_what_it_is",
    (
        "models/gates/gate_waivers.py | _refuse_unless_open | if person_id != review.sponsor_id: ra"
        'ise RuleBroken("Only th ... ponsor can decide this.") | pass'
    ): "tests/gates/test_gate_waivers.py::test_only_the_sponsor_consents_or_refuses_and_says_why",
    (
        "models/partnership/memberships.py | Membership._check_person | if self.seat is Seat.OFFICE"
        "R and person.role is not Role.OFF ... cer.', field='person_id') | pass"
    ): "tests/partnership/test_memberships.py::test_only_an_officer_takes_the_officers_seat",
    (
        "models/partnership/memberships.py | may_run_hub | return False | return True"
    ): "tests/partnership/test_memberships.py::test_seat_of_an_officer_gives_other_roles_nothing",
    (
        "models/plans/completions.py | confirm_completion | if action.completion_claimed_by_id == p"
        "erson_id: raise RuleB ...  not whoever stated it.') | pass"
    ): "tests/plans/test_completions.py::test_nobody_confirms_what_they_stated_themselves",
    (
        "models/returns/escalations.py | answer_concern | if review is None or review.sponsor_id !="
        ' person_id: raise R ... ponsor can answer this.") | pass'
    ): "tests/returns/test_escalations.py::test_only_the_sponsor_answers_a_concern_and_once",
    (
        "models/sampling/audit_samples.py | void_sample | if person_id != sponsor_id: raise RuleBro"
        'ken("Only the revie ... ponsor can void a draw.") | pass'
    ): "tests/sampling/test_audit_samples.py::test_only_the_reviews_sponsor_voids_a_draw_and_it_stays_visible",
    (
        "models/sampling/sample_cases.py | approve_elimination | if case.proposed_by_id == person.i"
        "d: raise RuleBroken('A sec ... ation; you proposed it.') | pass"
    ): "tests/sampling/test_audit_samples.py::test_the_next_reserve_steps_in_when_a_second_person_agrees",
    (
        "models/signatures/sign_offs.py | ask_for_signature | if review.sponsor_id is None: raise R"
        "uleBroken('The review h ... sor yet who could sign.') | pass"
    ): "tests/signatures/test_sign_offs.py::test_review_without_a_sponsor_can_ask_nobody",
    (
        "models/signatures/sign_offs.py | _refuse_unless_sponsor | if person_id != review.sponsor_i"
        'd: raise RuleBroken(f"Only t ... ponsor can {verb} this.") | pass'
    ): "tests/signatures/test_sign_offs.py::test_nobody_signs_for_the_sponsor",
}
"""Checks that no foreigner of the demo comes by, each with the test that fails when it is gone."""
