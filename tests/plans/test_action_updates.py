"""Do people say how actions go in words that stay, and move a due date only with a reason?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
OURS, THEIRS = "Northfield Police", "Southfield Health"


@pytest.fixture
def actions(session: PortalSession) -> list[Action]:
    """Two actions of one agency, one of another; due in thirty days."""
    give_starting_words(session)
    plan = make.plan(session)
    due_on = today() + timedelta(days=30)
    actions = [
        make.action(session, plan, make.agency(session, name), text=text, due_on=due_on)
        for name, text in ((OURS, "Audit ten files."), (OURS, "Brief the desk."), (THEIRS, "Train the nurses."))
    ]
    session.commit()
    return actions


def brag(session: PortalSession, code: str) -> int:
    words = select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.BRAG, ReferenceItem.code == code)
    return session.scalars(words).one()


def updates(session: PortalSession) -> list[tuple[int, str]]:
    session.expire_all()
    updates = select(ActionUpdate.action_id, ActionUpdate.text).order_by(ActionUpdate.id)
    return [tuple(row) for row in session.execute(updates)]  # type: ignore[misc]


def ids(*actions: Action) -> str:
    return ",".join(str(action.id) for action in actions)


def day(when: date) -> str:
    return f"{when.day} {when:%B %Y}"


def said(browser: Browser, action: Action) -> list[list[str]]:
    """What was posted, as an action's page has it: who, what, the evidence if any."""
    page = browser.get(f"/actions/{action.id}/")
    return [[part.get_text(strip=True) for part in each.select(".meta strong:first-child, .words")]
            for each in page.select(".updates > li")]  # fmt: skip


