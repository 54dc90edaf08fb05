"""How is a tool shown whole, section by section, and put in order right there?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, PageSet, expose, role
from admin_views.kit.fields import LineField, Required, TextField
from admin_views.kit.form_pages import Act
from admin_views.kit.forms import sent_form, write_into
from admin_views.partnership.hubs import may_run
from models.reviews.thematic_reviews import ThematicReview
from models.rules.tools.questionnaire_words import answer_words, condition_words
from models.rules.tools.questionnaires import Question, Questionnaire, Section
from models.signatures.signables import TOOL_SUBJECTS, overtaken_words
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_outlines import add_section, move_question, move_section, remove_section
from models.tools.tool_questions import ToolQuestion, ToolSection

PLACES = {"up": -1, "down": 1}
BIGGEST = 2_147_483_647


@dataclass(frozen=True)
class OutlinedQuestion:
    """One question in words; `id` is its row while it can still be changed, 0 in a frozen version."""

    question: Question
    answer: str
    condition: str
    id: int = 0


@dataclass(frozen=True)
class OutlinedSection:
    """One section with its questions in words."""

    section: Section
    questions: tuple[OutlinedQuestion, ...]
    id: int = 0


def outline_of(
    asked: Questionnaire, questions: Iterable[ToolQuestion] = (), sections: Iterable[ToolSection] = ()
) -> list[OutlinedSection]:
    """A questionnaire in words, section by section; with the rows behind it, ready to be changed."""
    keys = {question.key: question.id for question in questions}
    ids = [section.id for section in sections] or [0] * len(asked.sections)
    return [
        OutlinedSection(
            section,
            tuple(
                OutlinedQuestion(
                    question, answer_words(question), condition_words(asked, question), keys.get(question.key, 0)
                )
                for question in section.questions
            ),
            key,
        )
        for section, key in zip(asked.sections, ids, strict=True)
    ]


class SectionForm(Form):
    """A heading, and what stands under it."""

    title = LineField("Title", validators=[Required()])
    introduction = TextField("Introduction", description="One or two sentences under the heading.")


def review_of(session: Session, tool: AssuranceTool) -> ThematicReview | None:
    """The review a tool belongs to; None for a tool of the bank."""
    return session.get(ThematicReview, tool.review_id) if tool.review_id else None


def may_build(session: Session, tool: AssuranceTool) -> bool:
    """Officers build the tools of the bank and of their own hubs' reviews; administrators any."""
    if role() not in OFFICERS:
        return False
    review = review_of(session, tool)
    return review is None or may_run(session, review.hub_id)


def overtaken(session: Session, tool: AssuranceTool) -> str:
    """That the sponsor's signature is for other words than these, where it is."""
    subject = TOOL_SUBJECTS.get(tool.kind)
    return overtaken_words(session, review_of(session, tool), subject, tool) if subject is not None else ""


class ToolPages(PageSet):
    """What every set of pages about a tool uses."""

    def buildable(self, record_id: int) -> AssuranceTool:
        """The tool, for whoever may change it; 403 for others."""
        tool: AssuranceTool = self.get_record(record_id)
        if not may_build(self.session, tool):
            abort(403)
        return tool

    def question_row(self, tool: AssuranceTool, question_id: int) -> ToolQuestion:
        """A question of the tool; 404 for any other."""
        question = self.session.get(ToolQuestion, question_id) if question_id <= BIGGEST else None
        if question is None or question.tool_id != tool.id:
            abort(404)
        return question

    def told(self, tool: AssuranceTool, sentence: str) -> str:
        """The sentence after a change, with what it means for the signature."""
        self.session.flush()
        return f"{sentence} {overtaken(self.session, tool)}".strip()

    def place_of(self, tool: AssuranceTool, part: ToolSection | ToolQuestion) -> str:
        """The tool's page with the section that a part stands in, at the part."""
        if isinstance(part, ToolSection):
            return self.link("details_view", record_id=tool.id, section=part.id, _anchor=f"s-{part.id}")
        return self.link("details_view", record_id=tool.id, section=part.section_id, _anchor=f"q-{part.id}")

    def ask_about(self, tool: AssuranceTool, form: Form, back: str, act: Act, **values: Any) -> ResponseReturnValue:
        """Ask something about a tool; the trail leads to its page."""
        return self.ask(form, back, act, back_words=tool.title, **values)


