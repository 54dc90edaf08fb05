"""How is an action written in three short parts, kept half-written, and changed part by part?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import Field, Form

from admin_views.kit.base import OFFICERS, PageSet, already_sent, expose, person_id
from admin_views.kit.fields import all_problems
from admin_views.kit.forms import MEANT
from admin_views.kit.requests import key_in_address
from admin_views.kit.saving import note_saved
from models.core.addresses import address_by_id
from models.core.clock import today
from models.plans.action_drafts import ActionDraft, keep_draft, own_draft
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.recommendations import Recommendation
from models.rules.core.due_dates import months_after, short_day
from models.rules.core.keys import key_in


@dataclass(frozen=True)
class FormPart:
    """One of the parts of the action's form: its short name, its question, and its fields, the rarer ones folded."""

    number: int
    words: str
    question: str
    columns: tuple[str, ...]
    folded: tuple[str, ...] = ()
    fold_words: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.columns, *self.folded)


PARTS = (
    FormPart(1, "What", "what is to be done", ("plan_id", "recommendation_id", "text")),
    FormPart(
        2, "Who and when", "who and by when", ("lead_agency_id", "owner_id", "due_on"),
        ("owner_name", "owner_role", "other_agencies", "starts_on"), "No sign-in, other agencies, a start",
    ),
    FormPart(
        3, "How one will know", "how one will know", ("success_measure", "target", "target_count", "baseline"),
        ("brag_id", "completion_evidence", "impact_evidence", "critical_friend_comment", "board_decision"),
        "Rating, evidence, the critical friend and the Board",
    ),
)  # fmt: skip
KEYS = tuple(key for part in PARTS for key in part.keys)
_MONTHS = (1, 3, 6)


def part_in_address() -> FormPart:
    """The part that the address asks for; the first where it asks for none."""
    asked = request.args.get("part", "")
    return next((part for part in PARTS if str(part.number) == asked), PARTS[0])