def test_officer_posts_progress_with_evidence_and_everybody_reads_it_latest_first(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer = browser(Role.OFFICER)
    page = f"/actions/{actions[0].id}/progress/"
    amber, green = brag(session, "amber"), brag(session, "green")
    assert officer.send(page, text="Four of ten files read.", brag_id=amber).status_code == 302
    assert officer.send(page, text="All read.", evidence="Report of 3 May.", brag_id=green).status_code == 302
    assert said(browser(Role.BOARD_VIEWER), actions[0]) == [
        [Role.OFFICER.label, "All read.", "Evidence: Report of 3 May."],
        [Role.OFFICER.label, "Four of ten files read."],
    ]
    session.refresh(actions[0])
    assert actions[0].brag_id == green


def test_progress_without_words_is_refused_and_what_was_typed_stays_in_the_form(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer = browser(Role.OFFICER)
    answer = officer.send(f"/actions/{actions[0].id}/progress/", text="   ", evidence="A long list of files.")
    assert answer.status_code == 422
    assert "A long list of files." in answer.text
    assert updates(session) == []


def test_the_word_for_complete_is_refused_while_nobody_has_confirmed_the_completion(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer, blue = browser(Role.OFFICER), brag(session, "blue")
    answer = officer.send(f"/actions/{actions[0].id}/progress/", text="Done, I think.", brag_id=blue)
    assert answer.status_code == 422
    assert "a second person confirms it" in words_of(answer)
    assert updates(session) == []
    page = officer.get(f"/actions/rate/?ids={ids(actions[0])}")
    assert page.select_one(f"option[value='{blue}']") is None
    session.refresh(actions[0])
    assert actions[0].brag_id is None


def test_a_word_that_is_no_brag_word_is_refused(browser: Open, session: PortalSession, actions: list[Action]) -> None:
    other = session.scalars(
        select(ReferenceItem.id).where(ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON)
    ).first()
    answer = browser(Role.OFFICER).send(f"/actions/{actions[0].id}/progress/", text="Words.", brag_id=other)
    assert answer.status_code == 422
    assert updates(session) == []


def test_one_form_sent_twice_posts_one_update(browser: Open, session: PortalSession, actions: list[Action]) -> None:
    officer, page = browser(Role.OFFICER), f"/actions/{actions[0].id}/progress/"
    sent = {**officer.tokens(page), "text": "Six of ten files read."}
    assert [officer.client.post(page, data=sent).status_code for _ in range(2)] == [302, 302]
    assert updates(session) == [(actions[0].id, "Six of ten files read.")]


def test_markup_in_an_update_is_shown_as_it_was_typed(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer = browser(Role.OFFICER)
    officer.send(f"/actions/{actions[0].id}/progress/", text="<script>alert(1)</script>")
    assert "<script>alert(1)" not in officer.client.get(f"/actions/{actions[0].id}/").text
    assert said(officer, actions[0])[0][1] == "<script>alert(1)</script>"


@pytest.mark.parametrize("role", [Role.BOARD_VIEWER, Role.SPONSOR, Role.AGENCY_MEMBER])
def test_who_only_reads_says_nothing_about_actions(
    browser: Open, session: PortalSession, actions: list[Action], role: Role
) -> None:
    agency = make.agency(session, OURS) if role is Role.AGENCY_MEMBER else None
    reader = browser(role, agency=agency)
    shown = reader.get(f"/actions/{actions[0].id}/").get_text()
    assert "Post progress" not in shown
    assert "Move due date" not in shown
    for path in (f"{actions[0].id}/progress/", f"rate/?ids={ids(actions[0])}", f"due-date/?ids={ids(actions[0])}"):
        reader.get(f"/actions/{path}", status=403)


def test_manager_of_no_agency_says_and_changes_nothing_about_actions(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    manager, action = browser(Role.MANAGER), actions[0]
    for path in (f"{action.id}/progress/", f"{action.id}/done/", f"{action.id}/edit/", f"rate/?ids={ids(action)}"):
        manager.get(f"/actions/{path}", status=403)
        assert manager.send(f"/actions/{path}", "/account/", text="Well.").status_code == 403, path
    assert "Post progress" not in manager.get(f"/actions/{action.id}/").get_text()
    assert updates(session) == []


def test_manager_of_an_agency_rates_the_own_actions_and_reaches_no_other(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    manager, red = browser(Role.MANAGER, agency=make.agency(session, OURS)), brag(session, "red")
    own = f"/actions/rate/?ids={ids(*actions[:2])}"
    assert manager.send(own, brag_id=red, text="Two people have left.").status_code == 302
    assert updates(session) == [(action.id, "Two people have left.") for action in actions[:2]]
    manager.get(f"/actions/rate/?ids={ids(*actions)}", status=404)
    forged = {**manager.tokens(own), "brag_id": red, "text": "Not ours."}
    assert manager.client.post(f"/actions/rate/?ids={ids(actions[2])}", data=forged).status_code == 404
    manager.get(f"/actions/{actions[2].id}/progress/", status=404)
    manager.get(f"/actions/due-date/?ids={ids(actions[0])}", status=403)
    session.commit()  # the next transaction is the portal's own again
    session.refresh(actions[2])
    assert actions[2].brag_id is None


def test_officer_rates_ticked_actions_together_with_word_and_reason(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer, amber = browser(Role.OFFICER), brag(session, "amber")
    form = officer.get("/actions/").select_one("form:has(input[name=rowid])")
    assert form is not None
    button = next(tag for tag in form.select("button[formaction]") if tag.get_text() == "Set BRAG word")
    hidden = {field["name"]: field.get("value", "") for field in form.select("input[type=hidden]")}
    ticked = [str(action.id) for action in actions]
    answer = officer.client.post(button["formaction"], data={**hidden, "rowid": ticked})
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert "This concerns 3 actions" in re.sub(r"\s+", " ", officer.get(page).get_text())
    for values, words in (({"text": "Late."}, "Choose the BRAG"), ({"brag_id": amber}, "Give the reason")):
        refused = officer.send(page, **values)
        assert refused.status_code == 422, values
        assert words in words_of(refused)
    assert updates(session) == []
    assert officer.send(page, brag_id=amber, text="The provider is late.").status_code == 302
    assert updates(session) == [(action.id, "The provider is late.") for action in actions]
    assert {session.get_one(Action, action.id).brag_id for action in actions} == {amber}


def test_officer_moves_a_due_date_with_a_reason_and_the_date_first_agreed_stays(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer, action = browser(Role.OFFICER), actions[0]
    first, later = action.due_on, action.due_on + timedelta(days=60)
    page = f"/actions/due-date/?ids={action.id}"
    answer = officer.send(page, due_on=later.isoformat(), reason="The provider went bankrupt.")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/actions/{action.id}/"
    session.refresh(action)
    assert (action.due_on, action.original_due_on) == (later, first)
    expected = f"Due date moved from {day(first)} to {day(later)}: The provider went bankrupt."
    assert updates(session) == [(action.id, expected)]
    shown = officer.get(f"/actions/{action.id}/").get_text(" ", strip=True)
    assert day(first) in shown
    assert expected in shown


@pytest.mark.parametrize(
    ("days", "reason", "words"),
    [
        (60, " ", "Give the reason"),
        (None, "Reason.", "new due date"),
        (30, "Reason.", "is due on that day already"),
        (-30, "Reason.", "cannot be due before it starts"),
    ],
)
def test_a_due_date_does_not_move_without_a_reason_to_the_same_day_or_before_the_start(
    browser: Open, session: PortalSession, actions: list[Action], days: int | None, reason: str, words: str
) -> None:
    action = actions[0]
    action.starts_on, first = today() - timedelta(days=1), action.due_on
    session.commit()
    typed = (today() + timedelta(days=days)).isoformat() if days is not None else ""
    answer = browser(Role.OFFICER).send(f"/actions/due-date/?ids={action.id}", due_on=typed, reason=reason)
    assert answer.status_code == 422
    assert words.lower() in words_of(answer).lower()
    session.refresh(action)
    assert action.due_on == first
    assert updates(session) == []


def test_of_several_actions_none_moves_when_one_cannot(
    browser: Open, session: PortalSession, actions: list[Action]
) -> None:
    officer, later = browser(Role.OFFICER), today() + timedelta(days=90)
    actions[1].due_on = later
    session.commit()
    page = f"/actions/due-date/?ids={ids(*actions)}"
    answer = officer.send(page, due_on=later.isoformat(), reason="A new timetable.")
    assert answer.status_code == 422
    assert f"{actions[1].reference} is due on that day already." in words_of(answer)
    assert updates(session) == []
    assert officer.send(page, due_on=(later + timedelta(days=1)).isoformat(), reason="New.").status_code == 302
    assert len(updates(session)) == 3
    assert {session.get_one(Action, action.id).due_on for action in actions} == {later + timedelta(days=1)}


@pytest.mark.parametrize("typed", ["", "x", "1,", "-1", "1;2", "99999999", "²", "1,1,9999"])
def test_an_address_that_names_no_action_is_not_found(browser: Open, actions: list[Action], typed: str) -> None:
    officer = browser(Role.OFFICER)
    officer.get(f"/actions/rate/?ids={typed}", status=404)
    officer.get(f"/actions/due-date/?ids={typed}", status=404)


def test_the_edit_form_does_not_move_a_due_date(browser: Open, session: PortalSession, actions: list[Action]) -> None:
    officer, action = browser(Role.OFFICER), actions[0]
    first, edit = action.due_on, f"/actions/{action.id}/edit/"
    sent = officer.filled(edit, due_on="2031-01-01", original_due_on="2031-01-01", text="Audit twenty files.")
    assert officer.client.post(edit, data=sent).status_code == 302
    session.refresh(action)
    assert (action.text, action.due_on, action.original_due_on) == ("Audit twenty files.", first, first)


def test_updates_are_never_edited_or_taken_away(browser: Open, session: PortalSession, actions: list[Action]) -> None:
    officer = browser(Role.ADMINISTRATOR)
    officer.send(f"/actions/{actions[0].id}/progress/", text="Said.")
    update = session.scalars(select(ActionUpdate)).one()
    for path in (f"/action-updates/{update.id}/edit/", f"/action-updates/{update.id}/delete/", "/action-updates/"):
        officer.get(path, status=404)
