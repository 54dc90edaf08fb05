"""Which assurance tools stand in the bank and which belong to a review, and how is each built?"""

from __future__ import annotations

from flask import request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Fact,
    Filter,
    Panel,
    Part,
    Place,
    Screen,
    TextField,
    by_value,
    kept_by,
    role,
    screen,
)
from admin_views.kit.fields import RecordField
from admin_views.kit.formats import show_moment
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run, own_hubs_only
from admin_views.signatures.signables import signature_standing, warn
from admin_views.tools.rating_scales import ScaleFilter
from admin_views.tools.tool_copies import CopyPages
from admin_views.tools.tool_outlines import OutlinedSection, OutlinePages, may_build, outline_of, overtaken, review_of
from admin_views.tools.tool_questions import Editor, QuestionPages
from admin_views.tools.tool_versions import VersionPages
from models.core.addresses import address_of, list_address
from models.core.clock import london_day
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.counts import count_words
from models.signatures.signables import TOOL_SUBJECTS, tools_of
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_questions import questions_of, sections_of
from models.tools.tool_versions import latest_version, latest_versions, questionnaire_of, versions_of

_BIGGEST = 2_147_483_647


def show_review(reference: str | None) -> str:
    """A tool without a review stands in the bank.

    >>> show_review(None), show_review("TR-2026-01")
    ('The bank', 'TR-2026-01')
    """
    return reference or "The bank"


def _stands_in(answer: str) -> ColumnElement[bool]:
    return AssuranceTool.review_id.is_(None) if answer == "bank" else AssuranceTool.review_id.is_not(None)


