"""What does an action-plan report say, in which order, and how many actions are in each state?

The facts here are plain and frozen. The PDF and its HTML twin both read `summarise(report)`, so neither can count or
sort differently from the other.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Final

from models.core.errors import RuleBroken
from models.rules.core.counts import count_words
from models.rules.plans.plan_changes import PlanChanges

BRAG_WORDS: Final = {
    "red": "Red: overdue or off track",
    "amber": "Amber: at risk",
    "green": "Green: on track",
    "blue": "Blue: complete and evidenced",
    "none": "Not rated yet",
}
"""The usual words, worst first. A partnership that renamed its ratings is quoted in its own words instead."""

SOON = timedelta(days=28)
"""An open action due within this span of the report's date counts as due soon."""


@dataclass(frozen=True, slots=True)
class ReportUpdate:
    """The latest progress note of an action and the day it was written."""

    written_on: date
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAction:
    """One action as it is printed (the columns of a safeguarding improvement plan, Staffordshire's and ours)."""

    reference: str
    action: str
    brag_code: str
    brag_label: str
    recommendation: str = ""
    key_area: str = ""
    lead_agency: str = ""
    other_agencies: tuple[str, ...] = ()
    owner_name: str = ""
    owner_role: str = ""
    starts_on: date | None = None
    due_on: date | None = None
    original_due_on: date | None = None
    completed_on: date | None = None
    success_measure: str = ""
    baseline: str = ""
    target: str = ""
    completion_evidence: str = ""
    impact_evidence: str = ""
    latest_update: ReportUpdate | None = None
    critical_friend_comment: str = ""
    board_decision: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether the action has a completion date or is rated blue; a complete action is never overdue."""
        return self.completed_on is not None or self.brag_code == "blue"

    def is_overdue(self, today: date) -> bool:
        """Whether the action is open and its due date is before `today`; due today is not overdue.

        >>> late = ReportAction(reference="A/1", action="", brag_code="red", brag_label="Red", due_on=date(2026, 3, 1))
        >>> late.is_overdue(date(2026, 3, 1)), late.is_overdue(date(2026, 3, 2))
        (False, True)
        """
        return self.due_on is not None and self.due_on < today and not self.is_complete

    def days_overdue(self, today: date) -> int:
        """Whole days past the due date; 0 when the action is not overdue."""
        return (today - self.due_on).days if self.due_on and self.is_overdue(today) else 0

    @property
    def is_moved(self) -> bool:
        """Whether the due date is no longer the one first agreed."""
        return self.original_due_on is not None and self.original_due_on != self.due_on


@dataclass(frozen=True, kw_only=True)
class PlanReport:
    """Everything an action-plan report states. `made_on` is the day against which lateness is counted."""

    partnership: str
    reference: str
    title: str
    made_on: date
    actions: tuple[ReportAction, ...]
    review_reference: str = ""
    review_title: str = ""
    sponsor: str = ""
    version: str = "1"
    status: str = ""
    classification: str = "OFFICIAL"
    scope: str = "Every action of the plan"
    made_by: str = ""
    about: str = ""
    """The record it is kept with, such as `action_plans:12`; no fact of the plan, so not in the fingerprint."""
    since: PlanChanges | None = None
    """What has changed since the last meeting; None where no meeting is known."""

    def __post_init__(self) -> None:
        """An unknown rating would be counted nowhere, so it is refused."""
        strange = {action.brag_code for action in self.actions} - BRAG_WORDS.keys()
        if strange:
            raise RuleBroken("An action carries a rating other than blue, green, amber, red or none.")

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 (64 hex digits) of all facts; equal facts give the same one on every machine.

        It is taken over the JSON list of the field values in the order in which the classes declare them, dates as
        yyyy-mm-dd, without blanks, UTF-8; what has changed since a meeting follows where a meeting is known.
        """
        head = [getattr(self, field.name) for field in fields(self) if field.name not in _APART]
        rows = [_ACTION_VALUES(action) for action in self.actions]
        since = [] if self.since is None else [self.since]
        text = json.dumps([head, rows, *since], default=_plain, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


_APART: Final = ("actions", "about", "since")
"""What stands after the head in the fingerprint, or is no fact of the plan."""
_ACTION_VALUES = attrgetter(*(field.name for field in fields(ReportAction)))


def _plain(value: date | ReportUpdate | PlanChanges) -> object:
    """A date as text, what has parts as the list of them: JSON has no types of its own for them."""
    return value.isoformat() if isinstance(value, date) else astuple(value)


@dataclass(frozen=True, slots=True)
class BragCount:
    """How many actions carry one rating; `label` is the partnership's own word for it."""

    code: str
    label: str
    count: int
    overdue_count: int


@dataclass(frozen=True, slots=True)
class AgencyCount:
    """How the actions of one lead agency stand; `by_code` follows the order of `PlanSummary.brag`."""

    agency: str
    count: int
    overdue_count: int
    by_code: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """Actions printed under one heading, in print order."""

    title: str
    actions: tuple[ReportAction, ...]


@dataclass(frozen=True, slots=True)
class PlanSummary:
    """The counts and the order that every form of the report prints."""

    count: int
    overdue_count: int
    due_soon_count: int
    complete_count: int
    moved_count: int
    brag: tuple[BragCount, ...]
    agencies: tuple[AgencyCount, ...]
    groups: tuple[ActionGroup, ...]

    @property
    def sentence(self) -> str:
        """The chart in words, for people who cannot see it.

        >>> empty = PlanReport(partnership="P", reference="A", title="T", made_on=date(2026, 1, 1), actions=())
        >>> summarise(empty).sentence
        'The plan has no actions.'
        """
        if not self.count:
            return "The plan has no actions."
        parts = ", ".join(f"{brag.label} {brag.count}" for brag in self.brag if brag.count)
        return f"{count_words(self.count, 'action')} by rating: {parts}. Overdue: {self.overdue_count:,}."


def summarise(report: PlanReport) -> PlanSummary:
    """Counts and groups of a plan: the counts add up to the number of actions, each action is in exactly one group.

    Groups: overdue (longest overdue first), still to be done (soonest due first, undated last), complete (latest
    completed first). Equal dates keep the order of their references.

    >>> def act(ref, code, due, done=None):
    ...     words = {"reference": ref, "action": "", "brag_code": code, "brag_label": code}
    ...     return ReportAction(**words, due_on=due, completed_on=done)
    >>> report = PlanReport(partnership="P", reference="A", title="T", made_on=date(2026, 3, 1), actions=(
    ...     act("A/1", "green", date(2026, 5, 1)), act("A/2", "red", date(2026, 2, 1)),
    ...     act("A/3", "blue", date(2026, 1, 1), date(2026, 1, 1)), act("A/4", "amber", date(2026, 1, 1))))
    >>> [[action.reference for action in group.actions] for group in summarise(report).groups]
    [['A/4', 'A/2'], ['A/1'], ['A/3']]
    """
    today, actions = report.made_on, report.actions
    late = [action for action in actions if action.is_overdue(today)]
    done = [action for action in actions if action.is_complete]
    still = [action for action in actions if not action.is_complete and not action.is_overdue(today)]
    groups = (
        ActionGroup("Overdue", tuple(sorted(late, key=_by_due))),
        ActionGroup("Still to be done", tuple(sorted(still, key=_by_due))),
        ActionGroup("Complete", tuple(sorted(done, key=_by_completion))),
    )
    codes = _codes(actions)
    return PlanSummary(
        count=len(actions),
        overdue_count=len(late),
        due_soon_count=sum(1 for action in still if action.due_on and action.due_on - today <= SOON),
        complete_count=len(done),
        moved_count=sum(1 for action in actions if action.is_moved),
        brag=_brag_counts(actions, late, codes),
        agencies=_agency_counts(actions, late, codes),
        groups=tuple(group for group in groups if group.actions),
    )


def _by_due(action: ReportAction) -> tuple[date, str]:
    return action.due_on or date.max, action.reference


def _by_completion(action: ReportAction) -> tuple[int, str]:
    return -(action.completed_on or date.min).toordinal(), action.reference


def _codes(actions: Iterable[ReportAction]) -> tuple[str, ...]:
    """The four ratings always, 'none' only when an action has none."""
    used = {action.brag_code for action in actions}
    return tuple(code for code in BRAG_WORDS if code != "none" or code in used)


def _brag_counts(
    actions: tuple[ReportAction, ...], late: list[ReportAction], codes: tuple[str, ...]
) -> tuple[BragCount, ...]:
    own_words = {action.brag_code: action.brag_label for action in reversed(actions) if action.brag_label}
    all_of, late_of = Counter(map(_CODE, actions)), Counter(map(_CODE, late))
    return tuple(BragCount(code, own_words.get(code, BRAG_WORDS[code]), all_of[code], late_of[code]) for code in codes)


def _agency_counts(
    actions: tuple[ReportAction, ...], late: list[ReportAction], codes: tuple[str, ...]
) -> tuple[AgencyCount, ...]:
    """Lead agencies with most overdue actions first, then most actions, then by name."""
    cells = Counter((action.lead_agency, action.brag_code) for action in actions)
    total, overdue = Counter(map(_AGENCY, actions)), Counter(map(_AGENCY, late))
    names = sorted(total, key=lambda name: (-overdue[name], -total[name], name.casefold(), name))
    return tuple(
        AgencyCount(
            name or "No lead agency named", total[name], overdue[name], tuple(cells[name, code] for code in codes)
        )
        for name in names
    )


_CODE = attrgetter("brag_code")
_AGENCY = attrgetter("lead_agency")
