"""How does PostgreSQL plan a statement once for many pages, although each page's transaction ends with a rollback?

The driver prepares a statement that a connection has run five times. It forgets all of them at every rollback, lest a
table was made anew; here a page that only reads ends with one, so that every statement of every page was planned again.
PostgreSQL itself keeps what is prepared through a rollback, and plans again when a table, a policy or the role changes.

The driver also keeps how it reads the places of values in a statement, but not in long ones, which it takes for large
inserts. Here the long ones are the counts of the home page and the like, few and always the same.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, _queries
from psycopg._preparing import PrepareManager
from sqlalchemy import Engine, event

_MOST_KEPT = 250
_LONGEST_READ_ONCE, _MOST_VALUES = 64 * 1024, 1_000  # beyond these every statement is read anew; 128 are kept
_PLANS_BY_ROLE_SINCE = {14: 14, 15: 9, 16: 5, 17: 1}


def keep_plans(engine: Engine) -> None:
    """Let the connections of an engine keep what they have prepared until they close."""
    event.listen(engine, "connect", _keep)
    _queries.MAX_CACHED_STATEMENT_LENGTH, _queries.MAX_CACHED_STATEMENT_PARAMS = _LONGEST_READ_ONCE, _MOST_VALUES


def plans_by_role(server_version: int) -> bool:
    """Whether a server plans again when another role runs what is prepared, also where a row policy stands deep inside.

    Older ones may show the rows of the role before. Source: PostgreSQL, CVE-2024-10976.

    >>> [plans_by_role(version) for version in (130020, 160004, 160005, 170000, 170001, 180000)]
    [False, False, True, False, True, True]
    """
    major, minor = divmod(server_version, 10_000)
    return major > max(_PLANS_BY_ROLE_SINCE) or minor >= _PLANS_BY_ROLE_SINCE.get(major, 10_000)


def _keep(driver: Connection[Any], _: object) -> None:
    if plans_by_role(driver.info.server_version):
        driver._prepared = _Kept()
        driver.prepared_max = _MOST_KEPT


class _Kept(PrepareManager):
    """What is prepared on a connection, without being forgotten at every rollback."""

    def clear(self) -> bool:
        return False
