"""Which tables does each chapter hold, and how do they hang together? One page of Markdown, from the metadata."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from models.core.access import ALL, STAFF_ROLES, RowPolicy, Verbs
from models.core.db import Base
from models.core.rooms import load_rooms

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "data-model.md"

_HEAD = """# Data model

Written by `make docs` from the tables as the code states them; `make check` fails when it is out of date. Do not edit.

{tables} tables in {chapters} chapters, from the ground up: code of a chapter may lean on the chapters above it.
A line in a picture is a foreign key (or several): one row of the table before the line, many of the table after it.

- **Columns**: `?` may be empty, `!` is unique, `→` points to that table. *Word* is one of a fixed list, *day* a date
  in London, *moment* a time in UTC, *JSON* facts of varying shape. Left out: `id` and `row_version`.
- **Must hold**: what people read when a rule of the table is broken. Left out: that a word must be of its list.
- **Rows**: what each database role may do with the rows ([wall.md](wall.md)). *Staff* are people of the partnership,
  *agencies* people bound to one agency, *public* somebody without a sign-in; the portal itself is left out. The whole
  condition, such as "only while it is open", is in the table's `row_policy`. *Logged* rows leave every change in
  `change_log`.
"""

_KEPT_BY_THE_HOUSE = {"id", "row_version"}
_ROUTINE = "Choose one of the offered words"
_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], str], ...] = (
    (sa.Enum, "word"),
    (sa.Integer, "number"),
    (sa.Numeric, "number"),
    (sa.Boolean, "yes or no"),
    (sa.DateTime, "moment"),
    (sa.Date, "day"),
    (sa.LargeBinary, "bytes"),
    (JSONB, "JSON"),
    (sa.String, "text"),
)
_VERBS = {"select": "read", "insert": "add", "update": "change", "delete": "delete"}


def data_model() -> str:
    """The whole page. Equal models give equal text, whatever was imported before."""
    by_chapter: dict[str, list[type[Base]]] = {chapter: [] for chapter in chapters()}
    for model in _models():
        by_chapter[model.__module__.split(".")[1]].append(model)
    held = {chapter: models for chapter, models in by_chapter.items() if models}
    head = _HEAD.format(tables=sum(map(len, held.values())), chapters=len(held))
    return "\n".join([head, *(_chapter(chapter, models) for chapter, models in held.items())])


def chapters() -> list[str]:
    """The chapters of models from the ground up, as the import contract in pyproject.toml orders them."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "chapters-of-models")
    return [str(layer) for layer in reversed(layers) if (PROJECT / "models" / layer).is_dir()]


def sentence_of(chapter: str) -> str:
    """What a chapter of models answers, in its package's own words."""
    return first_sentence(import_module(f"models.{chapter}").__doc__)


def _models() -> list[type[Base]]:
    load_rooms("models")
    return sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: str(model.__tablename__))


def _chapter(chapter: str, models: list[type[Base]]) -> str:
    tables = [Base.metadata.tables[model.__tablename__] for model in models]
    lines = [
        *(f"## {chapter}", "", sentence_of(chapter), ""),
        *("```mermaid", "erDiagram", *_picture(tables), "```", ""),
        *("| A row is | Columns | Must hold | Rows |", "|---|---|---|---|"),
        *(_row(model, table) for model, table in zip(models, tables, strict=True)),
        "",
    ]
    return "\n".join(lines)


def _picture(tables: Iterable[sa.Table]) -> list[str]:
    """Each table with its foreign keys, those between the same two tables as one line; tables without any alone."""
    lines = []
    for table in tables:
        keys = sorted(table.foreign_key_constraints, key=lambda key: (key.referred_table.name, key.column_keys))
        by_target: dict[str, list[sa.ForeignKeyConstraint]] = {}
        for key in keys:
            by_target.setdefault(key.referred_table.name, []).append(key)
        lines += [_line(target, table.name, together) for target, together in by_target.items()]
        if not keys:
            lines.append(f"    {table.name}")
    return lines


def _line(target: str, table: str, keys: list[sa.ForeignKeyConstraint]) -> str:
    columns = [column for key in keys for column in key.columns]
    parent = "|o" if any(column.nullable for column in columns) else "||"
    child = "o|" if all(column.unique for column in columns) else "o{"
    return f'    {target} {parent}--{child} {table} : "{", ".join(column.name for column in columns)}"'


