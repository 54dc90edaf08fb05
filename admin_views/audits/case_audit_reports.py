"""How do all audits of a review's cases stand on one page, and which of them are ticked to be assigned?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue

from admin_views.audits.moderations import grades_panels
from admin_views.kit.base import OFFICERS, STAFF, PageSet, Panel, expose, role
from admin_views.kit.looks import note_shown
from admin_views.partnership.hubs import may_run
from models.audits.audit_openings import agencies_to_audit, kept_out_sentence, pending_sentence
from models.audits.auditor_agreement import auditor_agreement
from models.audits.case_audit_reports import CaseRow, CellState, SampleAudits, review_audits
from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.sample_estimates import estimates_of
from models.core.addresses import list_address
from models.partnership.agencies import Agency
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.keys import key_in
from models.rules.core.ranges import written_in, written_short
from models.rules.documents.pictures import Picture
from models.sampling.audit_samples import AuditSample, SampleStatus
from models.sampling.sample_cases import CaseStatus, SampleCase

MOST_TICKED = 500
"""So many audits may be assigned in one go."""

_LOOKS = {
    CellState.NOT_ASSIGNED: "quiet",
    CellState.ON_HOLD: "hold",
    CellState.LATE: "late",
    CellState.HANDED_IN: "well",
    CellState.MODERATED: "well",
    CellState.NOT_INVOLVED: "quiet",
}
_ENDED = {AuditStatus.NOT_KNOWN: "case not known", AuditStatus.WITHDRAWN: "withdrawn"}
Shows = Callable[[CaseRow, int], bool]


def _nobody_has_it(row: CaseRow, agency_id: int) -> bool:
    audit = row.to_assign(agency_id)
    return audit is not None and audit.status is AuditStatus.TO_ASSIGN


_CHIPS: dict[str, tuple[str, Shows]] = {
    "not-assigned": ("Not assigned", _nobody_has_it),
    "late": ("Late", lambda row, key: row.state(key) is CellState.LATE),
    "started": ("Started", lambda row, key: row.state(key) in (CellState.STARTED, CellState.RETURNED)),
    "on-hold": ("On hold", lambda row, key: row.state(key) is CellState.ON_HOLD),
}
"""What may be shown alone: by its word in the address the words of its chip, and which cells it is about."""


@dataclass(frozen=True)
class Cell:
    """One agency's part in one case: its state in words, who audits, the audit, and whether it may be ticked."""

    words: str
    look: str
    by: str
    audit: CaseAudit | None
    may_tick: bool
    is_shown: bool


@dataclass(frozen=True)
class Line:
    """One case with its cells; `new_group` is the name of its level or stratum where that begins with it.

    `to_tick` is how many of its audits nobody has yet; `is_whole`: nothing of it is still to come.
    """

    row: CaseRow
    cells: tuple[Cell, ...]
    new_group: str
    place: str
    to_tick: int
    is_whole: bool


@dataclass(frozen=True)
class Sheet:
    """One sample's table: its cases down, its agencies across, each with how many audits nobody has yet."""

    sample: AuditSample
    agencies: tuple[tuple[Agency, int], ...]
    lines: tuple[Line, ...]
    to_tick: int
    may_open: bool
    grades: tuple[Panel, ...]
    estimate: Picture | None


