"""Which places of the code refuse somebody because of who they are, and does a test fail when one of them is gone?

A check is found by how it is written, so that a new one is tried as well: a refusal (`abort(403)`, `abort(404)`,
`RuleBroken`) behind a condition that asks who somebody is; a function that says whether somebody may; a narrower query
of a screen. Each is taken out in turn: the refusal does nothing, the function says yes, the query is the base's.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.mutations import Mutant, Place, named_apart, places_of
from tests.house.source import PROJECT, tracked_files

_WHO = re.compile(
    r"\b(role|actor)\(\)|\bactor\b|\bis_agency_bound\b|\bagency_ids\b|\bperson_id\b|\b_?may_\w+|\b_?runs\b"
    r"|\bsponsor_id\b|\b\w+_by_id\b|\.role\b|\bis_action_allowed\b|\bcan_(edit|delete)_record\b"
)
"""Words by which a condition asks who somebody is."""

_SAYS_WHETHER = re.compile(r"^_?(may|runs)(_|$)|^can_(edit|delete)_record$|^(opens|allows|is_accessible)$")
_REFUSES = re.compile(r"^(return )?(abort\(40[34]|raise RuleBroken)")
_WHOLE = "super().get_query()"
_ROOMS = ("admin_views/", "models/", "jobs/")
_NOT_ABOUT_PEOPLE = ("models/rules/", "models/migrations/", "jobs/pdf/")

OF_OTHER_KINDS = {
    "models/plans/presentations.py": "may_hear asks which bodies have heard, not who somebody is",
    "models/tools/tool_copies.py": "may_be_copied_for asks of what kind a tool is",
    "models/accounts/invitations.py": "may_be_invited and may_accept ask how an invitation stands",
    "models/partnership/people.py": "refuses facts that do not fit each other, whoever types them",
    "models/partnership/hubs.py": "refuses facts that do not fit each other, whoever types them",
    "models/reviews/thematic_reviews.py": "refuses facts that do not fit each other, whoever types them",
}
"""Modules whose words look like a check of who somebody is, and are none."""


def modules_with_checks() -> dict[str, list[Mutant]]:
    """Every module that refuses somebody for who they are, with its checks, each taken out."""
    found = {}
    for name in tracked_files():
        if not (name.endswith(".py") and name.startswith(_ROOMS)) or name.startswith(_NOT_ABOUT_PEOPLE):
            continue
        if name not in OF_OTHER_KINDS and (mutants := checks_of((PROJECT / name).read_text(encoding="utf-8"))):
            found[name] = mutants
    return found


def checks_of(text: str) -> list[Mutant]:
    """The checks of a module, each as the fault that it is not made.

    >>> for mutant in checks_of("def act():\\n    if role() is None:\\n        abort(403)\\n    return 1"):
    ...     print(mutant.name)
    act | if role() is None: abort(403) | pass
    """
    places = ((place, _taken_out(place)) for place in places_of(ast.parse(text)))
    return named_apart((place, place.node, after) for place, after in places if after is not None)


def _taken_out(place: Place) -> ast.AST | None:
    """What stands in a check's place when it is not made; None for what is no check."""
    node, function = place.node, place.function.rpartition(".")[2]
    if isinstance(node, ast.If) and _is_refusal(node):
        return ast.Pass()
    if isinstance(node, ast.Return) and node.value is not None and not _is_plainly_true(node.value):
        if _SAYS_WHETHER.match(function):
            return ast.Return(ast.Constant(True))
        if function == "get_query" and ast.unparse(node.value) not in (_WHOLE, "select(self.model)"):
            return ast.Return(ast.parse(_WHOLE, mode="eval").body)
    return None


def _is_refusal(node: ast.If) -> bool:
    said = ast.unparse(node.body[-1])
    is_403 = "abort(403" in said and len(node.body) == 1
    return bool(_REFUSES.match(said)) and (is_403 or bool(_WHO.search(ast.unparse(node.test))))


def _is_plainly_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def tests_of(path: str) -> list[str]:
    """The tests that belong to a module: those of its noun and its neighbours named in `MORE`, else its chapter's."""
    chapter, name = path.split("/")[-2], Path(path).stem
    own = f"tests/{chapter}/test_{name}.py"
    tests = [own] if (PROJECT / own).is_file() else []
    return list(dict.fromkeys([*tests, *MORE.get(path, ())])) or [f"tests/{chapter}"]


MORE: dict[str, tuple[str, ...]] = {}
