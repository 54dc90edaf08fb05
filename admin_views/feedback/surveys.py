"""How is an anonymous survey opened, given out by link and QR code, closed, and read?"""

from __future__ import annotations

from typing import Any

import segno
from flask import abort, current_app
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, STAFF, Button, PageSet, Panel, expose, tag
from admin_views.kit.fields import DayField, RecordField, Required, TextField
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.looks import note_shown
from models.core.clock import today
from models.feedback.feedback_activities import FeedbackActivity
from models.feedback.surveys import (
    QUESTIONS_FOR,
    Survey,
    close_survey,
    count_in_words,
    heard_count,
    open_survey,
    publish_outcome,
    tally,
    written_answers,
)
from models.rules.documents.pictures import Picture
from models.rules.feedback.answer_pictures import answers_picture
from models.rules.feedback.quotations import WITHHELD
from models.rules.feedback.small_numbers import SMALLEST
from models.rules.tools.questionnaires import Question
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_versions import ToolVersion

FOR_THE_PUBLIC = "/answer/{}/"
"""The address of a survey, as the public page answers to it."""


class OpeningForm(Form):
    """Which questions, and from when to when."""

    tool_id = RecordField("Questions", loader=ChoiceLoader(AssuranceTool))
    opens_on = DayField("First day", validators=[Required()])
    closes_on = DayField("Last day", validators=[Required()])


class OutcomeForm(Form):
    """What came of the review, for everybody who took part."""

    outcome = TextField("What came of it", validators=[Required()], description="In plain words; the link shows them. "
                        "Quote people only where at least five wrote something to that question.")  # fmt: skip


class SurveyPages(PageSet):
    """The pages of the feedback screen about its on-line surveys."""

    @expose("/<int:record_id>/survey/open/", roles=OFFICERS, methods=("GET", "POST"))
    def open_page(self, record_id: int) -> ResponseReturnValue:
        """Open a survey on signed questions."""
        record, form = self.get_record(record_id), OpeningForm(sent_form(), opens_on=today())
        own = (AssuranceTool.review_id == record.review_id) & (AssuranceTool.kind == QUESTIONS_FOR[record.audience])
        if isinstance(form["tool_id"], RecordField):
            form["tool_id"].loader = ChoiceLoader(AssuranceTool, lambda tools: tools.where(own))
        values = {"title": f"Open a survey for {record}", "button": "Open the survey"}
        return self.ask(form, self.details_url(record_id), lambda: self._opened(record, form), **values)

    def _opened(self, record: FeedbackActivity, form: Form) -> str:
        tool = self.session.get_one(AssuranceTool, form["tool_id"].data)
        days = {"opens_on": form["opens_on"].data, "closes_on": form["closes_on"].data}
        open_survey(self.session, record, tool, **days)
        return "The survey is open; give out its link or its QR code."

    @expose("/survey/<int:survey_id>/", roles=STAFF)
    def survey(self, survey_id: int) -> str:
        """A survey's link and QR code, and what people answered."""
        survey, activity = self._survey(survey_id)
        address = current_app.extensions["settings"].address + FOR_THE_PUBLIC.format(survey.token)
        code = Markup(segno.make(address, error="m").svg_inline(scale=5, border=2, title="QR code"))  # noqa: S704 (drawn by the library)
        return self.render(
            "surveys/survey.html", survey=survey, activity=activity, address=address, code=code, today=today(),
            count=count_in_words(self.session, survey), heard=heard_count(self.session, survey),
            results=self._results(survey), buttons=self._next(survey),
            smallest=SMALLEST, withheld=WITHHELD,
        )  # fmt: skip

    def _next(self, survey: Survey) -> list[Button]:
        """Close it while it is open; afterwards tell people what came of it."""
        if survey.is_open(today()):
            return [Button("Close the survey", self.link("close_page", survey_id=survey.id), "warning")]
        return [Button("Publish the outcome", self.link("outcome_page", survey_id=survey.id), "main")]

    def _results(self, survey: Survey) -> list[tuple[str, list[tuple[Question, Picture | None, list[str]]]]]:
        asked = self.session.get_one(ToolVersion, survey.version_id).questionnaire
        return [
            (section.title, [self._result(survey, each) for each in section.questions if each.how.widget != "files"])
            for section in asked.sections
        ]

    def _result(self, survey: Survey, question: Question) -> tuple[Question, Picture | None, list[str]]:
        if question.labels:
            counted, is_several = tally(self.session, survey, question), question.how.widget == "checkboxes"
            return question, answers_picture(question.text, counted, question.labels, is_several=is_several), []
        return question, None, written_answers(self.session, survey, question)

    @expose("/survey/<int:survey_id>/close/", roles=OFFICERS, methods=("GET", "POST"))
    def close_page(self, survey_id: int) -> ResponseReturnValue:
        """Close a survey before its last day."""
        survey, activity = self._survey(survey_id)
        values = {"title": f"Close the survey of {activity}", "button": "Close the survey", "tone": "warning"}
        lead = "Nobody can answer from then on. Answers given so far stay."
        return self.ask(Form(), self._at(survey_id), lambda: self._closed(survey), lead=lead, **values)

    def _closed(self, survey: Survey) -> str:
        close_survey(self.session, survey)
        return "The survey is closed."

    @expose("/survey/<int:survey_id>/outcome/", roles=OFFICERS, methods=("GET", "POST"))
    def outcome_page(self, survey_id: int) -> ResponseReturnValue:
        """Tell everybody who took part what came of it; the survey's link shows it."""
        survey, activity = self._survey(survey_id)
        form = OutcomeForm(sent_form(), outcome=survey.outcome)
        values = {"title": f"The outcome of {activity}", "button": "Publish"}
        return self.ask(form, self._at(survey_id), lambda: self._published(survey, form), over=(survey,), **values)

    def _published(self, survey: Survey, form: Form) -> str:
        publish_outcome(self.session, survey, words=form["outcome"].data)
        return "The survey's link now tells everybody what came of it."

    def _survey(self, survey_id: int) -> tuple[Survey, FeedbackActivity]:
        survey = self.session.get(Survey, min(survey_id, 2**31 - 1))
        if survey is None:
            abort(404)
        note_shown(survey)
        return survey, self.get_record(survey.activity_id)

    def _at(self, survey_id: int) -> str:
        return self.link("survey", survey_id=survey_id)

    def panels(self, session: Session, record: FeedbackActivity) -> list[Panel]:
        """The surveys of an activity, where its technique has any."""
        if not record.technique.is_survey:
            return []
        surveys = session.scalars(select(Survey).where(Survey.activity_id == record.id).order_by(Survey.id))
        rows = [
            (
                Markup('<a href="{}">{}</a>').format(self._at(survey.id), survey), _state(survey),
                show_date(survey.closes_on),
                count_in_words(session, survey),
                show_date(survey.outcome_published_on) if survey.outcome_published_on else NOTHING,
            )
            for survey in surveys
        ]  # fmt: skip
        headings = ("Survey", "State", "Last day", "Answers", "Outcome published")
        return [Panel("Anonymous surveys", headings, rows, empty="No survey was opened yet.")]

    def buttons(self, record: FeedbackActivity) -> list[Button]:
        """Open a survey, once the activity is agreed."""
        if not record.technique.is_survey or record.agreed_on is None:
            return []
        return [Button("Open a survey", self.link("open_page", record_id=record.id))]


def _state(survey: Survey) -> Any:
    if survey.is_open(today()):
        return tag("Open", "green")
    is_ahead = survey.closed_on is None and survey.opens_on > today()
    return tag("Opens later", "grey") if is_ahead else tag("Closed", "grey")