def _row(model: type[Base], table: sa.Table) -> str:
    columns = [_column(column) for column in table.columns if column.name not in _KEPT_BY_THE_HOUSE]
    cells = (
        f"**`{table.name}`** {first_sentence(model.__doc__)}",
        ", ".join(columns),
        "<br>".join(_sentences(table)),
        rows_in_words(model.row_policy),
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _column(column: sa.Column[object]) -> str:
    marks = ("?" if column.nullable else "") + ("!" if column.unique else "")
    targets = sorted(key.column.table.name for key in column.foreign_keys)
    return f"`{column.name}`{marks} " + (f"→ {', '.join(targets)}" if targets else type_in_words(column.type))


def type_in_words(kind: sa.types.TypeEngine[object]) -> str:
    """A column's type in plain words.

    >>> type_in_words(sa.ARRAY(sa.Text())), type_in_words(sa.Date())
    ('list of text', 'day')
    """
    if isinstance(kind, sa.ARRAY):
        return f"list of {type_in_words(kind.item_type)}"
    return next((words for known, words in _TYPES if isinstance(kind, known)), str(kind).lower())


def _sentences(table: sa.Table) -> list[str]:
    """What people read when a rule of the table is broken, in the order of the alphabet: metadata keeps none."""
    stated = [*table.constraints, *table.indexes, *table.columns]
    said = {str(item.info["sentence"]) for item in stated if "sentence" in item.info}
    return sorted(sentence for sentence in said if not sentence.startswith(_ROUTINE))


def rows_in_words(policy: RowPolicy) -> str:
    """A row policy in a few words.

    >>> rows_in_words(RowPolicy(staff=("select",), agency_reads="true", is_logged=False))
    'staff: read · agencies: read all · not logged'
    >>> _logged(RowPolicy(unlogged_columns=("token",)))
    'logged, but for `token`'
    >>> rows_in_words(RowPolicy(agency_reads="EXISTS (SELECT FROM actions)"))
    'administrator, officer: all; sponsor, manager, reader: read · agencies: read by way of actions · logged'
    """
    said = [_staff_words(policy)]
    if words := _limited(policy.agency_reads, policy.agency_inserts, policy.agency_writes, policy.agency_deletes):
        said.append(f"agencies: {words}")
    if words := _limited(policy.public_reads, policy.public_inserts):
        said.append(f"public: {words}")
    return " · ".join([*said, _logged(policy)])


def _staff_words(policy: RowPolicy) -> str:
    """What people of the partnership may do, those alike together."""
    alike: dict[str, list[str]] = {}
    for role in STAFF_ROLES:
        alike.setdefault(_verb_words(policy.verbs_of(role)), []).append(role.removeprefix("portal_"))
    if len(alike) == 1:
        return f"staff: {next(iter(alike))}{', administrators included their own only' if policy.binds_all else ''}"
    return "; ".join(f"{', '.join(roles)}: {words}" for words, roles in alike.items())


def _verb_words(verbs: Verbs) -> str:
    if verbs == ALL:
        return "all"
    named = [f"{_VERBS[verb.split()[0]]}{' some columns' if ' ' in verb else ''}" for verb in verbs]
    return ", ".join(named) or "nothing"


def _limited(*conditions: str | None) -> str:
    """The conditions on reading, adding, changing and deleting (in this order) in words; nothing where all are shut."""
    verbs = zip(_VERBS.values(), conditions, strict=False)
    return ", ".join(f"{verb} {_condition(condition)}" for verb, condition in verbs if condition)


def _condition(condition: str) -> str:
    """Whose rows an SQL condition names, as short as it can be said."""
    if condition == "true":
        return "all"
    parts = []
    outside = re.sub(r"EXISTS \(.*", "", condition)
    if "app.agency_ids" in outside:
        parts.append("their agency's")
    if "app.user_id" in outside:
        parts.append("their own")
    if "app.survey_token" in condition:
        parts.append("by an open survey's link")
    elif tables := re.findall(r"\bFROM (\w+)", condition):
        parts.append(f"by way of {', '.join(dict.fromkeys(tables))}")
    return " or ".join(parts) if " OR " in outside else ", ".join(parts) or f"where `{condition}`"


def _logged(policy: RowPolicy) -> str:
    if not policy.is_logged:
        return "not logged"
    hidden = ", ".join(f"`{column}`" for column in policy.unlogged_columns)
    return f"logged, but for {hidden}" if hidden else "logged"


def first_sentence(text: str | None) -> str:
    """The first sentence of a docstring, on one line.

    >>> first_sentence("A hub. It has an officer.")
    'A hub.'
    """
    opening = " ".join((text or "").strip().split("\n\n")[0].split())
    return re.split(r"(?<=[.?]) (?=[A-Z`])", opening)[0]
