"""When does each review plan to reach its stages?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    NOBODY,
    OFFICERS,
    READERS,
    STAFF,
    Button,
    Category,
    Panel,
    Part,
    Screen,
    expose,
    kept_by,
    screen,
    tag,
)
from admin_views.kit.conflicts import opened_version, version_of
from admin_views.kit.fields import DayField, RecordField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.kit.saving import left_as, offer_undo, refuse_changed
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run, own_hubs_only
from models.core.addresses import list_address
from models.core.clock import today
from models.reviews.review_stages import (
    ReviewStage,
    plan_as_before,
    plan_stages,
    stages_of,
    timetable_problems,
    usual_timetable,
)
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.counts import count_words, lower_first
from models.rules.core.due_dates import distance
from models.rules.reviews.timetables import against_plan, timeline

Stages = Mapping[Stage, ReviewStage]


class TimetableForm(Form):
    """The planned days of a review's stages, a field for each that is not reached; `stages` are the review's own."""

    stages: ClassVar[Stages] = {}

    def days(self) -> dict[Stage, date]:
        """What is planned by the form, of the stages that have a day."""
        return {Stage(field.name): field.data for field in self if field.data is not None}

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Whether every day can be read, none that was planned is emptied, and they follow one another."""
        if not super().validate(extra_validators):
            return False
        planned = {stage: step.planned_on for stage, step in self.stages.items()}
        problems = timetable_problems(planned | self.days())
        problems |= {
            stage: f"Give the planned day of {stage.label.lower()}."
            for stage in planned
            if stage.value in self and self[stage.value].data is None
        }
        wrong = {stage.value: sentence for stage, sentence in problems.items() if stage.value in self}
        for name, sentence in wrong.items():
            self[name].errors = [sentence]
        return not wrong


def _timetable_form(review: ThematicReview, stages: Stages, sent: Any, days: Mapping[Stage, date]) -> TimetableForm:
    order = list(Stage)
    to_come = set(order[order.index(review.stage) :]) - stages.keys()
    planned = {stage for stage, step in stages.items() if step.reached_on is None}
    open_stages = [stage for stage in order if stage in to_come | planned]
    fields: dict[str, Any] = {stage.value: DayField(f"Planned date of {stage.label}") for stage in open_stages}
    form: type[TimetableForm] = type("TimetableForm", (TimetableForm,), {**fields, "stages": stages})
    return form(sent, data={stage.value: day for stage, day in days.items()})


@dataclass(frozen=True)
class StageRow:
    """A stage as the timetable shows it: its planned day, how it was or is to be reached, and what lies before it."""

    number: int
    stage: Stage
    planned_on: date | None
    reached_on: date | None
    how: str
    length: str

    @property
    def is_late(self) -> bool:
        return self.how.endswith(" late")


def _days_before() -> dict[Stage, date | None]:
    """The days that stages had, as the button "Undo" carries them: None for what was not planned yet."""
    sent = {stage: request.form[stage.value] for stage in Stage if stage.value in request.form}
    try:
        return {stage: date.fromisoformat(day) if day else None for stage, day in sent.items()}
    except ValueError:
        abort(400)


def _rows(stages: Stages, on: date) -> list[StageRow]:
    rows, before = [], None
    for number, stage in enumerate(Stage, 1):
        planned = stages.get(stage)
        rows.append(_row(number, stage, planned, before, on))
        before = planned or before
    return rows


def _row(number: int, stage: Stage, step: ReviewStage | None, before: ReviewStage | None, on: date) -> StageRow:
    if step is None:
        return StageRow(number, stage, None, None, "", "")
    if step.reached_on is not None:
        words = against_plan(step.reached_on, step.planned_on)
        return StageRow(number, stage, step.planned_on, step.reached_on, "", words)
    days = (step.planned_on - (before.reached_on or before.planned_on)).days if before else 0
    length = f"{count_words(days, 'day')} for {before.stage.label.lower()}" if before and days >= 0 else ""
    return StageRow(number, stage, step.planned_on, None, lower_first(distance(step.planned_on, on)), length)


def _review_in_words(stage: Any) -> Any:
    """A review's reference and title in one cell, for the list."""
    words = select(ThematicReview.reference + " " + ThematicReview.title)
    return words.where(ThematicReview.id == stage.review_id).correlate(stage.__table__).scalar_subquery()


