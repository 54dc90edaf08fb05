"""Which answers of the last time are offered again to the questions that are still asked?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.rules.core.due_dates import in_words
from models.rules.tools.questionnaires import Questionnaire
from models.tools.answer_sheets import SheetAnswer


@dataclass(frozen=True)
class LastAnswer:
    """What was answered to the same question before, and when, to be offered again."""

    value: Any
    words: str
    when: str
    note: str = ""


def offered_again(asked: Questionnaire, last: Mapping[str, tuple[SheetAnswer, date]]) -> dict[str, LastAnswer]:
    """Earlier answers, each with its day, as they are offered to the questions that are still asked."""
    return {
        key: LastAnswer(answer.value, question.how.show(answer.value), in_words(day), answer.note)
        for key, (answer, day) in last.items()
        if (question := asked.question(key)) is not None
    }
