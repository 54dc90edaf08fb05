"""Which key lines of enquiry does each review follow, and how are the bank's copied, amended and put in order?"""

from __future__ import annotations

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Column,
    Filter,
    Group,
    Panel,
    Screen,
    in_list,
    page,
    role,
    row_action,
    screen,
    tag,
)
from admin_views.kit.formats import NOTHING, count_words
from admin_views.kit.review_panels import review_panel
from admin_views.partnership.hubs import may_run
from admin_views.signatures.signables import signature_standing, warn
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import overtaken_words
from models.tools.key_lines import KeyLine, copy_standard_lines, key_lines_of, move_key_line, next_key_line_number

_BIGGEST = 2_147_483_647
PLACES = {"up": -1, "down": 1}


def show_additional(is_additional: bool | None) -> str:
    """The mark of a key line that the review adds to the standard ones.

    >>> show_additional(True)
    Markup('<strong class="tag blue">Additional</strong>')
    """
    return tag("Additional", "blue") if is_additional else NOTHING


def _stands_in(answer: str) -> ColumnElement[bool]:
    return KeyLine.review_id.is_(None) if answer == "bank" else KeyLine.review_id.is_not(None)


@screen
class KeyLineScreen(Screen):
    """Key lines of the bank and of the reviews. Officers keep the bank's and their own hubs'; sponsors read."""

    model = KeyLine
    title, noun, plural = "Key lines of enquiry", "key line", "key lines"
    path, group, order = "key-lines", Group.TOOLS, 5
    may = {"list": STAFF, "details": STAFF, "create": OFFICERS, "edit": OFFICERS, "delete": OFFICERS, "export": STAFF}
    introduction = "The bank's standard key lines are copied for each review and amended there."
    columns = (
        "text",
        Column("number", is_numeric=True),
        "key_area_id",
        Column("review_id", "Belongs to", show=lambda reference: reference or "The bank"),
        Column("is_additional", "Additional", show=show_additional),
    )
    details = (*columns, "applies_to")
    search = ("text",)
    filters = (
        Filter("where", "Where", options=(("bank", "The bank"), ("reviews", "Reviews")), apply=_stands_in),
        "review_id",
        "key_area_id",
        "is_additional",
    )
    sort = ("number", "text", "key_area_id")
    default_sort = "number"
    fields = ("text", "key_area_id", "applies_to", "is_additional")
    text_areas = ("text",)
    labels = {
        "text": "Key line of enquiry",
        "key_area_id": "Key area",
        "applies_to": "Used for",
        "is_additional": "Additional to the standard ones; the sponsor agrees it",
    }
    choices = {"key_area_id": in_list(ReferenceList.KEY_AREA)}

    def new_record(self) -> KeyLine:
        """Of the review the address names, as an additional one; of the bank without."""
        named = request.args.get("review_id", type=int)
        review_id = named if named and 0 < named <= _BIGGEST else None
        return KeyLine(review_id=review_id, is_additional=review_id is not None)

    def fields_for(self, record: KeyLine) -> tuple[str, ...]:
        left_out = "is_additional" if record.review_id is None else "applies_to"
        return tuple(key for key in self.fields if key != left_out)

    def may_edit(self, record: KeyLine) -> bool:
        return role() in OFFICERS and (record.review_id is None or self._runs(record.review_id))

    def may_delete(self, record: KeyLine) -> bool:
        return self.may_edit(record)

    def _runs(self, review_id: int) -> bool:
        review = self.session.get(ThematicReview, review_id)
        return review is not None and may_run(self.session, review.hub_id)

    def save(self, session: Session, form: Form, record: KeyLine) -> KeyLine:
        if not self.may_edit(record):
            raise RuleBroken("You write the key lines of your own hubs' reviews only.")
        if not record.id:
            record.number = next_key_line_number(session, record.review_id)
        saved: KeyLine = super().save(session, form, record)
        session.flush()
        warn(_overtaken(session, record.review_id))
        return saved

    def remove(self, session: Session, record: KeyLine) -> None:
        super().remove(session, record)
        session.flush()
        warn(_overtaken(session, record.review_id))

    def buttons(self, record: KeyLine) -> list[Button]:
        more = Button("All in order", self.link("arrange", review_id=record.review_id or 0))
        if not self.may_edit(record):
            return [more]
        again = f"?review_id={record.review_id}" if record.review_id else ""
        return [more, Button("Add another", f"{self.link('create_view')}{again}")]

    def list_buttons(self) -> list[Button]:
        return [Button("The bank in order", self.link("arrange", review_id=0))]

    @row_action("Move up", roles=OFFICERS)
    def move_up(self, session: Session, line: KeyLine) -> str:
        """One place nearer to the start."""
        return self._moved(session, line, -1)

    @row_action("Move down", roles=OFFICERS)
    def move_down(self, session: Session, line: KeyLine) -> str:
        """One place nearer to the end."""
        return self._moved(session, line, 1)

    def _moved(self, session: Session, line: KeyLine, places: int) -> str:
        if not self.may_edit(line):
            raise RuleBroken("You put the key lines of your own hubs' reviews in order only.")
        move_key_line(session, line, places)
        return f"It is now number {line.number}. {_overtaken(session, line.review_id)}".strip()

    @page("/arrange/<int:review_id>/", roles=STAFF)
    def arrange(self, review_id: int) -> str:
        """The key lines of a review (0: of the bank) by key area, with buttons to change them right there."""
        review = self._review(review_id)
        lines = key_lines_of(self.session, review.id if review else None)
        keeps = role() in OFFICERS and (review is None or may_run(self.session, review.hub_id))
        return self.render(
            "key_lines/arrange.html", review=review, lines=lines, areas=_area_names(self.session), keeps=keeps,
            overtaken=_overtaken(self.session, review.id if review else None),
            standing=signature_standing(self.session, review, SignOffSubject.KEY_LINES) if review else None,
        )  # fmt: skip

    @page("/<int:record_id>/place/<way>/", roles=OFFICERS, methods=("POST",))
    def place(self, record_id: int, way: str) -> ResponseReturnValue:
        """One place up or down, from the page of all."""
        line, places = self.get_record(record_id), PLACES.get(way) or abort(404)
        back = f"{self.link('arrange', review_id=line.review_id or 0)}#k-{line.id}"
        return self.press(back, lambda: self._moved(self.session, line, places))

    @page("/copy-standard/<int:review_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def copy_standard(self, review_id: int) -> ResponseReturnValue:
        """Give a review its own copies of the bank's key lines."""
        review = review_run_here(self.session, review_id)

        def act() -> str:
            made = copy_standard_lines(self.session, review)
            if not made:
                raise RuleBroken("The review has all the standard key lines for its service already.")
            words = count_words(len(made), "key line is", "key lines are")
            return f"{words} copied; amend them below. {_overtaken(self.session, review.id)}".strip()

        lead = f"For {review.reference} {review.title}. Those it has already are not copied again."
        return self.ask(Form(), self.link("arrange", review_id=review.id), act, title="Copy the standard key lines",
                        button="Copy", lead=lead, back_words=f"Key lines of {review.reference}")  # fmt: skip

    def _review(self, review_id: int) -> ThematicReview | None:
        if not review_id:
            return None
        found = self.session.get(ThematicReview, review_id) if review_id <= _BIGGEST else None
        return found or abort(404)


def review_run_here(session: Session, review_id: int) -> ThematicReview:
    """The review of that id, for whoever runs it; 404 where there is none, 403 for others."""
    review = session.get(ThematicReview, review_id) if 0 < review_id <= _BIGGEST else None
    if review is None:
        abort(404)
    if not may_run(session, review.hub_id):
        abort(403)
    return review


def _overtaken(session: Session, review_id: int | None) -> str:
    review = session.get(ThematicReview, review_id) if review_id else None
    return overtaken_words(session, review, SignOffSubject.KEY_LINES)


def _area_names(session: Session) -> dict[int, str]:
    found = session.scalars(select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.KEY_AREA))
    return {one.id: one.label for one in found}


@review_panel(order=12, stages=(Stage.SCOPING,), roles=STAFF)
def key_lines_panel(session: Session, review: ThematicReview) -> Panel:
    """A review's key lines, area by area."""
    areas = _area_names(session)
    rows = [(one.text, areas.get(one.key_area_id, ""), show_additional(one.is_additional))
            for one in key_lines_of(session, review.id)]  # fmt: skip
    buttons = [Button("In order", f"/key-lines/arrange/{review.id}/")] if rows else []
    if may_run(session, review.hub_id):
        buttons = [
            *buttons,
            Button("Copy the standard key lines", f"/key-lines/copy-standard/{review.id}/"),
            Button("Add a key line", f"/key-lines/new/?review_id={review.id}"),
        ]
    empty = "The review has no key lines yet. Copy the standard ones, then amend them."
    return Panel("Key lines of enquiry", ("Key line", "Key area", "Additional"), rows, empty, buttons)
