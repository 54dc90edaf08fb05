"""Do the pages of a set stand under the name, the address and the gate of the screen that lists it?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_admin
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from admin_views.audits.audit_assignments import AssignmentPages
from admin_views.audits.case_audits import CaseAuditScreen
from admin_views.kit.base import OFFICERS, PageSet, expose
from admin_views.kit.permissions import NOBODY, Gate
from admin_views.kit.registry import all_screens
from admin_views.plans.actions import ActionScreen
from admin_views.plans.completions import CompletionPages
from models.core.access import Role
from tests import make
from tests.web import Browser


class DrawingPages(PageSet):
    @expose("/draw/", roles=OFFICERS)
    def draw(self) -> str:
        return "drawn"

    @flask_admin.expose("/forgotten/")
    def forgotten(self) -> str:
        return "nobody said who may open this"


class Listing(Gate):
    page_sets = (DrawingPages,)
    _urls = [("/", "index_view", ("GET",))]  # noqa: RUF012 (as Flask-Admin's metaclass writes it)


def screen_at(portal: Flask, endpoint: str) -> Any:
    return portal.view_functions[f"{endpoint}.index_view"].__self__  # type: ignore[attr-defined]


def test_pages_of_a_set_have_the_screens_name_and_address(portal: Flask) -> None:
    rules = {rule.endpoint: rule.rule for rule in portal.url_map.iter_rules()}
    assert rules["case_audits.assign"] == "/case-audits/<int:record_id>/assign/"
    assert isinstance(portal.view_functions["case_audits.assign"].__self__, AssignmentPages)  # type: ignore[attr-defined]


def test_registry_lists_pages_of_sets_with_their_roles() -> None:
    assign = next(page for page in all_screens() if (page.screen, page.view) == ("CaseAuditScreen", "assign"))
    assert set(assign.roles) == OFFICERS | {Role.MANAGER}
    assert CaseAuditScreen.roles_of("assign") == OFFICERS | {Role.MANAGER}


def test_page_of_a_set_that_names_no_role_is_closed() -> None:
    assert Listing.roles_of("draw") == OFFICERS
    assert Listing.roles_of("forgotten") == NOBODY
    assert Listing.roles_of("session") == NOBODY
    assert [url for url, _, _ in Listing.rules()] == ["/", "/draw/", "/forgotten/"]


def test_screen_and_set_know_each_other(portal: Flask) -> None:
    shown = screen_at(portal, "case_audits")
    assert shown.pages(AssignmentPages).screen is shown
    with pytest.raises(KeyError):
        shown.pages(CompletionPages)


def test_bulk_actions_of_sets_are_the_screens_in_the_order_they_were_written(portal: Flask) -> None:
    shown = screen_at(portal, "actions")
    assert [name for name, _ in shown._actions if name != "delete"] == ["rate-chosen", "move-chosen", "print-chosen"]
    assert ActionScreen.action_roles()["move-chosen"] == OFFICERS


def test_bulk_action_is_refused_to_who_may_use_another_of_the_same_list(
    browser: Callable[..., Browser], session: Session
) -> None:
    agency = make.agency(session)
    manager = browser(Role.MANAGER, agency=agency)
    sent = {"rowid": "1", "confirmed": "yes"}
    assert manager.send("/actions/bulk/move-chosen/", "/account/", **sent).status_code == 403
    assert manager.send("/actions/bulk/print-chosen/", "/account/", **sent).status_code == 404
