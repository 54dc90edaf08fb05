"""Which small faults can a line of code have, and how does the source look with each of them?"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_SWAPS_THAT_NEGATE = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
_NOT_CODE = {"annotation", "returns"}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Changes = Iterator[tuple[ast.AST, ast.AST]]


Steps = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Mutant:
    """One fault in one module: where it is, and what stands there instead.

    `name` stays the same while lines move: function, what it was, what it is, and a count where that comes again.
    `function` is the qualified name of the function whose body holds it, empty outside all bodies. `line` to
    `last_line` are run by whoever comes by.
    """

    name: str
    function: str
    line: int
    last_line: int
    source: ast.Module = field(repr=False)
    steps: Steps = field(repr=False)
    after: ast.AST = field(repr=False)

    @property
    def tree(self) -> ast.Module:
        """The whole module with the fault in it, made anew each time: a copy for each fault is much to keep."""
        return _changed(self.source, self.steps, self.after)


@dataclass(frozen=True)
class Place:
    """A node by the steps that lead to it from the module, inside which function and statement."""

    node: ast.AST
    steps: Steps
    function: str
    statement: ast.stmt | None
    tree: ast.Module = field(default_factory=lambda: ast.Module([], []), repr=False)


def mutants_of(text: str) -> list[Mutant]:
    """Every mutant of a module, in the order of its lines.

    >>> for mutant in mutants_of("def is_small(size):\\n    return 0 < size"):
    ...     print(mutant.name)
    is_small | return 0 < size | return None
    is_small | 0 < size | 0 <= size
    is_small | 0 | 1
    is_small | 0 | -1
    """
    changes = ((place, before, after) for place in places_of(ast.parse(text)) for before, after in _changes(place.node))
    return named_apart(changes)


def named_apart(changes: Iterable[tuple[Place, ast.AST, ast.AST]]) -> list[Mutant]:
    """The mutants that put `after` in the place of its node; one whose name comes again carries a count."""
    mutants: list[Mutant] = []
    times: dict[str, int] = {}
    for place, before, after in changes:
        name = f"{place.function or 'module'} | {_words(before)} | {_words(after)}"
        times[name] = times.get(name, 0) + 1
        count = f" | {times[name]}" if times[name] > 1 else ""
        mutants.append(Mutant(name + count, place.function, *_lines(place), place.tree, place.steps, after))
    return mutants


def places_of(tree: ast.Module) -> Iterator[Place]:
    """Every node of a module that is code, with where it is."""
    return (replace(place, tree=tree) for place in _places(tree, (), "", "", None))


def _lines(place: Place) -> tuple[int, int]:
    """The lines whose run shows that a test came by: those of the statement, of a compound one its head only."""
    statement = place.statement
    first = getattr(place.node, "lineno", 1)
    if statement is None:
        return first, first
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) and body else statement.end_lineno
    return statement.lineno, max(statement.lineno, last or first)


def _words(node: ast.AST) -> str:
    """
    >>> _words(ast.parse("if done:\\n    stop()"))
    'if done: stop()'
    """
    text = " ".join(ast.unparse(node.shown if isinstance(node, _Shown) else node).split())
    return text if len(text) <= 90 else f"{text[:60]} ... {text[-25:]}"


def _places(node: ast.AST, steps: Steps, function: str, inside: str, statement: ast.stmt | None) -> Iterator[Place]:
    """Every node that is code, each with the function whose body it is in; `inside` is the path of names so far."""
    if isinstance(node, ast.stmt):
        statement = node
    if not _is_docstring(node):
        yield Place(node, steps, function, statement)
    for name, value in ast.iter_fields(node):
        if _says_nothing_that_runs(node, name, value):
            continue
        is_body = name == "body" and isinstance(node, Function | ast.ClassDef)
        path = f"{inside}{node.name}" if is_body else ""  # type: ignore[attr-defined]
        within = path if is_body and isinstance(node, Function) else function
        deeper = inside
        if is_body:
            deeper = f"{path}.<locals>." if isinstance(node, Function) else f"{path}."
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST):
                yield from _places(child, (*steps, (name, index)), within, deeper, statement)


def _says_nothing_that_runs(node: ast.AST, field: str, value: object) -> bool:
    """Annotations, arguments of types, and what a dataclass promises to mypy."""
    is_type = field in _NOT_CODE or (field == "slice" and isinstance(value, ast.Tuple | ast.List))
    return is_type or (isinstance(node, ast.keyword) and node.arg in ("frozen", "slots"))


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Changes:
    """What a node may become instead: pairs of what the name shows, and what takes its place."""
    for kinds, changes in _CHANGES:
        if isinstance(node, kinds):
            yield from changes(node)


def _swapped(node: ast.AST) -> Changes:
    for index, operator in enumerate(getattr(node, "ops", [])):
        if type(operator) in _SWAPS:
            changed = copy.deepcopy(node)
            changed.ops[index] = _SWAPS[type(operator)]()  # type: ignore[attr-defined]
            yield node, changed
    operator = getattr(node, "op", None)
    if type(operator) in _SWAPS:
        changed = copy.deepcopy(node)
        changed.op = _SWAPS[type(operator)]()  # type: ignore[attr-defined]
        yield node, changed


def _without_not(node: ast.AST) -> Changes:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not):
        yield node, node.operand


def _negated(node: ast.AST) -> Changes:
    """A condition turned round, where no swap of its own operator does that already."""
    conditions = node.ifs if isinstance(node, ast.comprehension) else [node.test]  # type: ignore[attr-defined]
    for index, test in enumerate(conditions):
        is_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        swaps = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], _SWAPS_THAT_NEGATE)
        if is_not or swaps:
            continue
        changed = copy.deepcopy(node)
        negated = ast.copy_location(ast.UnaryOp(ast.Not(), copy.deepcopy(test)), test)
        if isinstance(changed, ast.comprehension):
            changed.ifs[index] = negated
        else:
            changed.test = negated  # type: ignore[attr-defined]
        yield test, _Shown(changed, negated)


def _other_value(node: ast.AST) -> Changes:
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, bool):
        yield node, ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield node, ast.Constant(node.value + 1)
        yield node, ast.Constant(node.value - 1)


def _returning_none(node: ast.AST) -> Changes:
    """None instead of a value; a value that is as good as None to most callers is left alone, mypy holds it."""
    assert isinstance(node, ast.Return)
    value = node.value
    is_empty = isinstance(value, ast.Constant) and not value.value
    is_empty = is_empty or (isinstance(value, ast.List | ast.Tuple) and not value.elts)
    if value is not None and not is_empty:
        yield node, ast.Return(ast.Constant(None))


def _left_out(node: ast.AST) -> Changes:
    """A statement that does nothing; without a plain name's value the next line would fail at once, so that stays."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    if not _is_docstring(node) and not any(isinstance(target, ast.Name) for target in targets):
        yield node, ast.Pass()


