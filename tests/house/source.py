"""What does the project's own source look like: files, functions, names, sizes?"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from statistics import median, quantiles

PROJECT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "admin_views", "jobs", "models")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file, by its path from the project's top."""

    path: str

    @cached_property
    def text(self) -> str:
        return (PROJECT / self.path).read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        """The syntax, read anew each time: the trees of all files, kept, took 650 MB of a test process."""
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        return self.path.partition("/")[0]

    @property
    def noun(self) -> str:
        return Path(self.path).stem

    @property
    def chapter(self) -> str:
        """The folder it is in, such as `sampling`."""
        return Path(self.path).parent.name

    @property
    def line_count(self) -> int:
        return self.text.count("\n")

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def at(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}"


@cache
def tracked_files() -> list[str]:
    """What git knows, or would know after the next add; without git, what lies here and is not a cache."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout.decode()
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(PROJECT)) for path in PROJECT.rglob("*") if path.is_file()]
        names = [name for name in names if not re.match(r"\.(?!ci/)|.*__pycache__", name)]
    return sorted(name for name in names if (PROJECT / name).is_file())


@cache
def sources(*rooms: str) -> list[Source]:
    """The Python files of the named rooms. Alembic writes and names the files of migrations, so they are left out."""
    return [
        _source(name)
        for name in tracked_files()
        if name.endswith(".py") and name.startswith(tuple(f"{room}/" for room in rooms)) and "/migrations/" not in name
    ]


@cache
def _source(path: str) -> Source:
    """The same one whichever rooms are asked for, so that each text is kept once."""
    return Source(path)


def parameters(function: Function) -> list[str]:
    """What a function takes by name, besides the object or class it belongs to."""
    stated = function.args
    names = [argument.arg for argument in (*stated.posonlyargs, *stated.args, *stated.kwonlyargs)]
    return [name for name in names if name not in {"self", "cls"}]


def length(function: Function) -> int:
    """Lines from `def` to the end, the docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def decorator_names(function: Function) -> set[str]:
    """
    >>> tree = ast.parse("@verb('draw')\\n@a.b\\ndef f(): pass")
    >>> sorted(decorator_names(tree.body[0]))
    ['b', 'verb']
    """
    called = [item.func if isinstance(item, ast.Call) else item for item in function.decorator_list]
    return {item.attr if isinstance(item, ast.Attribute) else getattr(item, "id", "") for item in called}


def imports_inside(functions: Iterable[Function]) -> Iterator[ast.AST]:
    """Import statements inside a function."""
    for function in functions:
        yield from (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))


def bindings(source: Source, names: set[str]) -> list[str]:
    """Where one of these names is bound, as `path:line name`.

    Bound are the targets of assignments, loops, `with`, `except` and comprehensions, and arguments; fields of classes
    are not.
    """
    nodes = list(source.nodes(ast.ClassDef, ast.Name, ast.arg, ast.ExceptHandler))
    fields = {
        statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
        for holder in nodes
        if isinstance(holder, ast.ClassDef)
        for statement in holder.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
    }
    bound = [(node, name) for node in nodes if node not in fields and (name := _bound_by(node)) in names]
    return [f"{source.at(node)} {name}" for node, name in bound]


def _bound_by(node: ast.AST) -> str:
    """
    >>> tree = ast.parse("def f(a, *b):\\n    with g() as c, h:\\n        d = a\\n    return [e for e in d]")
    >>> sorted(filter(None, map(_bound_by, ast.walk(tree))))
    ['a', 'b', 'c', 'd', 'e']
    """
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return node.id
    if isinstance(node, ast.arg):
        return node.arg
    return (node.name or "") if isinstance(node, ast.ExceptHandler) else ""


def figures() -> dict[str, float]:
    """The sizes DESIGN section 4 gives budgets for."""
    lengths = sorted(length(function) for source in sources(*ROOMS) for function in source.functions())
    code = sum(source.line_count for source in sources(*ROOMS))
    tests = sum(source.line_count for source in sources("tests"))
    return {
        "functions": len(lengths),
        "function length, median": median(lengths),
        "function length, P90": quantiles(lengths, n=10)[-1],
        "function length, longest": lengths[-1],
        "lines of code": code,
        "lines of tests": tests,
        "tests : code": round(tests / code, 2),
    }


if __name__ == "__main__":
    print("\n".join(f"{name:<26} {value:g}" for name, value in figures().items()))
