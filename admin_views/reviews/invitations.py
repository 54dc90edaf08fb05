"""Which agencies are invited to which part of a review, and how are they ticked?"""

from __future__ import annotations

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin_views.kit.base import STAFF, Button, Category, Panel, Part, Screen, already_sent, expose, read_by, screen
from admin_views.kit.review_panels import review_panel
from admin_views.partnership.hubs import may_run
from models.core.addresses import address_of, list_address
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.reviews.invitations import Invitation, ReviewPart, fitting_agencies, invited_agencies, set_invited
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.signatures.sign_offs import SignOffSubject, latest_sign_off
from models.signatures.signables import stands_signed

_MOST = 1_000


@screen
class InvitationScreen(Screen):
    """Every invitation; a review's own page ticks them part by part."""

    model = Invitation
    name, noun, plural = "Agencies invited", "invitation", "invitations"
    list_purpose = (
        "Which agencies a review asks to take part. An officer ticks them on the review's page, and its lead "
        "sponsor signs."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/invitations", Category.EVIDENCE, 45
    part = Part.SCOPE
    roles = read_by(STAFF)
    column_list = ("agency_id", "review_id", "part", "note")
    column_labels = {"agency_id": "Agency"}
    column_filters = ("review_id", "part", "agency_id")
    column_sortable_list = ("part",)
    column_default_sort = "part"

    @expose("/review/<int:review_id>/", roles=STAFF)
    def parts(self, review_id: int) -> ResponseReturnValue:
        """The first part of the review."""
        return redirect(self.link("tick", review_id=review_id, part=ReviewPart.SELF_EVALUATION.value))

    @expose("/review/<int:review_id>/<part>/", roles=STAFF, methods=("GET", "POST"))
    def tick(self, review_id: int, part: str) -> ResponseReturnValue:
        """Tick the agencies of one part of a review."""
        review = self.session.get(ThematicReview, review_id) or abort(404)
        wanted = ReviewPart(part) if part in set(ReviewPart) else abort(404)
        runs, problem = may_run(self.session, review.hub_id), ""
        if request.method == "POST":
            if not runs:
                abort(403)
            problem = self._keep(review, wanted)
            if not problem:
                return redirect(self.link("tick", review_id=review_id, part=part, **_narrowed()))
        return self._show(review, wanted, runs, problem), 422 if problem else 200

    def _keep(self, review: ThematicReview, part: ReviewPart) -> str:
        if already_sent(self.session) is not None:
            self.session.rollback()
            return ""
        try:
            chosen, offered = _numbers("agency"), _numbers("offered")
            count = set_invited(self.session, review, part, agency_ids=chosen, offered=offered)
        except RuleBroken as refusal:
            self.session.rollback()
            return refusal.sentence
        self.session.commit()
        flash(f"{count_words(count, 'agency is', 'agencies are')} invited to the {part.label.lower()}.", "success")
        return ""

    def _show(self, review: ThematicReview, part: ReviewPart, runs: bool, problem: str) -> str:
        invited = {agency.id for agency in invited_agencies(self.session, review.id, part)}
        narrowed = _narrowed()
        return self.render(
            "invitations/tick.html", review=review, part=part, all_parts=list(ReviewPart), runs=runs, invited=invited,
            agencies=_offered(self.session, review, narrowed), narrowed=narrowed, state=_state(self.session, review),
            counts=_counts(self.session, review.id), problems=[("", problem)] if problem else [],
            asking=Button("Put before the sponsor", address_of(review, "ask-for", "invitations")),
        )  # fmt: skip


def _narrowed() -> dict[str, str]:
    """What the address narrows the offered agencies to: statutory or voluntary ones; `all` beyond those that fit."""
    kind, is_all = request.args.get("kind", ""), request.args.get("all", "")
    kept = {"kind": kind if kind in ("statutory", "other") else "", "all": "yes" if is_all == "yes" else ""}
    return {name: value for name, value in kept.items() if value}


def _offered(session: Session, review: ThematicReview, narrowed: dict[str, str]) -> list[Agency]:
    agencies = fitting_agencies(session, review)
    if "all" in narrowed:
        statement = select(Agency).where(Agency.is_active).order_by(Agency.is_statutory.desc(), Agency.name)
        agencies = list(session.scalars(statement))
    if "kind" in narrowed:
        agencies = [agency for agency in agencies if agency.is_statutory == (narrowed["kind"] == "statutory")]
    return agencies


def _numbers(name: str) -> set[int]:
    typed = request.form.getlist(name)
    if len(typed) > _MOST or not all(key.isascii() and key.isdecimal() and len(key) < 10 for key in typed):
        raise RuleBroken("Choose only agencies that are offered here.")
    return set(map(int, typed))


def _counts(session: Session, review_id: int) -> dict[ReviewPart, int]:
    statement = select(Invitation.part, func.count()).where(Invitation.review_id == review_id).group_by(Invitation.part)
    return {part: count for part, count in session.execute(statement)}


def _state(session: Session, review: ThematicReview) -> str:
    """Where the sponsor's signature on the lists stands, as a sentence."""
    if stands_signed(session, review, SignOffSubject.INVITATIONS):
        return "The lead sponsor has signed the lists as they stand now."
    last = latest_sign_off(session, review.id, SignOffSubject.INVITATIONS)
    if last is None:
        return "The lead sponsor has not been asked yet."
    return {
        "asked": "The lists wait for the lead sponsor, or have changed since they were put before them.",
        "returned": f"The lead sponsor asks for a change: {last.note}",
    }.get(last.status.value, "The lists have changed since they were signed; put them before the sponsor again.")


@review_panel(Part.SCOPE, order=45, roles=STAFF)
def invitation_panel(session: Session, review: ThematicReview) -> Panel:
    """How many agencies are invited to each part, and which."""
    rows = []
    for part in ReviewPart:
        names = [agency.name for agency in invited_agencies(session, review.id, part)]
        rows.append((part.label, f"{len(names):,}", "; ".join(names)))
    buttons = [Button("Invite agencies", list_address(Invitation, "review", review.id))]
    return Panel("Agencies invited", ("Part", "Agencies", "Which"), rows, buttons=buttons)
