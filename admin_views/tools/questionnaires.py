"""How is a questionnaire drawn: for an agency's answers, as a preview, for a survey without a sign-in?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from admin_views.documents.evidence_files import FileLink, as_sent, file_link, upload_rules, words_of_kinds
from admin_views.kit.refusals import REFUSALS, sentence_of
from admin_views.tools.earlier_words import MINE, THEIRS, Said, SentAnswer, said_before, said_now, with_files_of
from admin_views.tools.last_answers import LastAnswer
from models.core.clock import LONDON
from models.core.errors import RuleBroken
from models.rules.documents.evidence_files import ACCEPTED
from models.rules.tools.question_kinds import read_answer
from models.rules.tools.questionnaires import (
    Answers,
    Question,
    Questionnaire,
    Section,
    asked_questions,
    is_answered,
    progress,
    progress_by_section,
)
from models.tools.answer_sheets import (
    OVERTAKEN,
    AnswerSheet,
    Given,
    SheetAnswer,
    add_evidence,
    evidence_of,
    give_way,
    plain_note,
    save_answer,
    sheet_answers,
    version_of,
)

Sent = MultiDict[str, str]
Files = MultiDict[str, FileStorage]


@dataclass
class Asked:
    """One question on a page, with what is given so far. `seen` is the row version of the stored answer, 0 for none.

    `theirs` is a colleague's answer that was given meanwhile: then `seen` stays the version before it.
    """

    question: Question
    given: tuple[str, ...] = ()
    is_asked: bool = True
    note: str = ""
    seen: int = 0
    problem: str = ""
    files: tuple[FileLink, ...] = ()
    last: LastAnswer | None = None
    theirs: Said | None = None
    earlier: Sequence[Said] = ()
    accepted: str = field(default=ACCEPTED, repr=False)

    @property
    def name(self) -> str:
        """The field's name, and the anchor of its block with `q-` for `a-`."""
        return field_name(self.question.key)

    @property
    def widget(self) -> str:
        return self.question.how.widget

    @property
    def is_group(self) -> bool:
        """Whether several controls belong together under one legend."""
        return self.widget in ("radio", "checkboxes")

    @property
    def taken(self) -> str:
        """What files are taken here, in words."""
        return f"{words_of_kinds()} Several at once may have as much together."

    @property
    def typed(self) -> str:
        return self.given[0] if self.given else ""

    @property
    def condition(self) -> str:
        """What brings the question up, for the page's script."""
        rule = self.question.shown_if
        return json.dumps({"name": field_name(rule.key), "answers": rule.answers}) if rule else ""


@dataclass(frozen=True)
class AskedSection:
    """A heading with its questions as they are drawn."""

    section: Section
    questions: tuple[Asked, ...]


def field_name(key: str) -> str:
    """The name of the field that answers a question."""
    return f"a-{key}"


def asked_sections(
    questionnaire: Questionnaire, answers: Answers, problems: Mapping[str, str] | None = None, *, has_files: bool = True
) -> list[AskedSection]:
    """Every section, ready to be drawn; what does not apply yet is there but hidden. `has_files`: ask for files too."""
    asked = {question.key for question in asked_questions(questionnaire, answers)}
    said = problems or {}
    return [
        AskedSection(
            section,
            tuple(
                Asked(
                    question,
                    question.how.given(answers.get(question.key)),
                    question.key in asked,
                    problem=said.get(question.key, ""),
                )
                for question in section.questions
                if has_files or question.how.widget != "files"
            ),
        )
        for section in questionnaire.sections
    ]


def questions_html(
    questionnaire: Questionnaire, answers: Answers | None = None, problems: Mapping[str, str] | None = None,
    *, has_files: bool = True, has_lines: bool = True,
) -> Markup:  # fmt: skip
    """All the questions of a tool as the inside of a form, with no sheet behind it: a preview, an anonymous survey.

    `has_lines`: say which key line of enquiry each serves, which is for colleagues and not for the public.
    The page that shows it brings its own form, tokens and buttons, and the script `answers.js` for comfort.
    """
    shown = questionnaire if has_lines else questionnaire.without_lines()
    sections = asked_sections(shown, answers or {}, problems, has_files=has_files)
    return Markup(render_template("questionnaires/bare.html", sections=sections))  # noqa: S704 (a template's output)


def read_form(questionnaire: Questionnaire, sent: Sent) -> tuple[dict[str, Any], dict[str, str]]:
    """The answers that a form of `questions_html` sent, and a sentence by question key for each that is none.

    Only questions that apply count; a required one without an answer is a problem too. Files are not taken here.
    """
    values, problems = {}, {}
    for question in questionnaire.questions():
        try:
            values[question.key] = read_answer(question.kind, sent.getlist(field_name(question.key)), question.labels)
        except RuleBroken as refusal:
            problems[question.key] = refusal.sentence
    asked = [question for question in asked_questions(questionnaire, values) if question.how.widget != "files"]
    for question in asked:
        if question.is_required and question.key not in problems and not is_answered(values, question.key):
            problems[question.key] = question.how.call
    wanted = {question.key for question in asked}
    given = {key: value for key, value in values.items() if key in wanted and is_answered(values, key)}
    return given, {key: sentence for key, sentence in problems.items() if key in wanted}


