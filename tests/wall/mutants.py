"""What would a wrong policy look like? Every table's policies made wrong on purpose, one comparison at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.core.access import EVERYTHING, OWN_AGENCIES, OWN_PERSON, RowPolicy
from models.core.db import Base
from tests.wall.callers import ADMINISTRATOR, ANSWERERS, FREE, MEMBER, OFFICER, READER, Caller

SQL_VERBS = {"read": "select", "add": "insert", "change": "update", "remove": "delete"}

_COMPARISON = re.compile(
    "|".join((
        rf"[\w.]+ (?:= ANY|<@) {re.escape(OWN_AGENCIES)}",
        rf"[\w.]+ = {re.escape(OWN_PERSON)}",
        r"[\w.]+ = current_setting\([^)]*\)",
        r"\(now\(\)[^)]*\)::date BETWEEN \w+ AND \w+",
        r"[\w.]+ IS (?:NOT )?NULL",
        r"[\w.]+ = [\w.]+",
        r"[\w.]+ IN \([^)]*\)",
        r"\b(?:\w+\.)?is_open\b",
    ))
)  # fmt: skip


SAID_TWICE: dict[str, str | tuple[str, ...]] = {
    "action_update_files: add": ("u.id", "u.author_id", "d.id", "d.made_by_id"),
    "audit_involvements: read": "a.agency_id",
    "audit_involvements: add": "a.agency_id",
    "briefings: read": "p.released_on",
    "documents: remove": "agency_id",
    "learning_uses: add": "p.released_on",
    "saved_view_books: add": "v.owner_id",
    "saved_view_books: read": "v.owner_id",
    "saved_view_books: remove": "v.owner_id",
    "saved_views: read": "p.id",
    "section_11_scores: read": "r.agency_id",
    "sheet_answers: read": "s.agency_id",
    "sheet_answers: add": "s.agency_id",
    "sheet_answers: change": "s.agency_id",
    "survey_responses: add": "token",
    "surveys: read": "closed_on",
}
"""Comparisons that may be left out without anybody noticing, by how they begin: a query inside a policy runs as the
caller, so the table that it asks shows own rows only, and asking again whose they are is a second lock on one door. Of
surveys none is planted that is closed before its last day and has no outcome; tests/feedback has one. An
update and its file are planted with one owner; tests/plans/test_update_files.py has them apart. No view is planted that
is shared; tests/documents/test_saved_views.py has some.
"""


@dataclass(frozen=True)
class Mutant:
    """Statements that make a table's wall wrong, callers of whom one should notice, and at which verbs each."""

    name: str
    callers: tuple[Caller, ...]
    verbs: tuple[str, ...]
    statements: tuple[str, ...]
    is_harmless: bool = False


def mutants_of(table: str, policy: RowPolicy) -> Iterator[Mutant]:
    """Every way in which a table's policies and grants are made wrong."""
    for caller in FREE:
        granted = tuple(verb.split()[0] for verb in policy.verbs_of(caller.role))
        yield from _flipped(table, caller, granted)
    yield from _of_others(table, policy)
    stated = {
        (MEMBER,): (policy.agency_reads, policy.agency_inserts, policy.agency_writes, policy.agency_deletes),
        ANSWERERS: (policy.public_reads, policy.public_inserts, None, None),
    }
    for callers, conditions in stated.items():
        known = dict(zip(SQL_VERBS, conditions, strict=True))
        yield _opened(table, callers, tuple(verb for verb, condition in known.items() if condition != EVERYTHING))
        for verb, condition in known.items():
            if condition:
                yield from _bent(table, callers, verb, condition)
    if policy.agency_updates:
        names = [column.name for column in Base.metadata.tables[table].columns]
        column = next(name for name in names if name not in policy.agency_updates)
        yield Mutant(f"{column} too", (MEMBER,), ("change",), (_grant(table, MEMBER, f'UPDATE ("{column}")'),))
    if "IN (" in str(policy.agency_leaves):  # it names the states in which an agency may leave a row
        statement = f'ALTER POLICY agency_update ON "{table}" WITH CHECK (true)'
        yield Mutant("change: left in any state", (MEMBER,), ("change",), (statement,))


