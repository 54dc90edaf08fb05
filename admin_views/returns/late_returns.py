"""What is late, and what can the asking person do about each: remind, log a call, escalate, or why not?"""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import OFFICERS, Panel, actor, role, tag
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.homes.cards import Card, card
from admin_views.kit.lists.numbered_pages import NumberedPage, numbered_page
from admin_views.kit.registry import link_to_row
from models.core.access import Actor, Role
from models.core.addresses import address_by_id, address_of_name, list_address
from models.core.clock import today
from models.partnership.hubs import Hub
from models.partnership.people import Person, holder_column
from models.returns.escalations import Escalation, LadderState, due_steps, ladder, ladder_states
from models.returns.late_returns import late_count
from models.reviews.own_reviews import of_run_review
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import noun_of
from models.rules.core.due_dates import due_words
from models.rules.returns.escalation_ladder import CALL, REMINDER, Step, step_due_on

_HEADINGS = ("Agency", "What", "Review", "Late", "Stands on", "What to do")
_VERBS = {REMINDER: "Remind", CALL: "Log a call"}


def late_panel(session: Session, states: list[LadderState]) -> Panel:
    """What is late, how long, on which step it stands, and what the asking person can do about it."""
    run, steps = _run_reviews(session, states), ladder(session)
    keepers = _keepers(session, states)
    rows = [_row(state, steps, run, keepers) for state in states]
    return Panel("What is late now", _HEADINGS, rows, empty="Nothing is late.")


@dataclass(frozen=True)
class LatePage:
    """One page of what is late, or of what the asking officer is to do about it."""

    panel: Panel
    place: NumberedPage
    is_mine: bool


def late_page(session: Session, typed: str, *, is_mine: bool) -> LatePage:
    """The page of that number, or the nearest there is; only its own returns are read."""
    mine = _subjects_to_take(session) if is_mine else []
    place = numbered_page(typed, len(mine) if is_mine else late_count(session, today()))
    asked = {"subjects": mine[place.part]} if is_mine else {"part": place.part}
    return LatePage(late_panel(session, ladder_states(session, **asked)), place, is_mine)


def _subjects_to_take(session: Session) -> list[str]:
    """The late returns whose next step the asking officer is to take now; nobody else takes any."""
    return [due.subject for due in due_steps(session, actor(), today())] if role() in OFFICERS else []


def _run_reviews(session: Session, states: list[LadderState]) -> set[int]:
    """The reviews of these returns that the asking person runs."""
    reviews = {state.late.review_id for state in states if state.late.review_id}
    is_run = ThematicReview.id.in_(reviews), of_run_review(ThematicReview.id, actor(), today())
    return set(session.scalars(select(ThematicReview.id).where(*is_run)))


def _is_own(state: LadderState, run: set[int]) -> bool:
    """Whether the asking person may act: officers of the review, any officer where there is none."""
    return role() in OFFICERS and (state.late.review_id is None or state.late.review_id in run)


def _row(state: LadderState, steps: list[Step], run: set[int], keepers: dict[int, str]) -> tuple[str, ...]:
    late, taken = state.late, state.taken
    review = Markup('<a class="whole" href="{}">{}</a>').format(
        address_by_id(ThematicReview, late.review_id or 0), state.review
    )
    ways = _ways(state, steps) if _is_own(state, run) else _why_not(state, keepers)
    return (
        state.agency,
        link_to_row(late.subject, Markup('{} <span class="whole">{}</span>').format(late.what, late.reference)),
        review if state.review else NOTHING,
        tag(due_words(late.due_on, today()).capitalize(), "red"),
        f"{taken[-1].number}. {taken[-1].step_label}" if taken else "No step taken",
        ways,
    )


def _ways(state: LadderState, steps: list[Step]) -> Markup:
    """The next step with its link, a reminder beside it, and from when the two steps after it may follow."""
    ways = [_climbing(state)] if state.next is not None else [Markup("Top of the ladder.")]
    if state.next is None or state.next.code != REMINDER:
        words = Markup('<a href="{}">Remind<span class="unseen"> of {}</span></a>')
        ways.append(words.format(address_of_name(state.late.subject, "remind"), state.late.reference))
    following = steps[len(state.taken) + 1 :][:2]
    if following:
        later = (f"{_verb(step)}, from {show_date(step_due_on(step, state.late.due_on))}" for step in following)
        ways.append(Markup('<span class="hint">Then: {}</span>').format("; ".join(later)))
    return Markup("<br>").join(ways)


def _climbing(state: LadderState) -> Markup:
    step = state.next
    if step is None or state.next_due_on is None:
        return Markup()
    when = tag("now", "amber") if state.is_due else Markup("from {}").format(show_date(state.next_due_on))
    words = Markup('<a href="{}">{}<span class="unseen"> of {}</span></a> {}')
    return words.format(_climb_address(state), _verb(step), state.late.reference, when)


def _climb_address(state: LadderState) -> str:
    return list_address(Escalation, "climb", state.late.subject, state.next.code if state.next else "")


def _verb(step: Step) -> str:
    """What an officer does at a step: remind, log a call, or escalate to whoever it names."""
    return _VERBS.get(step.code, f"Escalate: {step.label}")


def _keepers(session: Session, states: list[LadderState]) -> dict[int, str]:
    """Who runs each review of these: the hub, and its officer where it has one."""
    reviews = {state.late.review_id for state in states if state.late.review_id}
    rows = session.execute(
        select(ThematicReview.id, Hub.name, holder_column(Person))
        .join(Hub, Hub.id == ThematicReview.hub_id)
        .outerjoin(Person, Person.id == Hub.officer_id)
        .where(ThematicReview.id.in_(reviews))
    )
    return {review: f"{hub} ({officer})" if officer else hub for review, hub, officer in rows}


def _why_not(state: LadderState, keepers: dict[int, str]) -> str:
    """Why the asking person takes no step here, in one sentence."""
    keeper = keepers.get(state.late.review_id or 0)
    if keeper is None:
        return "Officers take the steps with returns that belong to no review."
    return f"The officer of {keeper} takes the steps with this review's returns."


@card(roles=OFFICERS, order=32)
def late_steps(session: Session, asked_by: Actor) -> Card | None:
    """Late returns whose next step this officer is to take now; one leads to the step itself."""
    due = due_steps(session, asked_by, today())
    words = noun_of(len(due), "late return", "late returns") + " whose next step is to be taken"
    words += " (all hubs)" if asked_by.role is Role.ADMINISTRATOR else ""
    only = list_address(Escalation, "climb", due[0].subject, due[0].step.code) if len(due) == 1 else ""
    return Card(len(due), words, only or list_address(Escalation, "late", mine="due"), "warning") if due else None
