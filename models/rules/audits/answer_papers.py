"""How is a form written down: blank, to be filled in with a pen, and filled in?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.rules.documents.papers import (
    BODY,
    LABEL,
    QUIET,
    STRONG,
    Blanks,
    Block,
    Cell,
    Column,
    Heading,
    Notice,
    Occasion,
    Paper,
    Paragraph,
    Piece,
    Row,
    Signatures,
    Table,
    day,
)
from models.rules.evidence.paper_parts import paper_of
from models.rules.returns.section_11 import HIGHEST, ScoredStandard, score_words, told_apart
from models.rules.tools.questionnaires import Answers, Question, Questionnaire, asked_questions

_LINES: Final = {"number": 1, "date": 1, "textarea": 5, "files": 2}
_NOT_ANSWERED: Final = "Not answered"


@dataclass(frozen=True, kw_only=True)
class Form:
    """The head of a form of any kind; the agency `agency_id` owns the form."""

    occasion: Occasion
    kind: str
    about: str
    agency_id: int | None
    reference: str
    title: str
    agency: str
    tool: str
    due_on: date


@dataclass(frozen=True)
class WrittenAnswer:
    """One question that applies, with its answer in words; no words when it is not answered."""

    text: str
    words: str
    note: str = ""
    key_line: str = ""
    files: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True)
class WrittenSection:
    """A heading with its answers."""

    title: str
    introduction: str
    answers: tuple[WrittenAnswer, ...]


@dataclass(frozen=True, kw_only=True)
class FilledForm(Form):
    """A filled-in form. `facts` are labels with values shown above the answers, `scores` those of Section 11."""

    progress: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[WrittenSection, ...]
    scores: tuple[ScoredStandard, ...] = ()
    notice: str = ""


@dataclass(frozen=True)
class AskedQuestion:
    """One question of a blank form: boxes to tick when it has options, else lines to write on."""

    text: str
    hint: str
    options: tuple[str, ...]
    lines: int


@dataclass(frozen=True)
class AskedSection:
    """A heading with its questions."""

    title: str
    introduction: str
    questions: tuple[AskedQuestion, ...]


@dataclass(frozen=True, kw_only=True)
class BlankForm(Form):
    """A form as it is sent out, for reading and filling in away from a screen."""

    introduction: str
    sections: tuple[AskedSection, ...]


def filled_paper(form: FilledForm) -> Paper:
    """Every question that applies, in order, with its answer, note, files and key line; scores come first."""
    pairs = (("Agency", form.agency), ("Due", day(form.due_on)), ("Answered", form.progress), *form.facts)
    numbered = enumerate(form.sections, 1)
    blocks = [
        *((Notice(form.notice),) if form.notice else ()),
        *((_scores(form.scores),) if form.scores else ()),
        *(block for number, section in numbered for block in _written(number, section)),
    ]
    if not form.sections:
        blocks.append(Paragraph("The form asks nothing."))
    return _paper(form, (*pairs, ("Tool", form.tool)), blocks, "")


def blank_paper(form: BlankForm) -> Paper:
    """Every question of the form with room to answer it, including those that only some answers bring up."""
    how = (
        "This copy is for reading and preparing away from a screen. Please enter the answers in the portal; "
        "questions with a star must be answered."
    )
    questions = (block for number, section in enumerate(form.sections, 1) for block in _asked(number, section))
    signers = Signatures((("Completed by", ""), ("Agreed for the agency by", "")))
    pairs = (("Agency", form.agency), ("Due", day(form.due_on)), ("Tool", form.tool))
    return _paper(form, pairs, (Notice(how), Paragraph(form.introduction), *questions, signers), "Blank form")


def _paper(form: Form, pairs: Sequence[tuple[str, str]], blocks: Sequence[Block], scope: str) -> Paper:
    return paper_of(
        form.occasion, form, pairs, blocks, kind=form.kind, reference=form.reference, title=form.title,
        about=form.about, agency_id=form.agency_id, scope=scope,
    )  # fmt: skip


def _scores(scores: Sequence[ScoredStandard]) -> Table:
    """The standards by their names, with the moderated score and its reason once there are any."""
    columns = [Column("Standard", 4), Column("Own score", 1, is_number=True)]
    is_moderated = any(each.moderated is not None or each.reason for each in scores)
    if is_moderated:
        columns += [Column("Moderated score", 1.2, is_number=True), Column("Reason", 4)]
    names = told_apart([each.text for each in scores])
    rows = [_score(each, name, is_moderated=is_moderated) for each, name in zip(scores, names, strict=True)]
    return Table(columns, rows, heading=f"Standards, scored 0 to {HIGHEST}")


def _score(standard: ScoredStandard, name: str, *, is_moderated: bool) -> Row:
    cells: list[Cell] = [[(name, STRONG)], score_words(standard.own)]
    if is_moderated:
        cells += [score_words(standard.moderated), standard.reason or "–"]
    return Row(cells)


def _written(number: int, section: WrittenSection) -> Iterator[Block]:
    yield Heading(f"{number}. {section.title}")
    yield Paragraph(section.introduction)
    columns = (Column("Question", 2), Column("Answer", 3))
    above = ("", *(answer.key_line for answer in section.answers))
    rows = [_answer(section.title, answer, before) for answer, before in zip(section.answers, above, strict=False)]
    yield Table(columns, rows, empty="This section asks nothing.")


def _answer(title: str, answer: WrittenAnswer, above: str) -> Row:
    question: list[Piece] = [(within(title, answer.text), STRONG), *key_line_pieces(answer.key_line, above)]
    pieces: list[Piece] = [(answer.words, "body")] if answer.words else [(_not_answered(answer), QUIET)]
    if answer.note:
        pieces += [("Note", LABEL), (answer.note, "body")]
    if answer.files:
        pieces += [("Evidence", LABEL), *((name, "body") for name in answer.files)]
    return Row([question, pieces], tone="" if answer.words else "amber" if answer.is_required else "grey")


def within(title: str, text: str) -> str:
    """A question without the title of its section at its end, which stands over it already.

    >>> within("Information sharing", "Your own score: information sharing *"), within("Voice", "Seen alone?")
    ('Your own score *', 'Seen alone?')
    """
    words, star = text.removesuffix(" *"), " *" * text.endswith(" *")
    return f"{words[: -len(title) - 2]}{star}" if title and words.endswith(f": {title.lower()}") else text


def key_line_pieces(key_line: str, above: str) -> list[Piece]:
    """The key line of a question; one that the question above has as well is not written out again.

    >>> key_line_pieces("Is it seen?", ""), key_line_pieces("Is it seen?", "Is it seen?"), key_line_pieces("", "")
    ([('Key line of enquiry', 'label'), ('Is it seen?', 'body')], [('Same key line of enquiry', 'quiet')], [])
    """
    if key_line and key_line == above:
        return [("Same key line of enquiry", QUIET)]
    return [("Key line of enquiry", LABEL), (key_line, BODY)] if key_line else []


def _not_answered(answer: WrittenAnswer) -> str:
    return f"{_NOT_ANSWERED} (required)" if answer.is_required else _NOT_ANSWERED


def _asked(number: int, section: AskedSection) -> Iterator[Block]:
    yield Heading(f"{number}. {section.title}")
    yield Paragraph(section.introduction)
    for question in section.questions:
        yield Blanks(within(section.title, question.text), question.hint, question.lines, question.options)


def written_sections(
    questionnaire: Questionnaire, values: Answers, notes: Mapping[str, str], files: Mapping[str, tuple[str, ...]]
) -> tuple[WrittenSection, ...]:
    """A whole questionnaire with its answers in words, notes and file names; what does not apply is left out.

    >>> from models.rules.tools.questionnaires import Section
    >>> seen = Question("q", "yes_partly_no", "Seen alone?")
    >>> written_sections(Questionnaire("T", "", (Section("S", "", (seen,)),)), {"q": "No"}, {}, {})[0].answers[0].words
    'No'
    """
    applies = asked_questions(questionnaire, values)
    return tuple(
        WrittenSection(
            section.title,
            section.introduction,
            tuple(
                WrittenAnswer(
                    question.text,
                    question.how.show(values.get(question.key)),
                    notes.get(question.key, ""),
                    question.key_line,
                    files.get(question.key, ()),
                    question.is_required,
                )
                for question in section.questions
                if question in applies
            ),
        )
        for section in questionnaire.sections
    )  # fmt: skip


def asked_sections(questionnaire: Questionnaire) -> tuple[AskedSection, ...]:
    """A whole questionnaire as it is printed blank.

    >>> seen = Question("q", "yes_partly_no", "Seen alone?", is_required=True)
    >>> from models.rules.tools.questionnaires import Section
    >>> asked_sections(Questionnaire("T", "", (Section("S", "", (seen,)),)))[0].questions[0].text
    'Seen alone? *'
    """
    texts = {question.key: question.text for question in questionnaire.questions()}
    return tuple(
        AskedSection(section.title, section.introduction, tuple(_question(each, texts) for each in section.questions))
        for section in questionnaire.sections
    )


def _question(question: Question, texts: dict[str, str]) -> AskedQuestion:
    rule = question.shown_if
    only = f"Only if “{texts.get(rule.key, '')}” is answered: {' or '.join(rule.answers)}." if rule else ""
    line = f"Key line of enquiry: {question.key_line}" if question.key_line else ""
    hint = "\n".join(part for part in (question.help, only, line) if part)
    text = f"{question.text} *" if question.is_required else question.text
    return AskedQuestion(text, hint, question.labels, _LINES.get(question.how.widget, 3))