def _without_one(node: ast.AST) -> Changes:
    """A list, set or tuple of several without one of them; a tuple of different things is a row, and stays."""
    elements = node.elts  # type: ignore[attr-defined]
    is_target = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    is_row = isinstance(node, ast.Tuple) and len({type(element) for element in elements} - {ast.Starred}) > 1
    is_plain = all(isinstance(element, ast.Name | ast.Constant) for element in elements)
    if is_target or is_row or is_plain or len(elements) < 2:
        return
    for index, element in enumerate(elements):
        changed = copy.deepcopy(node)
        del changed.elts[index]  # type: ignore[attr-defined]
        yield element, _Shown(changed, ast.Name("left out"))


class _Shown(ast.AST):
    """A change whose name shows less than the whole node that it puts in."""

    def __init__(self, changed: ast.AST, shown: ast.AST) -> None:
        super().__init__()
        self.changed, self.shown = changed, shown


_CHANGES = (
    ((ast.Compare, ast.BoolOp, ast.BinOp, ast.AugAssign), _swapped),
    ((ast.UnaryOp,), _without_not),
    ((ast.If, ast.While, ast.IfExp, ast.comprehension), _negated),
    ((ast.Constant,), _other_value),
    ((ast.Return,), _returning_none),
    ((ast.Raise, ast.AugAssign, ast.Continue, ast.Delete, ast.Expr, ast.Assign), _left_out),
    ((ast.List, ast.Set, ast.Tuple), _without_one),
)


def _changed(tree: ast.Module, steps: Steps, after: ast.AST) -> ast.Module:
    mutated = copy.deepcopy(tree)
    parent: ast.AST = mutated
    for name, index in steps[:-1]:
        held = getattr(parent, name)
        parent = held if index is None else held[index]
    name, index = steps[-1]
    old = getattr(parent, name) if index is None else getattr(parent, name)[index]
    new = copy.deepcopy(after.changed if isinstance(after, _Shown) else after)
    if not isinstance(new, ast.comprehension):
        ast.copy_location(new, old)
    if index is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[index] = new
    return ast.fix_missing_locations(mutated)
