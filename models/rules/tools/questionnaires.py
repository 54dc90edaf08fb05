"""What does a questionnaire ask, which of it applies to the answers given so far, and how much is still open?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from models.rules.tools.question_kinds import KINDS, Kind

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Option:
    """One answer that may be chosen. `weight` is 1 for the best, 0 for the worst; None is not counted."""

    label: str
    weight: float | None = None


def weighted(words: Sequence[str]) -> tuple[Option, ...]:
    """Two or more words, the best first, with their weights: the best 1, the worst 0, the others evenly between.

    >>> [option.weight for option in weighted(("Yes", "Partly", "No"))]
    [1.0, 0.5, 0.0]
    """
    last = len(words) - 1
    return tuple(Option(word, round((last - place) / last, 4)) for place, word in enumerate(words))


@dataclass(frozen=True)
class ShownIf:
    """The question is asked only when an earlier one, by key, has one of these answers."""

    key: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question as it stood when its version was frozen. `key` is the same in every version of the tool."""

    key: str
    kind: str
    text: str
    help: str = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    shown_if: ShownIf | None = None
    key_line_id: int | None = None
    key_line: str = ""

    @property
    def how(self) -> Kind:
        return KINDS[self.kind]

    @property
    def labels(self) -> tuple[str, ...]:
        """What may be chosen, in order."""
        return tuple(option.label for option in self.options)

    def level(self, value: Any) -> float | None:
        """How good an answer is, from 0 to 1; None when it does not say.

        >>> scale = (Option("Good", 1.0), Option("Poor", 0.0), Option("Not applicable"))
        >>> [Question("q", "rating", "?", options=scale).level(word) for word in ("Good", "Not applicable", None)]
        [1.0, None, None]
        """
        return next((option.weight for option in self.options if option.label == value), None)


@dataclass(frozen=True)
class Section:
    """Questions under one heading."""

    title: str
    introduction: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Progress:
    """How many of the questions that apply are answered, and which required ones are not."""

    answered: int
    asked: int
    missing: tuple[Question, ...]

    @property
    def words(self) -> str:
        """Both numbers, in words; where nothing is asked, just that.

        >>> Progress(3, 12, ()).words, Progress(0, 0, ()).words
        ('3 of 12 questions answered', 'Nothing is asked')
        """
        if not self.asked:
            return "Nothing is asked"
        return f"{self.answered} of {self.asked} questions answered"

    @property
    def short(self) -> str:
        """The same in the few words that stand beside a section.

        >>> Progress(3, 12, ()).short, Progress(0, 0, ()).short
        ('3 of 12', 'nothing asked')
        """
        return f"{self.answered} of {self.asked}" if self.asked else "nothing asked"


@dataclass(frozen=True)
class Questionnaire:
    """A tool as it goes out: frozen, fingerprinted, and the same for everybody who answers it."""

    title: str
    introduction: str = ""
    sections: tuple[Section, ...] = ()

    def questions(self) -> Iterator[Question]:
        for section in self.sections:
            yield from section.questions

    def graded(self) -> Iterator[Question]:
        """The questions whose answers a scale grades.

        >>> asked = Question("seen", "text", "Seen?"), Question("how", "rating", "How?", options=(Option("Good", 1.0),))
        >>> [question.key for question in Questionnaire("Form", "", (Section("A", "", asked),)).graded()]
        ['how']
        """
        return (each for each in self.questions() if any(option.weight is not None for option in each.options))

    def question(self, key: str) -> Question | None:
        return next((each for each in self.questions() if each.key == key), None)

    def without_lines(self) -> Questionnaire:
        """The same questions without the key lines they serve, as people outside are asked them.

        >>> asked = Question("seen", "text", "Seen?", key_line_id=7, key_line="Are people seen?")
        >>> form = Questionnaire("Form", "", (Section("A", "", (asked,)),))
        >>> [question.key_line for question in form.without_lines().questions()]
        ['']
        """
        sections = tuple(
            replace(
                section, questions=tuple(replace(each, key_line_id=None, key_line="") for each in section.questions)
            )
            for section in self.sections
        )
        return replace(self, sections=sections)

    def as_json(self) -> dict[str, Any]:
        """Plain data; `from_json` reads it back.

        >>> from dataclasses import asdict
        >>> asked = Question("a", "choice", "?", options=(Option("Yes"),), shown_if=ShownIf("b", ("No",)))
        >>> form = Questionnaire("Form", "", (Section("A", "", (asked,)),))
        >>> form.as_json() == asdict(form), Questionnaire.from_json(form.as_json()) == form
        (True, True)
        """
        sections = ({**vars(each), "questions": tuple(map(_plain, each.questions))} for each in self.sections)
        return {**vars(self), "sections": tuple(sections)}

    def fingerprint(self) -> str:
        """SHA-256 of the whole, in hexadecimal: any change of a word changes it."""
        return fingerprint_of(self.as_json())

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Questionnaire:
        sections = tuple(
            Section(section["title"], section["introduction"], tuple(_question(each) for each in section["questions"]))
            for section in content["sections"]
        )
        return cls(content["title"], content["introduction"], sections)


