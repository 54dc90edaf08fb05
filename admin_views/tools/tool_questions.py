"""How does an officer write a question: of which kind, with which answers, when is it asked?"""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from wtforms import Form

from admin_views.kit.base import OFFICERS, expose
from admin_views.kit.fields import BoxesField, LinesField, RecordField, Required, TextField, YesField
from admin_views.kit.forms import sent_form, write_into
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.tools.tool_outlines import BIGGEST, ToolPages
from models.core.errors import RuleBroken
from models.rules.tools.question_kinds import KINDS, Kind
from models.rules.tools.questionnaire_words import earlier_questions
from models.rules.tools.questionnaires import Question
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale
from models.tools.tool_outlines import keep_question, remove_question
from models.tools.tool_questions import ToolQuestion, ToolSection, next_key, next_question_number
from models.tools.tool_versions import questionnaire_of


class QuestionForm(Form):
    """A question of any kind; what a kind does not need is taken out."""

    text = TextField("Question", validators=[Required()])
    help = TextField("Help", description="Shown under the question, for people who are not sure what is meant.")
    scale_id = RecordField("Scale", loader=ChoiceLoader(RatingScale))
    options = LinesField("Answers to choose from", description="One on each line, in the order they are offered.",
                         validators=[Required()])  # fmt: skip
    is_required = YesField("Must be answered")
    key_line_id = RecordField("Key line of enquiry", loader=ChoiceLoader(KeyLine), is_required=False,
                              description="Under it the answers stand beside those of other sources.")  # fmt: skip
    section_id = RecordField("Section", loader=ChoiceLoader(ToolSection))


class ConditionForm(Form):
    """Which answers bring a question up."""

    answers = BoxesField("Ask it if the answer is", validators=[Required("Tick at least one answer.")])


def question_form(tool: AssuranceTool, kind: Kind, question: ToolQuestion) -> QuestionForm:
    """The fields that fit the kind, with choices of the tool's own."""

    def of_tool(statement: Select[tuple[int, str]]) -> Select[tuple[int, str]]:
        return statement.where(ToolSection.tool_id == tool.id).order_by(None).order_by(ToolSection.number)

    def of_review(statement: Select[tuple[int, str]]) -> Select[tuple[int, str]]:
        lines = statement.where(KeyLine.review_id.is_not_distinct_from(tool.review_id))
        return lines.order_by(None).order_by(KeyLine.number)

    form = QuestionForm(sent_form(), obj=question)
    form.section_id.loader = ChoiceLoader(ToolSection, of_tool)
    form.key_line_id.loader = ChoiceLoader(KeyLine, of_review)
    if not kind.needs_scale:
        del form["scale_id"]
    if not kind.needs_options:
        del form["options"]
    return form