class OutlinePages(ToolPages):
    """The pages on which sections and their order are changed."""

    def _section(self, tool: AssuranceTool, section_id: int) -> ToolSection:
        section = self.session.get(ToolSection, section_id) if section_id <= BIGGEST else None
        if section is None or section.tool_id != tool.id:
            abort(404)
        return section

    @expose("/<int:record_id>/sections/new/", roles=OFFICERS, methods=("GET", "POST"))
    def new_section(self, record_id: int) -> ResponseReturnValue:
        """A heading more, at the end."""
        tool, form = self.buildable(record_id), SectionForm(sent_form())

        def act() -> tuple[str, str]:
            section = add_section(
                self.session, tool, title=form.title.data or "", introduction=form.introduction.data or ""
            )
            return self.told(tool, f"The section “{section.title}” is added."), self.place_of(tool, section)

        return self.ask_about(
            tool, form, self.details_url(tool.id), act, title="Add a section", button="Add", lead=tool.title
        )

    @expose("/<int:record_id>/sections/<int:section_id>/edit/", roles=OFFICERS, methods=("GET", "POST"))
    def edit_section(self, record_id: int, section_id: int) -> ResponseReturnValue:
        """Change a heading."""
        tool = self.buildable(record_id)
        section = self._section(tool, section_id)
        form = SectionForm(sent_form(), obj=section)

        def act() -> str:
            write_into(section, form, self.session)
            return self.told(tool, "The section is saved.")

        back, title = self.place_of(tool, section), f"Edit section: {section.title}"
        return self.ask_about(tool, form, back, act, title=title, button="Save", over=(section,),
                        template="assurance_tools/ask.html")  # fmt: skip

    @expose("/<int:record_id>/sections/<int:section_id>/delete/", roles=OFFICERS, methods=("GET", "POST"))
    def drop_section(self, record_id: int, section_id: int) -> ResponseReturnValue:
        """Take a section away with its questions."""
        tool = self.buildable(record_id)
        section = self._section(tool, section_id)
        title = f"Delete the section “{section.title}”?"

        def act() -> str:
            remove_section(self.session, tool, section)
            return self.told(tool, "The section is deleted.")

        lead = "Its questions go with it. Versions that were frozen keep them."
        return self.ask_about(tool, Form(), self.details_url(tool.id), act, title=title, lead=lead, tone="warning",
                              button="Yes, delete it")  # fmt: skip

    @expose("/<int:record_id>/sections/<int:section_id>/move/<way>/", roles=OFFICERS, methods=("POST",))
    def shift_section(self, record_id: int, section_id: int, way: str) -> ResponseReturnValue:
        """One place up or down."""
        tool, places = self.buildable(record_id), PLACES.get(way) or abort(404)
        section = self._section(tool, section_id)

        def act() -> str:
            move_section(self.session, tool, section, places)
            return self.told(tool, f"“{section.title}” is now section {section.number}.")

        return self.press(self.place_of(tool, section), act)

    @expose("/<int:record_id>/questions/<int:question_id>/move/<way>/", roles=OFFICERS, methods=("POST",))
    def shift_question(self, record_id: int, question_id: int, way: str) -> ResponseReturnValue:
        """One place up or down, also into the next section."""
        tool, places = self.buildable(record_id), PLACES.get(way) or abort(404)
        question = self.question_row(tool, question_id)

        def act() -> tuple[str, str]:
            move_question(self.session, tool, question, places)
            return self.told(tool, f"“{question.text}” is moved {way}."), self.place_of(tool, question)

        return self.press(self.place_of(tool, question), act)
