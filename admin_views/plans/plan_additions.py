"""How are recommendations and actions added to a plan one after another, on the page of the plan itself?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from wtforms import Form

from admin_views.kit.base import OFFICERS, PageSet, expose, in_list
from admin_views.kit.fields import ChoiceField, DayField, LineField, RecordField, Required, TextField
from admin_views.kit.forms import offer_choices, sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from models.core.addresses import list_address
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_plans import ActionPlan
from models.plans.actions import Action
from models.plans.plan_additions import add_action, add_recommendation
from models.plans.recommendations import Change, Recommendation
from models.reviews.thematic_reviews import ThematicReview


class RecommendationForm(Form):
    """A recommendation in short; its findings are chosen on its own page."""

    text = TextField("Recommendation", validators=[Required()])
    key_area_id = RecordField(
        "Key area", loader=ChoiceLoader(ReferenceItem, in_list(ReferenceList.KEY_AREA)), is_required=False
    )
    changes = ChoiceField("Changes", kind=Change, is_required=False)


class ActionForm(Form):
    """An action in short: what, who, by when, and how one will know."""

    recommendation_id = RecordField("Recommendation", loader=ChoiceLoader(Recommendation))
    text = LineField("Action", validators=[Required()])
    lead_agency_id = RecordField("Lead agency", loader=ChoiceLoader(Agency))
    owner_id = RecordField("Owner", loader=ChoiceLoader(Person), is_required=False)
    due_on = DayField("Due", validators=[Required()])
    success_measure = LineField("How one will know")


@dataclass
class Adding:
    """A form on the plan's page for one more of something: its title and button, where it is sent, the longer way."""

    title: str
    button: str
    action: str
    form: Form
    more: str = ""


class AdditionPages(PageSet):
    """The short forms under a plan's table. After each the plan comes back with the form for the next one."""

    def shown(self, plan: ActionPlan) -> Adding | None:
        """The form that the address asks for (`?add=action`), to be shown on the plan's page."""
        asked = request.args.get("add", "")
        if asked == "recommendation":
            form: Form = RecommendationForm()
            adding = Adding("Add a recommendation", "Add it", self.link("add_recommendation", record_id=plan.id), form)
        elif asked == "action":
            form, longer = _action_form(plan), list_address(Action, "new", plan_id=plan.id)
            adding = Adding("Add an action", "Add it", self.link("add_action", record_id=plan.id), form, longer)
        else:
            return None
        offer_choices(self.session, form)
        return adding

    @expose("/<int:record_id>/recommendations/", roles=OFFICERS, methods=("GET", "POST"))
    def add_recommendation(self, record_id: int) -> ResponseReturnValue:
        """Add a recommendation with the plan's next number."""
        plan, form = self.get_record(record_id), RecommendationForm(sent_form())
        back = self._next(plan, "recommendation")
        values = {**self._around(plan), "title": "New recommendation"}
        return self.ask(form, back, lambda: self._recommended(plan, form), **values)

    def _recommended(self, plan: ActionPlan, form: Form) -> str:
        added = add_recommendation(self.session, Recommendation(plan_id=plan.id, **written(form)))
        return f"Recommendation {added.number} is added."

    @expose("/<int:record_id>/actions/", roles=OFFICERS, methods=("GET", "POST"))
    def add_action(self, record_id: int) -> ResponseReturnValue:
        """Add an action under one of the plan's recommendations."""
        plan = self.get_record(record_id)
        form = _action_form(plan)
        back = self._next(plan, "action", form.recommendation_id.data)
        values = {**self._around(plan), "title": "New action"}
        return self.ask(form, back, lambda: self._added(plan, form), **values)

    def _added(self, plan: ActionPlan, form: Form) -> str:
        return f"{add_action(self.session, Action(plan_id=plan.id, **written(form)))} is added."

    def _around(self, plan: ActionPlan) -> dict[str, Any]:
        """What the page of a form that is refused says beside it."""
        review = self.session.get(ThematicReview, plan.review_id)
        return {"review": review, "button": "Add it", "back_words": "Improvement plan"}

    def _next(self, plan: ActionPlan, what: str, recommendation_id: int | None = None) -> str:
        """The plan's page with the form for the next one."""
        chosen = {"for": recommendation_id} if recommendation_id else {}
        return f"{self.link('details_view', record_id=plan.id, add=what, **chosen)}#add"


def _action_form(plan: ActionPlan) -> ActionForm:
    """The form for an action of this plan; the recommendation that the last one was for is chosen already."""
    form = ActionForm(sent_form(), recommendation_id=request.args.get("for", type=int))
    own = Recommendation.plan_id == plan.id
    form.recommendation_id.loader = ChoiceLoader(
        Recommendation, lambda known: known.where(own).order_by(None).order_by(Recommendation.number)
    )
    return form


def written(form: Form) -> dict[str, object]:
    """What a form says, by the names of its fields, as a record takes it."""
    return {field.name: field.value() if isinstance(field, ChoiceField) else field.data for field in form}
