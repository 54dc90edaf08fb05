"""Which agencies are invited to which part of a review, and how are all of them ticked in one table?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import OFFICERS, STAFF, Button, Category, Panel, Part, Screen, expose, read_by, screen
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run
from models.core.addresses import list_address
from models.partnership.agencies import Agency
from models.reviews.invitations import (
    Cell,
    Invitation,
    ReviewPart,
    cells_of,
    fitting_agencies,
    recently_invited,
    save_invitations,
)
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, list_words
from models.rules.core.keys import key_in
from models.signatures.review_papers import PaperState, ReviewPaper
from models.signatures.sign_offs import SignOffSubject, latest_sign_off
from models.signatures.signables import content_of

_MOST = 4_000
_PARTS = list(ReviewPart)


@screen
class InvitationScreen(Screen):
    """Every invitation; a review's own table ticks them, agency by agency and part by part."""

    model = Invitation
    name, noun, plural = "Agencies invited", "invitation", "invitations"
    list_purpose = (
        "Which agencies a review asks to take part. An officer ticks them on the review's page, and its lead "
        "sponsor signs."
    )
    list_begins_at = "/thematic-reviews"
    url, category, menu_order = "/invitations", Category.EVIDENCE, 45
    part = Part.SCOPE
    review_page = ("invitations.matrix", "review_id")
    roles = read_by(STAFF)
    column_list = ("agency_id", "review_id", "part", "note")
    column_labels = {"agency_id": "Agency"}
    column_filters = ("review_id", "part", "agency_id")
    column_sortable_list = ("part",)
    column_default_sort = "part"

    @expose("/review/<int:review_id>/", roles=STAFF, methods=("GET", "POST"), senders=OFFICERS)
    def matrix(self, review_id: int) -> ResponseReturnValue:
        """Agencies down, parts of the review across: ticked in one table, saved at once."""
        review = self.session.get(ThematicReview, review_id) or abort(404)
        runs = may_run(self.session, review.hub_id)
        if request.method == "POST" and not runs:
            abort(403)
        ticks = _sent_ticks() if request.method == "POST" else _saved_ticks(self.session, review)
        if asked := _changed_by_button(self.session, ticks):
            values = self._shown(review, asked, runs)
            page = self.render(values.pop("template"), problems=asked.problems, **values)
            return page, 422 if asked.problems else 200
        where = self.link("matrix", review_id=review_id)
        return self.ask(Form(), where, lambda: self._saved(review, ticks), **self._shown(review, ticks, runs))

    def _saved(self, review: ThematicReview, ticks: Ticks) -> str:
        meanwhile = save_invitations(self.session, review, ticked=ticks.ticked, opened=ticks.opened)
        if meanwhile:
            flash(f"Changed by a colleague while you had the page open: {_named(self.session, meanwhile)}.", "warning")
        cells = cells_of(self.session, review.id)
        agencies = count_words(len({agency_id for agency_id, _ in cells}), "agency is", "agencies are")
        return f"{agencies} invited, to {count_words(len(cells), 'part')} in all."

    def _shown(self, review: ThematicReview, ticks: Ticks, runs: bool) -> dict[str, Any]:
        rows = _rows(self.session, review, ticks, only_invited=not runs)
        return {
            "template": "invitations/matrix.html",
            "review": review,
            "parts_of_review": _PARTS,
            "rows": rows,
            "ticks": ticks,
            "others": _others(self.session, rows) if runs else [],
            "state": _state(self.session, review),
            "runs": runs,
        }


@dataclass(frozen=True)
class Ticks:
    """The table as it is being worked on: what is ticked, what was when it was opened, which rows it has, and what the
    last button could not do; `choices` are the agencies that its words may have meant.
    """

    ticked: frozenset[Cell]
    opened: frozenset[Cell]
    rows: frozenset[int]
    problems: tuple[tuple[str, str], ...] = ()
    choices: tuple[Agency, ...] = ()
    pressed: str = ""
    words: str = ""


@dataclass(frozen=True)
class AgencyRow:
    """One agency of the table, with what helps to decide whether it is asked."""

    agency_id: int
    name: str
    hint: str


def _saved_ticks(session: Session, review: ThematicReview) -> Ticks:
    cells = frozenset(cells_of(session, review.id))
    return Ticks(cells, cells, frozenset(agency_id for agency_id, _ in cells))


def _sent_ticks() -> Ticks:
    ticked, opened = (_cells(request.form.getlist("part")), _cells(request.form.get("was", "").split()))
    rows = frozenset(map(_number, request.form.get("rows", "").split()[:_MOST]))
    return Ticks(ticked, opened, rows, words=" ".join(request.form.get("agency", "").split())[:200])


def _cells(typed: list[str]) -> frozenset[Cell]:
    """The ticks that a form names as `12-case_audit`; what is no tick at all is answered with 400."""
    cells = [each.partition("-") for each in typed[:_MOST]]
    if not all(part in set(ReviewPart) for _, _, part in cells):
        abort(400)
    return frozenset((_number(agency_id), ReviewPart(part)) for agency_id, _, part in cells)


def _number(typed: str) -> int:
    key = key_in(typed)
    if key is None:
        abort(400)
    return key


def _changed_by_button(session: Session, ticks: Ticks) -> Ticks | None:
    """The table after one of the buttons that save nothing; None where it is to be saved or only shown."""
    form = request.form
    for name, change in (("tick", _tick_all), ("copy", _copy_from_left)):
        if form.get(name, "") in set(ReviewPart):
            part = ReviewPart(form[name])
            return replace(ticks, ticked=change(ticks, part), pressed=f"{name}-{part.value}")
    if "add" in form or ticks.words:  # words that are still in the field are a row that is wanted, whatever is pressed
        return _with_agency(session, ticks, form.get("add", ""))
    return None


