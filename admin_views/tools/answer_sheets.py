"""How do people of an agency fill in what they were sent, section by section, and read all of it at any time?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from flask import abort, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, false
from wtforms import Form

from admin_views.documents.evidence_files import FileLink, file_link
from admin_views.documents.papers import document_buttons
from admin_views.kit.base import (
    STAFF,
    Button,
    Fact,
    PageSet,
    Panel,
    Screen,
    actor,
    already_sent,
    expose,
    person_id,
    role,
)
from admin_views.kit.permissions import Roles, verb
from admin_views.kit.saving import use_form_up
from admin_views.tools.earlier_words import Said, SentAnswer, names_of, said_before
from admin_views.tools.last_answers import LastAnswer
from admin_views.tools.questionnaires import SheetForm
from models.core.access import Role
from models.documents.documents import Document
from models.rules.tools.questionnaires import (
    Question,
    Questionnaire,
    Section,
    asked_questions,
    progress,
    progress_by_section,
)
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, evidence_of, sheet_answers, sheet_progress, version_of

ANSWERERS: Roles = frozenset({Role.AGENCY_MEMBER})
"""Who answers for an agency: its members. Its managers read what it says, and choose its auditors."""

AGENCY_PEOPLE: Roles = ANSWERERS | {Role.MANAGER}
SHEET_READERS: Roles = STAFF | AGENCY_PEOPLE


@dataclass(frozen=True)
class ReadAnswer:
    """One question with its answer in words, as it is read."""

    question: Question
    words: str
    note: str
    who: str
    answer: SheetAnswer | None
    files: tuple[FileLink, ...]
    buttons: tuple[Button, ...]
    earlier: Sequence[Said] = ()


class AnsweredScreen(Screen):
    """A screen whose record has a sheet to fill in: what `AnsweringPages` asks of it.

    It says by `handed_in` how a sheet is handed in; its form on paper is the document `paper_name`, and the blank one
    the same with `_blank`.
    """

    paper_name: ClassVar[str]

    def get_query(self) -> Select[Any]:
        """Staff see every record, people of an agency their own by row policy; managers of no agency see none."""
        if role() in STAFF or actor().is_agency_bound:
            return super().get_query()
        return super().get_query().filter(false())

    def sheet_of(self, record: Any) -> AnswerSheet:
        """The sheet behind a record of this screen."""
        return self.session.get_one(AnswerSheet, record.sheet_id)

    def may_answer(self, record: Any, sheet: AnswerSheet) -> bool:
        """Whether whoever asks may fill the sheet in now: by default members of the agency, while both are open."""
        return record.status.is_open and sheet.is_open and role() in ANSWERERS and sheet.agency_id in actor().agency_ids

    def last_answers(self, record: Any, sheet: AnswerSheet) -> dict[str, LastAnswer]:
        """What is offered again, by question key."""
        return {}

    def reading_facts(self, record: Any) -> list[Fact]:
        """What stands above the answers where all of them are read."""
        return []

    def answer_buttons(self, record: Any, question: Question, answer: SheetAnswer) -> list[Button]:
        """What can be done with one answer where it is read."""
        return []

    def begin_answering(self, record: Any) -> None:
        """Called before something that was filled in is kept."""

    def handed_in(self, record: Any) -> str:
        """Hand a filled-in record in by its own verb; returns the sentence that says so."""
        raise NotImplementedError

    def paper_buttons(self, record: Any) -> list[Button]:
        """The form, filled in and blank, each as PDF and as a page."""
        filled, blank = (self.link(name, record_id=record.id) for name in ("filled_paper", "blank_paper"))
        return [*document_buttons(filled, "Form"), *document_buttons(blank, "Blank form")]


class AnsweringPages(PageSet):
    """The pages on which a sheet is filled in, read and handed in; the screen's `roles` name who may as "answer"."""

    screen: AnsweredScreen

    @verb("answer", "/<int:record_id>/answer/")
    def continue_answering(self, record_id: int) -> ResponseReturnValue:
        """The first section that is not finished."""
        form = self._form(self.get_record(record_id))
        done = progress_by_section(form.asked, form.values())
        number = next((place for place, section in enumerate(done, 1) if section.answered < section.asked), 1)
        return redirect(self.link("answer", record_id=record_id, number=number))

    @verb("answer", "/<int:record_id>/answer/<int:number>/", ("GET", "POST"))
    def answer(self, record_id: int, number: int) -> ResponseReturnValue:
        """One section to fill in; what is sent is kept, also when part of it is refused."""
        record = self.get_record(record_id)
        form = self._form(record)
        section = _section(form.asked, number)
        if request.method == "GET":
            return self._show(record, form, number, {})
        if already_sent(self.session) is not None:
            self.session.rollback()
            return redirect(self.link("answer", record_id=record_id, number=number))
        problems = form.keep_section(section, request.form, request.files)
        self.session.commit()
        if problems:
            return self._show(record, form, number, problems), 422
        return redirect(self._next_place(record, form, number))

    @verb("answer", "/<int:record_id>/answer/save/", ("POST",))
    def save_typed(self, record_id: int) -> ResponseReturnValue:
        """One answer as it is typed; the page's script sends it."""
        form = self._form(self.get_record(record_id))
        question = form.asked.question(request.form.get("key", ""))
        if question is None:
            abort(404)
        sent, files = request.form, request.files.getlist("files")
        seen, decision = sent.get("seen", 0, type=int), sent.get("decision", "")
        problem = form.keep(question, SentAnswer(sent.getlist("given"), sent.get("note"), seen, decision), files)
        self.session.commit()
        return jsonify(form.said(question, problem) | {"files": bool(files)}), 422 if problem else 200

    @expose("/<int:record_id>/read/", roles=SHEET_READERS)
    def read(self, record_id: int) -> str:
        """Every question with its answer, also after the day it was due; prints as it is."""
        record = self.get_record(record_id)
        sheet = self.screen.sheet_of(record)
        asked = version_of(self.session, sheet).questionnaire
        sections = self._read_sections(record, sheet, asked)
        return self.render(
            "questionnaires/read.html", record=record, asked=asked, facts=self.screen.reading_facts(record),
            sections=sections, progress=progress(asked, _values(sections)), back=self.details_url(record_id),
            buttons=[*self.buttons(record)[:-1], *self.screen.paper_buttons(record)],
        )  # fmt: skip

    @verb("answer", "/<int:record_id>/hand-in/", ("GET", "POST"))
    def hand_in(self, record_id: int) -> ResponseReturnValue:
        """The word of whoever fills it in that this is the answer; what is missing is named first."""
        record = self.get_record(record_id)
        sheet = self.screen.sheet_of(record)
        if not self.screen.may_answer(record, sheet):
            abort(403)
        done = sheet_progress(self.session, sheet)
        missing = Panel("Still to be answered", ("Question",), [(question.text,) for question in done.missing])
        lead = f"{done.words}. Once it is handed in, its answers no longer change unless it is returned."
        return self.ask(
            Form(), self.details_url(record_id), lambda: self.screen.handed_in(record), lead=lead,
            title=f"Hand in {record.reference}", button="Hand in", panels=[missing] if done.missing else [],
        )  # fmt: skip

    # What the pages above use

    def finishing_button(self, record: Any) -> Button:
        """Where a filled-in sheet is handed in."""
        return Button("Hand in", self.link("hand_in", record_id=record.id))

    def buttons(self, record: Any) -> list[Button]:
        """Fill in and hand in where that is possible, and read, which always is."""
        reading = Button("Read the answers", self.link("read", record_id=record.id))
        if not self.screen.may_answer(record, self.screen.sheet_of(record)):
            return [reading]
        filling = Button("Fill in", self.link("continue_answering", record_id=record.id), "main")
        return [filling, self.finishing_button(record), reading]

    def _form(self, record: Any) -> SheetForm:
        """The record's form where it may be filled in; otherwise 403, or back to reading once it is handed in."""
        sheet = self.screen.sheet_of(record)
        if not self.screen.may_answer(record, sheet):
            if sheet.is_open or request.method == "POST":
                abort(403)
            flash("This form is handed in; its answers no longer change.", "error")
            abort(redirect(self.link("read", record_id=record.id)))
        if request.method == "POST":
            self.screen.begin_answering(record)
        return SheetForm(self.session, sheet, person_id(), self.screen.last_answers(record, sheet))

    def _show(self, record: Any, form: SheetForm, number: int, problems: dict[str, str]) -> str:
        section, values = _section(form.asked, number), form.values()
        if problems:
            use_form_up()
        steps = zip(form.asked.sections, progress_by_section(form.asked, values), strict=True)
        return self.render(
            "questionnaires/answer.html", record=record, asked=form.asked, number=number, steps=list(steps),
            section=form.drawn(section, problems, request.form), progress=progress(form.asked, values),
            problems=[(f"q-{key}", f"{_text_of(section, key)}: {sentence}") for key, sentence in problems.items()],
            back=self.details_url(record.id), finishing=self.finishing_button(record),
        )  # fmt: skip

    def _next_place(self, record: Any, form: SheetForm, number: int) -> str:
        """The next section; the same one when the person stays, or when the answers have brought up a question."""
        here = self.link("answer", record_id=record.id, number=number)
        pressed = next((name for name in ("stay", "use-last", "take-off", "decide") if name in request.form), None)
        if pressed is not None:
            key = request.form[pressed].partition(":")[0]
            return f"{here}#q-{key}" if key else here
        if form.brought_up(_section(form.asked, number), request.form.getlist("shown")):
            flash("Saved. Your answers have brought up a further question in this section.", "success")
            return here
        flash("Saved.", "success")
        if number < len(form.asked.sections):
            return self.link("answer", record_id=record.id, number=number + 1)
        return self.link("read", record_id=record.id)

    def _read_sections(
        self, record: Any, sheet: AnswerSheet, asked: Questionnaire
    ) -> list[tuple[Section, list[ReadAnswer]]]:
        answers, files = sheet_answers(self.session, sheet.id), evidence_of(self.session, sheet.id)
        names = names_of(self.session, (answer.answered_by_id for answer in answers.values()))
        applies = asked_questions(asked, {key: answer.value for key, answer in answers.items()})
        before = said_before(self.session, {question.key: question for question in applies}, answers)

        def read(question: Question) -> ReadAnswer:
            key = question.key
            answered = self._read_answer(record, question, answers.get(key), files.get(key, []), names)
            return replace(answered, earlier=before.get(key, ()))

        return [(part, [read(each) for each in part.questions if each in applies]) for part in asked.sections]

    def _read_answer(
        self, record: Any, question: Question, answer: SheetAnswer | None, files: list[Document], names: dict[int, str]
    ) -> ReadAnswer:
        if answer is None:
            return ReadAnswer(question, "", "", "", None, (), ())
        who = names.get(answer.answered_by_id or 0, "")
        words, links = question.how.show(answer.value), tuple(map(file_link, files))
        buttons = tuple(self.screen.answer_buttons(record, question, answer)) if words or answer.note else ()
        return ReadAnswer(question, words, answer.note, who, answer, links, buttons)


def _section(asked: Questionnaire, number: int) -> Section:
    if not 1 <= number <= len(asked.sections):
        abort(404)
    return asked.sections[number - 1]


def _text_of(section: Section, key: str) -> str:
    return next(question.text for question in section.questions if question.key == key)


def _values(sections: list[tuple[Section, list[ReadAnswer]]]) -> dict[str, Any]:
    return {
        read.question.key: read.answer.value for _, answers in sections for read in answers if read.answer is not None
    }
