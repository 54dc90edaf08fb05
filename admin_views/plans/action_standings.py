"""What does the page of an action show: how it stands, what was said of it, why it is done, and what is still empty?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session, aliased

from admin_views.documents.documents import show_size
from admin_views.documents.evidence_files import FileLink, file_link, words_of_kinds
from admin_views.kit.base import STAFF, Fact, Filter, actor, role
from models.core.addresses import address_by_id
from models.core.clock import london_day, today
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList, items_of
from models.plans.action_plans import ActionPlan
from models.plans.action_update_files import files_of
from models.plans.action_updates import ActionUpdate
from models.plans.actions import BLUE, Action, owner_words, rating_words
from models.plans.recommendation_findings import RecommendationFinding
from models.plans.recommendations import Recommendation
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.core.due_dates import days_over, distance, short_day
from models.rules.plans.action_standings import count_reached, left_words

_COMPLETIONS = (
    ("undone", "Not complete"), ("open", "Open"), ("stated", "Stated as done"), ("complete", "Complete"),
)  # fmt: skip
_COLOURS = frozenset({"red", "amber", "green", "blue"})
_IN_THE_STRIP = frozenset({
    *("Action", "Reference", "Plan", "Recommendation", "Lead agency", "Owner name", "Owner role"),
    *("BRAG", "Due", "Due date first agreed", "Overdue", "Completed"),
})  # fmt: skip
_LONGEST = 240  # characters of the last words that stand above the next
_SAID_ELSEWHERE = frozenset({"Critical friend comment"})


def _has_come_to(answer: str) -> ColumnElement[bool]:
    if answer in ("complete", "undone"):
        return Action.completed_on.is_not(None) if answer == "complete" else Action.completed_on.is_(None)
    is_stated = Action.completion_claimed_on.is_not(None)
    return Action.completed_on.is_(None) & (is_stated if answer == "stated" else ~is_stated)


COMPLETION = Filter("completion", "Completion", apply=_has_come_to, options=_COMPLETIONS)


@dataclass
class Said:
    """An update as it is read: when, by whom, the words, the rating with what it was before, the figure, the files."""

    update: ActionUpdate
    author: str
    rating: ReferenceItem | None
    became: str = ""
    files: list[tuple[FileLink, str]] = field(default_factory=list)

    @property
    def colour(self) -> str:
        code = self.rating.code if self.rating is not None else ""
        return code if code in _COLOURS else ""

    @property
    def day(self) -> str:
        return short_day(london_day(self.update.written_at), today())


@dataclass(frozen=True)
class Strip:
    """One of the four facts on top of an action: its name, what it says, and the line beneath."""

    label: str
    value: Any
    more: str = ""


def updates_of(session: Session, action: Action) -> list[Said]:
    """What was said about an action, the latest first, with the files that this person may open."""
    rows: Any = session.execute(
        select(ActionUpdate, Person.name, ReferenceItem)
        .outerjoin(Person, Person.id == ActionUpdate.author_id)
        .outerjoin(ReferenceItem, ReferenceItem.id == ActionUpdate.brag_id)
        .where(ActionUpdate.action_id == action.id)
        .order_by(ActionUpdate.id)
    )
    said = [Said(update, name or "Somebody", rating) for update, name, rating in rows]
    before = ""
    for each in said:
        label = each.rating.label if each.rating is not None else ""
        each.became = f"{before} to {label}" if before and label and before != label else label
        before = label or before
    _give_files(session, said)
    return said[::-1]


def _give_files(session: Session, said: Sequence[Said]) -> None:
    """The files of updates, for partnership staff and the agency: nobody else may open evidence."""
    if not said or not (role() in STAFF or actor().is_agency_bound):
        return
    files = files_of(session, [each.update.id for each in said])
    for each in said:
        each.files = [(file_link(document), show_size(document.size)) for document in files.get(each.update.id, ())]


def reached(action: Action, said: Sequence[Said]) -> int | None:
    """How much of the number to reach was reached when it was last said; None where nothing is counted."""
    return count_reached(action.target_count, (each.update.reached_count for each in said))


def to_go(action: Action, count: int | None) -> str:
    """What is left of the number to reach, and the time for it; "" where nothing is counted."""
    if action.target_count is None:
        return ""
    due_on = action.due_on if action.completed_on is None else None
    return left_words(action.target_count, count or 0, due_on, today())


def progress_values(session: Session, action: Action) -> dict[str, Any]:
    """What the page shows on which somebody says how an action goes: what was said last, and which words there are."""
    around, said = around_action(session, action), updates_of(session, action)
    ratings = [
        (rating.id, rating_words(rating))
        for rating in items_of(session, ReferenceList.BRAG)
        if (rating.code == BLUE) == (action.completed_on is not None)
    ]
    return {
        "action": action,
        "review": around.review,
        "said": said,
        "reached": reached(action, said),
        "ratings": ratings[::-1],
        "readers": f"read by {around.agency or 'the lead agency'} and by partnership staff",
        "kinds": words_of_kinds(),
    }


def last_words(said: Sequence[Said]) -> str:
    """What was said last, to be read above the next words; "" where nothing was."""
    if not said:
        return ""
    text = said[0].update.text
    return f"Last time, on {said[0].day}: “{text if len(text) <= _LONGEST else f'{text[:_LONGEST].rstrip()}…'}”"


def record_values(session: Session, action: Action, facts: Sequence[Fact]) -> dict[str, Any]:
    """What an action's page shows beside its facts, buttons and history."""
    around, said = around_action(session, action), updates_of(session, action)
    filled = [fact for fact in facts if fact.label not in _IN_THE_STRIP | _SAID_ELSEWHERE and not fact.is_empty]
    empty = [fact.label for fact in facts if fact.label not in _IN_THE_STRIP and fact.is_empty]
    rating = around.rating
    return {
        "review": around.review,
        "around": around,
        "plan_address": address_by_id(ActionPlan, action.plan_id),
        "strip": [_rating(rating), _due(action), _owner(action, around), _heard(said)],
        "colour": rating.code if rating is not None and rating.code in _COLOURS else "grey",
        "said": said,
        "reached": reached(action, said),
        "to_go": to_go(action, reached(action, said)),
        "filled": filled,
        "empty": empty,
    }


