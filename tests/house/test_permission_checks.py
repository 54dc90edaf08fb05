"""Is every permission check found by how it is written, and does a test fail for each that is not made?"""

from __future__ import annotations

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.house.permission_checks import OF_OTHER_KINDS, checks_of, held_by, modules_with_checks
from tests.house.permission_runs import run_checks
from tests.house.source import PROJECT

pytestmark = pytest.mark.assures(8)

SHARE = ("signatures", "oversight")
"""The chapters whose checks are tried in an ordinary run: two small ones."""


def test_checks_are_found_as_refusals_answers_and_narrower_queries() -> None:
    text = (
        "class Pages:\n"
        "    def press(self):\n"
        "        if not may_run(self.session, 1):\n"
        "            abort(403)\n"
        "        if self.is_late:\n"
        "            raise RuleBroken('Too late.')\n"
        "    def can_edit_record(self, record):\n"
        "        return record.by_id == person_id()\n"
        "    def get_query(self):\n"
        "        return super().get_query().where(Row.is_own)\n"
    )
    assert _places(text) == ["Pages.press", "Pages.can_edit_record", "Pages.get_query"]


def test_checks_are_found_as_last_ways_conditions_choices_and_things_kept_back() -> None:
    text = (
        "def narrow(rows):\n"
        "    return rows.where(Row.hub_id.in_(hubs_run_by(actor().person_id)))\n"
        "def of_own(column, actor: Actor) -> ColumnElement[bool]:\n"
        "    return column == actor.person_id if actor.role else true()\n"
        "def is_asked(record) -> bool:\n"
        "    return record.sponsor_id == person_id()\n"
        "class Pages:\n"
        "    def upload(self):\n"
        "        return kinds() or abort(403)\n"
        "    def panels(self, record):\n"
        "        if role() not in STAFF:\n"
        "            return []\n"
        "        return [panel(record)]\n"
        "    def buttons(self, record):\n"
        "        if role() not in STAFF:\n"
        "            return []\n"
    )
    assert _places(text) == ["narrow", "of_own", "is_asked", "Pages.upload", "Pages.panels"]


def _places(text: str) -> list[str]:
    return [mutant.name.partition(" | ")[0] for mutant in checks_of(text)]


def test_every_chapter_that_has_officers_pages_has_checks() -> None:
    found = modules_with_checks()
    assert sum(map(len, found.values())) > 100
    assert {path.split("/")[1] for path in found} >= {"audits", "gates", "plans", "returns", "reviews", "tools", "kit"}
    assert not [path for path in OF_OTHER_KINDS if not (PROJECT / path).is_file()]


def test_every_module_with_checks_has_tests_to_try_them_with() -> None:
    held = {path: held_by(path) for path in modules_with_checks()}
    assert [path for path, tests in held.items() if not tests] == []
    assert [test for tests in held.values() for test in tests if not (PROJECT / test).exists()] == []


def test_every_permission_check_that_is_not_made_is_noticed_by_a_test() -> None:
    known = modules_with_checks()
    share = [path for path in known if path.split("/")[1] in SHARE]
    tried = list(known)[: scaled(len(known), ci=0)] or share
    checked = run_checks(tried)
    note_figure(
        8, "permission checks noticed when they are not made", reached=f"{checked.killed} of {checked.total}",
        wanted="100 %", holds=not checked.alive,
        tried=f"{checked.total} of {sum(map(len, known.values()))} checks against the tests of their chapters",
    )  # fmt: skip
    assert checked.alive == []
    assert checked.total == sum(len(known[path]) for path in tried)
