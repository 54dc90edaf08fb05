"""Do the partnership's settings hold at once everywhere, and does nobody else and nothing hostile get into them?"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import sessionmaker
from werkzeug.datastructures import FileStorage

from admin_views.kit.partnership import RememberedPartnership
from admin_views.kit.requests import Database
from app.portal import create_app
from app.settings import Settings
from jobs.pdf.paper.letterhead import Stationery, logo_of
from jobs.pdf.plans.plan_reports import build
from models.core.access import Actor, DatabaseRole, Role
from models.core.change_log import ChangeRecord
from models.core.db import PortalSession, act_as
from models.documents.documents import Document
from models.partnership.partnership_settings import (
    FixedSettings,
    is_named,
    partnership_facts,
    the_partnership,
)
from models.rules.documents.letterheads import UNNAMED
from tests import make
from tests.documents.files import content_of
from tests.kit.test_screens import statements
from tests.pdf.pdf_facts import report
from tests.pdf.pdf_kit import sound
from tests.web import SECRET, Browser, make_portal, member, words_of
from tests.work import do_requests, done

PAGE = "/partnership-settings/"
Open = Callable[..., Browser]


def picture(kind: str = "PNG", size: tuple[int, int] = (600, 200), colour: str = "#1d6f42") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is of that size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def sent_with(browser: Browser, logo: bytes = b"", file_name: str = "logo.png", **changes: Any) -> Any:
    file = FileStorage(BytesIO(logo), file_name if logo else "")
    data = browser.filled(PAGE, **{"name": "Arden Partnership", **changes})
    return browser.client.post(PAGE, data={**data, "logo": file}, content_type="multipart/form-data")


def saved(browser: Browser, **changes: Any) -> None:
    answer = sent_with(browser, **changes)
    assert answer.status_code == 302, words_of(answer)


def test_what_is_saved_stands_on_every_page_at_once_also_before_signing_in(browser: Open) -> None:
    administrator, stranger = browser(Role.ADMINISTRATOR), browser()
    stranger.get("/sign-in/")
    saved(
        administrator,
        short_name="AP",
        help_contact="Business Unit",
        help_email="help@arden.example",
        help_phone="024 7600 0000",
        privacy_notice="We keep little.",
    )
    assert "Ask Business Unit" in stranger.get("/sign-in/").select_one("main").get_text()  # type: ignore[union-attr]
    for page in (administrator.get("/"), stranger.get("/privacy/")):
        assert page.select_one(".partnership .in-full").get_text() == "Arden Partnership"  # type: ignore[union-attr]
        assert page.select_one(".partnership .in-short").get_text() == "AP"  # type: ignore[union-attr]
        footer = page.select_one("footer")
        assert footer is not None
        assert "Ask Business Unit: help@arden.example, 024 7600 0000" in footer.get_text()
        assert footer.select_one('a[href="/privacy/"]') is not None
    assert "Ask Business Unit" in stranger.get("/nowhere/", 404).get_text(), "error pages say whom to ask"
    assert "We keep little." in stranger.get("/privacy/").get_text()


def test_every_process_of_the_portal_takes_over_what_another_has_saved(
    session: PortalSession, session_factory: sessionmaker[PortalSession], browser: Open
) -> None:
    other = create_app(Settings(secret_key=SECRET, log_level="ERROR"), session_factory=session_factory)
    elsewhere = Browser(other).enter(member(session, Role.OFFICER), session)
    assert UNNAMED in elsewhere.get("/").get_text()
    saved(browser(Role.ADMINISTRATOR))
    assert "Arden Partnership" in elsewhere.get("/").get_text()
    assert "Arden Partnership" in Browser(other).get("/sign-in/").get_text()


def test_pages_of_people_signed_in_need_no_statement_to_know_their_partnership(browser: Open, engine: Engine) -> None:
    saved(browser(Role.ADMINISTRATOR))
    officer = browser(Role.OFFICER)
    officer.get("/agencies/")
    with statements(engine) as seen:
        assert "Arden Partnership" in officer.get("/agencies/").get_text()
    assert not [
        statement for statement in seen if "FROM partnership_settings" in statement and "sign_ins" not in statement
    ]


def test_while_the_database_is_away_the_last_known_name_stands(portal: Flask) -> None:
    asked: list[int] = []

    def no_session(**_: Any) -> PortalSession:
        asked.append(1)
        raise OperationalError("", {}, Exception())

    remembered = RememberedPartnership(Database(lambda: no_session), FixedSettings(name="Arden"))  # type: ignore[arg-type, return-value]
    for _ in range(3):
        with portal.test_request_context("/"):
            assert remembered.now().name == "Arden"
    assert asked == [1], "a database that does not answer is left alone for a while"


def test_without_a_name_the_portal_is_nobodys_demo(session: PortalSession, browser: Open) -> None:
    assert not is_named(session)
    assert is_named(session, FixedSettings(name="Arden"))
    assert UNNAMED in browser().get("/sign-in/").get_text()
    assert sent_with(browser(Role.ADMINISTRATOR), name="").status_code == 422
    saved(browser(Role.ADMINISTRATOR))
    assert is_named(session)


def test_documents_made_from_now_on_carry_name_marking_and_footer_and_earlier_ones_keep_theirs(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession]
) -> None:
    plan = make.plan(session)
    administrator = browser(Role.ADMINISTRATOR)

    def made() -> str:
        assert administrator.send(f"/action-plans/{plan.id}/pdf/", page=f"/action-plans/{plan.id}/").status_code == 302
        assert done(do_requests(session, session_factory, partnership=""))
        [latest] = session.scalars(select(Document).order_by(Document.id.desc()).limit(1))
        return text_of(content_of(session, latest))

    before = made()
    saved(
        administrator, ordinary_marking="INTERNAL", document_footer="1 Arden Street", logo=picture(), accent="#7a1f5c"
    )
    after = made()
    assert "Safeguarding partnership" in before
    assert "OFFICIAL" in before
    for words in ("Arden Partnership", "INTERNAL", "1 Arden Street"):
        assert words in after
        assert words not in before
    assert "OFFICIAL" not in after
    [_, earlier] = session.scalars(select(Document).order_by(Document.id.desc()).limit(2))
    assert text_of(content_of(session, earlier)) == before
    page = administrator.get(f"/action-plans/{plan.id}/report/").get_text(" ", strip=True)
    assert "INTERNAL" in page
    assert "1 Arden Street" in page


def text_of(pdf: bytes | None) -> str:
    import_of_pdf = pytest.importorskip("pymupdf")
    with import_of_pdf.open(stream=pdf, filetype="pdf") as document:
        return "\n".join(page.get_text() for page in document)


def test_accent_is_the_colour_of_titles_on_paper_and_files_stay_sound() -> None:
    plain, coloured = (build(report(3), Stationery(accent=accent, footer="Foot")) for accent in ("", "#7a1f5c"))
    sound(coloured)
    for content, there, gone in ((plain, b"0.0784 0.188 0.31 rg", b"0.478 0.122 0.361 rg"),):
        assert there in drawn(content)
        assert gone not in drawn(content)
    assert b"0.478 0.122 0.361 rg" in drawn(coloured)
    assert b"0.0784 0.188 0.31 rg" not in drawn(coloured)


def drawn(pdf_bytes: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        return b"\n".join(page.Contents.read_bytes() for page in pdf.pages)


def test_logo_is_drawn_anew_shown_to_everybody_and_taken_away_again(browser: Open, session: PortalSession) -> None:
    administrator, stranger = browser(Role.ADMINISTRATOR), browser()
    saved(administrator, logo=picture("JPEG"))
    (shown,) = stranger.get("/sign-in/").select("header img.crest")
    answer = stranger.client.get(str(shown["src"]))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert stranger.client.get(str(shown["src"]), headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert stranger.client.get("/letterhead/logo.png?v=old").headers["Cache-Control"] == "no-cache"
    logged = session.scalars(select(ChangeRecord).where(ChangeRecord.table_name == "partnership_settings")).all()
    assert "logo_sha256" in (logged[-1].new_values or {})
    assert all("logo" not in (change.new_values or {}) for change in logged), "the file itself is no word of the log"
    saved(administrator, remove_logo="y")
    stranger.get("/letterhead/logo.png", 404)
    assert stranger.get("/sign-in/").select("img") == []


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, "The logo must be a PNG or JPEG file that can be read."),
        (b"GIF89a" + b"0" * 100, "The logo must be a PNG or JPEG file that can be read."),
        (picture()[:-40] + SVG, "The logo must be a PNG or JPEG file that can be read."),
        (claiming(20_000, 20_000), "The logo must be a picture of at most 16 million pixels."),
        (claiming(9_800, 9_800), "The logo must be a picture of at most 16 million pixels."),
        (claiming(2**31 - 1, 1), "The logo must be a picture of at most 16 million pixels."),
        (claiming(100, 100), "The logo must be a PNG or JPEG file that can be read."),
    ],
    ids=["svg", "gif", "cut", "bomb", "lesser bomb", "long bomb", "empty"],
)
def test_hostile_picture_is_refused_in_a_sentence_and_nothing_is_saved(
    browser: Open, session: PortalSession, content: bytes, sentence: str
) -> None:
    answer = sent_with(browser(Role.ADMINISTRATOR), logo=content)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    session.expire_all()
    assert (the_partnership(session).logo, the_partnership(session).name) == (None, "")


def test_file_that_is_too_large_is_refused_before_it_is_opened() -> None:
    with pytest.raises(ValueError, match="must be a file of at most 5 MB"):
        logo_of(picture() + b"0" * (5 * 1024 * 1024))


def test_what_hides_behind_a_pictures_pixels_is_gone(browser: Open) -> None:
    saved(browser(Role.ADMINISTRATOR), logo=picture() + SVG, file_name="logo.svg")
    content = browser().client.get("/letterhead/logo.png").data
    assert b"<svg" not in content
    assert logo_of(content).width == 600


def test_accent_dresses_pages_by_day_and_by_night_from_a_file_that_browsers_keep(browser: Open) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert browser().get("/sign-in/").select('link[href^="/letterhead/"]') == []
    saved(administrator, accent="#7A1F5C")
    (sheet,) = browser().get("/sign-in/").select('link[href^="/letterhead/"]')
    answer = browser().client.get(str(sheet["href"]))
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "--accent: #7a1f5c;" in answer.text
    assert "@media (prefers-color-scheme: dark)" in answer.text
    assert "style=" not in administrator.client.get(PAGE).text
    saved(administrator, accent="")
    browser().get("/letterhead/colours.css", 404)


def test_colour_that_is_picked_counts_where_none_was_typed(browser: Open, session: PortalSession) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    saved(administrator, accent_picker="#123456")
    session.expire_all()
    assert the_partnership(session).accent == "#123456"
    saved(administrator, help_contact="Somebody")
    session.expire_all()
    assert the_partnership(session).accent == "#123456", "an untouched form changes nothing"


@pytest.mark.parametrize(
    ("accent", "sentence"),
    [
        ("#767676", "a contrast of 4.2 to 1 against the background of pages"),
        ("#ffbf47", "a contrast of 1.6 to 1 against white, and text needs at least 4.5 to 1; choose a darker one."),
        ("red; } body { display: none", "Give the colour as # and six digits, such as #1b4f8a."),
        ("#12345", "Give the colour as # and six digits"),
        ("url(https://thief.example/)", "Give the colour as # and six digits"),
        ("#1b4f8a\n;}", "Give the colour as # and six digits"),
    ],
)
def test_colour_in_which_nobody_can_read_or_that_is_none_is_refused(
    browser: Open, session: PortalSession, accent: str, sentence: str
) -> None:
    answer = sent_with(browser(Role.ADMINISTRATOR), accent=accent)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    session.expire_all()
    assert the_partnership(session).accent == ""


def test_markup_in_names_notices_and_contacts_is_text(browser: Open) -> None:
    evil = "<script>alert(1)</script>"
    administrator = browser(Role.ADMINISTRATOR)
    saved(
        administrator, name=evil, short_name=evil, help_contact=evil, help_email='"><img src=x>', document_footer=evil,
        privacy_notice=f"{evil}\n\n<h1>Not a heading</h1>", ordinary_marking=evil,
    )  # fmt: skip
    for path in ("/sign-in/", "/privacy/", "/nowhere/"):
        answer = browser().client.get(path)
        assert evil not in answer.text
        assert "<img" not in answer.text
        assert "&lt;script&gt;" in answer.text
    assert "<h1>Not a heading</h1>" in browser().get("/privacy/").get_text()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b.example/", "//thief.example", "ftp://x", "data:x"])
def test_privacy_notice_elsewhere_is_a_web_address(browser: Open, url: str) -> None:
    assert sent_with(browser(Role.ADMINISTRATOR), privacy_url=url).status_code == 422


def test_privacy_notice_elsewhere_is_linked_from_the_foot_and_from_its_page(browser: Open) -> None:
    saved(browser(Role.ADMINISTRATOR), privacy_url="https://www.arden.example/privacy?a=1")
    for path in ("/sign-in/", "/privacy/"):
        assert browser().get(path).select_one('main a[href="https://www.arden.example/privacy?a=1"]') is not None
    assert "has not put" not in browser().get("/privacy/").get_text()


def test_what_the_operator_has_set_is_shown_locked_and_wins(
    session: PortalSession, session_factory: sessionmaker[PortalSession], tmp_path: Any
) -> None:
    path = tmp_path / "arms.png"
    path.write_bytes(picture())
    portal = make_portal(session_factory, partnership_name="Operator's", partnership_logo=path)
    administrator = Browser(portal).enter(member(session, Role.ADMINISTRATOR), session)
    page = administrator.get(PAGE)
    assert not page.select("[name=name], [name=logo], [name=remove_logo]")
    assert "Set by the operator in PARTNERSHIP_NAME Operator's" in page.get_text(" ", strip=True)
    assert "Set by the operator in PARTNERSHIP_LOGO arms.png" in page.get_text(" ", strip=True)
    assert sent_with(administrator, logo=picture(colour="red"), name="Mine").status_code == 302
    session.expire_all()
    assert (the_partnership(session).name, the_partnership(session).logo) == ("", None)
    assert "Operator's" in administrator.get("/").get_text()
    with Image.open(BytesIO(administrator.client.get("/letterhead/logo.png").data)) as shown:
        assert shown.convert("RGB").getpixel((0, 0)) == (0x1D, 0x6F, 0x42)


def test_only_administrators_open_the_page_and_nobody_adds_or_deletes_the_row(browser: Open) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR, Role.AGENCY_MEMBER}:
        browser(role).get(PAGE, 403)
    for path in ("new/", "1/edit/", "1/"):
        browser(Role.ADMINISTRATOR).get(PAGE + path, 403)


def test_public_and_agencies_read_the_look_and_never_the_mail_server(session: PortalSession) -> None:
    for role in (DatabaseRole.PUBLIC, DatabaseRole.AGENCY):
        act_as(session, Actor(role))
        assert partnership_facts(session).name == UNNAMED
        allowed = select(func.has_table_privilege(str(role), "mail_settings", "SELECT"))
        assert session.scalar(allowed) is False


def test_second_administrator_is_told_what_was_saved_meanwhile(browser: Open, session: PortalSession) -> None:
    first, second = browser(Role.ADMINISTRATOR), browser(Role.ADMINISTRATOR)
    sent = second.filled(PAGE, name="Second")
    saved(first, name="First")
    answer = second.client.post(PAGE, data=sent)
    assert answer.status_code == 409
    assert "First" in words_of(answer)