def fingerprint_of(content: Any) -> str:
    """SHA-256 of plain data in one canonical writing.

    >>> fingerprint_of({"b": 1, "a": 2}) == fingerprint_of({"a": 2, "b": 1})
    True
    """
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _plain(question: Question) -> dict[str, Any]:
    """What `asdict` makes of a question, which copies every word of it and takes ten times as long."""
    options = tuple({**vars(option)} for option in question.options)
    shown_if = {**vars(question.shown_if)} if question.shown_if else None
    return {**vars(question), "options": options, "shown_if": shown_if}


def _question(content: Mapping[str, Any]) -> Question:
    rule = content["shown_if"]
    return Question(
        **{
            **content,
            "options": tuple(Option(**option) for option in content["options"]),
            "shown_if": ShownIf(rule["key"], tuple(rule["answers"])) if rule else None,
        }
    )


def applies(question: Question, answers: Answers) -> bool:
    """Whether a question is asked, given the answers so far.

    >>> asked = Question("why", "text", "Why not?", shown_if=ShownIf("seen", ("No",)))
    >>> applies(asked, {"seen": "No"}), applies(asked, {"seen": "Yes"}), applies(asked, {})
    (True, False, False)
    """
    if question.shown_if is None:
        return True
    given = answers.get(question.shown_if.key)
    return any(answer in question.shown_if.answers for answer in (given if isinstance(given, list) else [given]))


def asked_questions(questionnaire: Questionnaire, answers: Answers) -> list[Question]:
    """The questions that apply, in order. The answer to a question that is itself not asked brings nothing up.

    >>> seen, why = Question("seen", "text", "?"), Question("why", "text", "?", shown_if=ShownIf("seen", ("No",)))
    >>> who = Question("who", "text", "?", shown_if=ShownIf("why", ("Away",)))
    >>> form = Questionnaire("Form", sections=(Section("One", questions=(seen, why, who)),))
    >>> [question.key for question in asked_questions(form, {"seen": "Yes", "why": "Away"})]
    ['seen']
    """
    questions: list[Question] = []
    answered: dict[str, Any] = {}
    for question in questionnaire.questions():
        if applies(question, answered):
            questions.append(question)
            answered[question.key] = answers.get(question.key)
    return questions


def is_answered(answers: Answers, key: str) -> bool:
    """Whether a question has an answer.

    >>> is_answered({"seen": "No", "why": []}, "seen"), is_answered({"seen": "No", "why": []}, "why")
    (True, False)
    """
    return answers.get(key) not in (None, "", [])


def progress(questionnaire: Questionnaire, answers: Answers) -> Progress:
    """How far a set of answers has come; questions that do not apply count nowhere."""
    return _progress(asked_questions(questionnaire, answers), answers)


def progress_by_section(questionnaire: Questionnaire, answers: Answers) -> list[Progress]:
    """The same for each section.

    >>> form = Questionnaire("Form", sections=(Section("One", questions=(Question("a", "text", "?"),)), Section("Two")))
    >>> [(section.answered, section.asked) for section in progress_by_section(form, {})]
    [(0, 1), (0, 0)]
    """
    questions = asked_questions(questionnaire, answers)
    return [
        _progress([question for question in questions if question in section.questions], answers)
        for section in questionnaire.sections
    ]


def _progress(questions: Sequence[Question], answers: Answers) -> Progress:
    is_open = [question for question in questions if not is_answered(answers, question.key)]
    return Progress(
        len(questions) - len(is_open), len(questions), tuple(question for question in is_open if question.is_required)
    )
