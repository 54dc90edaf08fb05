"""Is every permission check found by how it is written, and is each held by somebody who is refused or by a test?"""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.demo.access.refusals import HELD_BY_TESTS
from tests.house.mutant_runs import Outcome, run_module, some_databases
from tests.house.permission_checks import OF_OTHER_KINDS, checks_of, modules_with_checks
from tests.house.source import PROJECT

pytestmark = pytest.mark.assures(8)


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
    assert [mutant.name.partition(" | ")[0] for mutant in checks_of(text)] == [
        "Pages.press",
        "Pages.can_edit_record",
        "Pages.get_query",
    ]


def test_every_chapter_that_has_officers_pages_has_checks() -> None:
    found = modules_with_checks()
    assert sum(map(len, found.values())) > 100
    assert {path.split("/")[1] for path in found} >= {"audits", "gates", "plans", "returns", "reviews", "tools", "kit"}
    assert not [path for path in OF_OTHER_KINDS if not (PROJECT / path).is_file()]


def test_checks_held_by_a_test_of_their_own_are_there_and_so_is_the_test() -> None:
    known = {f"{path} | {mutant.name}" for path, mutants in modules_with_checks().items() for mutant in mutants}
    assert HELD_BY_TESTS.keys() - known == set()
    for node in HELD_BY_TESTS.values():
        path, _, name = node.partition("::")
        assert f"def {name}(" in (PROJECT / path).read_text(encoding="utf-8"), node


def test_checks_that_no_foreigner_comes_by_are_noticed_by_the_tests_named_for_them() -> None:
    by_module: dict[str, dict[str, str]] = defaultdict(dict)
    for name, node in list(HELD_BY_TESTS.items())[: scaled(len(HELD_BY_TESTS), ci=0)]:
        path, _, check = name.partition(" | ")
        by_module[path][check] = node
    alive = []
    if by_module:
        with some_databases() as databases:
            for path, nodes in by_module.items():
                outcomes = run_module(path, sorted(set(nodes.values())), databases, find=checks_of)
                alive += [f"{path} | {check}" for check in nodes if outcomes.get(check) is not Outcome.KILLED]
    note_figure(
        8, "checks that their own test does not miss", reached=len(alive), wanted="0",
        tried=f"{sum(map(len, by_module.values()))} checks, each with its test", holds=not alive,
    )  # fmt: skip
    assert alive == []
