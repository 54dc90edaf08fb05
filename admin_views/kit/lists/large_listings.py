"""How is a table that grows to a million rows searched and counted within a few milliseconds?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, Row, Select, func, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.visitors import InternalTraversal

from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.pages import COUNTED, ListArgs, Page, count_as_told
from admin_views.kit.lists.searches import matches, matches_while_walking
from admin_views.kit.requests import actor

_PROBED = 1_000  # rows looked at in the list's order, before an index is asked
HITS = 7_000  # beyond so many of a million, walking the order finds a page sooner than fetching every hit


class GrowingListing(Listing):
    """The list of a table that may grow large. Words that are common are met by walking the order, rare ones by the
    trigram index, whatever the planner takes them for.

    Needs an index on each order, and one with `gin_trgm_ops` on each searched column.
    """

    def _rows(self, session: Session, args: ListArgs) -> tuple[list[Row[Any]], int | None]:
        if not args.search or self._is_estimated(args):
            return super()._rows(session, args)
        if args.skipped:
            return self._numbered(session, args)
        near = self._near(session, args)
        return (near, None) if len(near) > args.page_size else self._found(session, args)

    def _is_estimated(self, args: ListArgs) -> bool:
        """Whether the planner knows how many rows the words find: it does for beginnings of what sorts by bytes."""
        kinds = (getattr(column.type, "collation", None) for column in self.searched)
        return not args.search or (args.search.startswith("^") and all(kind == "C" for kind in kinds))

    def _near(self, session: Session, args: ListArgs) -> list[Row[Any]]:
        """What the words find among the next rows in order: a whole page already, when the words are common."""
        order = self.order(args)
        part = order.parts(args.page)[0]
        sought = [column.label(f"s{number}") for number, column in enumerate(self.searched)]
        statement = self.narrowed(self.base, args).add_columns(order.expression.label("sort_"), *sought)
        probed = order.applied(statement, args.page, part).limit(_PROBED).subquery()
        hits = select(probed).where(matches([probed.c[column.name] for column in sought], args.search))
        return list(session.execute(order.around(probed).applied(hits, args.page, part).limit(args.page_size + 1)))

    def _found(self, session: Session, args: ListArgs) -> tuple[list[Row[Any]], int]:
        """The page out of every hit of the index; where they are too many for that, the order is walked after all.

        The database counts them and goes the one way or the other, so that it need not be asked twice.
        """
        order = self.order(args)
        sorted_rows = self.base.add_columns(order.expression.label("sort_"))
        every = self.narrowed(sorted_rows, args).where(matches(self.searched, args.search))
        hits = every.limit(HITS + 1).cte("hits").prefix_with("MATERIALIZED")
        hit_count = select(func.count()).select_from(hits).scalar_subquery()
        walked = self.narrowed(sorted_rows, args).where(matches_while_walking(self.searched, args.search))
        ways = (
            (order.around(hits), select(hits, hit_count.label("found_")).where(hit_count <= HITS)),
            (order, walked.add_columns(hit_count.label("found_")).where(hit_count > HITS)),
        )
        rows: list[Row[Any]] = []
        for part in order.parts(args.page):
            wanted = args.page_size + 1 - len(rows)
            if wanted > 0:
                ordered = [way.applied(statement, args.page, part).limit(wanted) for way, statement in ways]
                both = union_all(*ordered).subquery()
                rows += session.execute(order.around(both).applied(select(both), args.page, part))
        return rows, rows[0].found_ if rows else 0

    def _numbered(self, session: Session, args: ListArgs) -> tuple[list[Row[Any]], int]:
        """A page by its number out of every hit of the index; none where the words are too common to be counted."""
        order = self.order(args)
        sorted_rows = self.base.add_columns(order.expression.label("sort_"))
        every = self.narrowed(sorted_rows, args).where(matches(self.searched, args.search))
        hits = every.limit(HITS + 1).cte("hits").prefix_with("MATERIALIZED")
        hit_count = select(func.count()).select_from(hits).scalar_subquery()
        whole = select(hits, hit_count.label("found_")).where(hit_count <= HITS)
        around, is_down = order.around(hits), order.is_descending
        terms = [term.desc() if is_down else term.asc() for term in (around.expression, around.key)]
        in_order = whole.order_by(terms[0].nulls_last(), terms[1]).offset(args.skipped).limit(args.page_size + 1)
        rows = list(session.execute(in_order))
        return rows, rows[0].found_ if rows else 0

    def _surround(self, session: Session, page: Page) -> None:
        page.counted_to = COUNTED if self._is_estimated(page.args) else HITS
        super()._surround(session, page)

    def _counts(self, args: ListArgs) -> list[Select[Any]]:
        """What common words find is counted in a table that is small yet; in a larger one no number is claimed."""
        if self._is_estimated(args):
            return super()._counts(args)
        sought = [column.label(f"s{number}") for number, column in enumerate(self.searched)]
        looked_at = self.narrowed(select(*sought).select_from(self.screen.model), args).limit(HITS + 1).subquery()
        hits = func.count().filter(matches([looked_at.c[column.name] for column in sought], args.search))
        return [count_as_told(hits).select_from(looked_at).having(func.count() <= HITS)]


class LargeListing(GrowingListing):
    """The list of a big table. Totals are the planner's estimate: counting would take longer than the page."""

    def _known_total(self, session: Session, page: Page) -> int | None:
        """The screen's own number, or the planner's estimate; for one agency's people rows are counted after all."""
        known = super()._known_total(session, page)
        if known is not None or not self._is_estimated(page.args) or actor().is_agency_bound:
            return known
        plan = session.execute(_Explained(self.counted(page.args))).scalar_one()
        page.is_total_estimated = True
        return int(plan[0]["Plan"]["Plan Rows"])

    def _counts(self, args: ListArgs) -> list[Select[Any]]:
        return super()._counts(args) if self._is_estimated(args) else []


class _Explained(Executable, ClauseElement):
    """A statement's plan in place of its rows. Compiled once for statements that differ in their values only."""

    _traverse_internals = [("statement", InternalTraversal.dp_clauseelement)]
    _all_selected_columns = ()

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(_Explained)
def _explain(element: _Explained, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"
