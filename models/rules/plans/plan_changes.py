"""What has changed in a plan since a meeting last heard of it, as far as the portal can know?

Counted are the days after the meeting's own. An action was completed by the day on which it was done. It is newly
overdue when it is late today and was not late on the day of the meeting. Its due date has moved when it is another one
than on that day, and its rating has changed when the last update before the meeting that gave one said another. When an
action was added is told by the record of edits alone, which not everybody may read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from models.rules.documents.papers import day

_TITLES: Final = ("Completed", "Newly overdue", "Due date moved", "Rating changed", "Added")
_WORDS: Final = ("completed", "newly overdue", "with a new due date", "with a new rating", "added")


@dataclass(frozen=True, slots=True)
class ActionChange:
    """One action and what has happened to it, in few words."""

    reference: str
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPast:
    """An action as it stands today, and what is known of it on the day of the meeting.

    `due_then` is its due date on that day, `rating_then` its rating, empty where no update gave one. `added_on` is the
    day on which it came into the plan, None where that is not known.
    """

    reference: str
    due_on: date | None
    due_then: date | None
    completed_on: date | None
    is_overdue: bool
    rating: str
    rating_then: str = ""
    added_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChanges:
    """The changes since a meeting, each in the order of the actions. `added` is None where it cannot be known."""

    meeting: str
    held_on: date
    completed: tuple[ActionChange, ...] = ()
    overdue: tuple[ActionChange, ...] = ()
    moved: tuple[ActionChange, ...] = ()
    rated: tuple[ActionChange, ...] = ()
    added: tuple[ActionChange, ...] | None = None

    @property
    def groups(self) -> tuple[tuple[str, tuple[ActionChange, ...]], ...]:
        """Each kind of change with its actions; those that cannot be known are left out."""
        kinds = (self.completed, self.overdue, self.moved, self.rated, self.added)
        return tuple((title, kind) for title, kind in zip(_TITLES, kinds, strict=True) if kind is not None)

    @property
    def when(self) -> str:
        """The meeting as a sentence names it."""
        return f"the {self.meeting} of {day(self.held_on)}"

    @property
    def sentence(self) -> str:
        """The changes counted.

        >>> PlanChanges(meeting="Executive Board", held_on=date(2026, 3, 1), moved=(ActionChange("A/1"),)).sentence
        'Since the Executive Board of 1 Mar 2026: 1 with a new due date.'
        >>> PlanChanges(meeting="Executive Board", held_on=date(2026, 3, 1)).sentence
        'Since the Executive Board of 1 Mar 2026 nothing has changed that the portal can tell.'
        """
        words = dict(zip(_TITLES, _WORDS, strict=True))
        counted = ", ".join(f"{len(changes):,} {words[title]}" for title, changes in self.groups if changes)
        if not counted:
            return f"Since {self.when} nothing has changed that the portal can tell."
        return f"Since {self.when}: {counted}."


def changes_since(meeting: str, held_on: date, actions: Sequence[ActionPast], *, knows_added: bool) -> PlanChanges:
    """What has changed since the meeting; an action stands once under each kind of change that it went through.

    >>> act = ActionPast(
    ...     reference="A/1", due_on=date(2026, 6, 1), due_then=date(2026, 5, 1), completed_on=None, is_overdue=True,
    ...     rating="Red", rating_then="Green",
    ... )
    >>> told = changes_since("Executive Board", date(2026, 4, 1), [act], knows_added=False)
    >>> [(title, [change.words for change in changes]) for title, changes in told.groups if changes]
    [('Newly overdue', ['due 1 Jun 2026']), ('Due date moved', ['1 May 2026 to 1 Jun 2026']), ('Rating changed', ['Green to Red'])]
    """  # noqa: E501 - one line of output
    return PlanChanges(
        meeting=meeting,
        held_on=held_on,
        completed=_told(actions, lambda action: _completed(action, held_on)),
        overdue=_told(actions, lambda action: _overdue(action, held_on)),
        moved=_told(actions, _moved),
        rated=_told(actions, _rated),
        added=_told(actions, lambda action: _added(action, held_on)) if knows_added else None,
    )


def _told(actions: Iterable[ActionPast], words: Callable[[ActionPast], str]) -> tuple[ActionChange, ...]:
    told = ((action, words(action)) for action in actions)
    return tuple(ActionChange(action.reference, text) for action, text in told if text)


def _completed(action: ActionPast, held_on: date) -> str:
    is_since = action.completed_on is not None and action.completed_on > held_on
    return f"done {day(action.completed_on)}" if action.completed_on and is_since else ""


def _overdue(action: ActionPast, held_on: date) -> str:
    was_late = action.due_then is not None and action.due_then < held_on
    return f"due {day(action.due_on)}" if action.due_on and action.is_overdue and not was_late else ""


def _moved(action: ActionPast) -> str:
    if not action.due_on or not action.due_then or action.due_on == action.due_then:
        return ""
    return f"{day(action.due_then)} to {day(action.due_on)}"


def _rated(action: ActionPast) -> str:
    """A complete action is told among those completed."""
    is_told = action.completed_on is None and action.rating and action.rating_then
    return f"{action.rating_then} to {action.rating}" if is_told and action.rating_then != action.rating else ""


def _added(action: ActionPast, held_on: date) -> str:
    return f"on {day(action.added_on)}" if action.added_on and action.added_on > held_on else ""
