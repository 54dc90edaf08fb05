"""What does the lead sponsor sign, what did they sign, and what waits for them?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    by_value,
    expose,
    person_id,
    read_by,
    role,
    screen,
    show_tag,
)
from admin_views.kit.fields import Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.homes.cards import Card, card
from admin_views.kit.homes.duties import Duty, duty, own_duties, waiting_count
from admin_views.kit.homes.side_cards import SideCard, SideLine, side_card
from admin_views.kit.lists.numbered_pages import numbered_page
from admin_views.kit.lists.numbers import PAGE
from admin_views.signatures.review_papers import content_panels, shown_order
from models.core.access import Actor, Role
from models.core.addresses import address_of, list_address
from models.core.clock import london_day, today
from models.partnership.people import Person, name_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import noun_of
from models.rules.core.due_dates import short_day
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.signatures.review_papers import next_to_sign, signing_order
from models.signatures.sign_offs import SignOff, SignOffStatus, return_for_change, sign, signatures_of

_SPONSORS = frozenset({Role.SPONSOR})
_SHOWN = 8


class SignForm(Form):
    """A signature with a word for the hub, if wanted."""

    note = TextField("Note for the hub", id="word")


class ReturnForm(Form):
    """What should change before the sponsor can sign."""

    note = TextField("What should change?", id="why", validators=[Required()])


@screen
class SignOffScreen(Screen):
    """Everything that was put before a sponsor, word for word, and what became of it."""

    model = SignOff
    name, noun, plural = "Signatures", "signature", "signatures"
    list_purpose = (
        "What a review's lead sponsor signs stands here: its key lines, tools, project team and invited agencies. "
        "An officer asks for a signature on the review's page."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/sign-offs", Category.REVIEWS, 15
    part = Part.SCOPE
    review_page = ("thematic_reviews.papers", "record_id")
    roles = read_by(STAFF)
    column_list = ("title", "subject", "review_id", "status", "asked_at", "signed_at")
    column_details_list = (*column_list, "reason", "asked_by_id", "signed_by_id", "note", "sha256")
    column_formatters = {"status": by_value(show_tag)}
    column_searchable_list = ("title",)
    column_filters = ("status", "subject", "review_id")
    column_sortable_list = ("asked_at", "signed_at", "title")
    column_default_sort = ("asked_at", True)
    column_labels = {
        "title": "What",
        "subject": "Kind",
        "asked_at": "Asked for",
        "signed_at": "Signed",
        "reason": "Reason",
        "asked_by_id": "Asked by",
        "signed_by_id": "Signed by",
        "sha256": "Fingerprint (SHA-256)",
    }

    def panels(self, session: Session, record: SignOff) -> list[Panel]:
        return content_panels(record.content)

    def buttons(self, record: SignOff) -> list[Button]:
        if record.status is not SignOffStatus.ASKED or not _is_sponsor(self.session, record):
            return []
        return [Button("Read and sign", self.link("sign_page", record_id=record.id), "main")]

    @expose("/waiting/", roles=_SPONSORS)
    def waiting(self) -> str:
        """Everything that waits for the sponsor who asks, a page at a time."""
        page = numbered_page(request.args.get(PAGE, ""), waiting_count())
        return self.render("sign_offs/waiting.html", duties=own_duties(page.part), page=page)

    @expose("/<int:record_id>/sign/", roles=_SPONSORS, methods=("GET", "POST"))
    def sign_page(self, record_id: int) -> ResponseReturnValue:
        """Read it whole, sign it, and go on to the next paper of the review."""
        record, form = self.get_record(record_id), SignForm(sent_form())
        turn = _turn(self.session, record)
        return self._ask(record, turn, form, lambda: self._signed(record, turn, form), other=ReturnForm())

    def _signed(self, record: SignOff, turn: _Turn, form: Form) -> str:
        sign(self.session, record, review=turn.review, person_id=person_id(), note=form["note"].data or "")
        return f"{record.title} is signed.{turn.ending}"

    @expose("/<int:record_id>/return/", roles=_SPONSORS, methods=("GET", "POST"))
    def return_page(self, record_id: int) -> ResponseReturnValue:
        """Ask for a change instead, and go on to the next paper of the review."""
        record, form = self.get_record(record_id), ReturnForm(sent_form())
        turn = _turn(self.session, record)
        return self._ask(record, turn, form, lambda: self._returned(record, turn, form), other=SignForm())

    def _returned(self, record: SignOff, turn: _Turn, form: Form) -> str:
        return_for_change(self.session, record, review=turn.review, person_id=person_id(), note=form["note"].data)
        return f"{record.title} is back with the hub.{turn.ending}"

    def _ask(
        self, record: SignOff, turn: _Turn, form: Form, act: Callable[[], str], *, other: Form
    ) -> ResponseReturnValue:
        forms = {type(form): form, type(other): other}
        return self.ask(
            form, turn.onward, act, template="sign_offs/sign.html", record=record, turn=turn, review=turn.review,
            signing=forms[SignForm], returning=forms[ReturnForm], is_returning=isinstance(form, ReturnForm),
            panels=content_panels(record.content), asked_by=name_of(self.session, record.asked_by_id),
            may_sign=record.status is SignOffStatus.ASKED and turn.review.sponsor_id == person_id(),
        )  # fmt: skip

    def facts(self, session: Session, record: SignOff) -> list[Fact]:
        return [Fact("What this means", record.status.meaning)]


@dataclass(frozen=True)
class _Turn:
    """A paper among those of its review: which one it is, counted from 1 (0: overtaken), and what is read next."""

    review: ThematicReview
    papers: Sequence[SignOff]
    place: int
    before: SignOff | None
    after: SignOff | None
    following: SignOff | None

    @property
    def onward(self) -> str:
        """Where signing leads: to the next paper that waits, after the last to all papers of the review."""
        return address_of(self.following, "sign") if self.following else address_of(self.review, "papers")

    @property
    def ending(self) -> str:
        """What is said when nothing more waits: that all are signed, where they are; asked when this one is decided."""
        if self.following is not None:
            return ""
        is_all_signed = all(paper.status is SignOffStatus.SIGNED for paper in self.papers)
        all_papers = f" All {len(self.papers)} papers of this review are signed."
        return all_papers if is_all_signed else " Nothing of this review waits for your signature now."


def _turn(session: Session, record: SignOff) -> _Turn:
    papers = signing_order(session, record.review_id)
    review = session.get_one(ThematicReview, record.review_id)
    return _Turn(review, papers, *shown_order(papers, record), next_to_sign(papers, record))


def _is_sponsor(session: Session, record: SignOff) -> bool:
    review = session.get(ThematicReview, record.review_id)
    return role() is Role.SPONSOR and review is not None and review.sponsor_id == person_id()


@duty(signatures_of, order=10)
def signature(row: Any) -> Duty:
    """A tool, key lines, a team or invitations that wait to be signed."""
    sign_off, review, name = row
    return Duty(f"Sign: {sign_off.title}", str(review), address_of(sign_off, "sign"), sign_off.asked_at, name or "")


def _voids(sponsor_id: int) -> Select[AuditSample, str, str]:
    return (
        select(AuditSample, ThematicReview.reference, Person.name)
        .join(ThematicReview, ThematicReview.id == AuditSample.review_id)
        .outerjoin(Person, Person.id == AuditSample.void_requested_by_id)
        .where(ThematicReview.sponsor_id == sponsor_id, AuditSample.void_reason != "")
        .where(AuditSample.status.in_((SampleStatus.LOCKED, SampleStatus.DRAWN)))
        .order_by(AuditSample.id)
    )


@duty(_voids, order=30)
def void(row: Any) -> Duty:
    """A draw that somebody asks to be voided."""
    sample, review, name = row
    return Duty(f"Decide whether the draw {sample} is voided", review, address_of(sample), None, name or "")


@card(roles=_SPONSORS, order=1)
def waits_for_you(session: Session, asked_by: Actor) -> Card | None:
    """Everything that waits for this sponsor's word."""
    count = waiting_count()
    words = noun_of(count, "thing waits", "things wait") + " for your signature or decision"
    where = own_duties(slice(0, 1))[0].href if count == 1 else list_address(SignOff, "waiting")
    return Card(count, words, where, "warning") if count else None


@side_card(roles=_SPONSORS, order=20)
def papers_to_sign(session: Session, asked_by: Actor) -> SideCard | None:
    """The papers and decisions that wait for this sponsor, each with its review and since when it waits."""
    count = waiting_count()
    if not count:
        return None
    lines = [SideLine(duty.what, duty.href, small=_asked(duty)) for duty in own_duties(slice(0, _SHOWN))]
    more = f"All {count:,} that wait" if count > 1 else ""
    return SideCard("papers", "Papers to sign", lines, more=more, more_href=list_address(SignOff, "waiting"))


def _asked(duty: Duty) -> str:
    since = f"asked on {short_day(london_day(duty.since), today())}" if duty.since else ""
    return ", ".join(part for part in (duty.review, since) if part)