def _flipped(table: str, caller: Caller, granted: tuple[str, ...]) -> Iterator[Mutant]:
    """Each verb that a role has taken away, and each other one granted; reading apart, as the others need it."""
    rule = f'CREATE POLICY mutant ON "{table}" TO {caller.role} USING (true) WITH CHECK (true)'
    flips = {
        verb: f'REVOKE {sql} ON "{table}" FROM {caller.role}' if sql in granted else _grant(table, caller, sql)
        for verb, sql in SQL_VERBS.items()
    }
    yield Mutant("read: granted the other way round", (caller,), ("read",), (rule, flips.pop("read")))
    reading = _grant(table, caller, "select")
    yield Mutant("granted the other way round", (caller,), tuple(flips), (rule, reading, *flips.values()))


def _of_others(table: str, policy: RowPolicy) -> Iterator[Mutant]:
    """What is read or written in one's own name only, open to everybody's."""
    if policy.own:
        opened = f'ALTER POLICY own_insert ON "{table}" WITH CHECK (true)'
        yield Mutant("add: in anybody's name", (OFFICER, READER), ("add",), (opened,))
    if policy.own and policy.binds_all:
        yield from _of_everybody(table, policy)
    if policy.own_reads:
        opened = f'ALTER POLICY own_select ON "{table}" USING (true)'
        yield Mutant("read: whosever it is", (READER,), ("read",), (opened,))


def _of_everybody(table: str, policy: RowPolicy) -> Iterator[Mutant]:
    """What not even an administrator reaches of others, open to each of them."""
    verbs = {verb: sql for verb, sql in SQL_VERBS.items() if any(said.startswith(sql) for said in policy.staff or ())}
    for verb, sql in verbs.items():
        clause = {"add": "WITH CHECK (true)", "change": "USING (true) WITH CHECK (true)"}.get(verb, "USING (true)")
        for caller in (ADMINISTRATOR, OFFICER):
            opened = f'CREATE POLICY mutant ON "{table}" FOR {sql} TO {caller.role} {clause}'
            seen = f'CREATE POLICY mutant_read ON "{table}" FOR SELECT TO {caller.role} USING (true)'
            yield Mutant(f"{verb}: everybody's", (caller,), (verb,), (opened, seen))


def _grant(table: str, caller: Caller, sql: str) -> str:
    return f'GRANT {sql} ON "{table}" TO {caller.role}'


def _opened(table: str, callers: tuple[Caller, ...], verbs: tuple[str, ...]) -> Mutant:
    """Every row there for every verb."""
    rule = f'CREATE POLICY mutant ON "{table}" TO {callers[0].role} USING (true) WITH CHECK (true)'
    return Mutant("open to all", callers, verbs, (rule, _grant(table, callers[0], "select, insert, update, delete")))


def _bent(table: str, callers: tuple[Caller, ...], verb: str, condition: str) -> Iterator[Mutant]:
    """The policy for a verb dropped, and once for each comparison in it, as if that were always true."""
    role, sql = callers[0].role, SQL_VERBS[verb]
    drop = f'DROP POLICY {role.removeprefix("portal_")}_{sql} ON "{table}"'
    yield Mutant(f"{verb}: no policy", callers, (verb,), (drop,))
    clause = {"add": "WITH CHECK (%s)", "change": "USING (%s) WITH CHECK (true)"}.get(verb, "USING (%s)")
    for comparison in _COMPARISON.finditer(condition):
        is_harmless = comparison[0].startswith(SAID_TWICE.get(f"{table}: {verb}", "-"))
        bent = f"{condition[: comparison.start()]}true{condition[comparison.end() :]}"
        rule = f'CREATE POLICY mutant ON "{table}" FOR {sql} TO {role} {clause % bent}'
        yield Mutant(f"{verb}: not asked whether {comparison[0]}", callers, (verb,), (drop, rule), is_harmless)
