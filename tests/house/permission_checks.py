"""Which places of the code refuse somebody because of who they are, and does a test fail when one of them is gone?

A check is found by how it is written, so that a new one is tried as well: a refusal (`abort(403)`, `abort(404)`,
`RuleBroken`) behind a condition that asks who somebody is, or as the last of several ways; a function that says whether
somebody may, in Python or as a condition of the database; a narrower query of a screen or of the choices of a field;
fields and panels that some people are not given. Each is taken out in turn: the refusal does nothing, the function says
yes, the query is the whole one, the panel is there for everybody.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.mutations import Function, Mutant, Place, named_apart, places_of
from tests.house.source import PROJECT, tracked_files

_WHO = re.compile(
    r"\b(role|actor)\(\)|\bactor\b|\bis_agency_bound\b|\bagency_ids\b|\bperson_id\b|\b_?may_\w+|\b_?runs\b"
    r"|\bsponsor_id\b|\b\w+_by_id\b|\.role\b|\bis_action_allowed\b|\bcan_(edit|delete)_record\b"
)
"""Words by which a condition asks who somebody is."""

_WHO_ASKS = re.compile(
    r"\b(role|actor)\(\)|\bactor\.|\bperson_id\b|\b_?may_\w+|\b_?runs\b|\bsponsor_id\b|\bcan_(edit|delete)_record\b"
)
"""Those by which it asks for whoever asks, where facts about other people have nothing to do with it."""

_SAYS_WHETHER = re.compile(
    r"^_?(may|runs)(_|$)|^can_(edit|delete)_record$|^(opens|allows|is_accessible|is_action_allowed)$"
)
_REFUSES = re.compile(r"^(return )?(abort\(40[34]|raise RuleBroken)")
_NOTHING = ("[]", "{}", "None")
_WHOLE = "super().get_query()"
_ROOMS = ("admin_views/", "models/", "jobs/")
_NOT_ABOUT_PEOPLE = ("models/rules/", "models/migrations/", "jobs/pdf/", "jobs/word/")

OF_OTHER_KINDS = {
    "admin_views/kit/lists/waiting.py": "asks which records wait for somebody, of those they may read",
    "admin_views/kit/lists/pages.py": "may_open asks how deep in a list a page lies, not who somebody is",
    "admin_views/kit/looks.py": "asks whose look goes on record, and keeps nobody from looking",
    "admin_views/kit/saving.py": "already_sent asks whether a form was sent before",
    "models/reminders/tasks.py": "asks which records wait for somebody, of those they may read",
    "models/plans/presentations.py": "may_hear asks which bodies have heard, not who somebody is",
    "models/tools/tool_copies.py": "may_be_copied_for asks of what kind a tool is",
    "models/accounts/invitations.py": "may_be_invited and may_accept ask how an invitation stands",
    "models/partnership/people.py": "refuses facts that do not fit each other, whoever types them",
    "models/partnership/hubs.py": "refuses facts that do not fit each other, whoever types them",
    "models/reviews/thematic_reviews.py": "refuses facts that do not fit each other, whoever types them",
}
"""Modules whose words look like a check of who somebody is, and are none."""


def modules_with_checks() -> dict[str, list[Mutant]]:
    """Every module that refuses somebody for who they are, with its checks, each taken out.

    Looked for anew each time: the syntax of so many modules takes 40 MB of whoever keeps it.
    """
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
    tree = ast.parse(text)
    kinds = {name: _kind_of(node) for name, node in _functions(tree, "")}
    places = ((place, _taken_out(place, kinds.get(place.function, ""))) for place in places_of(tree))
    return named_apart((place, place.node, after) for place, after in places if after is not None)


def _functions(node: ast.AST, inside: str) -> Iterator[tuple[str, Function]]:
    """Every function with the name by which its code is known."""
    for child in ast.iter_child_nodes(node):
        path = inside
        if isinstance(child, Function | ast.ClassDef):
            path = f"{inside}{child.name}."
        if isinstance(child, Function):
            yield path[:-1], child
            path += "<locals>."
        yield from _functions(child, path)


def _kind_of(function: Function) -> str:
    """`bool` for a function that says whether, `condition` for one that tells the database for whom; else nothing."""
    answer = ast.unparse(function.returns) if function.returns else ""
    if answer == "ColumnElement[bool]" and any(argument.arg == "actor" for argument in function.args.args):
        return "condition"
    return "bool" if answer == "bool" else ""


def _taken_out(place: Place, kind: str) -> ast.AST | None:
    """What stands in a check's place when it is not made; None for what is no check."""
    node, function = place.node, place.function.rpartition(".")[2]
    if isinstance(node, ast.If) and (_is_refusal(node) or _keeps_back(node, function)):
        return ast.Pass()
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and _is_403(node.values[-1]):
        return node.values[0] if len(node.values) == 2 else ast.BoolOp(ast.Or(), node.values[:-1])
    if isinstance(node, ast.IfExp) and _is_403(node.orelse):
        return ast.Constant(None)
    if isinstance(node, ast.Return) and node.value is not None and not _is_plainly_true(node.value):
        return _said_otherwise(node.value, function, kind)
    return None


