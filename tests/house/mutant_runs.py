"""How does one mutant after the other meet the tests that run its lines?"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import os
import pickle
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import pytest
from _pytest.runner import runtestprotocol

from tests.house.mutations import Mutant, mutants_of
from tests.house.source import PROJECT

_OPTIONS = ["-q", "-p", "no:xdist", "-p", "no:cov", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
_LIBRARIES = ("alembic", "bs4", "flask_admin", "psycopg", "reportlab", "sqlalchemy.orm", "structlog")
_LOADING, _STATING = "while loading", "while stating the schema"
_SLOTS = 2  # mutants at once, each on a database of its own
_PROCESSOR = 20  # seconds of processor beyond ten times what the same tests take: whoever needs more runs in circles
_PATIENCE = 900  # seconds by the clock, for a test that waits for ever; a busy machine must not pass for a good test


Databases = list[tuple[str, str]]


class Outcome(Enum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    NOT_RUN = "no test runs this line"
    LATE = "too slow to tell"


@dataclass(frozen=True)
class _Fault:
    """A mutant and the path of its module."""

    path: str
    mutant: Mutant

    @property
    def file(self) -> str:
        return str(PROJECT / self.path)

    @property
    def module(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".")

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.mutant.name


@dataclass
class _Baseline:
    """What the tests do without a fault: which of them run which line of a module, and how long each takes."""

    tests_by_line: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def tests_at(self, fault: _Fault) -> list[str]:
        """The tests that run a mutant's statement, the quickest first; all of them where it states the schema."""
        names = self._contexts(fault) - {_LOADING}
        return sorted(self.seconds if _STATING in names else names, key=lambda name: (self.seconds[name], name))

    def runs_while_loading(self, fault: _Fault) -> bool:
        return not fault.mutant.function or _LOADING in self._contexts(fault)

    def _contexts(self, fault: _Fault) -> set[str]:
        lines, known = range(fault.mutant.line, fault.mutant.last_line + 1), self.tests_by_line[fault.path]
        return {name for line in lines for name in known.get(line, [])}


def run_module(
    path: str,
    tests: list[str],
    databases: Databases,
    *,
    restates_schema: bool = False,
    find: Callable[[str], list[Mutant]] = mutants_of,
) -> dict[str, Outcome]:
    """The outcome of every mutant of a module, by name. `tests` are files or folders, as pytest takes them.

    `find` gives the mutants of a module's text: every small fault, unless something else is wanted.

    `restates_schema` lets each mutant state the database's grants and policies before its tests, and leaves those of
    the last mutant. Raises RuntimeError where the tests fail without a fault.
    """
    mutants = {path: find((PROJECT / path).read_text(encoding="utf-8"))}
    outcomes = run_modules(mutants, tests, databases, restates_schema=restates_schema)
    return {name: outcome for (_, name), outcome in outcomes.items()}


def run_modules(
    mutants: dict[str, list[Mutant]], tests: list[str], databases: Databases, *, restates_schema: bool = False
) -> dict[tuple[str, str], Outcome]:
    """The outcome of every mutant of some modules, by path and name, each against all of the tests that run its line.

    The tests are loaded and learned once for all. Raises RuntimeError where they fail without a fault.
    """
    for library in _LIBRARIES:
        importlib.import_module(library)
    faults = [_Fault(path, mutant) for path, each in mutants.items() for mutant in each]
    setting = _Setting(tests, databases, restates_schema)
    outcomes = _in_child(_Loaded(setting, faults).run, patience=7200)
    if not isinstance(outcomes, dict):
        raise RuntimeError(f"{', '.join(mutants)}: {outcomes}")
    late = [fault for fault in faults if fault.key not in outcomes]
    return outcomes | _at_once([_Job(it.key, partial(_load_anew, setting, it), 300) for it in late])


@dataclass(frozen=True)
class _Setting:
    """The tests of some modules, and the addresses of the databases they are tried on."""

    tests: list[str]
    databases: Databases
    restates: bool

    def state_schema(self, slot: int) -> bool:
        """State grants and policies as the code says now, where this module has to do with them; False on an error."""
        if self.restates:
            try:
                importlib.import_module("models.schema").migrate(self.databases[slot][1])
            except Exception:  # noqa: BLE001 - whatever a faulty statement brings about, the fault is noticed
                return False
        return True

    def differs_from_migrations(self, path: str, slot: int) -> bool:
        """Whether `make check` would notice a fault of a module, as the migrations say something else."""
        if not path.startswith("models/") or path.startswith("models/rules/"):
            return False
        try:
            return bool(importlib.import_module("models.schema_changes").drift(self.databases[slot][1]))
        except Exception:  # noqa: BLE001 - models that do not even load are noticed too
            return True


