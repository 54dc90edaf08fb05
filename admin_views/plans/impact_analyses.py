"""Twelve months on, what has each review changed?"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.documents.papers import document_buttons, document_page
from admin_views.kit.base import (
    OFFICERS,
    READERS,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    expose,
    person_id,
    read_by,
    screen,
    tag,
)
from admin_views.kit.fields import ChoiceField, DayField, RecordField, Required, TextField
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.filters import ColumnFilter
from admin_views.kit.lists.kinds import kind_filter
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import own_reviews_only
from models.case_lists.case_frames import CaseFrame
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.impact_analyses import (
    Impact,
    ImpactAnalysis,
    ImpactCheck,
    actions_to_check,
    analysis_of,
    check_impact,
    complete_impact_analysis,
    plan_redraw,
)
from models.plans.impact_reports import change_among_all, grades_then_and_now
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import due_words

COLOURS = {Impact.EMBEDDED: "green", Impact.PARTLY_EMBEDDED: "amber", Impact.NOT_EMBEDDED: "red"}


class CheckForm(Form):
    """What an action has changed, and what shows it."""

    impact = ChoiceField("Impact", kind=Impact)
    evidence = TextField("What shows it?", validators=[Required()])


class ConclusionForm(Form):
    """Whether the learning is part of ongoing practice."""

    conclusion = TextField(
        "Conclusion", validators=[Required()], description="Is the learning part of ongoing practice?"
    )


class RedrawForm(Form):
    """A second draw by the same plan, from today's cases."""

    frame_id = RecordField(
        "Frame of today's cases", loader=ChoiceLoader(CaseFrame, own_reviews_only(CaseFrame.review_id))
    )
    starts_on = DayField("Period from", validators=[Required()])
    ends_on = DayField("Period to", validators=[Required()])


class LedFilter(ColumnFilter):
    """Narrows the analyses to those with an action that an agency leads."""

    def __init__(self) -> None:
        super().__init__(Action.lead_agency_id, "Lead agency", ChoiceLoader(Agency))
        self.is_met = self._condition

    def _condition(self, answer: str) -> ColumnElement[bool]:
        is_led = super()._condition(answer)
        return exists(1).where(
            ActionPlan.review_id == ImpactAnalysis.review_id, Action.plan_id == ActionPlan.id, is_led
        )