@screen
class AssuranceToolScreen(Screen):
    """Tools of the bank and of the reviews. Officers build the bank's and their own hubs'; sponsors read."""

    model = AssuranceTool
    page_sets = (OutlinePages, QuestionPages, VersionPages, CopyPages)
    details_template = "assurance_tools/tool.html"
    name, noun, plural = "Tools and questions", "tool", "tools"
    list_purpose = (
        "Tools are the questionnaires of self-evaluations, case audits, surveys and conversations. Begin one in "
        "the bank; a review copies it, and its sponsor signs it."
    )
    url, category, menu_order = "/assurance-tools", Category.TOOLS, 10
    stands_in, part = Place.LIBRARY, Part.SCOPE
    roles = kept_by(OFFICERS, readers=STAFF)
    introduction = (
        "The bank's tools are copied for a review and amended there. What goes out is always a frozen version."
    )
    column_list = ("title", "kind", "review_id", "is_active")
    column_details_list = (*column_list, "covers", "introduction")
    column_formatters = {"review_id": by_value(show_review)}
    column_searchable_list = ("title", "introduction")
    column_filters = (
        Filter("where", "Where", options=(("bank", "The bank"), ("reviews", "Reviews")), apply=_stands_in),
        "kind",
        "review_id",
        "is_active",
        ScaleFilter(),
    )
    column_sortable_list = ("title", "kind")
    column_default_sort = "title"
    form_columns = ("title", "kind", "review_id", "covers", "introduction", "is_active")
    form_overrides = {"introduction": TextField}
    column_labels = {"review_id": "Belongs to", "covers": "Used for", "is_active": "In use"}
    form_args = {"review_id": {"label": "Review"}}
    column_descriptions = {
        "review_id": "Empty for a tool of the bank.",
        "introduction": "What people read before the first question.",
        "is_active": "A tool that is not in use is no longer offered.",
    }

    def build_new_instance(self) -> AssuranceTool:
        named = request.args.get("review_id", type=int)
        return AssuranceTool(review_id=named if named and 0 < named <= _BIGGEST else None)

    def form_columns_for(self, record: AssuranceTool) -> tuple[str, ...]:
        """What a tool is for, and whose it is, is said once: its questions cite that review's key lines."""
        return (
            self.form_columns
            if not record.id
            else tuple(key for key in self.form_columns if key not in ("kind", "review_id"))
        )

    def on_form_ready(self, form: Form, record: AssuranceTool) -> None:
        if "review_id" in form and isinstance(form["review_id"], RecordField):
            form["review_id"].loader = ChoiceLoader(ThematicReview, own_hubs_only(ThematicReview.hub_id))

    def outline(self, tool: AssuranceTool) -> list[OutlinedSection]:
        """The tool as it stands, with the rows behind it."""
        session = self.session
        return outline_of(
            questionnaire_of(session, tool), questions_of(session, tool.id), sections_of(session, tool.id)
        )

    def editor(self, tool: AssuranceTool) -> Editor | None:
        """One section of the tool, to be changed in place."""
        return self.pages(QuestionPages).editor(tool, self.outline(tool))

    def overtaken(self, tool: AssuranceTool) -> str:
        """That the sponsor's signature is for other words than these, for the tool's page."""
        return overtaken(self.session, tool)

    def can_edit_record(self, record: AssuranceTool) -> bool:
        return may_build(self.session, record)

    def on_model_change(self, form: Form, model: AssuranceTool, is_created: bool) -> None:
        self.session.flush()
        warn(self.overtaken(model))

    def on_model_delete(self, model: AssuranceTool) -> None:
        if versions_of(self.session, model.id):
            raise RuleBroken(f"{model.title} has frozen versions, so it stays. Take it out of use instead.")

    def facts(self, session: Session, record: AssuranceTool) -> list[Fact]:
        return [*self._signature(session, record), *self._newest(session, record), *_origin(session, record)]

    def _signature(self, session: Session, tool: AssuranceTool) -> list[Fact]:
        review, subject = review_of(session, tool), TOOL_SUBJECTS.get(tool.kind)
        if review is None or subject is None:
            return []
        return [Fact("Lead sponsor's signature", signature_standing(session, review, subject, tool).state)]

    def _newest(self, session: Session, tool: AssuranceTool) -> list[Fact]:
        newest = latest_version(session, tool.id)
        asked = count_words(len(questions_of(session, tool.id)), "question", "questions")
        words = f"Version {newest.number}, {show_moment(newest.made_at)}" if newest else "None frozen yet"
        return [Fact("Newest version", words), Fact("Asks", asked)]

    def buttons(self, record: AssuranceTool) -> list[Button]:
        there = {"record_id": record.id}
        buttons = [Button("Preview", self.link("preview", **there)), Button("Versions", self.link("versions", **there))]
        if role() in OFFICERS:
            buttons.append(Button("Copy" if record.review_id else "Copy for a review", self.link("copy", **there)))
        if not may_build(self.session, record):
            return buttons
        review, subject = review_of(self.session, record), TOOL_SUBJECTS.get(record.kind)
        if review is None or subject is None:
            return [*buttons, Button("Freeze a version", self.link("freeze", **there), is_post=True)]
        if signature_standing(self.session, review, subject, record).may_ask:
            buttons.append(Button("Ask for the signature", address_of(review, "papers")))
        return buttons


def _origin(session: Session, tool: AssuranceTool) -> list[Fact]:
    source = session.get(AssuranceTool, tool.copied_from_id) if tool.copied_from_id else None
    return [Fact("Copied from", link_to(source, source.title))] if source is not None else []


@review_panel(Part.SCOPE, order=14, roles=STAFF)
def tools_panel(session: Session, review: ThematicReview) -> Panel:
    """The tools of a review, with their versions and where the signature stands."""
    rows, tools = [], tools_of(session, review.id)
    versions = latest_versions(session, [tool.id for tool in tools])
    for tool in tools:
        newest = versions.get(tool.id)
        frozen = f"{newest.number} ({london_day(newest.made_at):%-d %b %Y})" if newest else "None yet"
        state = signature_standing(session, review, TOOL_SUBJECTS[tool.kind], tool).state
        rows.append((link_to(tool, tool.title), tool.kind.label, frozen, state))
    empty = "The review has no tools yet. Copy the standard ones from the bank, then amend them."
    return Panel(
        "Assurance tools", ("Tool", "Kind", "Version", "Signature"), rows, empty, _tool_buttons(session, review)
    )


def _tool_buttons(session: Session, review: ThematicReview) -> list[Button]:
    if review.stage is Stage.CLOSED or not may_run(session, review.hub_id):
        return []
    return [
        Button("Copy tools from the bank", list_address(AssuranceTool, "from-bank", review.id)),
        Button("New tool", list_address(AssuranceTool, "new", review_id=review.id)),
    ]
