"""Can the sections and questions of a tool be put in order and taken away without breaking what depends on them?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_outlines import add_section, move_question, move_section, remove_section
from models.tools.tool_questions import ToolQuestion, questions_of, sections_of
from tests import make, make_tools
from tests.web import Browser, words_of

Open = Callable[..., Browser]
KEYS = ["met", "why", "seen", "where", "cases", "last_on", "files"]


@pytest.fixture
def tool(session: Session) -> AssuranceTool:
    tool = make_tools.tool(session)
    session.commit()
    return tool


def order(session: Session, tool: AssuranceTool) -> list[str]:
    return [question.key for question in questions_of(session, tool.id)]


def asked(session: Session, tool: AssuranceTool, key: str) -> ToolQuestion:
    return next(question for question in questions_of(session, tool.id) if question.key == key)


def path(tool: AssuranceTool, rest: str = "") -> str:
    return f"/assurance-tools/{tool.id}/{rest}"


def test_tools_page_shows_it_whole_in_order(browser: Open, session: Session, tool: AssuranceTool) -> None:
    page = browser(Role.SPONSOR).get(path(tool))
    assert [heading.get_text() for heading in page.select("section.outline h2")] == ["1. Practice", "2. Evidence"]
    said = [tag.get_text() for tag in page.select("section.outline .ask strong")]
    assert said[:3] == ["How far are plans kept?", "Why not?", "Is the child seen?"]
    text = page.get_text()
    assert "Rating on a scale: Fully met; Partially met; Not met; Not applicable" in text
    assert "Asked only if ‘How far are plans kept?’ is Not met" in text
    assert "Help: Open today." in text


def test_officer_edits_one_section_at_a_time_and_its_questions_are_numbered_through(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    officer, sections = browser(Role.OFFICER), sections_of(session, tool.id)
    for section, number in zip(sections, (1, 4), strict=True):
        page = officer.get(path(tool, f"?section={section.id}"))
        assert [tab.get_text(" ", strip=True) for tab in page.select(".tabs a")] == [
            "1 Practice 3", "2 Evidence 4", "Add a section",
        ]  # fmt: skip
        assert page.select_one(".tabs a[aria-current]")["href"] == path(tool, f"?section={section.id}")  # type: ignore[index]
        assert page.select_one(".ask-list .number").get_text() == str(number)  # type: ignore[union-attr]
    first = officer.get(path(tool)).select_one("ol.ask-list")
    assert first is not None
    assert "Asked only if ‘How far are plans kept?’ is Not met" in first.get_text()
    assert [button.get_text() for button in first.select("li:first-child .ask button")] == [
        "Down: How far are plans kept?"
    ]
    assert officer.get(path(tool, "?section=99999999999")).select_one("#sec").get_text() == "1. Practice"  # type: ignore[union-attr]


def test_section_is_previewed_alone(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer, second = browser(Role.OFFICER), sections_of(session, tool.id)[1]
    link = officer.get(path(tool, f"?section={second.id}")).find("a", string="Preview this section")
    assert link is not None
    preview = officer.get(str(link["href"]))  # type: ignore[index]
    assert [heading.get_text() for heading in preview.select("section.asked h2")] == ["Evidence"]
    assert [tab.get_text() for tab in preview.select(".tabs a")] == ["The whole tool", "1 Practice", "2 Evidence"]
    assert len(officer.get(path(tool, "preview/")).select("section.asked")) == 2


def test_question_moves_within_its_section_and_on_into_the_next(session: Session, tool: AssuranceTool) -> None:
    seen = asked(session, tool, "seen")
    move_question(session, tool, seen, 1)
    assert order(session, tool) == KEYS
    assert seen.section_id == sections_of(session, tool.id)[1].id
    move_question(session, tool, seen, 1)
    assert order(session, tool)[2:4] == ["where", "seen"]
    move_question(session, tool, seen, -1)
    move_question(session, tool, seen, -1)
    assert order(session, tool) == KEYS
    assert seen.section_id == sections_of(session, tool.id)[0].id


@pytest.mark.parametrize(("key", "places", "word"), [("met", -1, "first"), ("files", 1, "last")])
def test_question_cannot_leave_the_tool(
    session: Session, tool: AssuranceTool, key: str, places: int, word: str
) -> None:
    with pytest.raises(RuleBroken, match=f"This is the {word} question already"):
        move_question(session, tool, asked(session, tool, key), places)


def test_question_stays_after_the_one_it_depends_on(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer, why = browser(Role.OFFICER), asked(session, tool, "why")
    sent = officer.send(path(tool, f"questions/{why.id}/move/up/"), path(tool))
    assert sent.status_code == 302
    said = officer.get(path(tool)).get_text()
    assert "‘Why not?’ depends on ‘How far are plans kept?’, which must be asked before it." in said
    session.expire_all()
    assert order(session, tool) == KEYS


def test_officer_moves_a_question_by_its_button_once(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer, seen = browser(Role.OFFICER), asked(session, tool, "seen")
    where, tokens = path(tool, f"questions/{seen.id}/move/down/"), officer.tokens(path(tool))
    for _ in range(2):
        answer = officer.client.post(where, data=tokens)
        there = sections_of(session, tool.id)[1].id
        assert answer.headers["Location"] == path(tool, f"?section={there}#q-{seen.id}")
    session.expire_all()
    assert order(session, tool) == KEYS, "sent twice, moved once: first of the next section"
    assert seen.number == 1
    assert officer.send(path(tool, f"questions/{seen.id}/move/sideways/"), path(tool)).status_code == 404


def test_sections_move_with_their_questions(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer, second = browser(Role.OFFICER), sections_of(session, tool.id)[1]
    officer.send(path(tool, f"sections/{second.id}/move/up/"), path(tool))
    assert "“Evidence” is now section 1." in officer.get(path(tool)).get_text()
    assert order(session, tool) == [*KEYS[3:], *KEYS[:3]]
    with pytest.raises(RuleBroken, match="Evidence is the first section already"):
        move_section(session, tool, second, -1)


def test_officer_adds_edits_and_deletes_a_section(browser: Open, session: Session, tool: AssuranceTool) -> None:
    officer = browser(Role.OFFICER)
    response = officer.send(path(tool, "sections/new/"), title="Voice", introduction="What people said.")
    section = sections_of(session, tool.id)[-1]
    assert response.headers["Location"] == path(tool, f"?section={section.id}#s-{section.id}")
    page = path(tool, f"sections/{section.id}/edit/")
    assert officer.client.post(page, data=officer.filled(page, title="Voices")).status_code == 302
    assert "3. Voices" in officer.get(path(tool, f"?section={section.id}")).get_text()
    assert officer.send(path(tool, f"sections/{section.id}/delete/")).status_code == 302
    assert len(sections_of(session, tool.id)) == 2


def test_section_without_a_title_or_saved_meanwhile_is_refused(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    officer, section = browser(Role.OFFICER), sections_of(session, tool.id)[0]
    assert "Give the title." in words_of(officer.send(path(tool, "sections/new/"), title=" "))
    page = path(tool, f"sections/{section.id}/edit/")
    stale = officer.filled(page, title="Mine", row_version="0")
    assert "Somebody else changed this record" in words_of(officer.client.post(page, data=stale))


def test_section_goes_with_its_questions(session: Session, tool: AssuranceTool) -> None:
    remove_section(session, tool, sections_of(session, tool.id)[1])
    assert order(session, tool) == KEYS[:3]


def test_parts_of_another_tool_are_not_there(browser: Open, session: Session, tool: AssuranceTool) -> None:
    other = make_tools.tool(session, title="Another")
    add_section(session, other, title="Elsewhere")
    section, question = sections_of(session, other.id)[0], asked(session, other, "met")
    session.commit()
    officer = browser(Role.OFFICER)
    for page in (f"sections/{section.id}/edit/", f"questions/{question.id}/edit/", "questions/99999999999/edit/"):
        officer.get(path(tool, page), 404)


def test_sponsor_reads_a_tool_of_the_bank_and_is_offered_no_way_to_build_it(
    browser: Open, session: Session, tool: AssuranceTool
) -> None:
    parts = "section :is(button, form), .ask-list"
    assert browser(Role.SPONSOR).get(path(tool)).select(parts) == []
    assert browser(Role.OFFICER).get(path(tool)).select(parts) != []


def test_officer_of_another_hub_reads_a_reviews_tool_but_does_not_build_it(browser: Open, session: Session) -> None:
    mine = make_tools.tool(session, make.review(session))
    session.commit()
    officer = browser(Role.OFFICER, name="Officer elsewhere")
    assert officer.get(path(mine)).select("section :is(button, form), .ask-list") == []
    for page in ("sections/new/", "edit/", "delete/"):
        officer.get(path(mine, page), 403)
    make.hub(session).officer_id = make.person(session, Role.OFFICER, name="Officer elsewhere").id
    session.commit()
    officer.get(path(mine, "sections/new/"))
