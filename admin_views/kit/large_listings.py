"""How is a table of a million rows searched and counted within a few milliseconds?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, Row, Select, any_, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement

from admin_views.kit.listings import Listing
from admin_views.kit.pages import PAGE_SIZE, ListQuery, Page
from admin_views.kit.requests import actor
from admin_views.kit.searches import matches

_PROBED = 2_000  # rows looked at in the list's order, before an index is asked
HITS = 3_000  # beyond so many, walking the order finds a page sooner than fetching every hit


class LargeListing(Listing):
    """The list of a big table. Words that are common are met by walking the order, rare ones by the trigram index.

    Totals are the planner's estimate: counting would take longer than the page. Needs an index on each order, and one
    with `gin_trgm_ops` on each searched column.
    """

    def _rows(self, session: Session, query: ListQuery) -> tuple[list[Row[Any]], int | None]:
        if not query.words or self._is_estimated(query):
            return super()._rows(session, query)
        if self._is_common(session, query):
            return self._walked(session, query), None
        rows, found = self._found(session, query)
        return (self._walked(session, query), found) if found > HITS else (rows, found)

    def _is_estimated(self, query: ListQuery) -> bool:
        """Whether the planner knows how many rows the words find: it does for beginnings of what sorts by bytes."""
        kinds = (getattr(column.type, "collation", None) for column in self.searched)
        return not query.words or (query.words.startswith("^") and all(kind == "C" for kind in kinds))

    def _is_common(self, session: Session, query: ListQuery) -> bool:
        """Whether the next rows in order already fill a page."""
        order = self.order(query.sort)
        columns = [column.label(f"s{number}") for number, column in enumerate(self.searched)]
        statement = self.reading.joined(select(*columns).select_from(self.screen.model))
        part = order.parts(query.cursor)[0]
        probed = order.applied(self.narrowed(statement, query), query.cursor, part).limit(_PROBED).subquery()
        hits = select(func.count()).select_from(probed).where(matches(list(probed.c), query.words))
        return (session.scalar(hits) or 0) > PAGE_SIZE

    def _walked(self, session: Session, query: ListQuery) -> list[Row[Any]]:
        return self._in_order(session, self.statement(query, is_walking=True), query)

    def _found(self, session: Session, query: ListQuery) -> tuple[list[Row[Any]], int]:
        """The page by way of the index: first the keys of every hit, then their rows by key."""
        keys = self.narrowed(select(self.key.label("key")).select_from(self.screen.model), query)
        hits = keys.where(matches(self.searched, query.words)).limit(HITS + 1).cte("hits").prefix_with("MATERIALIZED")
        found = select(func.count()).select_from(hits).scalar_subquery().label("found_")
        chosen = self.key == any_(func.array(select(hits.c.key).scalar_subquery()))
        rows = self._in_order(session, self.narrowed(self.base.add_columns(found), query).where(chosen), query)
        return rows, rows[0].found_ if rows else 0

    def _known_total(self, session: Session, page: Page) -> int | None:
        """The screen's own number, or the planner's estimate; for one agency's people rows are counted after all."""
        known = super()._known_total(session, page)
        page.counted_to = HITS
        if known is not None or not self._is_estimated(page.query) or actor().is_agency_bound:
            return known
        plan = session.execute(_Explained(self.counted(page.query))).scalar_one()
        page.is_total_estimated = True
        return int(plan[0]["Plan"]["Plan Rows"])

    def _counts(self, query: ListQuery) -> list[Select[Any]]:
        return super()._counts(query) if self._is_estimated(query) else []


class _Explained(Executable, ClauseElement):
    """A statement's plan in place of its rows."""

    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _explain(element: _Explained, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"
