"""What of a review must its sponsor sign, where does each stand, and how is it put before them?"""

from __future__ import annotations

from dataclasses import dataclass

from flask import abort, flash
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, STAFF, Button, PageSet, Panel, Part, expose, person_id, tag
from admin_views.kit.fields import TextField
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.registry import link_to
from admin_views.kit.review_panels import review_panel
from admin_views.partnership.hubs import may_run
from admin_views.signatures.sign_offs import content_panels
from models.core.addresses import address_of
from models.core.clock import london_day
from models.reviews.thematic_reviews import ThematicReview
from models.rules.tools.questionnaires import fingerprint_of
from models.signatures.sign_offs import SignOff, SignOffStatus, SignOffSubject, latest_sign_off
from models.signatures.signables import TOOL_SUBJECTS, content_of, put_before_sponsor, tools_of
from models.tools.assurance_tools import AssuranceTool

LISTS = {
    "key-lines": SignOffSubject.KEY_LINES,
    "project-team": SignOffSubject.PROJECT_TEAM,
    "invitations": SignOffSubject.INVITATIONS,
}
"""What is signed once for a review, by its word in the address; tools are signed one by one."""


class AskForm(Form):
    """Why something unusual should be signed, such as a team without one of its core members."""

    reason = TextField("Reason", description="Needed only when police, social care or health is missing from the team.")


class SignablePages(PageSet):
    """The pages of the reviews' screen on which something is put before the sponsor."""

    @expose("/<int:record_id>/ask-for/<subject>/", roles=OFFICERS, methods=("GET", "POST"))
    def ask_signature(self, record_id: int, subject: str) -> ResponseReturnValue:
        """Put the key lines, the project team or the invited agencies before the sponsor, as they stand now."""
        review, wanted = self._own(record_id), LISTS.get(subject) or abort(404)
        form, shown = AskForm(sent_form()), content_panels(content_of(self.session, review, wanted))
        if wanted is not SignOffSubject.PROJECT_TEAM:
            del form["reason"]
        title = f"Put before the sponsor: {wanted.label.lower()}"
        back = self.details_url(record_id)
        return self.ask(form, back, lambda: self._put(review, wanted, form), title=title, button="Ask", panels=shown)

    @expose("/<int:record_id>/ask-for/tool/<int:tool_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def ask_tool_signature(self, record_id: int, tool_id: int) -> ResponseReturnValue:
        """Put one of the review's tools before the sponsor; it is frozen as it stands."""
        review, tool = self._own(record_id), self.session.get(AssuranceTool, tool_id)
        if tool is None or tool.review_id != review.id:
            abort(404)
        subject = TOOL_SUBJECTS[tool.kind]
        panels = content_panels(content_of(self.session, review, subject, tool))
        title, back = f"Put before the sponsor: {tool.title}", self.details_url(record_id)
        return self.ask(Form(), back, lambda: self._put(review, subject, None, tool), title=title, button="Ask",
                        panels=panels)  # fmt: skip

    def _put(
        self, review: ThematicReview, subject: SignOffSubject, form: Form | None, tool: AssuranceTool | None = None
    ) -> str:
        reason = (form["reason"].data or "") if form is not None and "reason" in form else ""
        sign_off = put_before_sponsor(self.session, review, subject, person_id=person_id(), tool=tool, reason=reason)
        return f"{sign_off.title} waits for the sponsor's signature, frozen as {sign_off.sha256[:16]}…"

    def _own(self, record_id: int) -> ThematicReview:
        review: ThematicReview = self.get_record(record_id)
        if not may_run(self.session, review.hub_id):
            abort(403)
        return review


@review_panel(Part.SCOPE, order=5, roles=STAFF)
def signature_panel(session: Session, review: ThematicReview) -> Panel:
    """Everything of the review that its sponsor signs, with where it stands."""
    may_ask = may_run(session, review.hub_id)
    rows = [
        _row(session, review, subject, None, address_of(review, "ask-for", word) if may_ask else "")
        for word, subject in LISTS.items()
    ]
    for tool in tools_of(session, review.id):
        where = address_of(review, "ask-for", "tool", tool.id) if may_ask else ""
        rows.append(_row(session, review, TOOL_SUBJECTS[tool.kind], tool, where))
    return Panel("What the lead sponsor signs", ("What", "State", "Signed", "Next"), rows)


def _row(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None, where: str
) -> tuple[object, ...]:
    """One thing to sign: what, where it stands in its present words, since when, and what can be done."""
    standing = signature_standing(session, review, subject, tool)
    name = link_to(tool, tool.title) if tool else subject.label
    asks = Button("Put before the sponsor", where) if where and standing.may_ask else None
    return name, standing.state, standing.signed, _link(asks)


@dataclass(frozen=True)
class SignatureStanding:
    """Where one thing to sign stands: its state as a tag, when it was signed, and whether it can be asked for now."""

    state: str
    signed: str
    may_ask: bool


def signature_standing(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None = None
) -> SignatureStanding:
    """Where the sponsor's signature stands for the words as they are now."""
    content = content_of(session, review, subject, tool)
    last = latest_sign_off(session, review.id, subject, tool.id if tool else 0)
    is_current = last is not None and bool(content) and last.sha256 == fingerprint_of(content)
    signed = show_date(london_day(last.signed_at)) if last is not None and last.signed_at else NOTHING
    settled = is_current and last is not None and last.status in (SignOffStatus.ASKED, SignOffStatus.SIGNED)
    return SignatureStanding(_state(last, bool(content), is_current), signed, bool(content) and not settled)


def warn(words: str) -> None:
    """Tell whoever has just saved something what it means for the sponsor's signature; nothing where it means none."""
    if words:
        flash(words, "warning")


def _state(last: SignOff | None, is_written: bool, is_current: bool) -> str:
    if not is_written:
        return tag("Nothing yet", "grey")
    if last is None:
        return tag("Not asked", "grey")
    if last.status is SignOffStatus.RETURNED:
        return tag("Returned for a change", "red")
    if not is_current:
        return tag("Changed since", "red")
    return tag("Signed", "green") if last.status is SignOffStatus.SIGNED else tag("Waits for the sponsor", "amber")


def _link(button: Button | None) -> object:
    return Markup('<a href="{}">{}</a>').format(button.href, button.label) if button else NOTHING
