"""How are people heard in each review, who took part, and who is owed the outcome?"""

from __future__ import annotations

from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.evidence.findings import show_verdict
from admin_views.feedback.surveys import SurveyPages
from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    expose,
    kept_by,
    person_id,
    row_action,
    screen,
    tag,
)
from admin_views.kit.fields import (
    BoxesField,
    ChoiceField,
    DayField,
    RecordField,
    Required,
    TextField,
    WholeNumberField,
)
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.kit.requests import key_in_address
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_write_in, offer_own_reviews
from models.core.addresses import list_address
from models.core.clock import today
from models.evidence.findings import Judgement
from models.feedback.feedback_activities import (
    Audience,
    Engagement,
    FeedbackActivity,
    StaffLevel,
    agree_activity,
    engage_group,
    engaged_lately,
    feedback_owed,
    tell_outcome,
)
from models.feedback.feedback_groups import FeedbackGroup, GroupKind
from models.feedback.quotations import finding_of_activity, people_heard
from models.feedback.surveys import unnamed_activities
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Strength, Verdict
from models.rules.feedback.quotations import may_quote_words
from models.tools.key_lines import KeyLine

_UNNAMED = (
    "This took place and nobody is named who could be told the outcome. Add the groups that took part. If none can be"
    " told, say why where the review goes on without it; the lead sponsor consents."
)


class GroupForm(Form):
    """A group that takes part, and with how many people."""

    group_id = RecordField("Group", loader=ChoiceLoader(FeedbackGroup))
    people_count = WholeNumberField("How many people took part?", default=0)


class OutcomeForm(Form):
    """What a group was told, when and how."""

    told_on = DayField("Told on", validators=[Required()])
    words = TextField("What were they told, and how?", validators=[Required()])


class FindingForm(Form):
    """A finding made of what people said."""

    text = TextField("Finding", validators=[Required()])
    key_line_id = RecordField("Key line of enquiry", loader=ChoiceLoader(KeyLine), is_required=False)
    verdict = ChoiceField("What it speaks of", kind=Verdict)
    strength = ChoiceField("How well evidenced", kind=Strength)


