"""Is the partnership's logo on the first page, and only its pixels?"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy.orm import Session

from app.settings import Settings, SettingsError, load_settings
from jobs.pdf.paper.letterhead import LOGO_PIXELS, LOGO_POINTS, Logo, Stationery, read_logo
from jobs.pdf.plans.plan_reports import build
from models.core.access import Role
from tests import make
from tests.pdf.pdf_facts import report
from tests.pdf.pdf_kit import sound
from tests.web import Browser, make_portal, member


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A large transparent PNG that carries a hidden text."""
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "taken at home")
    path = tmp_path / "logo.png"
    Image.new("RGBA", (2000, 500), (20, 48, 79, 128)).save(path, pnginfo=hidden)
    return path


def pictures(pdf_bytes: bytes) -> list[pikepdf.Object]:
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        return [part for part in pdf.objects if isinstance(part, pikepdf.Stream) and part.get("/Subtype") == "/Image"]


def test_logo_is_made_smaller_put_on_white_and_loses_what_else_the_file_held(picture: Path) -> None:
    logo = read_logo(picture)
    assert (logo.width, logo.height) == (900, 225)
    assert logo.width <= LOGO_PIXELS[0]
    assert len(logo.pixels) == logo.width * logo.height * 3
    assert b"home" not in logo.pixels
    assert logo.size[0] <= LOGO_POINTS[0]


def test_logo_stands_once_in_a_sound_file_that_repeats_byte_for_byte(picture: Path) -> None:
    logo = read_logo(picture)
    pdf_bytes = build(report(25), Stationery(logo))
    sound(pdf_bytes)
    assert pdf_bytes == build(report(25), Stationery(read_logo(picture)))
    assert len(pictures(pdf_bytes)) == 1
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        shown = [b"/Logo Do" in page.Contents.read_bytes() for page in pdf.pages]
    assert shown == [True] + [False] * (len(shown) - 1)


def test_without_a_logo_no_picture_is_in_the_file() -> None:
    assert pictures(build(report(1))) == []


def test_a_logo_of_any_shape_fits_its_corner() -> None:
    for width, height in ((1, 300), (900, 1), (300, 300)):
        across, down = Logo(width, height, b"").size
        assert across <= LOGO_POINTS[0] + 0.01
        assert down <= LOGO_POINTS[1] + 0.01


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b"\x89PNG\r\n\x1a\nbroken"])
def test_a_file_that_is_no_picture_stops_the_start_in_a_sentence(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    monkeypatch.setenv("PARTNERSHIP_LOGO", str(path))
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match="PARTNERSHIP_LOGO: must name a PNG or JPEG file"):
        load_settings()


def test_a_file_that_is_not_there_or_too_large_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must name a PNG or JPEG file"):
        read_logo(tmp_path / "none.png")
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG" + b"0" * (5 * 1024 * 1024))
    with pytest.raises(ValueError, match="at most 5 MB"):
        read_logo(large)


def test_settings_read_the_logo_once(picture: Path) -> None:
    settings = Settings(secret_key="k" * 40, partnership_logo=picture)
    assert settings.logo is settings.logo
    assert Settings(secret_key="k" * 40).logo is None


def test_pages_of_documents_show_the_pixels_of_the_paper_with_words_in_their_place(
    picture: Path, session_factory: Any, session: Session
) -> None:
    portal = make_portal(session_factory, partnership_logo=picture, partnership_name="Arden")
    plan = make.plan(session)
    browser = Browser(portal).sign_in(member(session, Role.OFFICER))
    (shown,) = browser.get(f"/action-plans/{plan.id}/report/").select(".letterhead img")
    assert (shown["alt"], shown["width"], shown["height"]) == ("Logo of Arden", "200", "50")
    answer = browser.client.get(str(shown["src"]))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    with Image.open(BytesIO(answer.data)) as seen:
        assert seen.convert("RGB").tobytes() == read_logo(picture).pixels
        assert seen.info == {}
    assert Browser(portal).client.get(str(shown["src"])).data == answer.data, "it stands on the sign-in page too"


def test_without_a_logo_pages_of_documents_show_none(browser: Callable[..., Browser], session: Session) -> None:
    plan = make.plan(session)
    officer = browser(Role.OFFICER)
    assert officer.get(f"/action-plans/{plan.id}/report/").select("main img") == []
    officer.get("/letterhead/logo.png", 404)