@contextlib.contextmanager
def some_databases() -> Iterator[Databases]:
    """Addresses of as many migrated databases as mutants run at once."""
    with (
        tempfile.TemporaryDirectory(prefix="tri", ignore_cleanup_errors=True) as folder,
        contextlib.ExitStack() as held,
    ):
        servers = [held.enter_context(_server(Path(folder) / str(slot))) for slot in range(_SLOTS)]
        yield servers


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[tuple[str, str]]:
    ready, tell = os.pipe()
    done, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        _serve(folder, tell, done)
    os.close(tell)
    with os.fdopen(ready, "rb") as answer:
        addresses = pickle.load(answer)
    try:
        yield addresses
    finally:
        os.close(end)
        os.waitpid(child, 0)


def _serve(folder: Path, tell: int, done: int) -> None:
    """In a child: keep a database until the other end is closed."""
    try:
        local_servers = importlib.import_module("app.servers.local_servers")
        schema = importlib.import_module("models.schema")
        with local_servers.join_servers(folder, with_queue=False, durable=False) as servers:
            schema.migrate(servers.owner_url)
            with os.fdopen(tell, "wb") as answer:
                pickle.dump((servers.jobs_url, servers.owner_url, servers.superuser_url), answer)
            os.read(done, 1)
    finally:
        os._exit(0)


@dataclass(frozen=True)
class _Job:
    """One mutant to be tried: `run` gets the number of a database and answers in a child, None where it cannot."""

    key: tuple[str, str]
    run: Callable[[int], Outcome | None]
    processor: float


@dataclass(frozen=True)
class _Running:
    """A mutant whose tests run now."""

    job: _Job
    slot: int
    child: int
    deadline: float


def _at_once(jobs: list[_Job]) -> dict[tuple[str, str], Outcome]:
    """Try mutants, as many at a time as there are databases; one that takes too long has been noticed."""
    outcomes: dict[tuple[str, str], Outcome] = {}
    running: dict[int, _Running] = {}
    free, waiting = list(range(_SLOTS)), list(jobs)
    while waiting or running:
        while free and waiting:
            job, slot = waiting.pop(0), free.pop()
            child, answer = _fork(partial(job.run, slot), int(job.processor))
            running[answer] = _Running(job, slot, child, time.monotonic() + _PATIENCE)
        for answer in _ended(running):
            ended = running.pop(answer)
            free.append(ended.slot)
            result = _collect(ended.child, answer, is_late=time.monotonic() > ended.deadline)
            if result is not None:
                outcomes[ended.job.key] = result
    return outcomes


def _ended(running: dict[int, _Running]) -> list[int]:
    ready, _, _ = select.select(list(running), [], [], 0.5)
    now = time.monotonic()
    return ready or [answer for answer, one in running.items() if now > one.deadline]


def _in_child(work: Callable[[], Any], patience: float) -> Any:
    child, answer = _fork(work)
    ready, _, _ = select.select([answer], [], [], patience)
    return _collect(child, answer, is_late=not ready)


def _fork(work: Callable[[], Any], processor: int = resource.RLIM_INFINITY) -> tuple[int, int]:
    """Run something in a child, which answers through a pipe; its process id and the pipe.

    The child ends without an answer when it has used so many seconds of processor.
    """
    answer, tell = os.pipe()
    child = os.fork()
    if child:
        os.close(tell)
        return child, answer
    try:
        os.close(answer)
        resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
        with os.fdopen(tell, "wb") as pipe:
            pickle.dump(work(), pipe)
    except BaseException:  # noqa: BLE001 - the parent shall know what went wrong, and nothing of it go on here
        traceback.print_exc()
    finally:
        os._exit(0)