def review_of(session: Session, plan_id: int | None) -> ThematicReview | None:
    """The review of a plan, where this person may see it."""
    reviews = select(ThematicReview).join(ActionPlan, ActionPlan.review_id == ThematicReview.id)
    return session.scalar(reviews.where(ActionPlan.id == plan_id)) if plan_id else None


@dataclass(frozen=True)
class Around:
    """What an action stands among, as far as the asking person may see it.

    `findings` says on how many the recommendation rests; it is empty for people of an agency, who do not see them.
    """

    review: ThematicReview | None
    recommendation: Recommendation | None
    rating: ReferenceItem | None
    agency: str
    owner: str
    action_count: int
    findings: str


def around_action(session: Session, action: Action) -> Around:
    """Review, recommendation, rating, agency and owner of an action, in one statement."""
    siblings = aliased(Action)
    count = select(func.count()).where(siblings.plan_id == action.plan_id).scalar_subquery()
    cited = select(func.count()).where(RecommendationFinding.recommendation_id == Recommendation.id).scalar_subquery()
    row: Any = session.execute(
        select(
            ThematicReview, Recommendation, ReferenceItem, Agency.name, owner_words(Action), count,
            literal(0) if actor().is_agency_bound else cited,
        )
        .select_from(Action)
        .join(ActionPlan, ActionPlan.id == Action.plan_id)
        .outerjoin(ThematicReview, ThematicReview.id == ActionPlan.review_id)
        .outerjoin(Recommendation, Recommendation.id == Action.recommendation_id)
        .outerjoin(ReferenceItem, ReferenceItem.id == Action.brag_id)
        .outerjoin(Agency, Agency.id == Action.lead_agency_id)
        .where(Action.id == action.id)
    ).one()  # fmt: skip
    findings = count_words(row[6], "finding") if row[6] else "no finding yet"
    is_told = row[1] is not None and not actor().is_agency_bound
    return Around(row[0], row[1], row[2], row[3] or "", row[4] or "", row[5], findings if is_told else "")


def _rating(rating: ReferenceItem | None) -> Strip:
    if rating is None:
        return Strip("Rating", "Not rated yet")
    return Strip("Rating", rating.label, (rating.hint or "").replace(";", ","))


def _due(action: Action) -> Strip:
    moved = f"first agreed {short_day(action.original_due_on, today())}"
    kept = "never moved" if action.original_due_on == action.due_on else moved
    if action.completed_on is not None:
        return Strip(
            "Done", short_day(action.completed_on, today()), f"due {short_day(action.due_on, today())}, {kept}"
        )
    return Strip("Due", short_day(action.due_on, today()), f"{distance(action.due_on, today()).lower()}, {kept}")


def _owner(action: Action, around: Around) -> Strip:
    more = ", ".join(part for part in (action.owner_role, around.agency) if part)
    return Strip("Owner", around.owner or "Nobody named yet", more)


def _heard(said: Sequence[Said]) -> Strip:
    if not said:
        return Strip("Last heard", "Never")
    days = days_over(london_day(said[0].update.written_at), today())
    return Strip("Last heard", said[0].day, "today" if days <= 0 else f"{count_words(days, 'day')} ago")
