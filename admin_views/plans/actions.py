"""What must be done, by whom and by when, and how does somebody say how it is going?"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import (
    EVERYONE,
    OFFICERS,
    Button,
    Category,
    Importable,
    Part,
    Place,
    Screen,
    TextField,
    action,
    by_value,
    expose,
    in_list,
    kept_by,
    role,
    screen,
)
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.lists.pages import ListArgs, Page
from admin_views.kit.lists.workbooks import Worksheet
from admin_views.kit.permissions import verb
from admin_views.kit.requests import key_in_address
from admin_views.plans.action_counts import COUNTED, OVERDUE, show_late
from admin_views.plans.action_drafts import KEYS, ActionForms, PartsShown, columns_of_part
from admin_views.plans.action_plans import offer_own_plans, own_plans
from admin_views.plans.action_standings import COMPLETION, record_values, review_of
from admin_views.plans.action_updates import (
    ASKED_CODES,
    POSTERS,
    UpdatePages,
    know_codes,
    may_post,
    sheet_of_updates,
    show_word,
)
from admin_views.plans.completions import CompletionPages
from admin_views.plans.plan_reports import ask_for_paper, show_report
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceList
from models.plans.action_imports import write_action
from models.plans.actions import Action, days_overdue, name_owner, open_due_on, owner_words
from models.plans.plan_reports import MOST_ACTIONS, ReportScope, ask_for_report
from models.plans.recommendations import Recommendation
from models.rules.core.counts import beginning

_AGENCY_FIELDS = ("brag_id", "completion_evidence", "impact_evidence")
_ONLY_WHEN_NEW = ("plan_id", "due_on")
_BIGGEST = 2_147_483_647


@screen
class ActionScreen(Screen):
    """Actions of all plans. People of an agency see and change only the actions their agency leads."""

    model = Action
    page_sets = (UpdatePages, CompletionPages, ActionForms)
    create_template = edit_template = "plans/action_form.html"
    details_template = "plans/action.html"
    name, noun, plural = "Actions", "action", "actions"
    list_purpose = (
        "What will be done about a recommendation, by which agency and by when. An agency updates its own until they "
        "are complete."
    )
    url, category, menu_order = "/actions", Category.PLANS, 30
    stands_in, part = Place.REVIEWS, Part.PLAN
    roles = kept_by(OFFICERS, export=EVERYONE, edit=POSTERS)
    column_list, column_beneath = ("text", "lead_agency_id", "owner_name", "brag_id", "due_on", "late"), "reference"
    column_details_list = (
        "reference",
        *column_list,
        "original_due_on",
        "plan_id",
        "recommendation_id",
        "other_agencies",
        "owner_role",
        "starts_on",
        "success_measure",
        "baseline",
        "target",
        "target_count",
        "completion_evidence",
        "impact_evidence",
        "critical_friend_comment",
        "board_decision",
        "completed_on",
    )
    column_expressions = {"late": days_overdue, "owner_name": owner_words, "open_due_on": open_due_on}
    column_formatters = {"brag_id": by_value(show_word), "late": by_value(show_late)}
    column_searchable_list = ("reference", "text", "owner_name")
    column_filters = (
        "plan_id",
        "lead_agency_id",
        "brag_id",
        OVERDUE,
        COMPLETION,
        "due_on",
        "owner_id",
        *COUNTED,
    )  # fmt: skip
    column_sortable_list = ("reference", "due_on", "lead_agency_id")
    column_default_sort = "open_due_on"  # what is complete comes last
    form_columns = KEYS
    form_overrides = dict.fromkeys(
        (
            "text",
            "success_measure",
            "completion_evidence",
            "impact_evidence",
            "critical_friend_comment",
            "board_decision",
        ),
        TextField,
    )
    importable = Importable(
        keys=(("reference",), ("plan_id", "number"), ("plan_id", "text")),
        extra=("number", "original_due_on", "completed_on"),
        kept_when_empty=("number", "original_due_on", "completed_on", "owner_name", "owner_role", "brag_id"),
        scopes={"recommendation_id": "plan_id"},
        aliases={
            "due_on": ("Due date", "Deadline"),
            "brag_id": ("BRAG rating", "RAG", "Status"),
            "owner_id": ("Owner",),
        },
        write=write_action,
        along=("action-updates",),
    )
    column_labels = {
        "plan_id": "Plan",
        "recommendation_id": "Recommendation",
        "text": "Action",
        "lead_agency_id": "Lead agency",
        "owner_id": "Owner (with a sign-in)",
        "owner_name": "Owner",
        "due_on": "Due",
        "original_due_on": "Due date first agreed",
        "brag_id": "BRAG",
        "completion_evidence": "Evidence of completion",
        "impact_evidence": "Evidence of impact",
        "completed_on": "Completed",
        "target_count": "Number to reach",
        "late": "Overdue",
    }
    column_descriptions = {
        "other_agencies": "Separated by semicolons.",
        "owner_name": "Name the job role too; avoid one name beside every line.",
        "due_on": "Kept as the date first agreed; moving it later asks for a reason.",
        "success_measure": "What will be different for children, adults or practice.",
        "target": "In words, such as: all settings are briefed.",
        "target_count": "Where it can be counted, such as 214; progress then says how many are reached.",
        "brag_id": "The word for complete needs a confirmed completion.",
    }
    form_args = {"brag_id": {"narrow": in_list(ReferenceList.BRAG)}}

    def build_new_instance(self) -> Action:
        return Action(plan_id=plan_in_address(), recommendation_id=key_in_address("recommendation_id"))

    @verb("create", "/new/", ("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new action in three short parts; the last of them makes it, on Flask-Admin's own page."""
        answer = self.pages(ActionForms).step()
        return super().create_view() if answer is None else answer

    def parts_shown(self, form: Form, record: Action | None) -> PartsShown | None:
        """The part of the form that its page shows; None for people of an agency, who fill in three fields."""
        if role() not in OFFICERS:
            return None
        return PartsShown(self.session, form, record, self.pages(ActionForms).draft)

    def render(self, template: str, **kwargs: Any) -> str:
        """The base's; the form for a new action stands under the review of its plan."""
        if template == self.create_template and "model" not in kwargs:
            draft = self.pages(ActionForms).draft
            kwargs["review"] = review_of(self.session, plan_in_address() or (draft.plan_id if draft else None))
        return super().render(template, **kwargs)

    def get_save_return_url(self, model: Action, is_created: bool = False) -> str:
        """The record, or the next part where somebody saves and goes on."""
        saved, go = super().get_save_return_url(model, is_created), request.form.get("go", "")
        return self.link("edit_view", record_id=model.id, part=go) if go.isdecimal() and not is_created else saved

    def details_of(self, record: Action) -> dict[str, Any]:
        """How the action stands, its progress, why it is done; what is not filled in yet is named, not shown."""
        known = super().details_of(record)
        return {**known, **record_values(self.session, record, known["facts"])}

    def title_of(self, record: Action) -> str:
        return beginning(record.text)

    def can_edit_record(self, record: Action) -> bool:
        return may_post()

    def form_columns_for(self, record: Action) -> tuple[str, ...]:
        """An agency fills in its evidence; plan and due date are set once, for references and promises cite them."""
        if role() not in OFFICERS:
            return _AGENCY_FIELDS if record.completed_on is None else ("impact_evidence",)
        left_out = _ONLY_WHEN_NEW if record.id else ()
        return columns_of_part(record, tuple(key for key in self.form_columns if key not in left_out))

    def on_form_ready(self, form: Form, record: Action) -> None:
        """Offer the plan's own recommendations where the plan is known, else those of the person's own plans."""
        offer_own_plans(form, record)
        if not record.id:
            self.pages(ActionForms).fill(form)
            form["due_on"].label.text = "Due date"  # as a refusal names it; the list has less room
        if "recommendation_id" in form:
            plans = [record.plan_id] if record.plan_id else own_plans()
            mine = ChoiceLoader(Recommendation, lambda known: known.where(Recommendation.plan_id.in_(plans)))
            form["recommendation_id"].loader = mine  # type: ignore[attr-defined]

    def on_model_change(self, form: Form, model: Action, is_created: bool) -> None:
        if is_created:
            self.pages(ActionForms).forget()
        if "owner_id" in form:
            name_owner(self.session, model)

    def further_sheets(self, args: ListArgs) -> list[Worksheet]:
        return [sheet_of_updates(self.session, self.listing.counted(args))]

    def further_choices(self) -> list[Select[Any]]:
        return [*super().further_choices(), ASKED_CODES]

    def body(self, page: Page, **looks: bool) -> Markup:
        """The base's; the colours of the words came with the choices of the page."""
        know_codes(page.options)
        return super().body(page, **looks)

    def list_buttons(self) -> list[Button]:
        asked = self.list_args().arguments()
        return [
            Button("This list as PDF", self.link("make_list_pdf", **asked), is_post=True),
            Button("Read as a page", self.link("list_report", **asked)),
        ]

    @expose("/pdf/", roles=EVERYONE, methods=("POST",))
    def make_list_pdf(self) -> ResponseReturnValue:
        """Ask for every action that matches the filters on paper, not only those of the page."""
        try:
            return ask_for_paper(self, self._listed(), self._back())
        except RuleBroken as refusal:
            flash(refusal.sentence, "error")
            return redirect(self._back())

    @expose("/report/", roles=EVERYONE)
    def list_report(self) -> ResponseReturnValue:
        """The same as a page."""
        try:
            pdf = self.link("make_list_pdf", **self.list_args().arguments())
            return show_report(self, self._listed(), self._back(), self.name, pdf)
        except RuleBroken as refusal:
            flash(refusal.sentence, "error")
            return redirect(self._back())

    def _listed(self) -> ReportScope:
        """Every action that the words and filters in the address leave. Refuses none, and more than a report holds."""
        query = self.list_args()
        ids = tuple(self.session.scalars(self.listing.counted(query).limit(MOST_ACTIONS + 1)))
        if not ids:
            raise RuleBroken("No action matches, so there is nothing to print.")
        if len(ids) > MOST_ACTIONS:
            raise RuleBroken(f"A report holds at most {MOST_ACTIONS:,} actions; narrow the list first.")
        return ReportScope(action_ids=tuple(sorted(ids)))

    def _back(self) -> str:
        return self.list_url(**self.list_args().arguments())

    @action("print-chosen", "Download as PDF", "Print these actions?", roles=EVERYONE)
    def print_chosen(self, session: Session, actions: list[Action]) -> ResponseReturnValue:
        """The ticked actions on paper."""
        scope = ReportScope(action_ids=tuple(sorted(action.id for action in actions)))
        asked = ask_for_report(session, scope)
        return redirect(waiting_url(asked, self.list_url()))


def plan_in_address() -> int | None:
    """The plan a new record belongs to, as a plan's page names it in the address."""
    named = request.args.get("plan_id", type=int)
    return named if named and 0 < named <= _BIGGEST else None
