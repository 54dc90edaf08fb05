"""Can each document be read and fetched in a real browser by exactly those who may?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from models.documents.documents import DocumentKind
from models.rules.documents.file_forms import FileForm
from tests.browser.conftest import HARMLESS
from tests.browser.pages import accessible, fits
from tests.browser.papers import (
    CAST,
    NO_PAPER,
    PAPERS,
    PaperRow,
    ask,
    document_url,
    hidden_fields,
    open_twin,
    sign_in,
    title_of,
)
from tests.word.word_kit import opened, sound

pytestmark = pytest.mark.browser
REFUSED = {403, 404}
AS_WORD = {"review-report", "briefing", "board-pack"}


@dataclass(frozen=True)
class Made:
    """A document that was asked for: its page, the address that makes it, and the document's own."""

    twin: str
    maker: str
    document: str


@pytest.fixture(scope="module")
def cast(chromium: Browser, address: str) -> Iterator[dict[str, BrowserContext]]:
    """A browser for each role, signed in once; "" has not signed in."""
    contexts = {login: chromium.new_context(base_url=address) for login in CAST}
    for login in filter(None, CAST):
        sign_in(contexts[login], login)
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What browsers complained about on the documents' pages, such as a breach of the content policy."""
    return []


@pytest.fixture(scope="module")
def papers(cast: dict[str, BrowserContext], said: list[str]) -> dict[str, Made]:
    """Every document, read as a page and asked for by its button; the worker makes them while the next are read."""
    pages = {login: _watched(cast[login], said) for login in {row.by for row in PAPERS}}
    asked = {row.name: _read_and_ask(pages[row.by], row) for row in PAPERS}
    return {
        row.name: Made(twin, maker, document_url(cast[row.by].request, request))
        for row in PAPERS
        for twin, maker, request in [asked[row.name]]
    }


def _watched(context: BrowserContext, said: list[str]) -> Page:
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def _read_and_ask(page: Page, row: PaperRow) -> tuple[str, str, str]:
    """The document's page, accessible and with the logo, fitting a phone as well; then its PDF is requested."""
    twin = open_twin(page, row)
    accessible(page)
    page.set_viewport_size({"width": 320, "height": 900})
    fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    logo = page.get_by_role("img", name="Logo of Demo Safeguarding Partnership")
    assert logo.evaluate("one => one.complete && one.naturalWidth > 0"), f"{row.name} shows no logo"
    form = page.locator("main form").filter(has=page.get_by_role("button", name="Download as PDF"))
    return twin, form.get_attribute("action") or "", ask(page)


def test_every_kind_of_document_is_in_the_table_or_says_why_not() -> None:
    rows = {row.kind for row in PAPERS}
    assert rows | set(NO_PAPER) == set(DocumentKind)
    assert not rows & set(NO_PAPER)
    assert len({row.name for row in PAPERS}) == len(PAPERS)


def test_pages_of_documents_say_nothing_against_the_content_policy(papers: dict[str, Made], said: list[str]) -> None:
    assert set(papers) == {row.name for row in PAPERS}
    assert [words for words in said if not words.startswith(HARMLESS)] == []


@pytest.mark.parametrize("row", PAPERS, ids=lambda row: row.name)
def test_document_is_the_file_that_was_stored(
    papers: dict[str, Made], cast: dict[str, BrowserContext], row: PaperRow
) -> None:
    where, request = papers[row.name].document, cast[row.by].request
    answer = request.get(f"{where}download/")
    content = answer.body()
    assert answer.headers["content-type"] == "application/pdf"
    assert content.startswith(b"%PDF-")
    assert row.title in title_of(content)
    assert sha256(content).hexdigest() in request.get(where).text()


@pytest.mark.parametrize("row", [row for row in PAPERS if row.name in AS_WORD], ids=lambda row: row.name)
def test_document_is_taken_out_as_word_by_the_button_beside_it(cast: dict[str, BrowserContext], row: PaperRow) -> None:
    page, request = cast[row.by].new_page(), cast[row.by].request
    open_twin(page, row)
    answer = request.get(f"{document_url(request, ask(page, FileForm.WORD))}download/")
    content = answer.body()
    assert answer.headers["content-type"] == FileForm.WORD.media_type
    sound(content)
    assert row.title in opened(content).core_properties.title


@pytest.mark.parametrize("login", CAST, ids=lambda login: login or "nobody")
def test_documents_reach_exactly_those_who_may(
    papers: dict[str, Made], cast: dict[str, BrowserContext], login: str
) -> None:
    wrong = [problem for row in PAPERS for problem in _problems(papers[row.name], row, cast[login], login)]
    assert wrong == []


def _problems(paper: Made, row: PaperRow, context: BrowserContext, login: str) -> Iterator[str]:
    """Where the portal is more or less open to somebody than the table says."""
    for path, may in ((paper.twin, login in row.reads), (f"{paper.document}download/", login in row.fetches)):
        status = context.request.get(path, max_redirects=0).status
        if (status == 200) is not may or (not may and status not in _refusals(login)):
            yield f"{row.name}: GET {path} gives {login or 'nobody'} {status}"
    if login and login not in row.reads:
        token = hidden_fields(context.request.get("/account/"))
        status = context.request.post(paper.maker, form=token, max_redirects=0).status
        if status not in REFUSED:
            yield f"{row.name}: POST {paper.maker} gives {login} {status}"


def _refusals(login: str) -> set[int]:
    """Those who have signed in are told no, others are led to the sign-in page."""
    return REFUSED if login else {302}


PRINTED = ("/actions/", "/case-audits/review/1/")


@pytest.mark.parametrize("path", PRINTED)
def test_printed_list_has_its_rows_and_nothing_to_press_or_tick(cast: dict[str, BrowserContext], path: str) -> None:
    page = cast["officer"].new_page()
    page.goto(path)
    boxes, bar = page.locator("main .list [type=checkbox]"), page.locator("main .dock")
    assert boxes.first.is_visible()
    assert bar.is_visible()
    page.emulate_media(media="print")
    assert [box for box in boxes.all() if box.is_visible()] == []
    for left_out in (".dock", ".buttons", ".narrow-by", ".tabs", ".places"):
        assert [part for part in page.locator(left_out).all() if part.is_visible()] == [], left_out
    assert page.locator("main .list tbody tr:not(.all) th[scope=row]").first.is_visible()
    page.close()
