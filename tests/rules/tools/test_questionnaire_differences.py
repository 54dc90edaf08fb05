"""Are the differences between two versions told completely and in words?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from models.rules.tools.questionnaire_differences import ADDED, CHANGED, MOVED, REMOVED, differences
from models.rules.tools.questionnaire_words import answer_words, faults
from models.rules.tools.questionnaires import Option, Question, Questionnaire, Section, ShownIf

SEEN = Question("seen", "yes_partly_no", "Seen alone?", options=(Option("Yes"), Option("Partly"), Option("No")))
WHY = Question("why", "text", "Why not?", shown_if=ShownIf("seen", ("No",)))
COUNT = Question("count", "number", "How many?")


def form(*questions: Question, title: str = "Practice", **values: str) -> Questionnaire:
    return Questionnaire("Form", sections=(Section(title, questions=questions),), **values)


def told(old: Questionnaire, new: Questionnaire) -> list[tuple[str, str]]:
    return [(difference.what, difference.name) for difference in differences(old, new)]


def test_same_words_differ_in_nothing() -> None:
    assert differences(form(SEEN, WHY), form(SEEN, WHY)) == []


def test_added_and_removed_questions_are_named() -> None:
    assert told(form(SEEN, COUNT), form(SEEN, WHY)) == [(ADDED, "Why not?"), (REMOVED, "How many?")]


def test_every_change_of_a_question_is_a_sentence() -> None:
    other = replace(
        WHY, text="What stood in the way?", kind="choice", options=(Option("Time"), Option("Illness")), help="Briefly.",
        is_required=True, shown_if=ShownIf("seen", ("Partly", "No")), key_line="Voice",
    )  # fmt: skip
    (difference,) = differences(form(SEEN, WHY), form(SEEN, other))
    assert difference.what == CHANGED
    assert difference.changes == (
        "Question: “Why not?” became “What stood in the way?”",
        "Answer: “Text” became “One choice: Time; Illness”",
        "Help: “Briefly.” is new",
        "Must be answered: “no” became “yes”",
        "When: “Asked only if ‘Seen alone?’ is No” became “Asked only if ‘Seen alone?’ is Partly or No”",
        "Key line: “Voice” is new",
    )


def test_words_that_are_gone_are_told_too() -> None:
    (difference,) = differences(form(replace(COUNT, help="Open today.")), form(COUNT))
    assert difference.changes == ("Help: “Open today.” is gone",)


def test_only_the_question_that_moved_is_called_moved() -> None:
    assert told(form(SEEN, WHY, COUNT), form(COUNT, SEEN, WHY)) == [(MOVED, "How many?")]


def test_question_that_goes_to_another_section_says_which() -> None:
    old = Questionnaire("Form", sections=(Section("One", questions=(SEEN, COUNT)), Section("Two")))
    new = Questionnaire("Form", sections=(Section("One", questions=(SEEN,)), Section("Two", questions=(COUNT,))))
    (difference,) = differences(old, new)
    assert difference.changes == ("Section: “One” became “Two”",)


def test_renamed_section_is_told_once_and_not_at_each_question() -> None:
    sentences = told(form(SEEN, WHY), form(SEEN, WHY, title="Work"))
    assert sentences == [(ADDED, "Section: Work"), (REMOVED, "Section: Practice")]


def test_title_and_introductions_count_as_words() -> None:
    old = Questionnaire("Form", "Before.", (Section("One", "Old words."),))
    new = Questionnaire("Return", "After.", (Section("One", "New words."),))
    whole, section = differences(old, new)
    assert whole.changes == ("Title: “Form” became “Return”", "Introduction: “Before.” became “After.”")
    assert section.changes == ("Introduction: “Old words.” became “New words.”",)


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_differences_explain_every_reordering_and_removal(order: list[int], gone: set[int]) -> None:
    questions = [Question(f"q{number}", "text", f"Question {number}") for number in range(6)]
    old, new = form(*questions), form(*(questions[place] for place in order if place not in gone))
    changes = differences(old, new)
    assert {difference.name for difference in changes if difference.what == REMOVED} == {
        questions[place].text for place in gone
    }
    moved = {difference.name for difference in changes if difference.what == MOVED}
    stayed = [question.text for question in new.questions() if question.text not in moved]
    assert stayed == sorted(stayed), "what is not called moved kept its order"
    assert bool(moved) == (
        [question.key for question in new.questions()] != sorted(question.key for question in new.questions())
    )


def test_faults_name_what_a_condition_lacks() -> None:
    number = Question("why", "text", "Why not?", shown_if=ShownIf("count", ("1",)))
    assert faults(form(COUNT, number)) == ["‘Why not?’ is asked only if ‘How many?’ is 1, which is no answer to it."]
    assert faults(form(WHY)) == ["‘Why not?’ depends on a question that the tool does not ask."]
    assert faults(form(WHY, SEEN)) == ["‘Why not?’ depends on ‘Seen alone?’, which must be asked before it."]
    assert faults(form(SEEN, WHY)) == []


def test_kind_with_answers_of_its_own_does_not_repeat_them() -> None:
    assert answer_words(SEEN) == "Yes, partly or no"