@screen
class FeedbackActivityScreen(Screen):
    """Surveys, focus groups and conversations: planned, agreed by the project team, held, summed up."""

    model = FeedbackActivity
    page_sets = (SurveyPages,)
    name, noun, plural = "Feedback", "activity", "activities"
    list_purpose = (
        "How service users and practitioners are heard in a review: a focus group, a survey, a conversation. Plan "
        "one as soon as the review is scoped."
    )
    url, category, menu_order = "/feedback", Category.EVIDENCE, 35
    part = Part.EVIDENCE
    roles = kept_by(OFFICERS, readers=STAFF)
    column_list = ("title", "review_id", "audience", "technique", "agreed_on", "held_on")
    column_details_list = (*column_list, "planned_on", "people_count", "sensitivities", "summary")
    column_searchable_list = ("title", "summary")
    column_filters = ("review_id", "audience", "technique", "held_on")
    column_sortable_list = ("title", "planned_on", "held_on")
    column_default_sort = ("held_on", True)
    form_columns = ("review_id", "title", "audience", "technique", "levels", "sensitivities", "planned_on", "held_on",
              "people_count", "summary")  # fmt: skip
    form_overrides = {"sensitivities": TextField, "summary": TextField}
    column_labels = {
        "agreed_on": "Agreed by the project team",
        "people_count": "People who took part",
        "summary": "What people said",
        "planned_on": "Planned for",
        "held_on": "Held on",
    }
    column_descriptions = {
        "sensitivities": "What must be borne in mind with these people and this theme; the project team agrees on it.",
        "summary": "In their words where you can, naming nobody. Both what worked and what did not. "
        "Findings, and what is published, may quote people only where at least five were heard.",
    }
    form_extra_fields = {
        "levels": BoxesField(
            "Levels of staff",
            choices=[SelectChoice(level.value, level.label) for level in StaffLevel],
            description="For practitioners.",
        )
    }

    def build_new_instance(self) -> FeedbackActivity:
        return FeedbackActivity(review_id=key_in_address("review_id"), people_count=0, levels=[])

    def on_form_ready(self, form: Form, record: FeedbackActivity) -> None:
        offer_own_reviews(form, record)

    def facts(self, session: Session, record: FeedbackActivity) -> list[Fact]:
        known = {level.value: level.label for level in StaffLevel}
        words = ", ".join(known.get(level, level) for level in record.levels or ())
        facts = [Fact("Levels of staff", words)] if words else []
        return [*facts, Fact("Own words", may_quote_words(people_heard(session, record)))] if record.summary else facts

    def panels(self, session: Session, record: FeedbackActivity) -> list[Panel]:
        return [_groups(self, session, record)]

    def buttons(self, record: FeedbackActivity) -> list[Button]:
        buttons = [Button("Add a group", self.link("add_group", record_id=record.id))] if record.agreed_on else []
        if record.summary:
            buttons.append(Button("Make a finding", self.link("make_finding", record_id=record.id), "main"))
        return buttons

    @row_action(
        "Agreed by the project team",
        roles=OFFICERS,
        confirmation="Has the hub project team agreed this technique, with its sensitivities, today?",
        shown=lambda activity: activity.agreed_on is None,
    )
    def agree(self, session: Session, activity: FeedbackActivity) -> str:
        """The project team's word."""
        agree_activity(session, activity, on=today())
        return f"{activity} is agreed by the project team."

    @expose("/<int:record_id>/groups/new/", roles=OFFICERS, methods=("GET", "POST"))
    def add_group(self, record_id: int) -> ResponseReturnValue:
        """A group takes part; groups that recent reviews have asked are named."""
        record, form = self.get_record(record_id), GroupForm(sent_form())
        is_staff = FeedbackGroup.kind == GroupKind.PRACTITIONERS
        wanted = is_staff if record.audience is Audience.PRACTITIONERS else ~is_staff
        if isinstance(form["group_id"], RecordField):
            form["group_id"].loader = ChoiceLoader(FeedbackGroup, lambda groups: groups.where(wanted))
        panels = [_asked_lately(self.session, record)]
        values: dict[str, Any] = {"title": f"A group for {record}", "button": "Add", "panels": panels}
        return self.ask(form, self.details_url(record_id), lambda: self._added(record, form), **values)

    def _added(self, record: FeedbackActivity, form: Form) -> str:
        group = self.session.get_one(FeedbackGroup, form["group_id"].data)
        engage_group(self.session, record, group, people_count=form["people_count"].data or 0)
        lately = engaged_lately(self.session, [group.id], beside=record.review_id).get(group.id)
        warning = f" Mind that {', '.join(lately)} asked them, too." if lately else ""
        return f"{group} takes part.{warning}"

    @expose("/<int:record_id>/told/<int:engagement_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def told(self, record_id: int, engagement_id: int) -> ResponseReturnValue:
        """Record that a group was told the outcome."""
        record = self.get_record(record_id)
        engagement = self.session.get(Engagement, min(engagement_id, 2**31 - 1))
        if engagement is None or engagement.activity_id != record.id:
            abort(404)
        form = OutcomeForm(sent_form(), told_on=engagement.outcome_told_on or today(), words=engagement.outcome_told)
        values = {"title": "The group was told the outcome", "button": "Save"}
        return self.ask(form, self.details_url(record_id), lambda: self._told(engagement, form), over=(engagement,),
                        **values)  # fmt: skip

    def _told(self, engagement: Engagement, form: Form) -> str:
        tell_outcome(self.session, engagement, on=form["told_on"].data, words=form["words"].data)
        return "It is on record that the group was told."

    @expose("/<int:record_id>/finding/", roles=OFFICERS, methods=("GET", "POST"))
    def make_finding(self, record_id: int) -> ResponseReturnValue:
        """Make a finding of what people said."""
        record = self.get_record(record_id)
        form = FindingForm(sent_form(), text=record.summary, strength=Strength.MODERATE)
        own = KeyLine.review_id == record.review_id
        if isinstance(form["key_line_id"], RecordField):
            form["key_line_id"].loader = ChoiceLoader(KeyLine, lambda lines: lines.where(own).order_by(KeyLine.number))
        values = {"title": f"A finding from {record}", "button": "Make a finding"}
        return self.ask(form, self.details_url(record_id), lambda: self._found(record, form), **values)

    def _found(self, record: FeedbackActivity, form: Form) -> str:
        text, line, verdict, strength = (form[key].data for key in ("text", "key_line_id", "verdict", "strength"))
        judgement = Judgement(record.audience.source, verdict, text, strength, line)
        finding = finding_of_activity(self.session, record, judgement, person_id=person_id())
        return Markup("The finding is made: {}").format(show_verdict(finding.verdict))


def _groups(screen: FeedbackActivityScreen, session: Session, record: FeedbackActivity) -> Panel:
    rows = session.execute(
        select(Engagement, FeedbackGroup)
        .join(FeedbackGroup, FeedbackGroup.id == Engagement.group_id)
        .where(Engagement.activity_id == record.id)
        .order_by(FeedbackGroup.name)
    ).all()
    lately = engaged_lately(session, [group.id for _, group in rows], beside=record.review_id)
    cells = [_group_row(screen, record, engagement, group, lately.get(group.id, [])) for engagement, group in rows]
    headings = ("Group", "People", "Asked by recent reviews", "Told the outcome", "What they were told")
    unnamed = {activity_id for activity_id, _ in unnamed_activities(session, record.review_id)}
    empty = _UNNAMED if record.id in unnamed else "No group takes part yet."
    return Panel("Groups that take part", headings, cells, empty=empty)


def _group_row(
    screen: FeedbackActivityScreen,
    record: FeedbackActivity,
    engagement: Engagement,
    group: FeedbackGroup,
    lately: list[str],
) -> tuple[Any, ...]:
    owed = tag("Feedback owed", "amber")
    if screen.opens("told"):
        where = screen.link("told", record_id=record.id, engagement_id=engagement.id)
        words = Markup('{} <a href="{}">Record it<span class="unseen"> for {}</span></a>')
        owed = words.format(owed, where, group.name)
    told = show_date(engagement.outcome_told_on) if engagement.outcome_told_on else owed
    warning = tag(", ".join(lately), "amber") if lately else "No"
    return link_to(group, group.name), f"{engagement.people_count:,}", warning, told, engagement.outcome_told or NOTHING


def _asked_lately(session: Session, record: FeedbackActivity) -> Panel:
    groups = session.scalars(select(FeedbackGroup).where(FeedbackGroup.is_active).order_by(FeedbackGroup.name)).all()
    lately = engaged_lately(session, [group.id for group in groups], beside=record.review_id)
    rows = [(group.name, ", ".join(lately[group.id])) for group in groups if group.id in lately]
    return Panel("Asked by recent reviews", ("Group", "Reviews"), rows, empty="No group was asked by a recent review.")


@review_panel(Part.EVIDENCE, order=45, roles=STAFF)
def feedback_panel(session: Session, review: ThematicReview) -> Panel:
    """How people are heard in the review."""
    activities = session.scalars(
        select(FeedbackActivity).where(FeedbackActivity.review_id == review.id).order_by(FeedbackActivity.id)
    )
    owed = {debt.activity_id for debt in feedback_owed(session, review.id)}
    unnamed = {activity_id for activity_id, _ in unnamed_activities(session, review.id)}
    rows = [
        (
            link_to(activity, activity.title),
            activity.audience.label,
            activity.technique.label,
            _state(activity),
            _outcome(activity, owed, unnamed),
        )
        for activity in activities
    ]
    add = Button("Plan an activity", list_address(FeedbackActivity, "new", review_id=review.id))
    buttons = [add] if may_write_in(session, review.id) else []
    return Panel("Feedback", ("Activity", "Who is heard", "How", "State", "Outcome"), rows, buttons=buttons)


def _outcome(activity: FeedbackActivity, owed: set[int], unnamed: set[int]) -> Any:
    if activity.id in owed:
        return tag("Feedback owed", "amber")
    return tag("Say who took part", "red") if activity.id in unnamed else NOTHING


def _state(activity: FeedbackActivity) -> Any:
    if activity.held_on is not None:
        return Markup("{} {}").format(tag("Held", "green"), show_date(activity.held_on))
    return tag("Agreed", "blue") if activity.agreed_on else tag("To be agreed", "grey")
