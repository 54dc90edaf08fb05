"""In which words does an officer lay down what a sample is to be?"""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.kit.base import OFFICERS, PageSet, already_sent, expose
from admin_views.kit.fields import DayField, LineField, LinesField, RecordField, Required, WholeNumberField, YesField
from admin_views.kit.forms import offer_choices, sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from models.case_lists.case_frames import CaseFrame
from models.core.clock import today
from models.core.errors import RuleBroken
from models.rules.sampling.sample_plans import SamplePlan, exclude, parse_plan
from models.sampling.audit_samples import SampleBrief, plan_sample
from models.sampling.sample_cases import RECENT_MONTHS, recently_audited
from models.sampling.sample_draws import preview

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
    SelectChoice("fixed", "The same number from each stratum"),
    SelectChoice("equal", "One number in all, in equal parts"),
    SelectChoice("proportional", "One number in all, in proportion to size"),
]


class PlanForm(Form):
    """A sampling plan as people fill it in, in three parts."""

    parts = (
        ("Which cases", ("frame_id", "title", "rule", "starts_on", "ends_on", "themes", "leaves_out_recent")),
        ("How many", ("strata", "method", "size", "minimum", "reserves")),
        ("What follows", ("audits_due_on",)),
    )

    frame_id = RecordField("Frame", loader=ChoiceLoader(CaseFrame),
                           validators=[Required("Choose the frame that the cases are drawn from.")])  # fmt: skip
    title = LineField("Title", description="What the audit is about; the frame's own title when left empty.")
    rule = SelectField("Which cases", choices=_RULES, validators=[Required()])
    starts_on = DayField("From, or on", description="Not needed for “At any time”.")
    ends_on = DayField("To", description="Needed for cases that started or ended between two dates.")
    themes = LinesField("Themes", description="One a line, as the frame spells them; leave empty for all themes.")
    strata = SelectField(
        "Divided by",
        choices=_STRATA,
        validators=[Required()],
        description="Each stratum gets its own draw, so none is missed.",
    )
    method = SelectField("How many from each", choices=_METHODS, validators=[Required()])
    size = WholeNumberField("Number of cases", default=4, validators=[Required()])
    minimum = WholeNumberField("At least from each stratum", default=0)
    reserves = WholeNumberField(
        "Reserves for each stratum", description="Leave empty for as many as selected, at least two."
    )
    leaves_out_recent = YesField("Leave out cases drawn or audited in the last 12 months", default=True)
    audits_due_on = DayField("Audits due")


def plan_of(session: Session, form: PlanForm) -> tuple[SamplePlan, list[str]]:
    """The checked plan and the references it keeps out. Raises RuleBroken with the first thing that is wrong."""
    if not form.validate():
        name, problems = next((name, problems) for name, problems in form.errors.items() if name)
        raise RuleBroken(f"{form[str(name)].label.text}: {next(iter(problems))}")
    excluded = recently_audited(session, today()) if form.leaves_out_recent.data else []
    data: dict[str, Any] = {
        "time_frame": _time_frame(form),
        "themes": form.themes.data or None,
        "strata": form.strata.data,
        "allocation": {"method": form.method.data, "size": form.size.data, "minimum": form.minimum.data or 0},
        "reserves": form.reserves.data,
    }
    if excluded:
        kept_out = exclude(excluded, months=RECENT_MONTHS)
        data["exclusions"] = {"months": RECENT_MONTHS, "count": kept_out.count, "fingerprint": kept_out.fingerprint}
    return parse_plan(data), excluded


def _time_frame(form: PlanForm) -> dict[str, Any]:
    if form.rule.data == "any":
        return {"rule": "any"}
    return {"rule": form.rule.data, "from": form.starts_on.data, "to": form.ends_on.data}


class PlanPages(PageSet):
    """The page where a sample is planned; part of the samples' screen."""

    @expose("/plan/", roles=OFFICERS, methods=("GET", "POST"))
    def plan_page(self) -> ResponseReturnValue:
        """Say which cases, in which strata, how many."""
        form = PlanForm(sent_form(), frame_id=request.args.get("frame_id", type=int))
        offer_choices(self.session, form)
        problems: list[tuple[str, str]] = []
        if request.method == "POST" and "_find" not in request.form:
            try:
                return redirect(self.link("preview_page", record_id=self._planned(form)))
            except RuleBroken as refusal:
                self.session.rollback()
                problems = [("", refusal.sentence)]
        return self.render("audit_samples/plan.html", form=form, problems=problems), 422 if problems else 200

    def _planned(self, form: PlanForm) -> str:
        sent = already_sent(self.session)
        if sent is not None:
            return sent
        plan, excluded = plan_of(self.session, form)
        frame = self.session.get_one(CaseFrame, form.frame_id.data)
        preview(self.session, frame, plan, excluded)  # a plan that does not fit its frame is refused here
        sample = plan_sample(
            self.session,
            brief=SampleBrief(
                title=form.title.data or "", review_id=frame.review_id, audits_due_on=form.audits_due_on.data
            ),
            frame=frame,
            plan=plan,
            excluded=excluded,
        )
        self.session.commit()
        return str(sample.id)
