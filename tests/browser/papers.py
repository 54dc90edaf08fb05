"""Which documents are there, where is each asked for, and who may have it?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import Page

from models.documents import DocumentKind

STAFF: Final = frozenset({"administrator", "officer", "sponsor"})
PLAN_READERS: Final = frozenset({"manager5", "board"})
"""A manager of the partnership and the Board."""
ALL: Final = STAFF | PLAN_READERS | {"manager", "member"}
"""Everybody who signs in: `manager` is of one agency, `member` of another, `manager5` of none."""


@dataclass(frozen=True)
class PaperRow:
    """One document of the demo: its record, its page, who has it made (`by`), and who else gets what.

    `reads` may open the page and have a PDF made of it; `fetches` may fetch the very file that `by` had made.
    Everybody else is refused. `record` is the link to follow on the list `at`, `path` leads on from there.
    """

    name: str
    kind: DocumentKind
    at: str
    record: str
    path: str
    title: str
    reads: Collection[str]
    fetches: Collection[str]
    by: str = "officer"
    button: str = field(default="Download as PDF", kw_only=True)
    picture: int = field(default=1, kw_only=True)
    """The page that tells most."""


K = DocumentKind
_FORM: Final = STAFF | {"member"}
_BOARD: Final = STAFF | {"board"}
_OPEN: Final = STAFF | PLAN_READERS
_SE, _CA, _TR = ("/self-evaluations/", "SE-2026-09"), ("/case-audits/", "CA-2026-37"), ("/thematic-reviews/", "TR-2026-01")
_AP: Final = ("/action-plans/", "AP-2026-01")
PAPERS: Final = (
    PaperRow("plan", K.ACTION_PLAN, *_AP, "report/", "AP-2026-01 Improvement plan", ALL, _OPEN),
    PaperRow("plan-overdue", K.ACTION_PLAN, *_AP, "report/?overdue=yes", "AP-2026-01 Improvement plan", ALL, _OPEN),
    PaperRow("summary", K.PLAN_SUMMARY, *_AP, "report/?form=summary", "AP-2026-01 Improvement plan", ALL, _OPEN),
    PaperRow("review-report", K.REVIEW_REPORT, *_TR, "report/", "TR-2026-01 Neglect", STAFF, STAFF),
    PaperRow("matrix", K.TRIANGULATION_MATRIX, *_TR, "triangulation/paper/", "TR-2026-01 Neglect", STAFF, STAFF),
    PaperRow("certificate", K.DRAW_CERTIFICATE, "/audit-samples/", "AS-2026-01", "certificate/", "AS-2026-01", STAFF, STAFF),
    PaperRow("self-evaluation", K.SELF_EVALUATION, *_SE, "paper/", "SE-2026-09", _FORM, _FORM, "member"),
    PaperRow("self-evaluation-blank", K.SELF_EVALUATION, *_SE, "paper/blank/", "SE-2026-09", _FORM, _FORM, "member"),
    PaperRow("case-audit", K.CASE_AUDIT, *_CA, "paper/", "CA-2026-37", _FORM, _FORM, "member"),
    PaperRow("case-audit-blank", K.CASE_AUDIT, *_CA, "paper/blank/", "CA-2026-37", _FORM, _FORM, "member"),
    PaperRow("briefing", K.BRIEFING, "/briefings/", "Neglect of the youngest", "paper/", "Neglect", ALL, STAFF),
    PaperRow("letter", K.NON_ENGAGEMENT_LETTER, "/escalations/", "NE-2026-03", "letter/", "NE-2026-03", STAFF, STAFF),
    PaperRow("impact-analysis", K.IMPACT_ANALYSIS, "/impact-analyses/", "IA-2026-02", "paper/", "IA", _BOARD, STAFF),
    PaperRow("board-pack", K.BOARD_PACK, "/thematic-reviews/programme/?year=2026", "Read the board pack as a page", "", "", _BOARD, STAFF),
)
NO_PAPER: Final = {K.DRAW_DATA: "a file for a computer", K.EVIDENCE: "whatever an agency attaches", K.MODERATED_RESULT: "not made yet"}


def open_twin(page: Page, row: PaperRow) -> str:
    """Go to the page of a document by way of its record; returns its address."""
    page.goto(row.at)
    link = page.locator("main").get_by_role("link", name=row.record).first
    where = f"{link.get_attribute('href')}{row.path}"
    page.goto(where)
    return where
