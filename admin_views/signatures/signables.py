"""What of a review must its sponsor sign, where does each stand, and how is it put before them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, STAFF, Button, PageSet, Panel, Part, expose, person_id, role, tag
from admin_views.kit.fields import BoxesField, TextField
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.workspace.panels import review_panel
from admin_views.messages.agency_messages import letter_words
from admin_views.partnership.hubs import may_run
from admin_views.signatures.review_papers import paper_lines
from models.core.access import Role
from models.core.addresses import address_of
from models.core.clock import london_day, today
from models.partnership.memberships import core_seats_in_words, missing_core_seats
from models.partnership.people import name_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.tools.questionnaires import fingerprint_of
from models.signatures.review_papers import PaperState, ReviewPaper, ask_for_signatures, papers_of
from models.signatures.sign_offs import SignOff, SignOffStatus, SignOffSubject, latest_sign_off
from models.signatures.signables import content_of
from models.tools.assurance_tools import AssuranceTool


class ReasonField(TextField):
    """Asked only where it is needed, so that it is never said to be optional."""

    is_required = True


class AskForm(Form):
    """Which papers the sponsor is asked to sign, and why a team without one of its core members should do."""

    paper = BoxesField("Papers")
    reason = ReasonField("Why does the project team work without them?")


class SignablePages(PageSet):
    """The page of the reviews' screen on which a review's papers stand and all their signatures are asked for."""

    part = Part.SCOPE

    @expose("/<int:record_id>/papers/", roles=STAFF, methods=("GET", "POST"), senders=OFFICERS)
    def papers(self, record_id: int) -> ResponseReturnValue:
        """Every paper of the review with its state; those that are ready are ticked, and asked for at once."""
        review: ThematicReview = self.get_record(record_id)
        runs, papers = may_run(self.session, review.hub_id), papers_of(self.session, review)
        if request.method == "POST" and not runs:
            abort(403)
        form = AskForm(sent_form(), data={"paper": [paper.code for paper in papers if paper.is_ready]})
        form.paper.choices = [(paper.code, paper.title) for paper in papers]
        values = self._shown(review, papers, form, runs)
        where = self.link("papers", record_id=record_id)
        return self.ask(form, where, lambda: self._asked(review, papers, form), **values)

    def _shown(self, review: ThematicReview, papers: list[ReviewPaper], form: Form, runs: bool) -> dict[str, Any]:
        signs = role() is Role.SPONSOR and review.sponsor_id == person_id()
        team = next(paper for paper in papers if paper.subject is SignOffSubject.PROJECT_TEAM)
        missing = missing_core_seats(self.session, review.hub_id, today()) if runs and team.may_ask else []
        if not missing:
            del form["reason"]
        return {
            "template": "sign_offs/papers.html",
            "review": review,
            "lines": paper_lines(self.session, review, papers, runs=runs, signs=signs),
            "signed": sum(paper.state is PaperState.SIGNED for paper in papers),
            "ready": sum(paper.is_ready for paper in papers),
            "sponsor": name_of(self.session, review.sponsor_id),
            "missing": core_seats_in_words(missing) if missing else "",
        }

    def _asked(self, review: ThematicReview, papers: list[ReviewPaper], form: Form) -> str:
        wanted = [paper for paper in papers if paper.code in form["paper"].data]
        reason = (form["reason"].data or "") if "reason" in form else ""
        asked = ask_for_signatures(
            self.session, review, wanted, person_id=person_id(), reason=reason, **letter_words()
        )  # fmt: skip
        sponsor = name_of(self.session, review.sponsor_id)
        return f"{sponsor} is asked for {count_words(len(asked), 'signature')} and gets one letter about it."


@review_panel(Part.SCOPE, order=5, roles=STAFF)
def signature_panel(session: Session, review: ThematicReview) -> Panel:
    """Everything of the review that its sponsor signs, with where it stands."""
    papers = papers_of(session, review)
    lines = paper_lines(session, review, papers, runs=may_run(session, review.hub_id), signs=False)
    ready = sum(paper.is_ready for paper in papers) if may_run(session, review.hub_id) else 0
    label = f"Ask for {count_words(ready, 'signature')}" if ready else "Papers and signatures"
    rows = [(line.title, line.state, line.hint) for line in lines]
    buttons = [Button(label, address_of(review, "papers"))]
    return Panel("What the lead sponsor signs", ("What", "State", "Last"), rows, buttons=buttons)


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
