"""How does a tool of the bank become a review's own?"""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from wtforms import Form

from admin_views.kit.base import OFFICERS, expose
from admin_views.kit.fields import LineField, RecordField, RecordsField, Required
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.partnership.hubs import own_hubs_only
from admin_views.tools.key_lines import review_run_here
from admin_views.tools.tool_outlines import ToolPages
from models.core.addresses import address_of
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.counts import count_words
from models.signatures.signables import tools_of
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.tool_copies import copy_tool, may_be_copied_for


def _open_reviews(statement: Select[tuple[int, str]]) -> Select[tuple[int, str]]:
    mine: Select[tuple[int, str]] = own_hubs_only(ThematicReview.hub_id)(statement)
    return mine.where(ThematicReview.stage != Stage.CLOSED)


def _standard_tools(statement: Select[tuple[int, str]]) -> Select[tuple[int, str]]:
    return statement.where(AssuranceTool.review_id.is_(None), AssuranceTool.kind != ToolKind.SECTION_11)


class CopyForm(Form):
    """For which review, and under which title."""

    review_id = RecordField("Review", loader=ChoiceLoader(ThematicReview, _open_reviews), is_required=False,
                            description="Leave empty for another tool of the bank.")  # fmt: skip
    title = LineField("Title", validators=[Required()])


class FromBankForm(Form):
    """Which tools of the bank a review is given."""

    tools = RecordsField("Tools", loader=ChoiceLoader(AssuranceTool, _standard_tools), validators=[Required()])


class CopyPages(ToolPages):
    """The pages of the tools' screen on which tools are copied."""

    @expose("/<int:record_id>/copy/", roles=OFFICERS, methods=("GET", "POST"))
    def copy(self, record_id: int) -> ResponseReturnValue:
        """Copy a tool for a review, or into the bank; questions keep their keys, so that rounds can be compared."""
        tool = self.get_record(record_id)
        form = CopyForm(sent_form(), title=tool.title)
        if not may_be_copied_for(tool):
            del form["review_id"]

        def act() -> tuple[str, str]:
            review_id = form["review_id"].data if "review_id" in form else None
            review = self.session.get_one(ThematicReview, review_id) if review_id else None
            copied = copy_tool(self.session, tool, review=review, title=form.title.data or "")
            return f"{copied.title} is copied; amend it below.", self.details_url(copied.id)

        return self.ask_about(tool, form, self.details_url(tool.id), act, title=f"Copy: {tool.title}", button="Copy",
                        lead="All of it is copied; the key lines become the review's own.")  # fmt: skip

    @expose("/from-bank/<int:review_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def from_bank(self, review_id: int) -> ResponseReturnValue:
        """Give a review its own copies of several tools of the bank at once."""
        review = review_run_here(self.session, review_id)
        form = FromBankForm(sent_form(), tools=self._not_yet_copied(review))

        def act() -> str:
            chosen = [self.session.get_one(AssuranceTool, key) for key in form.tools.data or ()]
            for tool in chosen:
                copy_tool(self.session, tool, review=review, title=f"{tool.title}: {review.title}")
            return f"{count_words(len(chosen), 'tool is', 'tools are')} copied for {review.reference}."

        return self.ask(form, address_of(review), act, title="Copy tools from the bank", button="Copy",
                        back_words=str(review),
                        lead=f"For {review.reference} {review.title}. Each copy can then be amended.")  # fmt: skip

    def _not_yet_copied(self, review: ThematicReview) -> list[AssuranceTool]:
        """The bank's tools of the kinds that a review has none of yet."""
        kinds = {tool.kind for tool in tools_of(self.session, review.id)}
        in_bank = select(AssuranceTool).where(AssuranceTool.review_id.is_(None), AssuranceTool.is_active)
        tools = self.session.scalars(in_bank.order_by(AssuranceTool.id))
        return [tool for tool in tools if tool.kind not in kinds and may_be_copied_for(tool)]