def _said_otherwise(value: ast.expr, function: str, kind: str) -> ast.AST | None:
    """The answer to everybody, in place of one that follows who asks."""
    said = ast.unparse(value)
    asks = bool(_WHO_ASKS.search(said))
    if _SAYS_WHETHER.match(function) or (kind == "bool" and asks):
        yes = ast.Constant(True)  # with `super()` kept beside it: a running function keeps its free variables
        return ast.Return(ast.BoolOp(ast.Or(), [yes, value]) if "super()" in said else yes)
    if kind == "condition" and said != "true()":
        return ast.Return(ast.parse("true()", mode="eval").body)
    if function == "get_query" and said not in (_WHOLE, "self._every"):
        return ast.Return(ast.parse(_WHOLE, mode="eval").body)
    if asks and isinstance(value, ast.Call) and _is_narrowing(value.func):
        return ast.Return(value.func.value)  # type: ignore[attr-defined]
    return None


def _is_narrowing(called: ast.expr) -> bool:
    """Whether a query that was handed in is narrowed, such as the choices of a field."""
    is_method = isinstance(called, ast.Attribute) and called.attr in ("where", "filter")
    return is_method and isinstance(called.value, ast.Name)  # type: ignore[attr-defined]


def _is_403(said: ast.expr) -> bool:
    return ast.unparse(said) == "abort(403)"


def _is_refusal(node: ast.If) -> bool:
    said = ast.unparse(node.body[-1])
    is_403 = said.startswith("abort(") and "403" in said and len(node.body) == 1
    return bool(_REFUSES.match(said)) and (is_403 or bool(_WHO.search(ast.unparse(node.test))))


def _keeps_back(node: ast.If, function: str) -> bool:
    """Whether some people are not given a panel, a fact, a field or a choice; a button's press is refused elsewhere."""
    if not _WHO_ASKS.search(ast.unparse(node.test)) or "buttons" in function:
        return False
    said = node.body[-1]
    is_empty = isinstance(said, ast.Return) and said.value is not None and ast.unparse(said.value) in _NOTHING
    is_choice = isinstance(said, ast.Assign) and ast.unparse(said.targets[0]).endswith(".loader")
    return is_empty or is_choice or function == "form_columns_for"


def _is_plainly_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def held_by(path: str) -> list[str]:
    """The tests by which a module's checks are held: those of its chapter, or the ones named for it in `HELD_BY`."""
    chapter = path.split("/")[1]
    return [f"tests/{place}" for place in HELD_BY.get(chapter, chapter).split()]


HELD_BY = {
    "accounts": "accounts/test_first_administrators.py accounts/test_own_changes.py accounts/test_passkeys.py"
    " accounts/test_second_factors.py accounts/test_sign_ins.py accounts/test_work_sign_ins.py",
    "audits": "audits/test_audit_openings.py audits/test_case_audits.py audits/test_moderations.py"
    " audits/test_case_audit_reports.py audits/test_ticked_audits.py audits/test_own_audits.py",
    "case_lists": "case_lists/test_frame_rows.py",
    "core": "core/test_queue.py core/test_record_names.py core/test_change_log.py",
    "documents": "documents/test_documents.py documents/test_evidence_files.py core/test_job_screens.py"
    " documents/test_saved_views.py documents/test_weekly_views.py",
    "kit": "kit/test_screens.py kit/test_empty_lists.py kit/test_page_sets.py kit/test_home.py"
    " kit/test_page_numbers.py learning reviews",
    "messages": "returns",
    "partnership": "partnership/test_agencies.py partnership/test_holdings.py partnership/test_hubs.py"
    " partnership/test_memberships.py partnership/test_sharing_agreements.py reviews/test_offered_reviews.py",
    "plans": "plans/test_action_plans.py plans/test_action_updates.py plans/test_completions.py"
    " plans/test_plan_reports.py plans/test_presentations.py plans/test_plan_pages.py plans/test_action_forms.py"
    " reviews/test_offered_reviews.py",
    "retention": "retention/test_retention_screens.py",
    "sampling": "sampling/test_audit_samples.py reviews/test_offered_reviews.py",
    "spreadsheets": "spreadsheets/test_table_imports.py spreadsheets/test_partnership_workbook.py",
    "tools": "tools/test_answer_sheets.py tools/test_assurance_tools.py tools/test_key_lines.py"
    " tools/test_tool_outlines.py",
}
"""The tests of chapters that have slow ones beside them, or whose checks are held by another chapter's, by chapter."""