class ReviewCasePages(PageSet):
    """The pages of the audits' screen that are about all cases of a review."""

    @expose("/review/<int:review_id>/", roles=STAFF)
    def cases(self, review_id: int) -> str:
        """Cases down, agencies across: where each audit stands, and boxes to tick for those that want an auditor."""
        review = self.review(review_id)
        samples, runs = _noted(review_audits(self.session, review_id)), self.runs(review)
        show = request.args.get("show", "")
        told = self._estimates(samples) if not show else {}
        sheets = [self._sheet(sample, show, told.get(sample.sample.id), runs=runs) for sample in samples]
        return self.render(
            "case_audits/cases.html", review=review, sheets=[sheet for sheet in sheets if sheet.lines or not show],
            show=show, chips=_chips(samples), ticked=_ticked(samples), notices=self._notices(review, samples),
            as_list=list_address(CaseAudit, review_id=review.id), standing=_standing, runs=runs,
            to_assign=sum(sheet.to_tick for sheet in sheets),
            agreement=auditor_agreement(self.session, review_id) if told else [],
            may_assign=runs and any(cell.may_tick for sheet in sheets for line in sheet.lines for cell in line.cells),
        )  # fmt: skip

    @expose("/review/<int:review_id>/tick/", roles=OFFICERS, methods=("POST",))
    def tick(self, review_id: int) -> ResponseReturnValue:
        """Keep the ticks in the address: with those of a row or a column, or on the way to assign them."""
        review = self.review(review_id)
        if not self.runs(review):
            abort(403)
        samples = review_audits(self.session, review_id)
        ticked = {audit.id for audit in _asked_for(samples)} | (_sent(samples) if not _asks_for_all() else set())
        kept = written_short(ticked) or None
        if "assign" not in request.form:
            return redirect(self._back(review, ticked=kept, show=request.form.get("show") or None))
        if kept is None or len(ticked) > MOST_TICKED:
            few = "Tick the audits that are to be assigned first."
            flash(few if kept is None else f"At most {MOST_TICKED} audits can be assigned at once.", "error")
            return redirect(self._back(review, ticked=kept))
        return redirect(self.link("assign_ticked", review_id=review_id, audits=kept))

    # What the pages above use

    def review(self, review_id: int) -> ThematicReview:
        """The review of the address; 404 where there is none."""
        return self.session.get(ThematicReview, min(review_id, 2**31 - 1)) or abort(404)

    def runs(self, review: ThematicReview) -> bool:
        """Whether whoever asks is an officer who runs the review."""
        return role() in OFFICERS and may_run(self.session, review.hub_id)

    def _back(self, review: ThematicReview, **asked: object) -> str:
        return self.link("cases", review_id=review.id, **asked)

    def _sheet(self, audits: SampleAudits, show: str, estimate: Picture | None, *, runs: bool) -> Sheet:
        lines = tuple(_lines(audits, show, runs=runs))
        columns = ((agency, [row.to_assign(agency.id) for row in audits.rows]) for agency in audits.agencies)
        is_graded = any(row.grade for row in audits.rows)
        return Sheet(
            audits.sample, tuple((agency, _nobody_has(column)) for agency, column in columns), lines,
            to_tick=_nobody_has(audits.assignable) if runs else 0,
            may_open=runs and audits.sample.status is SampleStatus.DRAWN,
            grades=tuple(grades_panels(self.session, audits.sample.id)) if is_graded and not show else (),
            estimate=estimate,
        )  # fmt: skip

    def _estimates(self, samples: Sequence[SampleAudits]) -> dict[int, Picture]:
        """What each sample with a moderated case says of all cases, by its id."""
        graded = [audits.sample for audits in samples if any(row.grade for row in audits.rows)]
        return {key: replace(each, name=f"estimate-{key}") for key, each in estimates_of(self.session, graded).items()}

    def _notices(self, review: ThematicReview, samples: Sequence[SampleAudits]) -> list[str]:
        """Which agencies get no cases, and which cases no audits, and why."""
        if not samples:
            return []
        pending = [row.case for audits in samples for row in audits.rows if row.is_pending and not row.audits]
        without = agencies_to_audit(self.session, review.id)[1]
        return [words for words in (kept_out_sentence(without), pending_sentence(pending)) if words]


def _noted(samples: list[SampleAudits]) -> list[SampleAudits]:
    """The same samples, once it is noted whose cases and audits are looked at."""
    note_shown(*(shown for sample in samples for row in sample.rows for shown in (row.case, *row.audits.values())))
    return samples