class SheetForm:
    """A sheet as its form: what it asks, what is answered, and how what was sent is kept, answer by answer."""

    def __init__(self, session: Session, sheet: AnswerSheet, person_id: int, last: Mapping[str, LastAnswer]) -> None:
        self.session, self.sheet, self.person_id, self.last = session, sheet, person_id, last
        self.asked = version_of(session, sheet).questionnaire

    def answers(self) -> dict[str, SheetAnswer]:
        return sheet_answers(self.session, self.sheet.id)

    def values(self) -> dict[str, Any]:
        return {key: answer.value for key, answer in self.answers().items()}

    def drawn(self, section: Section, problems: Mapping[str, str], sent: Sent) -> AskedSection:
        """A section as it is kept; where a question has a problem, as it was typed."""
        answers, files = self.answers(), evidence_of(self.session, self.sheet.id)
        asked = {question.key for question in asked_questions(self.asked, self.values())}
        before = said_before(self.session, {question.key: question for question in section.questions}, answers)
        drawn = []
        for question in section.questions:
            key = question.key
            shown = self._kept(question, answers.get(key)) if key not in problems else self._typed(question, sent)
            shown.is_asked, shown.problem = key in asked, problems.get(key, "")
            shown.files, shown.earlier = tuple(map(file_link, files.get(key, []))), before.get(key, ())
            drawn.append(shown)
            if shown.problem == OVERTAKEN:
                shown.seen = sent.get(f"seen-{key}", 0, type=int)
                shown.theirs = said_now(self.session, question, answers[key])
        return AskedSection(section, tuple(drawn))

    def _kept(self, question: Question, answer: SheetAnswer | None) -> Asked:
        """A question with the answer that is kept."""
        value, note, seen = (answer.value, answer.note, answer.row_version) if answer is not None else (None, "", 0)
        last = None if is_answered({question.key: value}, question.key) else self.last.get(question.key)
        return Asked(question, question.how.given(value), note=note, seen=seen, last=last)

    def _typed(self, question: Question, sent: Sent) -> Asked:
        """A question with the answer that was sent."""
        shown, key = self._kept(question, self.answers().get(question.key)), question.key
        shown.given, shown.note = tuple(self.sent_answer(question, sent).given), sent.get(f"note-{key}", shown.note)
        return shown

    def keep_section(self, section: Section, sent: Sent, files: Files) -> dict[str, str]:
        """Keep each answer that was sent on its own, so that one refusal loses nothing else; sentences by key."""
        problems = {}
        for question in section.questions:
            if f"seen-{question.key}" in sent:
                new = files.getlist(f"files-{question.key}")
                problems[question.key] = self.keep(question, self.sent_answer(question, sent), new)
        return {key: problem for key, problem in problems.items() if problem}

    def sent_answer(self, question: Question, sent: Sent) -> SentAnswer:
        """What a page's form sent for a question, with the last answer put in where that button was used."""
        key, given = question.key, sent.getlist(field_name(question.key))
        if sent.get("use-last") == key and key in self.last:
            given = list(question.how.given(self.last[key].value))
        taken_off = sent.get("take-off", "").removeprefix(f"{key}:")
        decided_on, _, decision = sent.get("decide", "").rpartition(":")
        decision = decision if decided_on == key else ""
        seen = sent.get(f"theirs-{key}" if decision else f"seen-{key}", 0, type=int)
        return SentAnswer(given, sent.get(f"note-{key}"), seen, decision, taken_off)

    def keep(self, question: Question, answer: SentAnswer, files: Sequence[FileStorage] = ()) -> str:
        """Keep one answer if it says anything new, and its new files in any case; "" or a refusal's sentence."""
        problems = [self._unless_refused(lambda: self._keep_words(question, answer))]
        problems.append(self._unless_refused(lambda: self._add(question, files)))
        return next(filter(None, problems), "")

    def _unless_refused(self, act: Callable[[], Any]) -> str:
        """Do something, or take it back and return the sentence of the refusal."""
        try:
            with self.session.begin_nested():
                act()
        except REFUSALS as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            return sentence
        return ""

    def _keep_words(self, question: Question, answer: SentAnswer) -> None:
        held = self.answers().get(question.key)
        if question.how.widget == "files":
            answer = with_files_of(held, answer)
        if self._says_the_same(question, answer, held):
            return
        keep = give_way if answer.decision == THEIRS else save_answer
        given = Given(question.key, answer.given, answer.note, answer.seen, is_decided=answer.decision == MINE)
        keep(self.session, self.sheet, given, person_id=self.person_id)

    def _add(self, question: Question, files: Sequence[FileStorage]) -> None:
        add = partial(add_evidence, self.session, self.sheet, key=question.key, person_id=self.person_id)
        for file in files:
            if file.filename:
                add(as_sent(file), rules=upload_rules())

    def _says_the_same(self, question: Question, answer: SentAnswer, held: SheetAnswer | None) -> bool:
        value, words = (held.value, held.note) if held is not None else (None, "")
        said = read_answer(question.kind, answer.given, question.labels)
        return said == value and (answer.note is None or plain_note(answer.note) == words)

    def brought_up(self, section: Section, shown: list[str]) -> bool:
        """Whether the answers have brought up a question of a section that its page did not show."""
        values = self.values()
        asked = [question.key for question in asked_questions(self.asked, values) if question in section.questions]
        return any(key not in shown and not is_answered(values, key) for key in asked)

    def said(self, question: Question, problem: str) -> dict[str, Any]:
        """What the page's script is told of one answer it sent."""
        held, values = self.answers().get(question.key), self.values()
        if problem:
            theirs = asdict(said_now(self.session, question, held)) if problem == OVERTAKEN and held else None
            return {"problem": problem, "theirs": theirs}
        seen = {"seen": held.row_version if held is not None else 0}
        place = next(number for number, part in enumerate(self.asked.sections) if question in part.questions)
        section = progress_by_section(self.asked, values)[place]
        moment = f"Saved {held.answered_at.astimezone(LONDON):%H:%M}" if held is not None else "Nothing to save"
        words = progress(self.asked, values).words
        return {**seen, "saved": moment, "words": words, "section": section.short}
