"""Which documents are there, where is each requested, and who may have it?"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pikepdf
from bs4 import BeautifulSoup
from playwright.sync_api import APIRequestContext, APIResponse, BrowserContext, Page

from models.documents.documents import DocumentKind
from models.rules.documents.file_forms import FileForm
from tests.browser.stage import PASSWORD

STAFF: Final = frozenset({"administrator", "officer", "sponsor"})
CAST: Final = (*sorted(STAFF), "board", "manager5", "manager", "manager2", "member", "")
"""`manager5` is of no agency, `manager`, `manager2` and `member` each of another one; "" has not signed in."""
BOARD: Final = STAFF | {"board"}
WHOLE: Final = BOARD | {"manager5"}
"""Everybody who is of no agency."""
ALL: Final = frozenset(CAST) - {""}
FORM: Final = STAFF | {"member"}
OWN: Final = STAFF | {"manager"}


@dataclass(frozen=True)
class PaperRow:
    """One document of the demo: its record, its page, and who gets what; people not named are refused.

    From the list `at` the link `record`, or one link after the other ("AS-2026-02 > Case audits"), leads to its record,
    and `path` on to its page ("{id}" is the record's).
    `reads` may open the page and have its PDF made, `fetches` may fetch the file that `by` had made.
    """

    name: str
    kind: DocumentKind
    at: str
    record: str
    path: str
    title: str
    reads: Collection[str] = STAFF
    fetches: Collection[str] = STAFF
    by: str = "officer"
    telling: int = 1
    """The number of the page that tells most, for its picture."""


_PLAN: Final = ("/action-plans/", "AP-2026-01")
_REVIEW: Final = ("/thematic-reviews/", "TR-2026-01")
_SELF: Final = (DocumentKind.SELF_EVALUATION, "/self-evaluations/", "SE-2026-09")
_CASE: Final = (DocumentKind.CASE_AUDIT, "/case-audits/", "CA-2026-37")
_STANDARDS: Final = (DocumentKind.SECTION_11_RETURN, "/section-11-returns/", "S11-2026-")
"""The only return that `manager` sees in the list."""
_MEETING: Final = ("/thematic-reviews/board/pack/", "Read the pack of the next meeting as a page")
_PLAN_TITLE: Final = "AP-2026-01 Improvement plan: Neglect of children under five"
_REVIEW_TITLE: Final = "TR-2026-01 Neglect of children under five"
_SELF_TITLE: Final = "SE-2026-09 Baseline self-evaluation: Self-neglect and hoarding"
_CASE_TITLE: Final = "CA-2026-37 Multi-agency case audit: Self-neglect and hoarding"
PAPERS: Final = (
    PaperRow("action-plan", DocumentKind.ACTION_PLAN, *_PLAN, "report/", _PLAN_TITLE, ALL, WHOLE),
    PaperRow(
        "action-plan-overdue", DocumentKind.ACTION_PLAN, *_PLAN, "report/?overdue=yes", _PLAN_TITLE, ALL, WHOLE,
        telling=2,
    ),
    PaperRow(
        "action-plan-of-an-agency", DocumentKind.ACTION_PLAN, "/agencies/?q=Wayfenshire+Police", "Wayfenshire Police",
        "/action-plans/agency/{id}/report/", "Several plans Actions from several improvement plans",
        WHOLE | {"manager2"}, WHOLE,
    ),
    PaperRow("plan-summary", DocumentKind.PLAN_SUMMARY, *_PLAN, "report/?form=summary", _PLAN_TITLE, ALL, WHOLE),
    PaperRow("review-report", DocumentKind.REVIEW_REPORT, *_REVIEW, "report/", _REVIEW_TITLE),
    PaperRow("matrix", DocumentKind.TRIANGULATION_MATRIX, *_REVIEW, "triangulation/paper/", _REVIEW_TITLE),
    PaperRow(
        "draw-certificate", DocumentKind.DRAW_CERTIFICATE, "/audit-samples/", "AS-2026-01", "certificate/",
        "AS-2026-01 Neglect of children under five", telling=2,
    ),
    PaperRow("self-evaluation", *_SELF, "paper/", _SELF_TITLE, FORM, FORM, "member"),
    PaperRow("self-evaluation-blank", *_SELF, "paper/blank/", _SELF_TITLE, FORM, FORM, "member"),
    PaperRow("case-audit", *_CASE, "paper/", _CASE_TITLE, FORM, FORM, "member"),
    PaperRow("case-audit-blank", *_CASE, "paper/blank/", _CASE_TITLE, FORM, FORM, "member"),
    PaperRow(
        "moderated-result", DocumentKind.MODERATED_RESULT, "/audit-samples/",
        "AS-2026-02 > Case audits > Good", "paper/", "Audits side by side",
    ),
    PaperRow("section-11-return", *_STANDARDS, "paper/", "S11-2026-", OWN, OWN, "manager"),
    PaperRow("section-11-return-blank", *_STANDARDS, "paper/blank/", "S11-2026-", OWN, OWN, "manager"),
    PaperRow(
        "briefing", DocumentKind.BRIEFING, "/briefings/", "Neglect of the youngest children", "paper/",
        "LP-2026-01 Neglect of the youngest children: seven minutes", ALL, WHOLE,
    ),
    PaperRow(
        "letter", DocumentKind.NON_ENGAGEMENT_LETTER, "/escalations/", "NE-2026-03", "letter/",
        "NE-2026-03 Self-evaluation SE-2026-08",
    ),
    PaperRow(
        "impact-analysis", DocumentKind.IMPACT_ANALYSIS, "/impact-analyses/", "IA-2026-02", "paper/",
        "IA-2026-02 Impact of Babies before and after birth", BOARD, BOARD,
    ),
    PaperRow("board-pack", DocumentKind.BOARD_PACK, *_MEETING, "", "Adults Group, ", BOARD, BOARD),
)  # fmt: skip
NO_PAPER: Final = {
    DocumentKind.DRAW_DATA: "a file for programs; the certificate says the same on paper",
    DocumentKind.EVIDENCE: "whatever an agency attaches",
}


def sign_in(context: BrowserContext, login: str) -> BrowserContext:
    """The context of a demo person, signed in by the form, without opening a page."""
    fields = hidden_fields(context.request.get("/sign-in/"))
    answer = context.request.post(
        "/sign-in/", form={**fields, "email": f"{login}@demo.example", "password": PASSWORD}, max_redirects=0
    )
    assert answer.status == 302, f"{login} cannot sign in: {answer.status}"
    return context


def hidden_fields(answer: APIResponse) -> dict[str, str]:
    """The tokens of the last form on a page."""
    form = BeautifulSoup(answer.text(), "html.parser").select("form")[-1]
    return {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")}


def open_twin(page: Page, row: PaperRow) -> str:
    """Go to a document's page by way of its record, as people do; returns the page's address."""
    href = row.at
    for link in row.record.split(" > "):
        page.goto(href)
        href = page.locator("main").get_by_role("link", name=link).first.get_attribute("href") or ""
    href = href.partition("?")[0]  # a record's link carries the list it came from
    where = row.path.format(id=href.rstrip("/").rpartition("/")[2]) if row.path.startswith("/") else href + row.path
    page.goto(where)
    return where


def ask(page: Page, form: FileForm = FileForm.PDF) -> str:
    """Press the button for the file; returns the address that tells how far it is."""
    page.get_by_role("button", name=f"Download as {form.label}").click()
    page.wait_for_url("**/requests/*/wait/**")
    return page.url.partition("/wait/")[0] + "/"


def document_url(request: APIRequestContext, asked: str) -> str:
    """The address of the requested document, once it is made; fails when it was refused or takes over a minute."""
    deadline = time.monotonic() + 60
    while not request.get(f"{asked}progress/").json()["is_over"] and time.monotonic() < deadline:
        time.sleep(0.1)
    page = BeautifulSoup(request.get(f"{asked}wait/").text(), "html.parser")
    link = page.find("a", string="Open the document")
    assert link is not None, page.get_text(" ", strip=True)
    return str(link["href"])


def title_of(content: bytes) -> str:
    """The title that a reader shows above a PDF."""
    with pikepdf.open(BytesIO(content)) as pdf:
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        return str(pdf.docinfo["/Title"])
