"""What does the page of a plan show, and how are its ratings and due dates saved, all together or not at all?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import EVERYONE, OFFICERS, PageSet, already_sent, expose, person_id, role
from admin_views.kit.conflicts import status_of
from admin_views.kit.fields import LineField
from admin_views.kit.form_pages import Problems
from admin_views.kit.lists.filters import NONE
from admin_views.kit.refusals import REFUSALS, problems_of
from admin_views.partnership.hubs import may_write_in
from admin_views.plans.action_updates import POSTERS, may_post
from admin_views.plans.plan_reports import scope_of_review
from admin_views.plans.plan_rows import REASON, EditedRow, RowForm, edited_row, offer_change_back, told
from models.core.addresses import list_address
from models.partnership.reference_items import ReferenceItem
from models.plans.action_plans import ActionPlan
from models.plans.actions import BLUE, Action, rating_words
from models.plans.plan_rows import SOON_DAYS, PlanRow, rows_of
from models.plans.plan_tables import PlanPart, parts_of, ratings_of
from models.rules.documents.pictures import Picture
from models.rules.plans.plan_pictures import LeadAgency, Rated, agencies_picture, ratings_picture

MOST_SHOWN = 200
"""Rows that stand on the page; all of them stand in the list."""

FEWEST_AGENCIES = 2
"""Lead agencies from which on a picture compares them."""


class ReasonForm(Form):
    """Why something is changed: one sentence for all of the table's rows."""

    reason = LineField("Reason", description="Needed where a date moves; kept among the updates of what is changed.")


@dataclass
class Chip:
    """One choice of which actions are shown, with how many they are."""

    code: str
    words: str
    count: int


@dataclass
class PlanTable:
    """The page of a plan below its head. `left_out` counts the rows that no longer fit on it.

    `agencies` is None where fewer than two lead open actions: there is nothing to compare.
    """

    parts: list[PlanPart]
    chips: list[Chip]
    ratings: Picture
    agencies: Picture | None
    shown: str
    rows: list[PlanRow]
    left_out: int
    reason: ReasonForm
    edited: dict[int, EditedRow]

    @property
    def late_count(self) -> int:
        return sum(row.is_late for row in self.rows)

    @property
    def may_move(self) -> bool:
        """Whether dates are moved here; agencies only rate."""
        return any(edited.moves for edited in self.edited.values())

    def form_of(self, row: PlanRow) -> RowForm | None:
        """The fields of a row; None where nothing of it may be changed."""
        edited = self.edited.get(row.action.id)
        return edited.form if edited is not None else None

    def mark(self, problems: Problems) -> None:
        """Put each problem beside its field."""
        said = dict(problems)
        for edited in self.edited.values():
            edited.mark(said)
        self.reason.reason.errors = [said[REASON]] if REASON in said else []


CHOICES: tuple[tuple[str, str, Callable[[PlanRow], bool]], ...] = (
    ("open", "Open", lambda row: not row.is_done),
    ("late", "Late", lambda row: row.is_late),
    ("soon", f"Due in {SOON_DAYS} days", lambda row: row.is_soon),
    ("mine", "Mine", lambda row: row.is_of(person_id())),
    ("all", "All", lambda row: True),
)


def plan_table(session: Session, plan: ActionPlan, *, is_editable: bool) -> PlanTable:
    """The actions of a plan as far as the asking person may see them, narrowed as the address says (`?show=late`).

    What was sent of a row stands in its fields, so that a refused form keeps it.
    """
    ratings = ratings_of(session)
    rows = rows_of(session, plan)
    shown, _, fits = next((choice for choice in CHOICES if choice[0] == request.args.get("show")), CHOICES[0])
    is_whole = shown in ("open", "all")
    sent = [row for row in rows if f"r{row.action.id}-was" in request.form]  # also what fits no more since it was shown
    fitting = [row for row in rows if (fits(row) or row in sent) and not row.is_done]
    done = [row for row in rows if row.is_done and is_whole]
    parts = parts_of(session, plan, [*fitting[:MOST_SHOWN], *done[:MOST_SHOWN]])
    return PlanTable(
        parts=[part for part in parts if part.rows or is_whole],
        chips=[Chip(code, words, sum(map(counted, rows))) for code, words, counted in CHOICES],
        ratings=_ratings(plan, rows, ratings),
        agencies=_agencies(plan, rows),
        shown=shown,
        rows=rows,
        left_out=max(0, len(fitting) - MOST_SHOWN) + max(0, len(done) - MOST_SHOWN),
        reason=ReasonForm(request.form if request.method == "POST" else None),
        edited=_edited(sent or fitting[:MOST_SHOWN], ratings) if is_editable else {},
    )


