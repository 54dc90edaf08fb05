"""Which pages cost more in a partnership ten times as large, and how much?

Every page, opened by one person of each side, on the demonstration, on the same grown tenfold within its years, and so
grown with its reviews over ten times as many years. A page of one record is asked for the same record each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import psycopg

from models.core.access import Actor, Role
from tests.benchmarks.more_data import APART, grow
from tests.benchmarks.sizes import Cost, costs_of, sizes
from tests.databases import Database
from tests.demo.test_costs import BY_EVERYBODY, first_paths

TIMES = 10
WANTED = 1.5
_OVER_THE_YEARS = f"UPDATE thematic_reviews SET year = year - id / {APART}"
_OLD, _WITHIN, _OVER = "demonstration", "within the years", "over the years"

Page = tuple[str, Role]
Costs = dict[str, dict[Page, Cost]]


def bench(database: Database) -> Iterator[str]:
    """The pages that everybody knows by role, then all that cost more than is wanted, then how many stay within it."""
    changes = {_OLD: _left, _WITHIN: partial(grow, times=TIMES), _OVER: _over_the_years}
    with sizes(database, changes) as known:
        demo = known[_OLD]
        with demo.factory(info={"actor": Actor.system("bench")}) as session:
            paths = first_paths(demo.portal(), session, dict(demo.browsers))
        costs = costs_of(known, paths)
    yield f"pages of the demonstration and of {TIMES} times as much: ms of processor, times, statements"
    yield f"  {'page':<44} {'role':<14} {_OLD} {_WITHIN} {_OVER}"
    yield from (_line(page, costs) for page in paths if page[0] in BY_EVERYBODY)
    more = sorted((page for page in paths if _worst(page, costs) > WANTED), key=lambda page: -_worst(page, costs))
    yield f"more than {WANTED} times: {len(more)} of {len(paths)}"
    yield from (_line(page, costs) for page in more)
    for name in (_WITHIN, _OVER):
        within = sum(_growth(page, costs, name) <= WANTED for page in paths)
        asked = sum(costs[name][page].count > costs[_OLD][page].count for page in paths)
        yield f"{name}: at most {WANTED} times on {within} of {len(paths)} pages; more statements on {asked}"


def _left(connection: psycopg.Connection[Any]) -> None:
    """The demonstration as it is."""


def _over_the_years(connection: psycopg.Connection[Any]) -> None:
    grow(connection, TIMES)
    connection.execute(_OVER_THE_YEARS.encode())


def _growth(page: Page, costs: Costs, name: str) -> float:
    return costs[name][page].seconds / costs[_OLD][page].seconds


def _worst(page: Page, costs: Costs) -> float:
    return max(_growth(page, costs, name) for name in (_WITHIN, _OVER))


def _line(page: Page, costs: Costs) -> str:
    taken = [costs[name][page] for name in (_OLD, _WITHIN, _OVER)]
    times = f"{_growth(page, costs, _WITHIN):5.2f} {_growth(page, costs, _OVER):5.2f}"
    processor = " ".join(f"{each.seconds * 1000:7.1f}" for each in taken)
    return f"  {page[0]:<44} {page[1].value:<14} {processor}  {times}  {' '.join(f'{each.count:3}' for each in taken)}"
