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
    >>> [(one.what, one.name) for one in differences(form(seen), form(why))]
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
    return tuple(_became(*one) for one in compared if one[1] != one[2])


def _whole(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    found = _changes(("Title", old.title, new.title), ("Introduction", old.introduction, new.introduction))
    if found:
        yield Difference(CHANGED, "The tool itself", found)


def _sections(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    """Sections have no key, so one of another title is another section."""
    before = {one.title: one for one in old.sections}
    after = {one.title: one for one in new.sections}
    for title, section in after.items():
        known = before.get(title)
        if known is None:
            yield Difference(ADDED, f"Section: {title}")
        elif known.introduction != section.introduction:
            said = _changes(("Introduction", known.introduction, section.introduction))
            yield Difference(CHANGED, f"Section: {title}", said)
    yield from (Difference(REMOVED, f"Section: {title}") for title in before if title not in after)


def _asked(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    moved = _moved(old, new)
    for question in new.questions():
        known = old.question(question.key)
        if known is None:
            yield Difference(ADDED, question.text, (answer_words(question),))
            continue
        found = _question_changes(old, known, new, question)
        if found:
            yield Difference(CHANGED, question.text, found)
        elif question.key in moved:
            yield Difference(MOVED, question.text)


def _gone(old: Questionnaire, new: Questionnaire) -> Iterator[Difference]:
    return (Difference(REMOVED, one.text) for one in old.questions() if new.question(one.key) is None)


def _question_changes(old: Questionnaire, one: Question, new: Questionnaire, other: Question) -> tuple[str, ...]:
    return _changes(
        ("Question", one.text, other.text),
        ("Answer", answer_words(one), answer_words(other)),
        ("Help", one.help, other.help),
        ("Must be answered", _yes(one.is_required), _yes(other.is_required)),
        ("When", condition_words(old, one) or "Always asked", condition_words(new, other) or "Always asked"),
        ("Key line", one.key_line, other.key_line),
        ("Section", *_sections_between(old, new, one.key)),
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _sections_between(old: Questionnaire, new: Questionnaire, key: str) -> tuple[str, str]:
    """The sections a question stood and stands in; the same one twice where only the section's title changed."""
    before, after = _section_of(old, key), _section_of(new, key)
    return (before, after) if any(one.title == before for one in new.sections) else (after, after)


def _section_of(questionnaire: Questionnaire, key: str) -> str:
    return next(one.title for one in questionnaire.sections if any(each.key == key for each in one.questions))


def _moved(old: Questionnaire, new: Questionnaire) -> set[str]:
    """The fewest questions whose move explains the new order: those outside the longest run that kept its order."""
    places = {one.key: place for place, one in enumerate(old.questions())}
    keys = [one.key for one in new.questions() if one.key in places]
    longest: list[list[str]] = []
    for key in keys:
        runs = [run for run in longest if places[run[-1]] < places[key]]
        longest.append([*max(runs, key=len, default=[]), key])
    kept = max(longest, key=len, default=[])
    return set(keys) - set(kept)