@screen
class ImpactAnalysisScreen(Screen):
    """Impact analyses: opened when a review is completed, due 12 months later."""

    model = ImpactAnalysis
    name, noun, plural = "Impact analyses", "impact analysis", "impact analyses"
    list_purpose = (
        "Twelve months after a review, what has changed for people is checked here. An analysis is opened by "
        "itself when its review is completed."
    )
    url, category, menu_order = "/impact-analyses", Category.PLANS, 60
    part = Part.IMPACT
    roles = read_by(READERS)
    column_list = ("review.title", "due_on", "completed_on")
    column_beneath = "reference"
    column_details_list = (
        "review_id",
        "due_on",
        "completed_on",
        "opened_on",
        "sample_id",
        "conclusion",
        "completed_by_id",
    )
    column_searchable_list = ("reference", "conclusion")
    column_filters = ("review_id", "due_on", "completed_on", kind_filter(ImpactAnalysis.review_id), LedFilter())
    column_sortable_list = ("reference", "due_on", "completed_on")
    column_default_sort = "due_on"
    column_labels = {"due_on": "Due", "completed_on": "Completed", "opened_on": "Opened", "sample_id": "Second draw"}

    def title_of(self, record: ImpactAnalysis) -> str:
        return f"Impact of {self.session.get_one(ThematicReview, record.review_id).title}"

    def facts(self, session: Session, record: ImpactAnalysis) -> list[Fact]:
        if record.completed_on is not None:
            return []
        return [Fact("When", due_words(record.due_on, today()))]

    def panels(self, session: Session, record: ImpactAnalysis) -> list[Panel]:
        rows = [self._row(record, action, check) for action, check in actions_to_check(session, record)]
        actions = Panel("Action by action", ("Action", "What", "Impact", "What shows it", "Next"), rows)
        return [actions, _grades_panel(session, record)]

    def _row(self, record: ImpactAnalysis, action: Action, check: ImpactCheck | None) -> tuple[Any, ...]:
        where = self.link("check_page", record_id=record.id, action_id=action.id)
        words = "Check again" if check else "Check"
        ask = Markup('<a href="{}">{}<span class="unseen"> {}</span></a>').format(where, words, action.reference)
        impact = tag(check.impact.label, COLOURS.get(check.impact, "grey")) if check else NOTHING
        shown = ask if record.completed_on is None and self.opens("check_page") else NOTHING
        return link_to(action, action.reference), action.text, impact, check.evidence if check else NOTHING, shown

    def details_of(self, record: ImpactAnalysis) -> dict[str, Any]:
        """The analysis, and once there is a second draw what both say of a change among all cases."""
        change = change_among_all(self.session, record)
        return {**super().details_of(record), "pictures": [change] if change is not None else []}

    def buttons(self, record: ImpactAnalysis) -> list[Button]:
        paper = document_buttons(self.link("paper", record_id=record.id), "Analysis")
        if record.completed_on is not None:
            return paper
        buttons = [Button("Conclude", self.link("conclude", record_id=record.id), "main"), *paper]
        if record.sample_id is None:
            buttons.append(Button("Draw again by the same plan", self.link("redraw", record_id=record.id)))
        return buttons

    @expose("/<int:record_id>/paper/", roles=READERS, methods=("GET", "POST"))
    def paper(self, record_id: int) -> ResponseReturnValue:
        """The analysis on paper, or as a page."""
        record, back = self.get_record(record_id), self.details_url(record_id)
        return document_page(self, "impact_analysis", {"analysis_id": record.id}, back, record.reference)

    @expose("/<int:record_id>/check/<int:action_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def check_page(self, record_id: int, action_id: int) -> ResponseReturnValue:
        """Say what one action has changed."""
        record, action = self.get_record(record_id), self.session.get(Action, min(action_id, 2**31 - 1))
        if action is None:
            abort(404)
        check = self.session.scalar(select(ImpactCheck).where(ImpactCheck.action_id == action.id))
        form = CheckForm(sent_form(), impact=check.impact if check else None, evidence=check.evidence if check else "")
        values = {"title": f"Impact of {action.reference}", "button": "Save", "lead": action.text}
        return self.ask(form, self.details_url(record_id), lambda: self._checked(record, action, form), over=(check,),
                        **values)  # fmt: skip

    def _checked(self, record: ImpactAnalysis, action: Action, form: Form) -> str:
        impact, evidence = form["impact"].data, form["evidence"].data
        check_impact(self.session, record, action, impact=impact, evidence=evidence, person_id=person_id())
        return f"The impact of {action.reference} is saved."

    @expose("/<int:record_id>/conclude/", roles=OFFICERS, methods=("GET", "POST"))
    def conclude(self, record_id: int) -> ResponseReturnValue:
        """Conclude the analysis; every action must have been checked."""
        record, form = self.get_record(record_id), ConclusionForm(sent_form())
        values = {"title": f"Conclude {record.reference}", "button": "Conclude"}
        return self.ask(form, self.details_url(record_id), lambda: self._concluded(record, form), **values)

    def _concluded(self, record: ImpactAnalysis, form: Form) -> str:
        complete_impact_analysis(self.session, record, conclusion=form["conclusion"].data, person_id=person_id())
        return f"{record.reference} is complete; the review can be closed."

    @expose("/<int:record_id>/draw-again/", roles=OFFICERS, methods=("GET", "POST"))
    def redraw(self, record_id: int) -> ResponseReturnValue:
        """Plan a second draw by the review's own plan."""
        record, form = self.get_record(record_id), RedrawForm(sent_form())
        values = {"title": "Draw again by the same plan", "button": "Plan the second draw"}
        lead = "Themes, strata, sizes and reserves of the first plan stay. Only the cases and the period are new."
        return self.ask(form, self.details_url(record_id), lambda: self._redrawn(record, form), lead=lead, **values)

    def _redrawn(self, record: ImpactAnalysis, form: Form) -> str:
        starts_on: date = form["starts_on"].data
        frame = self.session.get_one(CaseFrame, form["frame_id"].data)
        sample = plan_redraw(self.session, record, frame=frame, starts_on=starts_on, ends_on=form["ends_on"].data)
        return f"{sample.reference} is planned; lock and draw it as any sample."


def _grades_panel(session: Session, record: ImpactAnalysis) -> Panel:
    """The moderated grades of the review's own draw beside those of the second."""
    rows = [(row.grade, f"{row.then:,}", f"{row.now:,}", row.change) for row in grades_then_and_now(session, record)]
    headings = ("Moderated grade", "Cases then", "Cases now", "Change")
    return Panel("Grades then and now", headings, rows, empty="No second draw has been made.")


@review_panel(Part.IMPACT, order=70, roles=READERS)
def impact_panel(session: Session, review: ThematicReview) -> Panel | None:
    """The review's impact analysis, once it is opened."""
    analysis = analysis_of(session, review.id)
    if analysis is None:
        return None
    by = session.get(Person, analysis.completed_by_id) if analysis.completed_by_id else None
    state = (
        f"{show_date(analysis.completed_on)}{f', by {by.name}' if by else ''}" if analysis.completed_on else "Not yet"
    )
    row = (link_to(analysis, analysis.reference), show_date(analysis.due_on), state, analysis.conclusion or NOTHING)
    return Panel("Impact analysis", ("Analysis", "Due", "Completed", "Conclusion"), [row])
