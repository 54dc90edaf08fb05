"""Which role of the database may do what with each table, as a table of Markdown?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.servers.local_servers import join_servers
from models import schema
from models.core.access import Actor, DatabaseRole
from models.core.db import Base, make_engine, make_session_factory
from models.core.policy_statements import all_policies
from models.core.table_walls import Gate, gates_of

_WORDS = {"select": "read", "insert": "add", "update": "change", "delete": "remove"}
_ROLES = tuple(role for role in DatabaseRole if role is not DatabaseRole.DOOR)
_FREE = ("", "true")


@cache
def grants_table() -> str:
    """The grants of every table as a database of this version holds them: one is made for it and thrown away."""
    with (
        TemporaryDirectory(prefix="triangulate", ignore_cleanup_errors=True) as folder,
        join_servers(Path(folder), with_queue=False, durable=False) as servers,
    ):
        schema.migrate(servers.owner_url)
        engine = make_engine(servers.jobs_url, pool_size=1)
        try:
            return grants_on(engine)
        finally:
            engine.dispose()


def grants_on(engine: Engine) -> str:
    """The same of the database behind an engine whose login may become the portal itself."""
    with make_session_factory(engine)(info={"actor": Actor.system("grants")}) as session:
        return _table(session)


def _table(session: Session) -> str:
    heads = [role.removeprefix("portal_").replace("_", "-") for role in _ROLES]
    lines = [f"| Table | {' | '.join(heads)} |", f"|---|{'---|' * len(heads)}"]
    for name in sorted(all_policies()):
        gates = gates_of(session, name)
        cells = [_cell(name, [gate for gate in gates if gate.role == role]) for role in _ROLES]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(table: str, gates: Iterable[Gate]) -> str:
    """What one role may do, in the order of SQL's verbs; "own" where a condition on the row stands before it."""
    by_verb = {gate.verb: gate for gate in gates}
    return ", ".join(_words(table, by_verb[verb]) for verb in _WORDS if verb in by_verb) or "–"


def _words(table: str, gate: Gate) -> str:
    asked = gate.left_as if gate.verb == "insert" else gate.seen
    word = _WORDS[gate.verb] + ("" if asked in _FREE else " own")
    named = set(gate.columns.split(", ")) - {""}
    if not named:
        return word
    others = [column.name for column in Base.metadata.tables[table].columns if column.name not in named]
    return f"{word} all but {_code(others)}" if len(others) < len(named) else f"{word} {_code(sorted(named))}"


def _code(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)
