"""Does every place where a number is typed read it alike, and ask where it may be two?"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Form

from admin_views.kit.fields import WholeNumberField
from models.core.access import Role
from models.core.db import PortalSession
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, make_portal, sent_by, words_of

Open = Callable[..., Browser]


class CountForm(Form):
    """A form with one number."""

    count = WholeNumberField("Number of cases")


def test_field_of_a_form_asks_which_number_was_meant_and_keeps_what_was_typed() -> None:
    form = CountForm(MultiDict({"count": "1,5"}))
    assert not form.validate()
    assert form.count.errors == ["Number of cases: Did you mean 1.5 or 15? Give a whole number."]
    assert 'value="1,5"' in form.count()
    assert CountForm(MultiDict({"count": "１ ０００"})).count.data == 1000


def test_field_of_a_form_lets_the_browser_drop_no_comma() -> None:
    assert 'type="text"' in CountForm().count()
    assert 'inputmode="numeric"' in CountForm().count()


def test_record_with_a_number_in_doubt_is_not_saved(browser: Open, session: Session) -> None:
    make.hub(session)
    session.commit()
    refused = browser(Role.ADMINISTRATOR).send("/thematic-reviews/new/", title="Neglect", year="20,26")
    assert refused.status_code == 422
    assert "Year: Did you mean 20.26 or 2,026? Give a whole number." in words_of(refused)
    assert 'value="20,26"' in refused.text


def test_filter_by_a_number_reads_it_and_asks_when_it_is_in_doubt(browser: Open, session: Session) -> None:
    make.review(session, title="Neglect")
    session.commit()
    officer = browser(Role.OFFICER)
    assert "Neglect" in officer.get("/thematic-reviews/?year=２０２６").get_text()
    doubtful = officer.get("/thematic-reviews/?year=202,6")
    assert "Did you mean 202.6 or 2,026? Give a whole number." in doubtful.get_text()
    field = doubtful.select_one("#f-year[aria-invalid=true]")
    assert field is not None
    assert doubtful.select_one(f"#{field['aria-describedby']}") is not None


@pytest.mark.parametrize(("typed", "asked"), [("1,5", "Did you mean 1.5 or 15? Give a whole number."),
                                              ("soon", "Give a whole number, such as 12.")])  # fmt: skip
def test_option_of_a_command_asks_in_one_sentence(typed: str, asked: str, tmp_path: Path) -> None:
    commands = FlaskCliRunner(make_portal(None))
    result = commands.invoke(args=["frames", "import", str(tmp_path / "list.csv"), "--header-row", typed])
    assert result.exit_code == 2
    assert asked in result.output


def test_row_of_the_headings_in_doubt_is_asked_about_and_every_choice_stays(
    browser: Open, session: PortalSession
) -> None:
    give_starting_words(session)
    officer = browser(Role.OFFICER)
    content = io.BytesIO(b"Case reference,Level,Start date,Notes\nF1,Child in need,13/05/2025,a\n")
    sent = {**officer.tokens("/case-lists/upload/"), "title": "Open", "file": (content, "list.csv")}
    page = officer.client.post("/case-lists/upload/", data=sent, content_type="multipart/form-data").location
    chosen = officer.filled(page, theme="Notes", date_order="month", fixed_agency="Old Trust", level_source="column")
    for pressed in ({"again": "yes"}, {}):
        answer = officer.client.post(page, data={**chosen, "header_row": "1,5", **pressed})
        assert answer.status_code == 422
        shown = BeautifulSoup(answer.text, "html.parser")
        link = shown.select_one('.problems a[href="#header_row"]')
        assert link is not None
        assert link.get_text() == "Row of the headings: Did you mean 1.5 or 15? Give a whole number."
        assert shown.select_one('#header_row[value="1,5"][aria-invalid=true]') is not None
        kept = sent_by(shown)
        asked = {name for name in chosen if name in kept} - {"header_row", "csrf_token"}
        assert {name: kept[name] for name in asked} == {name: chosen[name] for name in asked}
        assert kept["theme"] == "Notes"
    missing = officer.client.post(page, data={**chosen, "header_row": "40"})
    assert missing.status_code == 422
    assert "The sheet has no row 40" in words_of(missing)
    assert officer.client.get(f"{page}?sheet=&header_row=1,5").status_code == 422
    again = officer.client.post(page, data={**chosen, "header_row": "２", "again": "yes"})
    assert officer.get(again.location).select_one('#header_row[value="2"]') is not None
