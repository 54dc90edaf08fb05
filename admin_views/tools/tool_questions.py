"""How does an officer write a question: of which kind, with which answers, when is it asked?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import StopValidation

from admin_views.kit.base import OFFICERS, expose
from admin_views.kit.fields import BoxesField, LinesField, RecordField, Required, TextField, YesField
from admin_views.kit.forms import offer_choices, sent_form, write_into
from admin_views.kit.lists.choices import ChoiceLoader, KnownChoices
from admin_views.tools.tool_outlines import BIGGEST, OutlinedQuestion, OutlinedSection, ToolPages
from models.core.errors import RuleBroken
from models.rules.tools.question_kinds import KINDS
from models.rules.tools.questionnaire_words import earlier_questions
from models.rules.tools.questionnaires import Question
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale
from models.tools.tool_outlines import keep_question, remove_question
from models.tools.tool_questions import ToolQuestion, ToolSection, next_key, next_question_number
from models.tools.tool_versions import questionnaire_of


class KindField(RadioField):
    """How a question is answered: one of the kinds, all of them in sight."""

    def __init__(self, label: str = "", **options: Any) -> None:
        choices = [SelectChoice(kind.code, kind.label) for kind in KINDS.values()]
        super().__init__(label, choices=choices, **options)

    @staticmethod
    def needs(code: str) -> str:
        """What a question of that kind needs beside its text, a scale or options; the sheet shows only that."""
        kind = KINDS[code]
        return "scale" if kind.needs_scale else "options" if kind.needs_options else ""

    def pre_validate(self, form: Any) -> None:
        if self.data not in KINDS:
            raise StopValidation("Choose how the question is answered.")


class OwnAnswersField(LinesField):
    """The answers that the author of a question writes down, where its kind needs them."""

    is_required = True


class QuestionForm(Form):
    """A question of any kind; what its kind does not need is not shown, and not kept."""

    text = TextField("Question", validators=[Required()])
    help = TextField("Help", description="Shown under the question, for people who are not sure what is meant.")
    kind = KindField("How it is answered")
    scale_id = RecordField("Scale", loader=ChoiceLoader(RatingScale), is_required=False)
    options = OwnAnswersField("Answers to choose from", description="One on each line, in the order they are offered.")
    is_required = YesField("Must be answered")
    key_line_id = RecordField("Key line of enquiry", loader=ChoiceLoader(KeyLine), is_required=False,
                              description="Under it the answers stand beside those of other sources.")  # fmt: skip
    section_id = RecordField("Section", loader=ChoiceLoader(ToolSection))


class ConditionForm(Form):
    """Which answers bring a question up."""

    answers = BoxesField("Ask it if the answer is", validators=[Required("Tick at least one answer.")])


@dataclass(frozen=True)
class ToolChoices:
    """What the questions of a tool may be rated on, serve and stand in; read once for all forms of a page."""

    scales: list[tuple[int, str]]
    lines: list[tuple[int, str]]
    sections: list[tuple[int, str]]

    @classmethod
    def of(cls, session: Session, tool: AssuranceTool) -> ToolChoices:
        """The choices of a tool: its own sections, and the key lines of its review or of the bank."""

        def of_tool(statement: Select[tuple[int, str]]) -> Select[tuple[int, str]]:
            return statement.where(ToolSection.tool_id == tool.id).order_by(None).order_by(ToolSection.number)

        def of_review(statement: Select[tuple[int, str]]) -> Select[tuple[int, str]]:
            lines = statement.where(KeyLine.review_id.is_not_distinct_from(tool.review_id))
            return lines.order_by(None).order_by(KeyLine.number)

        loaders = (ChoiceLoader(RatingScale), ChoiceLoader(KeyLine, of_review), ChoiceLoader(ToolSection, of_tool))
        return cls(*(loader.offered(session, None) for loader in loaders))

    def form(self, question: ToolQuestion, sent: Any = None, *, part: str = "") -> QuestionForm:
        """The form of a question; `part` is put behind the ids of its fields, for pages that have several forms."""
        form = QuestionForm(sent, obj=question)
        form.scale_id.loader = KnownChoices(RatingScale, self.scales)
        form.key_line_id.loader = KnownChoices(KeyLine, self.lines)
        form.section_id.loader = KnownChoices(ToolSection, self.sections)
        form.scale_id.is_required = True  # where the kind needs it at all, which the rules look at
        for field in form:
            field.id = field.label.field_id = f"{field.id}{part}"
        return form


@dataclass(frozen=True)
class EditedQuestion:
    """A question of the section that is shown: its place in the tool, its words, and its form."""

    number: int
    outlined: OutlinedQuestion
    form: QuestionForm
    version: int
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class Editor:
    """One section of a tool, ready to be changed in place; `parts` are all its sections, `new` is a form to add one."""

    parts: Sequence[OutlinedSection]
    here: OutlinedSection
    number: int
    questions: Sequence[EditedQuestion]
    new: QuestionForm


class QuestionPages(ToolPages):
    """The pages of the tools' screen on which a question is written, changed, made to depend and taken away."""

    def editor(self, tool: AssuranceTool, parts: Sequence[OutlinedSection]) -> Editor | None:
        """The section that the address names, or the first; None for a tool without sections."""
        if not parts:
            return None
        wanted, choices = request.args.get("section", 0, type=int), ToolChoices.of(self.session, tool)
        place = next((place for place, part in enumerate(parts) if part.id == wanted), 0)
        before, total = (sum(len(part.questions) for part in some) for some in (parts[:place], parts))
        questions = [
            self._edited(choices, outlined, number, total)
            for number, outlined in enumerate(parts[place].questions, before + 1)
        ]
        new = choices.form(ToolQuestion(tool_id=tool.id, section_id=parts[place].id), part="-new")
        offer_choices(self.session, new)
        return Editor(parts, parts[place], place + 1, questions, new)

    def _edited(self, choices: ToolChoices, outlined: OutlinedQuestion, number: int, total: int) -> EditedQuestion:
        question = self.session.get_one(ToolQuestion, outlined.id)
        form = choices.form(question, part=f"-{question.id}")
        offer_choices(self.session, form)
        return EditedQuestion(number, outlined, form, question.row_version, number == 1, number == total)

    @expose("/<int:record_id>/questions/new/", roles=OFFICERS, methods=("GET", "POST"))
    def new_question(self, record_id: int) -> ResponseReturnValue:
        """Write a question, at the end of a section."""
        tool = self.buildable(record_id)
        section_id = min(request.args.get("section", 0, type=int), BIGGEST) or None
        question = ToolQuestion(tool_id=tool.id, section_id=section_id, key=next_key(self.session, tool.id))
        return self._ask_question(tool, question, "Add a question")

    @expose("/<int:record_id>/questions/<int:question_id>/edit/", roles=OFFICERS, methods=("GET", "POST"))
    def edit_question(self, record_id: int, question_id: int) -> ResponseReturnValue:
        """Change a question, also the kind of its answer."""
        tool = self.buildable(record_id)
        return self._ask_question(tool, self.question_row(tool, question_id), "Edit question")

    def _ask_question(self, tool: AssuranceTool, question: ToolQuestion, title: str) -> ResponseReturnValue:
        form = ToolChoices.of(self.session, tool).form(question, sent_form())
        back = self.place_of(tool, question) if question.id else self.details_url(tool.id)

        def act() -> tuple[str, str]:
            kept = self._keep(tool, question, form)
            return self.told(tool, "The question is saved."), self.place_of(tool, kept)

        return self.ask_about(tool, form, back, act, title=title, button="Keep the question", lead=tool.title,
                        template="assurance_tools/question.html", over=(question,) if question.id else ())  # fmt: skip

    def _keep(self, tool: AssuranceTool, question: ToolQuestion, form: Form) -> ToolQuestion:
        if question.id and question.section_id != form["section_id"].data:
            question.number = next_question_number(self.session, form["section_id"].data)
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

        back = self.place_of(tool, self.session.get_one(ToolSection, question.section_id))
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
            back = self.place_of(tool, question)
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
        back, title = (
            self.place_of(tool, question),
            f"When is it asked? {question.text}",
        )
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

        return self.press(self.place_of(tool, question), act)
