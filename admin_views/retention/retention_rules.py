"""How long is each kind of data kept, what is due to go, and what is held back?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.kit.base import (
    ADMINISTRATORS,
    OFFICERS,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    by_value,
    expose,
    kept_by,
    role,
    screen,
)
from admin_views.kit.fields import Required, TextField
from admin_views.kit.formats import show_date, show_moment
from admin_views.kit.forms import sent_form
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run
from models.core.addresses import address_by_id, list_address
from models.core.clock import today
from models.core.errors import RuleBroken
from models.retention.erasures import ERASABLE
from models.retention.retention_rules import (
    ClockStart,
    RetentionRule,
    due_count,
    erased_by_day,
    lift_hold,
    place_hold,
    started_on,
)
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.core.due_dates import months_after

_OWN_DAY = "The day itself"
_OFFERED = [SelectChoice(word, erasable.label) for word, erasable in ERASABLE.items()]


class HoldForm(Form):
    """Why a review's data is kept whatever the rules say."""

    reason = TextField("Reason for the hold", validators=[Required()], description="Who asks for it, and for how long.")


def show_what(word: str) -> str:
    """What a rule is about, in words."""
    known = ERASABLE.get(word)
    return known.label if known else word


def _has_choice(what: str) -> bool:
    """Whether the months of a rule can be counted from more than one moment."""
    return what not in ERASABLE or ERASABLE[what].is_of_reviews


def _counted_from(rule: type[RetentionRule]) -> ColumnElement[str]:
    """From when the months are counted, in words, also where there is nothing to choose."""
    own = [word for word in ERASABLE if not _has_choice(word)]
    chosen = [(rule.counted_from == start, start.label) for start in ClockStart]
    return case((rule.what.in_(own), _OWN_DAY), *chosen)


@screen
class RetentionRuleScreen(Screen):
    """Retention rules, kept by administrators; every night what is due is erased and its counts are left."""

    model = RetentionRule
    name, noun, plural = "Retention rules", "retention rule", "retention rules"
    list_purpose = (
        "How long cases, messages and requests are kept before they are erased: what belongs to a review counted from "
        "its end, the rest from its own day. A new portal has the usual rules."
    )
    url, category, menu_order = "/retention-rules", Category.SETTINGS, 40
    roles = kept_by(ADMINISTRATORS, readers=STAFF)
    introduction = "What is due is erased every night at ten to four; the counts stay. A review on hold loses nothing."
    column_list = ("what", "months", "counted_from", "is_active")
    column_details_list = (*column_list, "basis")
    column_expressions = {"counted_from": _counted_from}
    column_formatters = {"what": by_value(show_what)}
    column_filters = ("counted_from", "is_active")
    column_sortable_list = ("what", "months")
    column_default_sort = "what"
    form_columns = ("what", "months", "counted_from", "basis", "is_active")
    form_extra_fields = {"what": SelectField("What", choices=_OFFERED, validators=[Required()])}
    form_overrides = {"basis": TextField}
    form_args = {"counted_from": {"description": "For what belongs to reviews; anything else goes by its own day."}}
    column_labels = {
        "months": "Kept for months",
        "counted_from": "Counted from",
        "is_active": "In use",
        "basis": "Why so long",
        "what": "What",
    }

    def form_columns_for(self, record: RetentionRule) -> Sequence[str]:
        """What the months are counted from is asked only where there is a choice."""
        has_choice = not record.id or _has_choice(record.what)
        return self.form_columns if has_choice else [key for key in self.form_columns if key != "counted_from"]

    def facts(self, session: Session, record: RetentionRule) -> list[Fact]:
        due = due_count(session, record, today()) if record.what in ERASABLE else 0
        left = ERASABLE[record.what].leaves if record.what in ERASABLE else ""
        words = f"{due:,} from the next night's run" if due else "Nothing"
        return [Fact("Due today", words), Fact("What stays", left)]

    def panels(self, session: Session, record: RetentionRule) -> list[Panel]:
        rows = [(show_moment(ran_at), f"{count:,}") for ran_at, count in erased_by_day(session, record, most=50)]
        return [
            Panel("What has gone", ("When", "How many"), rows, empty="Nothing has been erased under this rule yet.")
        ]

    @expose("/hold/<int:review_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def hold(self, review_id: int) -> ResponseReturnValue:
        """Keep everything of a review until further notice."""
        review, form = _own(self.session, review_id), HoldForm(sent_form())
        values = {"title": "Place a legal hold", "button": "Place the hold", "back_words": "Review",
                  "lead": "Nothing of this review is erased while the hold lasts."}  # fmt: skip
        return self.ask(form, address_by_id(ThematicReview, review_id), lambda: self._placed(review, form), **values)

    def _placed(self, review: ThematicReview, form: Form) -> str:
        place_hold(self.session, review, reason=form["reason"].data)
        return f"{review.reference} is on hold; nothing of it is erased."

    @expose("/lift/<int:review_id>/", roles=ADMINISTRATORS, methods=("GET", "POST"))
    def lift(self, review_id: int) -> ResponseReturnValue:
        """Let the rules hold again."""
        review = _own(self.session, review_id)
        values = {"title": "Lift the legal hold", "button": "Lift the hold", "tone": "warning", "back_words": "Review",
                  "lead": "What is overdue under the retention rules is erased with the next night's run."}  # fmt: skip
        return self.ask(Form(), address_by_id(ThematicReview, review_id), lambda: self._lifted(review), **values)

    def _lifted(self, review: ThematicReview) -> str:
        lift_hold(self.session, review)
        return f"{review.reference} is no longer on hold."


def _own(session: Session, review_id: int) -> ThematicReview:
    review = session.get(ThematicReview, review_id) if review_id < 2**31 else None
    if review is None:
        abort(404)
    if not may_run(session, review.hub_id):
        raise RuleBroken("You run the reviews of your own hubs only.")
    return review


@review_panel(Part.RECORD, order=95, roles=STAFF)
def retention(session: Session, review: ThematicReview) -> Panel:
    """When a review's case-level data goes, or that it is held."""
    rows = []
    clocks = started_on(session, review)
    for rule in session.scalars(select(RetentionRule).where(RetentionRule.is_active).order_by(RetentionRule.what)):
        if rule.what in ERASABLE and not ERASABLE[rule.what].is_of_reviews:
            continue
        started = clocks.get(rule.counted_from)
        goes = (
            show_date(months_after(started, rule.months))
            if started
            else f"{count_words(rule.months, 'month')} after that"
        )
        rows.append((link_to(rule, show_what(rule.what)), rule.counted_from.label, _held(review, goes)))
    return Panel("Retention", ("What", "Counted from", "Goes on"), rows, buttons=_hold_buttons(review))


def _held(review: ThematicReview, goes: str) -> str:
    return f"On hold: {review.hold_reason}" if review.is_on_hold else goes


def _hold_buttons(review: ThematicReview) -> list[Button]:
    if role() not in OFFICERS:
        return []
    where = "lift" if review.is_on_hold else "hold"
    words = "Lift the hold" if review.is_on_hold else "Place a legal hold"
    return [Button(words, list_address(RetentionRule, where, review.id))]
