"""In which words does an officer lay down what a sample is to be?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.kit.base import OFFICERS, PageSet, already_sent, expose
from admin_views.kit.conflicts import CONFLICT, opened_version, saved_meanwhile, status_of, version_of
from admin_views.kit.fields import BoxesField, DayField, LineField, RecordField, Required, WholeNumberField, YesField
from admin_views.kit.forms import offer_choices, sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.refusals import problems_of
from admin_views.kit.saving import note_saved
from admin_views.partnership.hubs import own_reviews_only
from models.audits.recent_audits import RECENT_MONTHS, audited_lately_in
from models.audits.sample_estimates import earlier_grades, graded_divisions
from models.case_lists.case_frames import CaseFrame
from models.core.clock import today
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.sampling.sample_plans import MOST_THEMES, SamplePlan, exclude, parse_plan
from models.rules.sampling.strata import stem_of, theme_counts
from models.sampling.audit_samples import AuditSample, SampleBrief, SampleStatus, change_plan, plan_sample
from models.sampling.sample_previews import of_filled_strata, refuse_undrawable

_RULES = [
    SelectChoice("any", "At any time"),
    SelectChoice("started_in", "Started between two dates"),
    SelectChoice("open_at", "Open on a date"),
    SelectChoice("ended_in", "Ended between two dates"),
]
_STRATA = [
    SelectChoice("level", "Level of intervention"),
    SelectChoice("theme", "Theme"),
    SelectChoice("agency", "Agency"),
]
_METHODS = [
    SelectChoice("fixed", "The same number from each part"),
    SelectChoice("equal", "One number in all, in equal parts"),
    SelectChoice("proportional", "One number in all, in proportion to size"),
]
_BY_GRADES = SelectChoice("neyman", "One number in all, by size and how mixed earlier grades were (Neyman)")
_NO_GRADES = (
    "How many from each: no draw for a review of this kind that was divided so is moderated yet, so earlier grades are "
    "not known. Choose another way."
)


_OWN_FRAMES = own_reviews_only(CaseFrame.review_id)


class FrameForm(Form):
    """Which list a sample is to be drawn from; asked first, because the themes are those of the list."""

    frame_id = RecordField("Frame", loader=ChoiceLoader(CaseFrame, _OWN_FRAMES),
                           validators=[Required("Choose the frame that the cases are drawn from.")])  # fmt: skip


class PlanForm(Form):
    """A sampling plan as people fill it in, in three parts."""

    parts = (
        ("Which cases", ("title", "review_id", "rule", "starts_on", "ends_on", "themes", "leaves_out_recent")),
        ("How many", ("strata", "method", "size", "minimum", "reserves")),
        ("What follows", ("audits_due_on",)),
    )

    title = LineField("Title", description="What the audit is about; the frame's own title when left empty.")
    review_id = RecordField("Review", loader=ChoiceLoader(ThematicReview), is_required=False)
    rule = SelectField("Which cases", choices=_RULES, validators=[Required()])
    starts_on = DayField("From, or on", description="Not needed for “At any time”.")
    ends_on = DayField("To", description="Only for cases that started or ended between two dates.")
    themes = BoxesField("Themes", choices=[], validate_choice=False, description="Tick none to draw from all of them.")
    strata = SelectField(
        "Divided by",
        choices=_STRATA,
        validators=[Required()],
        description="Each part gets its own draw, so none is missed.",
    )
    method = SelectField("How many from each", choices=_METHODS, validators=[Required()])
    size = WholeNumberField("Number of cases", default=4, validators=[Required()])
    minimum = WholeNumberField("At least from each part", default=0)
    reserves = WholeNumberField(
        "Reserves for each part", description="Leave empty for as many as selected, at least two."
    )
    leaves_out_recent = YesField(
        "Leave out cases audited in the last 12 months", default=True,
        description="A case is audited once an agency has handed in its audit; one that was only drawn is not.",
    )  # fmt: skip
    audits_due_on = DayField("Audits due")


def form_for(session: Session, frame: CaseFrame, values: Mapping[str, Any], *, kept: int | None = None) -> PlanForm:
    """The form for a frame, with its own themes to tick and these values where nothing was sent.

    The sample is for a review that the person runs, or for the one that it was `kept` for before.
    """
    form = PlanForm(sent_form(), **values)
    form.review_id.loader = ChoiceLoader(ThematicReview, own_reviews_only(ThematicReview.id, kept=kept))
    offer_choices(session, form)
    counts = theme_counts(frame.themes)
    noun = ("row",) if frame.row_count > frame.case_count else ("case",)
    most = sorted(counts, key=lambda theme: -counts[theme])[:MOST_THEMES]
    offered = {theme: counts[theme] for theme in counts if theme in set(most)}
    form.themes.choices = [
        SelectChoice(theme, f"{theme} ({count_words(count, *noun)})") for theme, count in offered.items()
    ]
    if not counts:
        form.themes.description = "This list has no themes."
    if values.get("method") == _BY_GRADES.value or graded_divisions(session, values.get("review_id")):
        form.method.choices = [*_METHODS, _BY_GRADES]
    return form


def starting_values(session: Session, frame: CaseFrame, review_id: int | None) -> dict[str, Any]:
    """What a new plan starts from: the review (by default the frame's own) and its period."""
    key = review_id or frame.review_id
    review = session.get(ThematicReview, key) if key else None
    if review is None:
        return {"review_id": None}
    dates = (review.period_starts_on, review.period_ends_on)
    if None in dates:
        return {"review_id": review.id}
    return {"review_id": review.id, "rule": "started_in", "starts_on": dates[0], "ends_on": dates[1]}


def values_of(sample: AuditSample, frame: CaseFrame) -> dict[str, Any]:
    """What the form shows of a plan that was written down before."""
    plan, frame_themes = parse_plan(sample.plan), theme_counts(frame.themes)
    chosen = plan.theme_stems or frozenset()
    return {
        "title": sample.title,
        "review_id": sample.review_id,
        "rule": plan.time_frame.rule.value,
        "starts_on": plan.time_frame.starts_on,
        "ends_on": plan.time_frame.ends_on,
        "themes": [theme for theme in frame_themes if stem_of(theme) in chosen],
        "strata": plan.strata.value,
        "method": plan.method.value,
        "size": plan.size if isinstance(plan.size, int) else max(plan.size.values(), default=None),
        "minimum": plan.minimum,
        "reserves": plan.reserves,
        "leaves_out_recent": plan.exclusions is not None,
        "audits_due_on": sample.audits_due_on,
    }


def plan_of(session: Session, form: PlanForm, frame: CaseFrame) -> tuple[SamplePlan, list[str]]:
    """The checked plan and the references it keeps out. Raises RuleBroken with the first thing that is wrong."""
    if not form.validate():
        name, problems = next((name, problems) for name, problems in form.errors.items() if name)
        raise RuleBroken(f"{form[str(name)].label.text}: {next(iter(problems))}")
    data: dict[str, Any] = {
        "time_frame": _time_frame(form),
        "themes": form.themes.data or None,
        "strata": form.strata.data,
        "allocation": _allocation(session, form),
        "reserves": form.reserves.data,
    }
    plan = parse_plan(data)
    excluded = audited_lately_in(session, frame, plan, today()) if form.leaves_out_recent.data else []
    if form.leaves_out_recent.data:
        kept_out = exclude(excluded, months=RECENT_MONTHS)
        data["exclusions"] = {"months": RECENT_MONTHS, "count": kept_out.count, "fingerprint": kept_out.fingerprint}
    return of_filled_strata(session, frame, parse_plan(data), excluded), excluded


def _allocation(session: Session, form: PlanForm) -> dict[str, Any]:
    """How many from each; by Neyman's division with how mixed the latest grades were, which the plan then holds."""
    asked = {"method": form.method.data, "size": form.size.data, "minimum": form.minimum.data or 0}
    if form.method.data != _BY_GRADES.value:
        return asked
    grades = earlier_grades(session, form.review_id.data, form.strata.data)
    if not grades:
        raise RuleBroken(_NO_GRADES)
    return {**asked, "spreads": {name: known.thousandths for name, known in grades.items()}}


def _time_frame(form: PlanForm) -> dict[str, Any]:
    rule, starts_on, ends_on = form.rule.data, form.starts_on.data, form.ends_on.data
    if rule == "any":
        return {"rule": rule}
    if rule == "open_at":
        starts_on = ends_on = starts_on or ends_on
    return {"rule": rule, "from": starts_on, "to": ends_on}


class PlanPages(PageSet):
    """The pages where a sample is planned, and where its plan is changed; part of the samples' screen."""

    @expose("/plan/", roles=OFFICERS, methods=("GET", "POST"))
    def plan_page(self) -> ResponseReturnValue:
        """Say which cases, in which strata, how many; first of all from which list."""
        frame = self._frame() if request.form.get("_find") != "next" else None
        if frame is None:
            return self._choose_frame()
        start = starting_values(self.session, frame, request.args.get("review_id", type=int))
        form = form_for(self.session, frame, start)
        return self._answer(form, frame, lambda: self._planned(form, frame), title="Plan a sample",
                            back=self.screen.list_url(), back_words=self.screen.name)  # fmt: skip

    @expose("/<int:record_id>/change-plan/", roles=OFFICERS, methods=("GET", "POST"))
    def change_plan(self, record_id: int) -> ResponseReturnValue:
        """Change the plan of a sample that is neither locked nor drawn: the same sample, not one more."""
        sample, back = self.get_record(record_id), self.details_url(record_id)
        if sample.status is not SampleStatus.PLANNED:
            return redirect(back)
        frame = self.session.get_one(CaseFrame, sample.frame_id)
        form = form_for(self.session, frame, values_of(sample, frame), kept=sample.review_id)
        title = f"Change the plan of {sample}"
        return self._answer(form, frame, lambda: self._changed(sample, form, frame), title=title, back=back,
                            back_words=str(sample), over=(sample,))  # fmt: skip

    def _frame(self) -> CaseFrame | None:
        key = request.form.get("frame_id", type=int) or request.args.get("frame_id", type=int) or 0
        chosen = select(CaseFrame).where(CaseFrame.id == key)
        return self.session.scalar(_OWN_FRAMES(chosen)) if 0 < key < 2**31 else None

    def _choose_frame(self) -> ResponseReturnValue:
        form, problems = FrameForm(sent_form()), []
        offer_choices(self.session, form)
        if request.method == "POST" and form.validate():
            return redirect(self.link("plan_page", frame_id=form.frame_id.data))
        if request.method == "POST":
            problems = [("frame_id", str(form.frame_id.errors[0]))]
        return self.render("audit_samples/frame.html", form=form, problems=problems), 422 if problems else 200

    def _answer(
        self, form: PlanForm, frame: CaseFrame, keep: Callable[[], object], over: Sequence[object] = (), **words: str
    ) -> ResponseReturnValue:
        """The form, or what comes of it: the plan is kept and its preview follows, or the refusal in a sentence."""
        problems: list[tuple[str, str]] = []
        current = version_of(over)
        opened = opened_version(current)
        is_overtaken = opened != current
        if request.method == "POST":
            try:
                if is_overtaken:
                    raise RuleBroken(CONFLICT)
                return redirect(self.link("preview_page", record_id=keep()))
            except RuleBroken as refusal:
                self.session.rollback()
                problems = problems_of(refusal, form) or []
        values = {"row_version": current if is_overtaken else opened, "frame": frame, **words}
        theirs = saved_meanwhile(form) if is_overtaken else []
        shown = self.render("audit_samples/plan.html", form=form, problems=problems, theirs=theirs, **values)
        return shown, status_of(problems) if problems else 200

    def _planned(self, form: PlanForm, frame: CaseFrame) -> int:
        """A sample with the plan. A form that was sent before, and was gone back to, changes the sample it made."""
        sent = already_sent(self.session)
        if sent:
            return self._change(self.get_record(int(sent)), form, frame)
        plan, excluded = self._drawable(form, frame)
        sample = plan_sample(self.session, brief=_brief(form), frame=frame, plan=plan, excluded=excluded)
        note_saved(self.session, sample.id)
        self.session.commit()
        return int(sample.id)

    def _changed(self, sample: AuditSample, form: PlanForm, frame: CaseFrame) -> int:
        already_sent(self.session)
        return self._change(sample, form, frame)

    def _change(self, sample: AuditSample, form: PlanForm, frame: CaseFrame) -> int:
        plan, excluded = self._drawable(form, frame)
        change_plan(self.session, sample, brief=_brief(form), frame=frame, plan=plan, excluded=excluded)
        self.session.commit()
        return int(sample.id)

    def _drawable(self, form: PlanForm, frame: CaseFrame) -> tuple[SamplePlan, list[str]]:
        """The plan and what it keeps out; one that does not fit its frame is refused here."""
        plan, excluded = plan_of(self.session, form, frame)
        refuse_undrawable(self.session, frame, plan, excluded)
        return plan, excluded


def _brief(form: PlanForm) -> SampleBrief:
    return SampleBrief(
        title=form.title.data or "", review_id=form.review_id.data, audits_due_on=form.audits_due_on.data
    )
