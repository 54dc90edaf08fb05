"""How does a form's summary name each question that is not answered as it should be?"""

from __future__ import annotations

from collections.abc import Mapping

from models.rules.tools.questionnaires import Answers, Questionnaire, asked_questions


def named_problems(
    questionnaire: Questionnaire, answers: Answers, problems: Mapping[str, str], *, has_files: bool = True
) -> list[tuple[str, str]]:
    """The problems of a form for its summary: the id of each block, and the question by number.

    The number is the one that stands beside the question: what does not apply yet is hidden and has none.

    >>> from models.rules.tools.questionnaires import Question, Section
    >>> form = Questionnaire("Form", "", (Section("A", "", (Question("seen", "text", "Seen?"),)),))
    >>> named_problems(form, {}, {"seen": "Write an answer."})
    [('q-seen', 'Question 1, “Seen?”: write an answer.')]
    """
    asked = [each for each in asked_questions(questionnaire, answers) if has_files or each.how.widget != "files"]
    return [
        (f"q-{question.key}", f"Question {number}, “{question.text}”: {sentence[:1].lower()}{sentence[1:]}")
        for number, question in enumerate(asked, 1)
        if (sentence := problems.get(question.key))
    ]
