"""Does the source keep to the house: layout, sizes, names, and one place for each concern?"""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from admin_views.kit.registry import load_screens
from models.core.db import Base
from models.core.rooms import load_rooms
from tests.house.source import (
    PROJECT,
    ROOMS,
    Source,
    bindings,
    decorator_names,
    figures,
    imports_inside,
    length,
    parameters,
    sources,
    tracked_files,
)

TOP_LEVEL = {
    *ROOMS,
    *("tests", "docs", ".ci", ".gitignore", "pyproject.toml", "wsgi.py", "README.md", "Makefile", "LICENSE"),
    *("Containerfile", "compose.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "requirements.lock", "requirements-dev.lock"),
}

# Modules of admin_views, jobs and jobs.pdf that are no noun of the partnership, and why they are there.
MACHINERY = {
    "jobs/core/queue.py": "the job every job is made of",
    "jobs/core/entries.py": "what stands in the queue for a request",
    "jobs/core/lanes.py": "which queue a job waits in",
    "jobs/core/service.py": "with what every process of jobs begins",
    "jobs/core/equipment.py": "what the jobs of a process are given",
    "jobs/core/relay.py": "carries requests from the outbox to the queue",
    "jobs/core/schedule.py": "writes what is due into the outbox",
    "jobs/core/worker.py": "the process that does the jobs",
    "jobs/core/mail.py": "how a letter leaves",
    "jobs/core/scanner.py": "how the virus scanner is asked",
}
MACHINE_FOLDERS = ("admin_views/kit/", "jobs/pdf/paper/", "jobs/word/")

# Functions that take more than six things, to be shortened one by one; nothing is added here.
MOST_PARAMETERS = 6
STILL_LONGER = {
    "admin_views/kit/list_views.py get_list",  # Flask-Admin's own, overridden
    "admin_views/documents/papers.py show_document",
    "app/demo/case_audits.py audit_whole_sample",
    "app/demo/earlier_plans.py _action",
    "app/demo/plans.py _load_action",
    "app/demo/surveys.py _survey",
    "jobs/core/worker.py run",
    "models/rules/case_lists/check.py __init__",
}

READS_THE_ENVIRONMENT = {"app/settings.py"}
READS_THE_CLOCK = {"models/core/clock.py"}
CATCHES_EVERYTHING = {"jobs/core/queue.py"}

# Names other people's base classes give to the methods we override.
GIVEN_NAMES = {
    "handle_view_exception": "Flask-Admin",
    "_handle_view": "Flask-Admin",
    "handle_filter": "Flask-Admin",
    "_process_ajax_references": "Flask-Admin",
    "handle_job_failure": "RQ",
    "process_bind_param": "SQLAlchemy",
    "process_result_value": "SQLAlchemy",
    "process_formdata": "WTForms",
    "process_data": "WTForms",
    "process": "WTForms",
}

# Words that say nothing of what a variable holds; no function binds one of them.
NAMELESS = {"one", "found", "made"}

# Spelled in halves, so that this file does not hold what it looks for.
BANNED_WORDS = re.compile("|".join(("py" + r"pi\.org", "python" + "hosted", r"registry\.np" + "mjs", "/wor" + "k/")))
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")

CODE = sources(*ROOMS)
EVERYTHING = sources(*ROOMS, "tests")


def none_of(findings: list[str]) -> None:
    assert not findings, "\n".join(["", *findings])


def test_top_level_holds_the_agreed_names_only() -> None:
    assert {name.partition("/")[0] for name in tracked_files()} <= TOP_LEVEL


def test_files_fit_their_budget() -> None:
    budget = {"tests": 500}
    limits = ((source, budget.get(source.room, 300)) for source in EVERYTHING)
    none_of([f"{source.path}: {source.line_count} lines" for source, most in limits if source.line_count > most])


def test_functions_fit_their_budget() -> None:
    long = [
        f"{source.at(function)} {function.name}: {length(function)} lines"
        for source in EVERYTHING
        for function in source.functions()
        if length(function) > 50
    ]
    none_of(long)


def test_most_functions_are_short() -> None:
    sizes = figures()
    assert sizes["function length, median"] <= 9
    assert sizes["function length, P90"] <= 25


def test_functions_take_six_things_at_most() -> None:
    longer = {
        f"{source.path} {function.name}"
        for source in CODE
        if not source.path.startswith("models/migrations/")
        for function in source.functions()
        if len(parameters(function)) > MOST_PARAMETERS
    }
    none_of([f"{name}: give what belongs together a name" for name in sorted(longer - STILL_LONGER)])
    none_of([f"{name}: is short now; take it off the list" for name in sorted(STILL_LONGER - longer)])


def test_view_methods_stay_thin() -> None:
    none_of(
        [
            f"{source.at(function)} {function.name}: {length(function)} lines"
            for source in sources("admin_views")
            for function in source.functions()
            if decorator_names(function) & {"verb", "page", "expose", "action"} and length(function) > 15
        ]
    )


def test_every_module_opens_with_a_sentence() -> None:
    silent = []
    for source in CODE:
        opening = (ast.get_docstring(source.tree) or "").partition("\n")[0]
        if source.text.strip() and not opening.endswith((".", "?")):
            silent.append(source.path)
    none_of(silent)


def test_every_public_rule_says_what_it_promises() -> None:
    none_of(
        [
            f"{source.at(node)} {node.name}"
            for source in sources("models/rules")
            for node in source.tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            if not node.name.startswith("_") and not ast.get_docstring(node)
        ]
    )


def test_every_module_of_rules_shows_an_example_that_runs() -> None:
    has_rules = [
        source
        for source in sources("models/rules")
        if any(isinstance(node, ast.FunctionDef) and not node.name.startswith("_") for node in source.tree.body)
    ]
    none_of([source.path for source in has_rules if ">>> " not in source.text])


def test_nouns_have_one_name_and_one_chapter_in_every_room() -> None:
    homes = {(source.noun, source.chapter) for source in sources("models")}
    nouns = {noun for noun, _ in homes}
    strangers = []
    for source in sources("admin_views", "jobs"):
        if source.path in MACHINERY or source.path.startswith(MACHINE_FOLDERS) or source.noun == "__init__":
            continue
        if source.noun not in nouns:
            strangers.append(f"{source.path}: models has no such noun")
        elif (source.noun, source.chapter) not in homes:
            strangers.append(f"{source.path}: models has it in another chapter")
    none_of(strangers)


def test_documents_have_one_name_in_every_room() -> None:
    homes = {(source.path.startswith("models/rules/"), source.noun, source.chapter) for source in sources("models")}
    makers = [source for source in sources("jobs") if re.search(r"^document\(", source.text, re.MULTILINE)]
    assert makers
    none_of(
        [
            f"{source.path}: no {'paper' if is_paper else 'facts'} of that name in models"
            for source in makers
            for is_paper in (True, False)
            if (is_paper, source.noun, source.chapter) not in homes
        ]
    )


def own_ancestors(screen: type) -> list[type]:
    """The classes a screen inherits from that are ours, beside the kit's."""
    ours = (known for known in screen.__mro__[1:] if known.__module__.startswith("admin_views."))
    return [known for known in ours if not known.__module__.startswith("admin_views.kit.")]


def test_screens_stand_on_few_ancestors_and_few_methods() -> None:
    methods = {
        (source.path.removesuffix(".py").replace("/", "."), node.name): sum(
            isinstance(part, ast.FunctionDef) for part in node.body
        )
        for source in sources("admin_views")
        for node in source.nodes(ast.ClassDef)
        if isinstance(node, ast.ClassDef)
    }
    towers = []
    for screen in load_screens():
        ancestors = own_ancestors(screen)
        count = sum(methods[known.__module__, known.__name__] for known in (screen, *ancestors))
        if len(ancestors) > 4 or count > 40:
            towers.append(f"{screen.__name__}: {len(ancestors)} ancestors, {count} methods of its own and theirs")
    none_of(towers)


def test_every_screen_says_in_its_own_words_what_an_empty_list_is_for() -> None:
    screens = load_screens()
    purposes = Counter(getattr(screen, "list_purpose", "") for screen in screens)
    addresses = {screen.url for screen in screens}
    shared = [screen.__name__ for screen in screens if purposes[getattr(screen, "list_purpose", "")] > 1]
    none_of([f"{name}: says what another says, or nothing" for name in shared])
    none_of([f"no sentence: {words}" for words in purposes if not re.fullmatch(r"[A-Z0-9].{30,230}\.", words)])
    begins = {getattr(screen, "list_begins_at", "") for screen in screens} - {""}
    none_of([f"no screen is at {address}" for address in begins - addresses])


def test_folders_hold_what_one_can_look_over() -> None:
    folders = Counter(source.path.rpartition("/")[0] for source in EVERYTHING if source.noun != "__init__")
    none_of([f"{folder}: {count} files" for folder, count in folders.items() if count > 25])


def test_environment_is_read_in_one_place() -> None:
    none_of(_naming({"environ", "getenv", "environb"}, READS_THE_ENVIRONMENT))


def test_clock_is_read_in_one_place() -> None:
    calls = []
    for source in CODE:
        for node in source.nodes(ast.Attribute):
            assert isinstance(node, ast.Attribute)
            of_time = isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date", "time"}
            if of_time and node.attr in {"now", "today", "utcnow", "time"} and source.path not in READS_THE_CLOCK:
                calls.append(source.at(node))
    none_of(calls)


def test_only_the_job_wrapper_catches_everything() -> None:
    greedy = []
    for source in CODE:
        for node in source.nodes(ast.ExceptHandler):
            assert isinstance(node, ast.ExceptHandler)
            is_wide = node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"}
            passes_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if is_wide and not passes_on and source.path not in CATCHES_EVERYTHING:
                greedy.append(source.at(node))
    none_of(greedy)


def test_imports_stand_at_the_top() -> None:
    none_of([source.at(node) for source in CODE for node in imports_inside(source.functions())])


def test_nothing_is_left_for_later() -> None:
    none_of([f"{name}: {word.group()}" for name, word in _found(UNFINISHED)])


def test_no_registry_and_no_machine_is_named() -> None:
    none_of([f"{name}: {word.group()}" for name, word in _found(BANNED_WORDS)])


def test_functions_are_named_for_what_people_do() -> None:
    vague = re.compile(r"_?(handle|process|do)_")
    none_of(
        [
            f"{source.at(function)} {function.name}"
            for source in CODE
            for function in source.functions()
            if vague.match(function.name) and function.name not in GIVEN_NAMES
        ]
    )


def test_variables_are_named_for_what_they_hold() -> None:
    none_of([at for source in CODE for at in bindings(source, NAMELESS)])


def test_classes_are_named_for_what_they_are() -> None:
    vague = ("Manager", "Helper", "Service", "Utils", "Util")
    none_of(
        [
            f"{source.at(node)} {node.name}"
            for source in CODE
            for node in source.nodes(ast.ClassDef)
            if isinstance(node, ast.ClassDef) and node.name.endswith(vague) and node.name not in vague
        ]
    )


def test_exceptions_from_lint_rules_carry_a_reason() -> None:
    bare = re.compile(r"# (?:ruff: )?noqa(?!: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* [-(]+ ?\w)")
    none_of(
        [f"{source.path}: {line.strip()}" for source in CODE for line in source.text.splitlines() if bare.search(line)]
    )


def test_no_function_is_excused_from_its_complexity() -> None:
    excuse = re.compile("noqa[^\n]*C9" + "01")
    none_of([source.path for source in EVERYTHING if excuse.search(source.text)])


def test_tests_are_named_in_sentences() -> None:
    none_of(
        [
            f"{source.at(function)} {function.name}"
            for source in sources("tests")
            for function in source.functions()
            if function.name.startswith("test_") and function.name.count("_") < 4
        ]
    )


def test_few_tests_use_a_mock() -> None:
    tests = [
        ast.unparse(function)
        for source in sources("tests")
        for function in source.functions()
        if function.name.startswith("test_")
    ]
    mocked = [text for text in tests if re.search(r"\bMock\b|\bMagicMock\b|\bpatch\(|monkeypatch\.setattr", text)]
    assert len(mocked) < len(tests) / 10


def test_choices_carry_their_labels_themselves() -> None:
    own = [
        f"{source.at(member)} {node.name}"
        for source in CODE
        for node in source.nodes(ast.ClassDef)
        if isinstance(node, ast.ClassDef) and {ast.unparse(base) for base in node.bases} & {"Choice", "StrEnum"}
        for member in node.body
        if isinstance(member, ast.FunctionDef) and member.name in {"label", "meaning"}
    ]
    none_of(own)


@pytest.fixture(scope="module")
def columns() -> list[sa.Column[object]]:
    load_rooms("models")
    return [column for table in Base.metadata.tables.values() for column in table.columns]


@pytest.mark.parametrize(
    ("kind", "name"),
    [(sa.DateTime, r".*_at"), (sa.Date, r".*_on"), (sa.Boolean, r"(is|has)_.*")],
    ids=["moments", "dates", "flags"],
)
def test_columns_are_named_for_what_they_hold(
    columns: list[sa.Column[object]], kind: type[sa.types.TypeEngine[object]], name: str
) -> None:
    held = [column for column in columns if isinstance(column.type, kind)]
    none_of([str(column) for column in held if not re.fullmatch(name, column.name)])


def test_counts_are_whole_numbers(columns: list[sa.Column[object]]) -> None:
    counts = [column for column in columns if column.name.endswith("_count")]
    none_of([str(column) for column in counts if not isinstance(column.type, sa.Integer)])


def test_every_check_of_a_table_has_a_name() -> None:
    load_rooms("models")
    checks = [
        (table.name, check)
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    ]
    none_of([f"{table}: {check.sqltext}" for table, check in checks if not check.name])


def test_requirements_name_no_address() -> None:
    locks = ("requirements.lock", "requirements-dev.lock")
    lines = [line for lock in locks for line in (PROJECT / lock).read_text(encoding="utf-8").splitlines()]
    none_of([line for line in lines if "://" in line or line.startswith("--") or re.match(r"\S+==\S+ *$", line)])


def test_tests_run_on_the_versions_the_portal_runs_on() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", (PROJECT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    assert pins[0] <= pins[1]


def _naming(names: set[str], allowed: set[str]) -> list[str]:
    return [
        source.at(node)
        for source in CODE
        if source.path not in allowed
        for node in source.nodes(ast.Attribute, ast.Name)
        if getattr(node, "attr", getattr(node, "id", "")) in names
    ]


def _found(pattern: re.Pattern[str]) -> list[tuple[str, re.Match[str]]]:
    texts = [(name, _text(PROJECT / name)) for name in tracked_files() if not name.endswith(".lock")]
    return [(name, word) for name, text in texts if (word := pattern.search(text))]


def _text(path: Path) -> str:
    """The text of a file, or nothing where it is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_house_knows_its_own_source() -> None:
    assert Source("app/settings.py") in CODE