def may_change(session: Session, plan: ActionPlan) -> bool:
    """Whether this person changes rows of the plan: officers of its review, managers those of their agency."""
    return may_post() and (role() not in OFFICERS or may_write_in(session, plan.review_id))


def _edited(rows: Sequence[PlanRow], ratings: Sequence[ReferenceItem]) -> dict[int, EditedRow]:
    """Fields of the rows: for officers of the review rating and day, for managers the rating."""
    may_move = role() in OFFICERS
    offered = [(str(rating.id), rating_words(rating)) for rating in ratings if rating.code != BLUE and rating.is_active]
    return {row.action.id: edited_row(row, offered, may_move=may_move) for row in rows}


def _ratings(plan: ActionPlan, rows: Sequence[PlanRow], ratings: Sequence[ReferenceItem]) -> Picture:
    """The bar of ratings: red first, what has none last. Each part leads to the list of exactly those actions."""
    rated = []
    for rating in (*ratings, None):
        own = [row for row in rows if row.rating is rating]
        if own:
            href = list_address(Action, plan_id=plan.id, brag_id=rating.id if rating is not None else NONE)
            rated.append(Rated(own[0].stands, own[0].colour, len(own), href))
    return ratings_picture(rated)


def _agencies(plan: ActionPlan, rows: Sequence[PlanRow]) -> Picture | None:
    """Overdue among the open actions of each lead agency, each with the list of its open ones."""
    led: dict[int | None, list[PlanRow]] = {}
    for row in rows:
        if not row.is_done:
            led.setdefault(row.action.lead_agency_id, []).append(row)
    if len(led) < FEWEST_AGENCIES:
        return None
    agencies = [
        LeadAgency(
            own[0].agency or "No lead agency", len(own), sum(row.is_late for row in own),
            list_address(Action, plan_id=plan.id, lead_agency_id=key or NONE, completion="undone"),
        )
        for key, own in led.items()
    ]  # fmt: skip
    moved = (row.action.due_on != row.action.original_due_on for own in led.values() for row in own)
    return agencies_picture(agencies, sum(moved))


class PlanTablePages(PageSet):
    """The page of a plan with its actions under their recommendations, and the one save of it."""

    @expose("/review/<int:review_id>/", roles=EVERYONE)
    def of_review(self, review_id: int) -> ResponseReturnValue:
        """The plan of a review: its only one, or the list of several, or where the first is begun."""
        scope_of_review(self.session, review_id)  # 404 for a review this person may not see
        plans = self.session.scalars(select(ActionPlan.id).where(ActionPlan.review_id == review_id).limit(2)).all()
        if len(plans) == 1:
            return redirect(self.details_url(plans[0]))
        return redirect(self.list_url(review_id=review_id))

    @expose("/<int:record_id>/table/", roles=POSTERS, methods=("GET", "POST"))
    def table(self, record_id: int) -> ResponseReturnValue:
        """Save the rows that were changed, each with its own version; a refusal saves none and keeps what was typed."""
        plan, back = self.get_record(record_id), self._page(record_id)
        if request.method == "GET" or already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(back)
        if not may_change(self.session, plan):
            abort(403)
        table = plan_table(self.session, plan, is_editable=True)
        problems = self._saved(table)
        if not problems:
            return redirect(back)
        self.session.rollback()
        return self._again(self.get_record(record_id), problems), status_of(problems)

    def _page(self, record_id: int) -> str:
        shown = request.args.get("show")
        return self.link("details_view", record_id=record_id, **({"show": shown} if shown else {}))

    def _again(self, plan: ActionPlan, problems: Problems) -> str:
        """The page with what was typed and what is wrong with it."""
        values = self.screen.details_of(plan)
        values["table"].mark(problems)
        return self.render(self.screen.details_template, **{**values, "problems": problems})

    def _saved(self, table: PlanTable) -> Problems:
        """Carry out what the rows ask and commit; the problems, or none and a notice."""
        changed = [edited for edited in table.edited.values() if edited.is_changed]
        reason = table.reason.reason.data or ""
        before = {edited.row.action.id: edited.stood(reason) for edited in changed}
        try:
            refused = (problem for edited in changed for problem in edited.save(self.session, reason))
            problems = list(dict.fromkeys(refused))
            if not problems:
                self.session.commit()
        except REFUSALS as error:
            problems = problems_of(error, table.reason) or []
            if not problems:
                raise
        if not problems:
            words, tone = told(changed)
            flash(words, tone)
            offer_change_back(before, [edited.row.action for edited in changed], of=words)
        return problems
