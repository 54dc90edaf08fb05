"""Where do a review's sources agree, conflict or keep silent, and what lies behind each cell?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Form

from admin_views.documents.papers import document_buttons, document_page
from admin_views.evidence.findings import show_verdict
from admin_views.kit.base import OFFICERS, STAFF, PageSet, Panel, Part, expose, person_id
from admin_views.kit.fields import TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.homes.side_cards import Share, shares_of
from admin_views.kit.lists.exports import MEDIA_TYPES
from admin_views.kit.lists.workbooks import workbook
from admin_views.kit.registry import link_to_row
from admin_views.partnership.hubs import may_run
from models.audits.evidence_records import records_behind
from models.core.addresses import list_address
from models.documents.exports import record_export
from models.evidence.triangulations import Evidence, Row, Triangulation, amend_reading, evidence_of, triangulate
from models.feedback.feedback_activities import FeedbackActivity
from models.rules.evidence.triangulation import Mark, Source, meaning_of
from models.tools.key_lines import KeyLine

MARK_COLOURS = {Mark.AGREE: "green", Mark.CONFLICT: "red", Mark.SILENT: "grey"}


LINE_COLOURS = {"conflict": "red", "partly": "amber", "agree": "green", "silent": "grey"}
"""How a line can stand, what is to be looked into first; its colour beside its word."""

_HEADINGS = {"conflict": "In conflict", "partly": "Partly agree", "agree": "Agree", "silent": "Silent"}
_LEGEND = {"conflict": "in conflict", "partly": "partly agree", "agree": "agree", "silent": "silent"}


@dataclass(frozen=True)
class LinesShown:
    """The lines of the page in groups, each with its heading, and how many stand how, each with the page of these."""

    groups: Sequence[tuple[str, Sequence[tuple[str, Row]]]]
    shares: tuple[Share, ...]
    shown: str
    is_by_area: bool
    everything: str
    by_area: str


def lines_shown(matrix: Triangulation, address: str) -> LinesShown:
    """Conflicts first, or in the order of the key lines (`?order=lines`); of one kind only by `?lines=conflict`."""
    asked = request.args.get("lines", "")
    shown, is_by_area = asked if asked in LINE_COLOURS else "", request.args.get("order") == "lines"
    standing = [(_standing(row), row) for row in matrix.rows]
    counts = Counter(stands for stands, _ in standing)
    shares = shares_of(
        Share(_LEGEND[stands], counts[stands], colour, f"{address}?lines={stands}")
        for stands, colour in LINE_COLOURS.items()
    )
    kept = [pair for pair in standing if shown in ("", pair[0])]
    groups = _by_area(kept) if is_by_area else _by_standing(kept)
    return LinesShown(groups, shares, shown, is_by_area, address, f"{address}?order=lines")


def _standing(row: Row) -> str:
    """The mark of a line, and "partly" where its sources agree without all saying the same."""
    says_the_same = len({cell.verdict for cell in row.cells.values()}) == 1
    return "partly" if row.mark is Mark.AGREE and not says_the_same else row.mark.value


def _by_standing(lines: Sequence[tuple[str, Row]]) -> list[tuple[str, Sequence[tuple[str, Row]]]]:
    groups = [(stands, [pair for pair in lines if pair[0] == stands]) for stands in LINE_COLOURS]
    return [(f"{_HEADINGS[stands]}: {len(rows)}", rows) for stands, rows in groups if rows]


def _by_area(lines: Sequence[tuple[str, Row]]) -> list[tuple[str, Sequence[tuple[str, Row]]]]:
    return [(area, list(rows)) for area, rows in groupby(lines, key=lambda pair: pair[1].area)]


class ReadingForm(Form):
    """What the sources of a key line mean, in the team's own words."""

    text = TextField("What it means", description="Leave empty to bring the portal's own sentence back.")