def _lines(audits: SampleAudits, show: str, *, runs: bool) -> Iterable[Line]:
    """The rows that a chip shows, put together by level or stratum in the order of the draw."""
    order = {stratum: place for place, stratum in enumerate(dict.fromkeys(row.case.stratum for row in audits.rows))}
    last = ""
    for row in sorted(audits.rows, key=lambda row: order[row.case.stratum]):
        shown = _shown(show)
        cells = tuple(_cell(row, agency.id, audits, is_shown=shown(row, agency.id)) for agency in audits.agencies)
        if show and not any(cell.is_shown for cell in cells):
            continue
        group, place = _group(row.case)
        to_tick = _nobody_has([cell.audit for cell in cells if cell.may_tick]) if runs else 0
        yield Line(row, cells, group if group != last else "", place, to_tick, row.is_whole and not show)
        last = group


def _shown(show: str) -> Shows:
    if show == "ready":
        return lambda row, _: row.is_ready
    return _CHIPS[show][1] if show in _CHIPS else lambda *_: True


def _group(case: SampleCase) -> tuple[str, str]:
    """What the rows of a sample are grouped by, and the level of a case that is grouped by something else."""
    *others, (word, name) = case.places
    return (f"{word}: {name}", others[0][1]) if others else (name, "")


def _cell(row: CaseRow, agency_id: int, audits: SampleAudits, *, is_shown: bool) -> Cell:
    audit, state = row.audits.get(agency_id), row.state(agency_id)
    by = audits.auditors.get(audit.auditor_id or 0, "") if audit is not None and audit.status.is_open else ""
    if audit is not None and state is CellState.NOT_INVOLVED:
        by = _ENDED.get(audit.status, "")
    if state is CellState.LATE and not by:
        by = CellState.NOT_ASSIGNED.label
    may_tick = is_shown and row.to_assign(agency_id) is not None
    return Cell(row.words(agency_id), _LOOKS.get(state, ""), by, audit, may_tick, is_shown)


def _nobody_has(audits: Iterable[CaseAudit | None]) -> int:
    return sum(audit is not None and audit.status is AuditStatus.TO_ASSIGN for audit in audits)


def _ticked(samples: Sequence[SampleAudits]) -> set[int]:
    """Which audits of the page its address says are ticked."""
    return written_in(request.args.get("ticked", ""), _offered(samples))


def _offered(samples: Sequence[SampleAudits]) -> set[int]:
    return {audit.id for sample in samples for audit in sample.assignable}


def _sent(samples: Sequence[SampleAudits]) -> set[int]:
    typed = request.form.getlist("cell")
    return {key for key in map(key_in, typed) if key is not None} & _offered(samples)


def _asked_for(samples: Sequence[SampleAudits]) -> Iterable[CaseAudit]:
    """The audits that nobody has yet, of the row, the column or the sample whose button was pressed."""
    for sample in samples:
        for audit in sample.assignable:
            buttons = {
                ("row", str(audit.sample_case_id)),
                ("column", f"{sample.sample.id}-{audit.agency_id}"),
                ("all", str(sample.sample.id)),
            }
            is_asked = _asks_for_all() or any(request.form.get(name) == key for name, key in buttons)
            if audit.status is AuditStatus.TO_ASSIGN and is_asked:
                yield audit


def _asks_for_all() -> bool:
    """Whether all audits that nobody has yet are to be assigned, whatever is ticked."""
    return request.form.get("assign") == "all"


def _chips(samples: Sequence[SampleAudits]) -> list[tuple[str, str, int]]:
    """What can be shown alone: its word in the address, its words, how many audits or cases that are."""
    rows = [(row, agency.id) for sample in samples for row in sample.rows for agency in sample.agencies]
    counted = [(name, words, sum(shows(*cell) for cell in rows)) for name, (words, shows) in _CHIPS.items()]
    ready = sum(row.is_ready for sample in samples for row in sample.rows)
    audits = sum(len(row.audits) for sample in samples for row in sample.rows)
    return [("", "All audits", audits), *counted, ("ready", "Cases ready to moderate", ready)]


def _standing(row: CaseRow) -> tuple[str, str]:
    """What a case's moderation waits for, or its grade; and who or what that is about."""
    if row.is_pending:
        return "Elimination proposed", "a second person decides"
    if row.grade:
        return row.grade, "moderated"
    if row.case.status is CaseStatus.ELIMINATED:
        return "Eliminated", ""
    return ("Moderate", "") if row.is_ready else (row.progress, "")