def _tick_all(ticks: Ticks, part: ReviewPart) -> frozenset[Cell]:
    return ticks.ticked | {(agency_id, part) for agency_id in ticks.rows}


def _copy_from_left(ticks: Ticks, part: ReviewPart) -> frozenset[Cell]:
    """The column of a part made like the one to its left."""
    left = _PARTS[max(_PARTS.index(part) - 1, 0)]
    kept = frozenset(cell for cell in ticks.ticked if cell[1] is not part)
    return kept | {(agency_id, part) for agency_id, column in ticks.ticked if column is left}


def _with_agency(session: Session, ticks: Ticks, chosen: str) -> Ticks:
    """The table with one more row: the agency that was chosen, or the only one that has the typed words in its name."""
    statement = select(Agency).where(Agency.is_active).order_by(Agency.name)
    if (key := key_in(chosen)) is not None:
        fitting = list(session.scalars(statement.where(Agency.id == key)))
    elif not ticks.words:
        return replace(ticks, problems=(("agency", "Give the name of the agency."),))
    else:
        fitting = list(session.scalars(statement.where(Agency.name.icontains(ticks.words, autoescape=True)).limit(9)))
        fitting = [agency for agency in fitting if agency.name == ticks.words] or fitting
    if len(fitting) == 1:
        return replace(ticks, rows=ticks.rows | {fitting[0].id}, pressed=f"row-{fitting[0].id}", words="")
    sentence = "Several agencies have these words in their name; choose one." if fitting else "No agency is called so."
    return replace(ticks, problems=(("agency", sentence),), choices=tuple(fitting))


def _rows(session: Session, review: ThematicReview, ticks: Ticks, *, only_invited: bool) -> list[AgencyRow]:
    """The agencies of the table: those that fit and are statutory or were lately asked, and those that it has anyway.

    Who is asked most often stands first. Where that is nobody, all that fit.
    """
    looked_back, recent = recently_invited(session, review)
    fitting = [] if only_invited else fitting_agencies(session, review)
    usual = {agency.id for agency in fitting if agency.is_statutory or agency.id in recent}
    wanted = (usual or {agency.id for agency in fitting}) | ticks.rows
    agencies = session.scalars(select(Agency).where(Agency.id.in_(wanted)).order_by(Agency.name))
    usual_first = sorted(agencies, key=lambda agency: -recent.get(agency.id, 0))
    return [AgencyRow(agency.id, agency.name, _hint(agency, looked_back, recent)) for agency in usual_first]


def _hint(agency: Agency, looked_back: int, recent: dict[int, int]) -> str:
    kind, count = "Statutory" if agency.is_statutory else "Voluntary or other", recent.get(agency.id, 0)
    if not looked_back:
        return kind
    if looked_back == 1:
        return f"{kind}, {'in' if count else 'not in'} the last review"
    return f"{kind}, {f'in {count} of' if count else 'not in'} the last {looked_back} reviews"


def _others(session: Session, rows: Iterable[AgencyRow]) -> list[str]:
    """The names of the agencies that are no rows of the table yet."""
    shown = [row.agency_id for row in rows]
    names = select(Agency.name).where(Agency.is_active, Agency.id.not_in(shown))
    return list(session.scalars(names.order_by(Agency.name)))


def _named(session: Session, cells: Iterable[Cell]) -> str:
    cells = sorted(cells)
    keys = {agency_id for agency_id, _ in cells}
    names = {key: name for key, name in session.execute(select(Agency.id, Agency.name).where(Agency.id.in_(keys)))}
    return list_words([f"{names.get(agency_id, 'an agency')} ({part.label.lower()})" for agency_id, part in cells])


def _state(session: Session, review: ThematicReview) -> str:
    """Where the sponsor's signature on the lists stands, as a sentence."""
    subject = SignOffSubject.INVITATIONS
    last, content = latest_sign_off(session, review.id, subject), content_of(session, review, subject)
    if last is None:
        return "The lead sponsor has not been asked yet."
    state = ReviewPaper(subject, subject.label, content, None, last).state
    asked = "signed" if last.signed_at else "asked for"
    return {
        PaperState.SIGNED: "The lead sponsor has signed the lists as they stand now.",
        PaperState.ASKED: "The lists wait for the lead sponsor’s signature.",
        PaperState.RETURNED: f"The lead sponsor asks for a change: {last.note}",
    }.get(state, f"The lists have changed since they were {asked}; ask for the signature again.")


@review_panel(Part.SCOPE, order=45, roles=STAFF)
def invitation_panel(session: Session, review: ThematicReview) -> Panel:
    """How many agencies are invited to each part, and which."""
    invited = select(Invitation.part, Agency.name).join(Agency, Agency.id == Invitation.agency_id)
    cells = session.execute(invited.where(Invitation.review_id == review.id).order_by(Agency.name)).all()
    names = {part: [name for column, name in cells if column is part] for part in ReviewPart}
    rows = [(part.label, f"{len(names[part]):,}", "; ".join(names[part])) for part in ReviewPart]
    buttons = [Button("Invite agencies", list_address(Invitation, "review", review.id))]
    return Panel("Agencies invited", ("Part", "Agencies", "Which"), rows, buttons=buttons)