class QuestionPages(ToolPages):
    """The pages of the tools' screen on which a question is written, changed, made to depend and taken away."""

    @expose("/<int:record_id>/questions/new/", roles=OFFICERS, methods=("GET", "POST"))
    def new_question(self, record_id: int) -> ResponseReturnValue:
        """Pick a kind, then fill in what fits it."""
        tool, kind = self.buildable(record_id), KINDS.get(request.args.get("kind", ""))
        section_id = min(request.args.get("section", 0, type=int), BIGGEST) or None
        if kind is None:
            return self._pick_kind(tool, "Add a question", section=section_id or "")
        question = ToolQuestion(tool_id=tool.id, section_id=section_id, key=next_key(self.session, tool.id))
        return self._ask_question(tool, question, kind, f"Add a question: {kind.label.lower()}")

    @expose("/<int:record_id>/questions/<int:question_id>/edit/", roles=OFFICERS, methods=("GET", "POST"))
    def edit_question(self, record_id: int, question_id: int) -> ResponseReturnValue:
        """Change a question, also its kind."""
        tool = self.buildable(record_id)
        question = self.question_row(tool, question_id)
        wanted = request.args.get("kind", question.kind)
        if wanted not in KINDS:
            return self._pick_kind(tool, "Ask it another way")
        return self._ask_question(tool, question, KINDS[wanted], f"Edit question: {KINDS[wanted].label.lower()}")

    def _pick_kind(self, tool: AssuranceTool, title: str, **kept: object) -> str:
        return self.render("assurance_tools/kinds.html", tool=tool, title=title, kinds=KINDS.values(), kept=kept)

    def _ask_question(self, tool: AssuranceTool, question: ToolQuestion, kind: Kind, title: str) -> ResponseReturnValue:
        form = question_form(tool, kind, question)
        part = f"q-{question.id}" if question.id else f"s-{question.section_id}"

        def act() -> tuple[str, str]:
            kept = self._keep(tool, question, kind, form)
            return self.told(tool, "The question is saved."), self.place_of(tool, f"q-{kept.id}")

        return self.ask_about(tool, form, self.place_of(tool, part), act, title=title, button="Save", lead=tool.title,
                        template="assurance_tools/ask.html", over=(question,) if question.id else (),
                        other=self._other_kind(question))  # fmt: skip

    def _other_kind(self, question: ToolQuestion) -> str:
        """Where another kind of answer is chosen instead."""
        if question.id:
            return self.link("edit_question", record_id=question.tool_id, question_id=question.id, kind="other")
        return self.link("new_question", record_id=question.tool_id, section=question.section_id or "")

    def _keep(self, tool: AssuranceTool, question: ToolQuestion, kind: Kind, form: Form) -> ToolQuestion:
        if question.id and question.section_id != form["section_id"].data:
            question.number = next_question_number(self.session, form["section_id"].data)
        question.kind = kind.code
        write_into(question, form, self.session)
        return keep_question(self.session, tool, question)

    @expose("/<int:record_id>/questions/<int:question_id>/delete/", roles=OFFICERS, methods=("GET", "POST"))
    def drop_question(self, record_id: int, question_id: int) -> ResponseReturnValue:
        """Take a question away."""
        tool = self.buildable(record_id)
        question = self.question_row(tool, question_id)

        def act() -> str:
            remove_question(self.session, tool, question)
            return self.told(tool, "The question is deleted.")

        back = self.place_of(tool, f"s-{question.section_id}")
        lead = f"“{question.text}” Versions that were frozen keep it."
        return self.ask_about(tool, Form(), back, act, title="Delete this question?", lead=lead, tone="warning",
                              button="Yes, delete it")  # fmt: skip

    @expose("/<int:record_id>/questions/<int:question_id>/condition/", roles=OFFICERS, methods=("GET", "POST"))
    def condition(self, record_id: int, question_id: int) -> ResponseReturnValue:
        """Choose an earlier question, then the answers that bring this one up."""
        tool = self.buildable(record_id)
        question = self.question_row(tool, question_id)
        earlier = {asked.key: asked for asked in earlier_questions(questionnaire_of(self.session, tool), question.key)}
        on = request.args.get("on", question.shown_if_key)
        if on not in earlier:
            back = self.place_of(tool, f"q-{question.id}")
            return self.render("assurance_tools/condition.html", tool=tool, question=question, back=back,
                               earlier=earlier.values())  # fmt: skip
        return self._ask_condition(tool, question, earlier[on])

    def _ask_condition(self, tool: AssuranceTool, question: ToolQuestion, on: Question) -> ResponseReturnValue:
        ticked = question.shown_if_answers if question.shown_if_key == on.key else []
        form = ConditionForm(sent_form(), answers=ticked)
        form.answers.choices = [(label, label) for label in on.labels]

        def act() -> str:
            question.shown_if_key, question.shown_if_answers = on.key, list(form.answers.data or ())
            keep_question(self.session, tool, question)
            return self.told(tool, "The question is asked only after those answers.")

        other = self.link("condition", record_id=tool.id, question_id=question.id, on="other")
        back, title = self.place_of(tool, f"q-{question.id}"), f"When is it asked? {question.text}"
        return self.ask_about(
            tool, form, back, act, title=title, lead=f"It depends on: {on.text}", button="Save", other=other,
            other_words="Choose another question", template="assurance_tools/ask.html",
            over=(question,),
        )  # fmt: skip

    @expose("/<int:record_id>/questions/<int:question_id>/always/", roles=OFFICERS, methods=("POST",))
    def ask_always(self, record_id: int, question_id: int) -> ResponseReturnValue:
        """Take a question's condition away."""
        tool = self.buildable(record_id)
        question = self.question_row(tool, question_id)

        def act() -> str:
            if not question.shown_if_key:
                raise RuleBroken("This question is always asked already.")
            question.shown_if_key = ""
            keep_question(self.session, tool, question)
            return self.told(tool, "The question is always asked.")

        return self.press(self.place_of(tool, f"q-{question.id}"), act)