def columns_of_part(record: Action, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Of the columns those of the part asked for, when an action is changed; all of them when it is new."""
    return columns if not record.id else tuple(key for key in part_in_address().keys if key in columns)


def offered_days() -> list[tuple[str, str]]:
    """The days that are offered before another is typed: the day itself and its words."""
    days = [(count, months_after(today(), count)) for count in _MONTHS]
    return [
        (day.isoformat(), f"in {count} month{'' if count == 1 else 's'}, {short_day(day, today())}")
        for count, day in days
    ]


class PartsShown:
    """What the form's page shows: which part, its fields, and what the other parts say already."""

    def __init__(self, session: Session, form: Any, record: Action | None, draft: ActionDraft | None) -> None:
        self.session, self.form, self.record, self.draft = session, form, record, draft

    @cached_property
    def part(self) -> FormPart:
        """The first part with something to mend; else the one asked for."""
        wrong = {field.name for field in self.form if field.errors}
        return next((part for part in PARTS if wrong & set(part.keys)), part_in_address())

    @property
    def parts(self) -> tuple[FormPart, ...]:
        return PARTS

    @property
    def next(self) -> FormPart | None:
        return next((part for part in PARTS if part.number == self.part.number + 1), None)

    @property
    def previous(self) -> FormPart | None:
        return next((part for part in PARTS if part.number == self.part.number - 1), None)

    def fields(self, keys: tuple[str, ...]) -> list[Field]:
        """Those of the keys that this person fills in."""
        return [self.form[key] for key in keys if key in self.form and key != self.settled]

    @cached_property
    def settled(self) -> str:
        """The key of the plan where it is known and need not be asked for again; "" otherwise."""
        if "plan_id" not in self.form:
            return ""
        asked = self.form["plan_id"]
        is_known = asked.data in dict(asked.options) and not asked.errors
        return "plan_id" if is_known and key_in_address("plan_id") == asked.data else ""

    def is_open(self) -> bool:
        """Whether the rarer fields of the part stand open: something is in them, or wrong with them."""
        return any(field.data or field.errors for field in self.fields(self.part.folded))

    def is_filled(self, part: FormPart) -> bool:
        """Whether the fields that a part must have are filled in."""
        needed = [field for field in self.fields(part.columns) if field.flags.required]
        return all(field.data for field in needed) and any(field.data for field in self.fields(part.columns))

    def others(self) -> list[tuple[str, str]]:
        """What was sent for the other parts, to be sent along: name and words."""
        if request.method != "POST" or self.record is not None:
            return []
        return [(key, request.form[key]) for key in KEYS if key in request.form and key not in self.part.keys]

    def about(self) -> str:
        """Which recommendation, or which plan, the action is for."""
        named = self.form["recommendation_id"].data if "recommendation_id" in self.form else None
        named = self.record.recommendation_id if self.record is not None else named
        recommendation = self.session.get(Recommendation, named) if named else None
        if recommendation is not None:
            return f"For recommendation {recommendation}"
        plan = self.session.get(ActionPlan, self.plan_id) if self.plan_id else None
        return f"For {plan.reference}: {plan.title}" if plan is not None else ""

    @property
    def plan_id(self) -> int | None:
        if self.record is not None:
            return self.record.plan_id
        return self.form["plan_id"].data if "plan_id" in self.form else None

    @property
    def plan_address(self) -> str:
        return address_by_id(ActionPlan, self.plan_id) if self.plan_id else ""

    def action_text(self) -> str:
        """What is to be done, to stand above the later parts."""
        said = self.record.text if self.record is not None else self.form["text"].data if "text" in self.form else ""
        return str(said or "")

    def days(self) -> list[tuple[str, str]]:
        return offered_days()

    def day(self) -> str:
        """The day that is chosen, as it is sent; "" for none."""
        chosen = self.form["due_on"].data
        return chosen.isoformat() if chosen is not None else ""


_LONGEST = 20_000  # characters of one field that a draft keeps


class ActionForms(PageSet):
    """The parts of the form for a new action, and what is kept of it before it is one."""

    def step(self) -> ResponseReturnValue | None:
        """Answer a form that goes on to another part or is kept as a draft; None where Flask-Admin's page is to answer.

        What was typed in the other parts is put beside what is sent, so that this page reads the whole form.
        """
        if request.method != "POST":
            return None
        typed, go = self._typed(), request.form.get("go", "")
        request.form = ImmutableMultiDict({**request.form.to_dict(), **typed})
        if not go:
            return None
        refused = self._refused() if self._goes_on(go) else None
        return refused if refused is not None else self._kept(typed, go)

    def _goes_on(self, go: str) -> bool:
        """Whether the button leads to a later part, for which this one must hold."""
        return (key_in(go) or 0) > part_in_address().number

    def _refused(self) -> ResponseReturnValue | None:
        """The part again with what is missing in it; None when it holds."""
        form: Any = self.screen.create_form()
        form.validate()
        for key in (key for key in KEYS if key in form and key not in part_in_address().keys):
            form[key].errors = []
        problems = all_problems(form)
        if not problems:
            return None
        self.session.rollback()
        form.saving.refuse(problems)
        return self.screen.render(self.screen.create_template, form=form), 422

    def _kept(self, typed: dict[str, str], go: str) -> ResponseReturnValue:
        """Keep what was typed as this person's draft, and go to the part asked for, or to the plan."""
        plan_id, again = self._plan_of(typed), already_sent(self.session)
        if again is not None:
            self.session.rollback()
            return redirect(self._after(go, again, plan_id))
        draft = keep_draft(self.session, self.draft, typed, plan_id=plan_id, person_id=person_id())
        note_saved(self.session, draft.id)
        self.session.commit()
        if go == "draft":
            flash("Your draft is kept. It stands on the page of the plan until you go on with it.", "success")
        return redirect(self._after(go, draft.id, plan_id))

    def _after(self, go: str, draft_id: object, plan_id: int | None) -> str:
        """The part that the button leads to; where a draft is only kept, the page on which it stands."""
        if go == "draft":
            return address_by_id(ActionPlan, plan_id) if plan_id else self.list_url()
        return self.link("create_view", plan_id=request.args.get("plan_id"), draft=draft_id or None, part=go)

    def _plan_of(self, typed: dict[str, str]) -> int | None:
        """The plan of what was typed, when it is one that this person may see."""
        form: Any = self.screen.create_form()
        chosen = form["plan_id"] if "plan_id" in form and typed.get("plan_id") else None
        return chosen.data if chosen is not None and chosen.data in dict(chosen.options) else None

    @property
    def draft(self) -> ActionDraft | None:
        """This person's draft that the address names; 404 when it is not theirs or is gone."""
        key = key_in_address("draft")
        if key is None:
            return None
        if "action_draft" not in g:
            g.action_draft = own_draft(self.session, key, person_id())
        if g.action_draft is None:
            abort(404)
        draft: ActionDraft = g.action_draft
        return draft

    def _typed(self) -> dict[str, str]:
        """Every field's words: those of the draft, over them what is sent now; a day may be chosen by its months."""
        kept = dict(self.draft.typed) if self.draft is not None else {}
        sent = {
            key: (request.form.get(f"{key}{MEANT}") or request.form[key])[:_LONGEST]
            for key in KEYS
            if key in request.form
        }
        chosen = request.form.get("due_in", "")
        return {**kept, **sent, **({"due_on": chosen} if chosen not in ("", "other") else {})}

    def fill(self, form: Form) -> None:
        """Put what the draft holds into a form that is only shown."""
        if self.draft is not None and request.method == "GET":
            form.process(MultiDict(self.draft.typed))

    def forget(self) -> None:
        """Take the draft away: the action it was for is made."""
        if self.draft is not None:
            self.session.delete(self.draft)

    @expose("/drafts/<int:draft_id>/drop/", roles=OFFICERS, methods=("POST",))
    def drop(self, draft_id: int) -> ResponseReturnValue:
        """Throw one's own draft away."""
        draft = own_draft(self.session, draft_id, person_id())
        if draft is None:
            abort(404)
        back = address_by_id(ActionPlan, draft.plan_id) if draft.plan_id else self.list_url()
        return self.press(back, lambda: self._dropped(draft))

    def _dropped(self, draft: ActionDraft) -> str:
        self.session.delete(draft)
        return "The draft is thrown away."