@screen
class ReviewStageScreen(Screen):
    """The timetables of the reviews; reminders go out from these dates. Officers keep those of their own hubs."""

    model = ReviewStage
    name, noun, plural = "Timetables", "stage", "stages"
    list_purpose = (
        "The days by which each stage of a review should be done. A new review gets its timetable by itself, and "
        "officers move the days on the review's own page."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/review-stages", Category.REVIEWS, 20
    part = Part.SCOPE
    review_page = ("review_stages.timetable", "review_id")
    roles = kept_by(OFFICERS, readers=READERS, create=NOBODY)
    column_list = ("stage", "review_id", "planned_on", "reached_on")
    column_details_list = ("stage", "review_id", "review.title", "planned_on", "reached_on")
    column_expressions = {"review_id": _review_in_words}
    column_filters = ("review_id", "stage", "planned_on", "reached_on")
    column_sortable_list = ("planned_on", "reached_on", "review_id")
    column_default_sort = "planned_on"
    form_columns = ("review_id", "stage", "planned_on", "reached_on")
    undoes_edits = True
    column_labels = {"review.title": "Title"}
    column_descriptions = {"reached_on": "Filled in by itself when the review moves to this stage."}

    def name_of(self, record: ReviewStage) -> str:
        return f"{record.stage.label} of {self.session.get(ThematicReview, record.review_id)}"

    def on_form_ready(self, form: Form, record: ReviewStage) -> None:
        if isinstance(form["review_id"], RecordField):
            form["review_id"].loader = ChoiceLoader(ThematicReview, own_hubs_only(ThematicReview.hub_id))

    @expose("/review/<int:review_id>/", roles=READERS, methods=("GET", "POST"), senders=OFFICERS)
    def timetable(self, review_id: int) -> ResponseReturnValue:
        """A review's nine stages in one table, saved at once; without a save the usual days can be filled in."""
        review = self.session.get(ThematicReview, review_id) or abort(404)
        runs, stages = may_run(self.session, review.hub_id), stages_of(self.session, review_id)
        if request.method == "POST" and not runs:
            abort(403)
        planned = {stage: step.planned_on for stage, step in stages.items()}
        form, values = _timetable_form(review, stages, sent_form(), planned), self._shown(review, stages, runs)
        if request.form.get("fill"):
            return self._filled(review, stages, values)
        where, over = self.link("timetable", review_id=review_id), [stages.get(stage) for stage in Stage]
        return self.ask(form, where, lambda: self._planned(review, form), over=over, **values)

    def _shown(self, review: ThematicReview, stages: Stages, runs: bool) -> dict[str, Any]:
        days = [(step.reached_on or step.planned_on) if (step := stages.get(stage)) else None for stage in Stage]
        return {
            "template": "review_stages/timetable.html",
            "review": review,
            "rows": _rows(stages, today()),
            "picture": timeline(days, today(), list(Stage).index(review.stage)),
            "runs": runs,
        }

    def _filled(self, review: ThematicReview, stages: Stages, values: dict[str, Any]) -> str:
        """The page with the usual days in its fields, nothing of it saved."""
        form = _timetable_form(review, stages, None, usual_timetable(stages, on=today()))
        version = opened_version(version_of(stages.get(stage) for stage in Stage))
        template = values.pop("template")
        return self.render(
            template, form=form, problems=[], theirs=[], row_version=version, is_filled=True, **values
        )  # fmt: skip

    def _planned(self, review: ThematicReview, form: TimetableForm) -> str:
        before = {stage: step.planned_on for stage, step in stages_of(self.session, review.id).items()}
        count = plan_stages(self.session, review, form.days())
        if not count:
            return "Nothing was changed."
        said = f"The timetable is saved, {count_words(count, 'date')} changed."
        self._offer_undo(review, before, said)
        return said

    def _offer_undo(self, review: ThematicReview, before: Mapping[Stage, date], said: str) -> None:
        stages = stages_of(self.session, review.id)
        moved = [step for stage, step in stages.items() if step.planned_on != before.get(stage)]
        days = [(step.stage.value, str(before.get(step.stage, ""))) for step in moved]
        offer_undo(self.link("undo_timetable", review_id=review.id), [("undo", left_as(moved)), *days], of=said)

    @expose("/review/<int:review_id>/undo/", roles=OFFICERS, methods=("POST",))
    def undo_timetable(self, review_id: int) -> ResponseReturnValue:
        """Give the stages back the days they had, as long as nobody has changed them since."""
        review = self.session.get(ThematicReview, review_id) or abort(404)
        if not may_run(self.session, review.hub_id):
            abort(403)
        return self.press(self.link("timetable", review_id=review_id), lambda: self._as_before(review))

    def _as_before(self, review: ThematicReview) -> str:
        stages = stages_of(self.session, review.id)
        days = _days_before()
        refuse_changed([stages[stage] for stage in days if stage in stages])
        plan_as_before(self.session, review, days)
        return "The timetable is as it was before."


@review_panel(Part.SCOPE, order=10, roles=STAFF)
def _timetable(session: Session, review: ThematicReview) -> Panel:
    statement = select(ReviewStage).where(ReviewStage.review_id == review.id).order_by(ReviewStage.planned_on)
    rows = [
        (
            link_to(step, step.stage.label),
            show_date(step.planned_on),
            show_date(step.reached_on) if step.reached_on else _late(step),
        )
        for step in session.scalars(statement)
    ]
    return Panel("Timetable", ("Stage", "Planned", "Reached"), rows, buttons=_timetable_buttons(session, review))


def _timetable_buttons(session: Session, review: ThematicReview) -> list[Button]:
    if not may_run(session, review.hub_id):
        return []
    return [Button("Edit the timetable", list_address(ReviewStage, "review", review.id))]


def _late(stage: ReviewStage) -> str:
    return tag("Late", "red") if stage.planned_on < today() else "Not yet"
