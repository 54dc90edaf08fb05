"""What has changed between two versions of a questionnaire, in words: added, removed, changed, moved?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.rules.tools.questionnaire_words import answer_words, condition_words
from models.rules.tools.questionnaires import Question, Questionnaire

ADDED, REMOVED, CHANGED, MOVED = "Added", "Removed", "Changed", "Moved"


@dataclass(frozen=True)
class Difference:
    """One thing that differs: what happened, to what, and each change as a sentence."""

    what: str
    name: str
    changes: tuple[str, ...] = ()


def differences(old: Questionnaire, new: Questionnaire) -> list[Difference]:
    """What turns one version into the other, in the newer one's order. Questions are the same when their key is.

    >>> from models.rules.tools.questionnaires import Section
    >>> def form(*questions): return Questionnaire("Form", sections=(Section("One", questions=questions),))
    >>> seen, why = Question("seen", "yes_partly_no", "Seen?"), Question("why", "text", "Why?")
    >>> [(change.what, change.name) for change in differences(form(seen), form(why))]
    [('Added', 'Why?'), ('Removed', 'Seen?')]
    >>> differences(form(seen), form(Question("seen", "yes_partly_no", "Seen alone?")))[0].changes
    ('Question: “Seen?” became “Seen alone?”',)
    """
    return [*_whole(old, new), *_sections(old, new), *_asked(old, new), *_gone(old, new)]


def _became(label: str, before: str, after: str) -> str:
    if not before:
        return f"{label}: “{after}” is new"
    return f"{label}: “{before}” became “{after}”" if after else f"{label}: “{before}” is gone"


def _changes(*compared: tuple[str, str, str]) -> tuple[str, ...]:
    return tuple(_became(*change) for change in compared if change[1] != change[2])


def _whole(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    changes = _changes(("Title", old.title, new.title), ("Introduction", old.introduction, new.introduction))
    if changes:
        yield Difference(CHANGED, "The tool itself", changes)


def _sections(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    """Sections have no key, so a section with another title is another section."""
    before = {section.title: section for section in old.sections}
    after = {section.title: section for section in new.sections}
    for title, section in after.items():
        earlier = before.get(title)
        if earlier is None:
            yield Difference(ADDED, f"Section: {title}")
        elif earlier.introduction != section.introduction:
            changes = _changes(("Introduction", earlier.introduction, section.introduction))
            yield Difference(CHANGED, f"Section: {title}", changes)
    yield from (Difference(REMOVED, f"Section: {title}") for title in before if title not in after)


def _asked(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    moved = _moved(old, new)
    for question in new.questions():
        earlier = old.question(question.key)
        if earlier is None:
            yield Difference(ADDED, question.text, (answer_words(question),))
            continue
        changes = _question_changes(old, earlier, new, question)
        if changes:
            yield Difference(CHANGED, question.text, changes)
        elif question.key in moved:
            yield Difference(MOVED, question.text)


def _gone(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    return (Difference(REMOVED, question.text) for question in old.questions() if new.question(question.key) is None)


def _question_changes(old: Questionnaire, question: Question, new: Questionnaire, other: Question) -> tuple[str, ...]:
    return _changes(
        ("Question", question.text, other.text),
        ("Answer", answer_words(question), answer_words(other)),
        ("Help", question.help, other.help),
        ("Must be answered", _yes(question.is_required), _yes(other.is_required)),
        ("When", condition_words(old, question) or "Always asked", condition_words(new, other) or "Always asked"),
        ("Key line", question.key_line, other.key_line),
        ("Section", *_sections_between(old, new, question.key)),
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _sections_between(old: Questionnaire, new: Questionnaire, key: str) -> tuple[str, str]:
    """The old and the new section of a question; the same one twice when only the section's title changed."""
    before, after = _section_of(old, key), _section_of(new, key)
    return (before, after) if any(section.title == before for section in new.sections) else (after, after)


def _section_of(questionnaire: Questionnaire, key: str) -> str:
    return next(
        section.title for section in questionnaire.sections if any(each.key == key for each in section.questions)
    )


def _moved(old: Questionnaire, new: Questionnaire) -> set[str]:
    """The fewest questions whose move explains the new order: those outside the longest run that kept its order."""
    places = {question.key: place for place, question in enumerate(old.questions())}
    keys = [question.key for question in new.questions() if question.key in places]
    longest: list[list[str]] = []
    for key in keys:
        runs = [run for run in longest if places[run[-1]] < places[key]]
        longest.append([*max(runs, key=len, default=[]), key])
    kept = max(longest, key=len, default=[])
    return set(keys) - set(kept)