def _collect(child: int, answer: int, *, is_late: bool) -> Any:
    """What a child answered; one that died of its fault has noticed it."""
    if is_late:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(answer, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(said) if said else Outcome.LATE if is_late else Outcome.KILLED


class _Loaded:
    """A process that has loaded everything and learned the tests' ways: a plugin of pytest in place of its loop."""

    def __init__(self, setting: _Setting, faults: list[_Fault]) -> None:
        self.setting, self.faults = setting, faults
        self.files = {fault.path: fault.file for fault in faults}
        self.place = _Place()
        self.outcomes: dict[tuple[str, str], Outcome] = {}
        self.functions: list[FunctionType] = []
        self.problem = ""
        self.recorder = coverage.Coverage(data_file=None, config_file=False, include=list(self.files.values()))

    def run(self) -> dict[tuple[str, str], Outcome] | str:
        """The outcomes of all mutants but those that the loading of modules runs, or what went wrong."""
        _be_silent()
        self.recorder.start()
        self.recorder.switch_context(_LOADING)
        status = pytest.main([*_OPTIONS, *self.setting.tests], plugins=[self, self.place])
        return self.problem or self.outcomes or f"pytest ended with {status!r} and no outcome"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        importlib.import_module("tests.web").usual_portal()
        baseline = _in_child(partial(self._learn, session.items), patience=1800)
        self.recorder.stop()
        if not isinstance(baseline, _Baseline) or baseline.failed:
            self.problem = f"the tests fail without a fault: {getattr(baseline, 'failed', 'all at once')}"
            return True
        gc.unfreeze()  # what stays frozen since it was loaded is not told of
        self.functions = [held for held in gc.get_objects() if type(held) is FunctionType]
        self._try_all({item.nodeid: item for item in session.items}, baseline)
        return True

    def _try_all(self, items: dict[str, pytest.Item], baseline: _Baseline) -> None:
        jobs = []
        for fault in self.faults:
            names = baseline.tests_at(fault)
            if baseline.runs_while_loading(fault):
                continue
            if not names:
                self.outcomes[fault.key] = Outcome.NOT_RUN
                continue
            usual = sum(baseline.seconds[name] for name in names)
            run = partial(self._try, fault, [items[name] for name in names])
            jobs.append(_Job(fault.key, run, _PROCESSOR + 10 * usual))
        self.outcomes |= _at_once(jobs)

    def _try(self, fault: _Fault, items: list[pytest.Item], slot: int) -> Outcome | None:
        """In a child: the tests against the fault; None where the code cannot be exchanged in a running process."""
        self.place.database = self.setting.databases[slot]
        try:
            _exchange(self.functions, fault.file, fault.mutant)
        except ValueError:  # it has other free variables
            return None
        if not self.setting.state_schema(slot):
            return Outcome.KILLED
        passes = all(_passes(item, following) for item, following in _with_next(items))
        return Outcome.SURVIVED if passes else Outcome.KILLED

    def _learn(self, items: list[pytest.Item]) -> _Baseline:
        """In a child: run all tests, each under its own name."""
        self.place.database = self.setting.databases[0]
        baseline = _Baseline()
        self.recorder.switch_context(_STATING)
        self.setting.state_schema(0)
        for item, following in _with_next(items):
            self.recorder.switch_context(item.nodeid)
            started = time.monotonic()
            if not _passes(item, following):
                baseline.failed.append(item.nodeid)
            baseline.seconds[item.nodeid] = time.monotonic() - started
        self.recorder.stop()
        data = self.recorder.get_data()
        baseline.tests_by_line = {path: data.contexts_by_lineno(file) for path, file in self.files.items()}
        return baseline


class _Place:
    """Gives tests the database of their slot, in place of one that each process would start for itself."""

    database: tuple[str, str]

    def pytest_configure(self) -> None:
        """Generated examples may take their time on a busy machine, and a failing one need not be made smaller."""
        hypothesis = importlib.import_module("hypothesis")
        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        patient = {"deadline": None, "suppress_health_check": list(hypothesis.HealthCheck), "phases": phases}
        hypothesis.settings.register_profile("mutants", **patient)
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: pytest.FixtureRequest) -> object | None:
        if fixturedef.argname != "database":
            return None
        database = importlib.import_module("tests.databases").Database(*self.database)
        fixturedef.cached_result = (database, fixturedef.cache_key(request), None)
        return database


def _with_next(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


def _passes(item: pytest.Item, following: pytest.Item | None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _exchange(functions: list[FunctionType], file: str, mutant: Mutant) -> None:
    """Let every function of a module that is there already run the mutant's code. Raises ValueError where it cannot."""
    codes = {key_of(code): code for code in codes_in(compile(mutant.tree, file, "exec", dont_inherit=True))}
    for function in functions:
        if function.__code__.co_filename == file:
            function.__code__ = codes.get(key_of(function.__code__), function.__code__)


def key_of(code: CodeType) -> tuple[str, int]:
    """By what a piece of code is told from the others of its file."""
    return code.co_qualname, code.co_firstlineno


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """The code of every function and class inside, at any depth."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from codes_in(constant)


def _load_anew(setting: _Setting, fault: _Fault, slot: int) -> Outcome:
    """In a child that has loaded nothing of ours: load the faulty module in the true one's place and run all tests."""
    sys.meta_path.insert(0, _Finder(fault.module, fault.file, fault.mutant.tree))
    place = _Place()
    place.database = setting.databases[slot]
    _be_silent()
    if not setting.state_schema(slot) or setting.differs_from_migrations(fault.path, slot):
        return Outcome.KILLED
    status = pytest.main([*_OPTIONS, "-x", *setting.tests], plugins=[place])
    return Outcome.SURVIVED if status == pytest.ExitCode.OK else Outcome.KILLED


def _be_silent() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)


class _Finder(MetaPathFinder, Loader):
    """Loads one module from a tree of ours."""

    def __init__(self, name: str, file: str, tree: ast.Module) -> None:
        self.name, self.file, self.tree = name, file, tree

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_file_location(fullname, self.file, loader=self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, self.file, "exec", dont_inherit=True), module.__dict__)
