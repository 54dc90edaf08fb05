"""Where do a review's sources agree, conflict or keep silent, and what lies behind each cell?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import abort, request, send_file
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from wtforms import Form

from admin_views.documents.papers import document_buttons, document_page
from admin_views.evidence.evidence_readers import reading_buttons
from admin_views.evidence.findings import show_verdict
from admin_views.kit.base import OFFICERS, STAFF, PageSet, Panel, Part, expose, person_id
from admin_views.kit.fields import TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.homes.side_cards import Share, shares_of
from admin_views.kit.lists.exports import MEDIA_TYPES
from admin_views.kit.lists.numbered_pages import numbered_page
from admin_views.kit.lists.numbers import PAGE
from admin_views.kit.lists.workbooks import workbook
from admin_views.kit.registry import link_to_row
from admin_views.partnership.hubs import may_run
from models.audits.evidence_records import records_behind
from models.core.addresses import list_address
from models.core.errors import RuleBroken
from models.documents.exports import record_export
from models.evidence.evidence_readers import readers_of, refuse_readers
from models.evidence.gathered_evidence import Evidence, evidence_along, unplaced_evidence
from models.evidence.key_line_readings import amend_reading
from models.evidence.triangulations import Row, Triangulation, thresholds_of, triangulate
from models.feedback.feedback_activities import FeedbackActivity
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import upper_first
from models.rules.evidence.evidence_readers import BEING_READ, LineRead, readers_agreement, settled_words
from models.rules.evidence.footings import hanging_words
from models.rules.evidence.paper_parts import MARK_TONES
from models.rules.evidence.thresholds import Thresholds
from models.rules.evidence.triangulation import LOOKED_INTO, Mark, Source, meaning_of
from models.rules.evidence.triangulation_reports import completeness_of
from models.tools.key_lines import KeyLine


@dataclass(frozen=True)
class LinesShown:
    """The lines of the page in groups, each with its heading, and how many stand how, each with the page of these."""

    groups: Sequence[tuple[str, Sequence[Row]]]
    shares: tuple[Share, ...]
    shown: str
    is_by_area: bool
    everything: str
    by_area: str


def lines_shown(matrix: Triangulation, address: str) -> LinesShown:
    """Conflicts first, or in the order of the key lines (`?order=lines`); of one kind only by `?lines=conflict`."""
    asked = request.args.get("lines", "")
    shown, is_by_area = asked if asked in list(Mark) else "", request.args.get("order") == "lines"
    shares = shares_of(
        Share(mark.counted, matrix.count(mark), MARK_TONES[mark], f"{address}?lines={mark.value}")
        for mark in LOOKED_INTO
    )
    kept = [row for row in matrix.rows if shown in ("", row.mark)]
    groups = _by_area(kept) if is_by_area else _by_mark(kept)
    return LinesShown(groups, shares, shown, is_by_area, address, f"{address}?order=lines")


def _by_mark(lines: Sequence[Row]) -> list[tuple[str, Sequence[Row]]]:
    groups = [(mark, [row for row in lines if row.mark is mark]) for mark in LOOKED_INTO]
    return [(f"{upper_first(mark.counted)}: {len(rows)}", rows) for mark, rows in groups if rows]


def _by_area(lines: Sequence[Row]) -> list[tuple[str, Sequence[Row]]]:
    return [(area, list(rows)) for area, rows in groupby(lines, key=lambda row: row.area)]


def _completeness(matrix: Triangulation) -> list[tuple[str, str, str]]:
    """Each source, on how many key lines it speaks, and on which it is silent."""
    silent = {source: [row.line.number for row in matrix.rows if source not in row.cells] for source in Source}
    return [completeness_of(source, numbers, len(matrix.rows)) for source, numbers in silent.items()]


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
        return self.render(
            "thematic_reviews/triangulation.html", review=review, matrix=matrix, sources=list(Source),
            view=lines_shown(matrix, self.link("triangulation", record_id=record_id)), tones=MARK_TONES,
            show_verdict=show_verdict, marks=LOOKED_INTO, completeness=_completeness(matrix),
            hanging=hanging_words(row.footing.hangs_on for row in matrix.rows), **self._amending(review, matrix),
        )  # fmt: skip

    def _amending(self, review: ThematicReview, matrix: Triangulation) -> dict[str, Any]:
        """Who reads the evidence and how far they agree, what may be amended, and what may be taken out."""
        readers, may_amend = readers_of(self.session, review.id), may_run(self.session, review.hub_id)
        pairs = [(row.mark, row.read) for row in matrix.rows if row.read is not None]
        agreement = readers_agreement(read for _, read in pairs)
        papers = document_buttons(self.link("matrix", record_id=review.id), "Matrix")
        return {
            "readers": readers,
            "may_amend": may_amend,
            "is_read": bool(pairs),
            "agreement": f"{agreement.sentence} {settled_words(pairs)}" if agreement else "",
            "buttons": [] if matrix.is_being_read else papers,
            "reading_buttons": reading_buttons(self, review, readers) if may_amend else [],
        }

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
        refuse_readers(self.session, review.id)
        said = [item for item in evidence_along(self.session, review.id, line.id) if item.source == source]
        return self._evidence_page(review, Source(source).label, said, line)

    @expose("/<int:record_id>/triangulation/unplaced/", roles=STAFF)
    def triangulation_unplaced(self, record_id: int) -> str:
        """Evidence that stands along no key line of the review yet."""
        review = self.get_record(record_id)
        refuse_readers(self.session, review.id)
        return self._evidence_page(review, "Along no key line", unplaced_evidence(self.session, review.id))

    @expose("/<int:record_id>/triangulation/<int:line_id>/meaning/", roles=OFFICERS, methods=("GET", "POST"))
    def amend_meaning(self, record_id: int, line_id: int) -> ResponseReturnValue:
        """Amend the sentence that says what a row means."""
        review, line = self.get_record(record_id), self._line(record_id, line_id)
        if not may_run(self.session, review.hub_id):
            abort(403)
        refuse_readers(self.session, review.id)
        matrix = triangulate(self.session, review)
        row = next(row for row in matrix.rows if row.line.id == line.id)
        form = ReadingForm(sent_form(), text=row.sentence)
        values = {"title": f"What the sources mean: {line}", "button": "Save", "review": review}
        lead = f"The portal says: {meaning_of(row.cells, matrix.thresholds)}"
        back = self.link("triangulation", record_id=record_id)
        return self.ask(form, back, lambda: self._amended(line, form), lead=lead, **values)

    def _amended(self, line: KeyLine, form: Form) -> str:
        amend_reading(self.session, line, text=form["text"].data or "", person_id=person_id())
        return "The sentence is saved."

    @expose("/<int:record_id>/triangulation/workbook/", roles=STAFF)
    def triangulation_workbook(self, record_id: int) -> ResponseReturnValue:
        """The page as a spreadsheet, with the export on record."""
        review = self.get_record(record_id)
        matrix = triangulate(self.session, review)
        if matrix.is_being_read:
            raise RuleBroken(BEING_READ)
        rows = [_sheet_row(row, matrix.thresholds) for row in matrix.rows]
        record_export(
            self.session, person_id=person_id(), list_name="triangulation", file_kind="xlsx",
            narrowed_by={"review": review.reference}, row_count=len(rows),
        )  # fmt: skip
        self.session.commit()
        name = f"{review.reference}-triangulation.xlsx"
        file = workbook(f"Triangulation {review.reference}", _SHEET_HEADINGS, rows)
        return send_file(file, mimetype=MEDIA_TYPES["xlsx"], as_attachment=True, download_name=name)

    def _evidence_page(
        self, review: ThematicReview, title: str, said: Sequence[Evidence], line: KeyLine | None = None
    ) -> str:
        """What was said, a page at a time."""
        page = numbered_page(request.args.get(PAGE, ""), len(said))
        panel = Panel(title, _ITEM_HEADINGS, self._items(review, said[page.part]))
        return self.render("thematic_reviews/cell.html", review=review, line=line, panel=panel, page=page)

    def _items(self, review: ThematicReview, evidence: Sequence[Evidence]) -> list[tuple[Any, ...]]:
        records, thresholds = records_behind(self.session, evidence), thresholds_of(self.session, review)
        return [_item_row(item, _open(records[item.origin]), thresholds) for item in evidence]

    def _line(self, record_id: int, line_id: int) -> KeyLine:
        line = self.session.get(KeyLine, min(line_id, 2**31 - 1))
        if line is None or line.review_id != record_id:
            abort(404)
        return line


_SHEET_HEADINGS = [
    *("Number", "Key area", "Key line"),
    *(source.label for source in Source),
    *("Mark", "Hangs on", "What it means"),
    *("First reader", "Why", "Second reader", "Why", "Agreed", "What settled it"),
]
_ITEM_HEADINGS = ("What was said", "Verdict", "Strength", "Said by", "Record")


def _open(origin: str) -> str:
    """A link to where a piece of evidence can be read; a survey's answers stand on the survey's own page."""
    table, _, key = origin.partition(":")
    if table == "surveys":
        return Markup('<a href="{}">Open</a>').format(list_address(FeedbackActivity, "survey", key.partition("/")[0]))
    return link_to_row(origin, "Open")


def _item_row(item: Evidence, record: str, thresholds: Thresholds) -> tuple[Any, ...]:
    verdict = show_verdict(item.verdict_label(thresholds))
    return item.text, verdict, item.strength.label, item.said_by or "–", record


def _sheet_row(row: Row, thresholds: Thresholds) -> list[Any]:
    cells = [
        f"{row.cells[source].verdict.label} ({row.cells[source].count})" if source in row.cells else None
        for source in Source
    ]
    footing = row.footing.sentence(thresholds)
    mark = [row.mark.label, footing, row.sentence]
    return [row.line.number, row.area, row.line.text, *cells, *mark, *_sheet_reading(row.read or LineRead())]


def _sheet_reading(read: LineRead) -> list[str | None]:
    """What both readers judged, and what was agreed, each with its sentence."""
    told = [(said.mark.label, said.reason) if said else (None, None) for said in (read.first, read.second)]
    agreed = read.agreed.label if read.agreed else None
    return [*told[0], *told[1], agreed, read.settled.reason if read.settled else None]
