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
    Category,
    Filter,
    Panel,
    Part,
    Screen,
    TextField,
    by_value,
    expose,
    in_list,
    kept_by,
    role,
    row_action,
    screen,
    tag,
)
from admin_views.kit.formats import NOTHING
from admin_views.kit.workspace.panels import review_panel
from admin_views.partnership.hubs import may_run
from admin_views.signatures.signables import signature_standing, warn
from models.core.addresses import list_address
from models.core.errors import RuleBroken
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
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
    name, noun, plural = "Key lines of enquiry", "key line", "key lines"
    list_purpose = (
        "Key lines of enquiry are the questions a review follows through all its evidence. Write the bank's "
        "standard lines first; each review copies and amends them."
    )
    url, category, menu_order = "/key-lines", Category.TOOLS, 5
    part = Part.SCOPE
    review_page = ("key_lines.arrange", "review_id")
    roles = kept_by(OFFICERS, readers=STAFF)
    introduction = "The bank's standard key lines are copied for each review and amended there."
    undone_by = {"move_up": "move_down", "move_down": "move_up"}
    column_list = ("text", "number", "key_area_id", "review_id", "is_additional")
    column_details_list = (*column_list, "applies_to")
    column_formatters = {
        "review_id": by_value(lambda reference: reference or "The bank"),
        "is_additional": by_value(show_additional),
    }
    column_searchable_list = ("text",)
    column_filters = (
        Filter("where", "Where", options=(("bank", "The bank"), ("reviews", "Reviews")), apply=_stands_in),
        "review_id",
        "key_area_id",
        "is_additional",
    )
    column_sortable_list = ("number", "text", "key_area_id")
    column_default_sort = "number"
    form_columns = ("text", "key_area_id", "applies_to", "is_additional")
    form_overrides = {"text": TextField}
    column_labels = {
        "text": "Key line of enquiry",
        "key_area_id": "Key area",
        "applies_to": "Used for",
        "is_additional": "Additional",
        "review_id": "Belongs to",
    }
    form_args = {
        "key_area_id": {"narrow": in_list(ReferenceList.KEY_AREA)},
        "is_additional": {"label": "Additional to the standard ones; the sponsor agrees it"},
    }

    def build_new_instance(self) -> KeyLine:
        """Of the review the address names, as an additional one; of the bank without."""
        named = request.args.get("review_id", type=int)
        review_id = named if named and 0 < named <= _BIGGEST else None
        return KeyLine(review_id=review_id, is_additional=review_id is not None)

    def form_columns_for(self, record: KeyLine) -> tuple[str, ...]:
        left_out = "is_additional" if record.review_id is None else "applies_to"
        return tuple(key for key in self.form_columns if key != left_out)

    def can_edit_record(self, record: KeyLine) -> bool:
        return role() in OFFICERS and (record.review_id is None or self._runs(record.review_id))

    def _runs(self, review_id: int) -> bool:
        review = self.session.get(ThematicReview, review_id)
        return review is not None and may_run(self.session, review.hub_id)

    def on_model_change(self, form: Form, model: KeyLine, is_created: bool) -> None:
        session = self.session
        with session.no_autoflush:  # a new line has no number yet, which the database refuses
            if not self.can_edit_record(model):
                raise RuleBroken("You write the key lines of your own hubs' reviews only.")
            if is_created:
                model.number = next_key_line_number(session, model.review_id)
        session.flush()
        warn(_overtaken(session, model.review_id))

    def after_model_delete(self, model: KeyLine) -> None:
        warn(_overtaken(self.session, model.review_id))

    def buttons(self, record: KeyLine) -> list[Button]:
        more = Button("All in order", self.link("arrange", review_id=record.review_id or 0))
        if not self.can_edit_record(record):
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
        if not self.can_edit_record(line):
            raise RuleBroken("You put the key lines of your own hubs' reviews in order only.")
        move_key_line(session, line, places)
        return f"It is now number {line.number}. {_overtaken(session, line.review_id)}".strip()

    @expose("/arrange/<int:review_id>/", roles=STAFF)
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

    @expose("/<int:record_id>/place/<way>/", roles=OFFICERS, methods=("POST",))
    def place(self, record_id: int, way: str) -> ResponseReturnValue:
        """One place up or down, from the page of all."""
        line, places = self.get_record(record_id), PLACES.get(way) or abort(404)
        back = f"{self.link('arrange', review_id=line.review_id or 0)}#k-{line.id}"
        return self.press(back, lambda: self._moved(self.session, line, places))

    @expose("/copy-standard/<int:review_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def copy_standard(self, review_id: int) -> ResponseReturnValue:
        """Give a review its own copies of the bank's key lines."""
        review = review_run_here(self.session, review_id)

        def act() -> str:
            copies = copy_standard_lines(self.session, review)
            if not copies:
                raise RuleBroken("The review has all the standard key lines for its service already.")
            words = count_words(len(copies), "key line is", "key lines are")
            return f"{words} copied; amend them below. {_overtaken(self.session, review.id)}".strip()

        lead = f"For {review.reference} {review.title}. Those it has already are not copied again."
        return self.ask(Form(), self.link("arrange", review_id=review.id), act, title="Copy the standard key lines",
                        button="Copy", lead=lead, back_words=f"Key lines of {review.reference}")  # fmt: skip

    def _review(self, review_id: int) -> ThematicReview | None:
        if not review_id:
            return None
        review = self.session.get(ThematicReview, review_id) if review_id <= _BIGGEST else None
        return review or abort(404)


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
    key_areas = session.scalars(select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.KEY_AREA))
    return {area.id: area.label for area in key_areas}


@review_panel(Part.SCOPE, order=12, roles=STAFF)
def key_lines_panel(session: Session, review: ThematicReview) -> Panel:
    """A review's key lines, area by area."""
    areas = _area_names(session)
    rows = [(line.text, areas.get(line.key_area_id, ""), show_additional(line.is_additional))
            for line in key_lines_of(session, review.id)]  # fmt: skip
    buttons = [Button("In order", list_address(KeyLine, "arrange", review.id))] if rows else []
    if may_run(session, review.hub_id):
        buttons = [
            *buttons,
            Button("Copy the standard key lines", list_address(KeyLine, "copy-standard", review.id)),
            Button("Add a key line", list_address(KeyLine, "new", review_id=review.id)),
        ]
    empty = "The review has no key lines yet. Copy the standard ones, then amend them."
    return Panel("Key lines of enquiry", ("Key line", "Key area", "Additional"), rows, empty, buttons)
