"""Does every page that shows records of cases leave a look, and does no other page show one?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.core.looks import Look, LookKind
from models.sampling.sample_cases import SampleCase
from tests.assurance.figures import note_figure
from tests.demo.every_page import addresses_of, rules_of
from tests.web import Browser, usual_portal

_RECORDS = {"index_view", "details_view", "edit_view", "delete_view", "export", "action_view"}
SHOW_CASES: dict[str, set[str]] = {
    "documents": {*_RECORDS, "download"},
    "case_lists": {*_RECORDS, "columns_page", "check", "problems", "accept", "discard"},
    "case_frames": _RECORDS,
    "frame_rows": {"index_view", "export"},
    "audit_samples": {
        *_RECORDS, "ask_void", "ceremony", "certificate_page", "change_plan", "preview_page", "void",
    },
    "sample_cases": {*_RECORDS, "approve", "propose"},
    "case_audits": {
        *_RECORDS, "answer", "assign", "assign_own", "assign_ticked", "blank_paper", "cases", "declare", "filled_paper",
        "hand_in", "make_finding", "not_known", "open_audits", "read", "record_state", "remind",
        "return_for_changes", "withdraw",
    },
    "moderations": {*_RECORDS, "make_finding", "moderate", "paper", "side"},
    "challenges": {*_RECORDS, "answer", "close"},
    "feedback": {"survey", "close_page", "outcome_page"},
    "change_log": {"index_view", "details_view"},
    "requests": {"index_view", "details_view"},
    "thematic_reviews": {"details_view"},
}  # fmt: skip
"""The pages that show records of cases, by screen. The change log and the requests show a case where they name
one, and a review to an agency that audits its cases."""

SHOW_SOME = {"change_log", "requests", "thematic_reviews"}
"""Screens whose pages show a case only where what they show happens to name one."""

SHOW_NONE: dict[str, set[str]] = {
    "documents": {"create_view", "ajax_lookup"},
    "case_lists": {"create_view", "ajax_lookup", "upload", "choose", "place_levels"},
    "case_frames": {"create_view", "ajax_lookup"},
    "frame_rows": {"create_view", "ajax_lookup", "details_view", "edit_view", "delete_view", "action_view"},
    "audit_samples": {"create_view", "ajax_lookup", "check_page", "draw_quickly", "lock", "plan_page"},
    "sample_cases": {"create_view", "ajax_lookup", "keep"},
    "case_audits": {
        "create_view",
        "ajax_lookup",
        "continue_answering",
        "of_sample",
        "save_typed",
        "tick",
        "undo_assigning",
    },
    "moderations": {"create_view", "ajax_lookup", "grades"},
    "challenges": {"create_view", "ajax_lookup"},
}
"""The other pages of those screens: they begin something new, or only do something and lead on."""

OTHERS = {
    "access", "access_reviews", "action_plans", "actions", "agencies", "assurance_tools", "auth", "briefings",
    "calendars", "change_log", "escalations", "exports", "feedback", "feedback_groups", "findings",
    "gate_waivers", "health", "home", "hubs", "impact_analyses", "intelligence_items", "intelligence_uses",
    "invitations", "key_lines", "learning_products", "learning_uses", "letterhead", "links", "looks", "memberships",
    "messages",
    "partnership_settings", "passkeys", "people", "presentations", "published_heads", "rating_scales",
    "recommendations", "reference_items", "reminder_rules", "requests", "retention_rules", "review_stages",
    "saved_views",
    "second_factor", "section_11_cycles", "section_11_returns", "self_evaluations", "sharing_agreements", "sign_offs",
    "static", "strategic_priorities", "surveys", "table_imports", "thematic_reviews", "work_accounts", "work_issuers",
    "work_sign_in",
}  # fmt: skip
"""Screens and other parts of the portal that show no records of cases but on the pages named above."""

NOT_IN_THE_DEMO = {
    "case_audits.make_finding", "case_lists.accept", "case_lists.check", "case_lists.columns_page",
    "case_lists.details_view", "case_lists.discard", "case_lists.problems",
}  # fmt: skip
"""Pages of records that the demo has none of: tests/case_lists opens those of a list that has come in."""


def parted(endpoint: str) -> tuple[str, str]:
    part, _, view = endpoint.partition(".")
    return part, view


def is_declared(endpoint: str) -> bool:
    part, view = parted(endpoint)
    shows, silent = view in SHOW_CASES.get(part, ()), view in SHOW_NONE.get(part, ())
    return (shows or silent or part in OTHERS) and not (shows and silent)


def shows_cases(endpoint: str) -> bool:
    part, view = parted(endpoint)
    return view in SHOW_CASES.get(part, ())


def test_every_endpoint_says_whether_it_shows_records_of_cases() -> None:
    endpoints = {rule.endpoint for rule in usual_portal().url_map.iter_rules()}
    assert sorted(endpoint for endpoint in endpoints if not is_declared(endpoint)) == []
    declared = {
        f"{part}.{view}" for pages in (SHOW_CASES, SHOW_NONE) for part, views in pages.items() for view in views
    }
    assert sorted(declared - endpoints) == []
    assert sorted(OTHERS - {parted(endpoint)[0] for endpoint in endpoints}) == []


def test_every_screen_of_records_of_cases_is_declared_page_by_page() -> None:
    of_cases = {known.endpoint_of() for known in load_screens() if known.model.is_about_cases}
    assert of_cases == SHOW_CASES.keys() - {"feedback", *SHOW_SOME}
    assert not of_cases & OTHERS


def count(session: Session, *kinds: LookKind) -> int:
    number = session.scalar(select(func.count(Look.id)).where(Look.kind.in_(kinds) if kinds else True)) or 0
    session.commit()
    return number


def opened(session: Session, browsers: dict[Role, Browser], rule: Rule, most: int = 4) -> Iterator[tuple[str, str]]:
    """Address and text of the first page of a rule that some role gets to see, if any."""
    paths = list(islice(addresses_of(session, rule), most))
    session.commit()
    screen = next((known for known in load_screens() if known.endpoint_of() == parted(rule.endpoint)[0]), None)
    allowed = screen.roles_of(parted(rule.endpoint)[1]) if screen is not None else frozenset(Role)
    for role in (role for role in browsers if role in allowed):
        for path in paths:
            with browsers[role].client.get(path) as answer:
                assert answer.status_code < 500, path
                if answer.status_code == 200:
                    yield path, answer.get_data().decode(errors="replace")
                    return


@pytest.mark.assures(30)
def test_every_page_that_shows_records_of_cases_leaves_a_look(
    portal: Flask, session: Session, browsers: dict[Role, Browser]
) -> None:
    tried, silent, unseen = set(), [], set()
    for rule in rules_of(portal):
        if not shows_cases(rule.endpoint) or parted(rule.endpoint)[0] in SHOW_SOME:
            continue
        before = count(session)
        pages = list(opened(session, browsers, rule, most=24))
        if not pages:
            unseen.add(rule.endpoint)
            continue
        tried.add(rule.endpoint)
        look = session.scalars(select(Look).order_by(Look.id.desc()).limit(1)).first()
        session.commit()
        if count(session) <= before or look is None or (look.page, look.kind) == (rule.endpoint, LookKind.REFUSED):
            silent.append(rule.endpoint)
    note_figure(
        30,
        "pages of cases without a look",
        reached=len(silent),
        wanted="0",
        tried=f"{len(tried)} pages",
        holds=not silent,
    )
    assert silent == []
    assert sorted(unseen - NOT_IN_THE_DEMO - unreached(rules_of(portal))) == []


def unreached(rules: list[Rule]) -> set[str]:
    """Pages of the declared screens that are open to nobody."""
    closed = set()
    for rule in rules:
        part, view = parted(rule.endpoint)
        screen = next((known for known in load_screens() if known.endpoint_of() == part), None)
        if screen is not None and not screen.roles_of(view):
            closed.add(rule.endpoint)
    return closed


@pytest.mark.assures(30)
def test_no_other_page_shows_the_reference_of_a_drawn_case(
    portal: Flask, session: Session, browsers: dict[Role, Browser]
) -> None:
    references = session.scalars(select(SampleCase.reference)).all()
    session.commit()
    known = re.compile("|".join(re.escape(reference) for reference in references))
    leaks, tried = [], 0
    for rule in rules_of(portal):
        if shows_cases(rule.endpoint) and parted(rule.endpoint)[0] != "thematic_reviews":
            continue
        before = count(session, LookKind.READ, LookKind.LIST, LookKind.SEARCH, LookKind.EXPORT, LookKind.DOWNLOAD)
        for path, words in opened(session, browsers, rule, most=1):
            tried += 1
            after = count(session, LookKind.READ, LookKind.LIST, LookKind.SEARCH, LookKind.EXPORT, LookKind.DOWNLOAD)
            if known.search(words) and after == before:
                leaks.append(path)
    note_figure(
        30, "other pages with a case's reference and no look", reached=len(leaks), wanted="0", tried=f"{tried} pages",
        holds=not leaks,
    )  # fmt: skip
    assert leaks == []


@pytest.mark.assures(30)
def test_every_refusal_of_a_record_leaves_a_look(
    portal: Flask, session: Session, browsers: dict[Role, Browser]
) -> None:
    """A viewer of the Board asks for one record of each page that names one."""
    viewer, missed, tried = browsers[Role.BOARD_VIEWER], [], 0
    for rule in rules_of(portal):
        paths = list(islice(addresses_of(session, rule), 1)) if rule.arguments else []
        session.commit()
        for path in paths:
            before = count(session, LookKind.REFUSED)
            with viewer.client.get(path) as answer:
                is_refused = answer.status_code in (403, 404)
            tried += is_refused
            if is_refused != (count(session, LookKind.REFUSED) - before == 1):
                missed.append(path)
    note_figure(
        30, "refusals without a look", reached=len(missed), wanted="0", tried=f"{tried} refusals", holds=not missed
    )
    assert missed == []
    assert tried > 100