class TriangulationPages(PageSet):
    """The pages of the reviews' screen on which the sources stand beside each other."""

    part = Part.TRIANGULATION

    @expose("/<int:record_id>/triangulation/", roles=STAFF)
    def triangulation(self, record_id: int) -> str:
        """Key lines down, sources across."""
        review = self.get_record(record_id)
        matrix = triangulate(self.session, review)
        may_amend = may_run(self.session, review.hub_id)
        return self.render(
            "thematic_reviews/triangulation.html", review=review, matrix=matrix, sources=list(Source),
            view=lines_shown(matrix, self.link("triangulation", record_id=record_id)), tones=LINE_COLOURS,
            may_amend=may_amend, show_verdict=show_verdict,
            buttons=document_buttons(self.link("matrix", record_id=record_id), "Matrix"),
        )  # fmt: skip

    @expose("/<int:record_id>/triangulation/paper/", roles=STAFF, methods=("GET", "POST"))
    def matrix(self, record_id: int) -> ResponseReturnValue:
        """The matrix on paper, or as a page."""
        review, back = self.get_record(record_id), self.link("triangulation", record_id=record_id)
        return document_page(self, "triangulation_matrix", {"review_id": review.id}, back, "Triangulation")

    @expose("/<int:record_id>/triangulation/<int:line_id>/<source>/", roles=STAFF)
    def triangulation_cell(self, record_id: int, line_id: int, source: str) -> str:
        """What lies behind one cell."""
        review, line = self.get_record(record_id), self._line(record_id, line_id)
        if source not in list(Source):
            abort(404)
        evidence = evidence_of(self.session, review.id)
        items = [item for item in evidence if item.key_line_id == line.id and item.source == source]
        panel = Panel(Source(source).label, _ITEM_HEADINGS, self._items(items))
        return self.render("thematic_reviews/cell.html", review=review, line=line, panel=panel)

    @expose("/<int:record_id>/triangulation/unplaced/", roles=STAFF)
    def triangulation_unplaced(self, record_id: int) -> str:
        """Evidence that stands along no key line of the review yet."""
        review = self.get_record(record_id)
        keys = {row.line.id for row in triangulate(self.session, review).rows}
        unplaced = [item for item in evidence_of(self.session, review.id) if item.key_line_id not in keys]
        panel = Panel("Along no key line", _ITEM_HEADINGS, self._items(unplaced))
        return self.render("thematic_reviews/cell.html", review=review, line=None, panel=panel)

    @expose("/<int:record_id>/triangulation/<int:line_id>/meaning/", roles=OFFICERS, methods=("GET", "POST"))
    def amend_meaning(self, record_id: int, line_id: int) -> ResponseReturnValue:
        """Amend the sentence that says what a row means."""
        review, line = self.get_record(record_id), self._line(record_id, line_id)
        if not may_run(self.session, review.hub_id):
            abort(403)
        row = next(row for row in triangulate(self.session, review).rows if row.line.id == line.id)
        form = ReadingForm(sent_form(), text=row.sentence)
        values = {"title": f"What the sources mean: {line}", "button": "Save", "review": review}
        lead = f"The portal says: {meaning_of(row.cells)}"
        back = self.link("triangulation", record_id=record_id)
        return self.ask(form, back, lambda: self._amended(line, form), lead=lead, **values)

    def _amended(self, line: KeyLine, form: Form) -> str:
        amend_reading(self.session, line, text=form["text"].data or "", person_id=person_id())
        return "The sentence is saved."

    @expose("/<int:record_id>/triangulation/workbook/", roles=STAFF)
    def triangulation_workbook(self, record_id: int) -> ResponseReturnValue:
        """The page as a spreadsheet, with the export on record."""
        review = self.get_record(record_id)
        rows = [_sheet_row(row) for row in triangulate(self.session, review).rows]
        record_export(
            self.session, person_id=person_id(), list_name="triangulation", file_kind="xlsx",
            narrowed_by={"review": review.reference}, row_count=len(rows),
        )  # fmt: skip
        self.session.commit()
        headings = ["Number", "Key area", "Key line", *(source.label for source in Source), "Mark", "What it means"]
        name = f"{review.reference}-triangulation.xlsx"
        file = workbook(f"Triangulation {review.reference}", headings, rows)
        return send_file(file, mimetype=MEDIA_TYPES["xlsx"], as_attachment=True, download_name=name)

    def _items(self, evidence: Sequence[Evidence]) -> list[tuple[Any, ...]]:
        records = records_behind(self.session, evidence)
        return [_item_row(item, _open(records[item.origin])) for item in evidence]

    def _line(self, record_id: int, line_id: int) -> KeyLine:
        line = self.session.get(KeyLine, min(line_id, 2**31 - 1))
        if line is None or line.review_id != record_id:
            abort(404)
        return line


_ITEM_HEADINGS = ("What was said", "Verdict", "Strength", "Said by", "Record")


def _open(origin: str) -> str:
    """A link to where a piece of evidence can be read; a survey's answers stand on the survey's own page."""
    table, _, key = origin.partition(":")
    if table == "surveys":
        return Markup('<a href="{}">Open</a>').format(list_address(FeedbackActivity, "survey", key.partition("/")[0]))
    return link_to_row(origin, "Open")


def _item_row(item: Evidence, record: str) -> tuple[Any, ...]:
    return item.text, show_verdict(item.verdict_label), item.strength.label, item.said_by or "–", record


def _sheet_row(row: Row) -> list[Any]:
    cells = [
        f"{row.cells[source].verdict.label} ({row.cells[source].count})" if source in row.cells else None
        for source in Source
    ]
    return [row.line.number, row.area, row.line.text, *cells, row.mark.label, row.sentence]
