"""Does each number beside the tasks of a home page, and on an agency's page, lead to exactly what it counts?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import Tag
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import now
from models.partnership.people import Person
from models.plans.actions import Action
from tests.demo.test_every_task import rows_of, tabs_of
from tests.kit.test_screens import statements
from tests.web import Browser

Signed = list[tuple[Person, Browser]]


@pytest.fixture
def people(portal: Flask, session: Session) -> Signed:
    """Every person of the demo who signs in, each with a browser."""
    people = session.scalars(select(Person).where(Person.is_active).order_by(Person.id)).all()
    session.commit()
    return [(person, Browser(portal).enter(person, session)) for person in people]


def shares(part: Tag) -> Iterator[tuple[int, str]]:
    """Each number of the legends within a part of a page, and where it leads."""
    for link in part.select(".legend a"):
        number = re.match(r"[\d,]+", link.get_text())
        assert number is not None
        yield int(number[0].replace(",", "")), str(link["href"])


def card_of(browser: Browser, name: str, path: str = "/") -> Tag | None:
    return browser.get(path).select_one(f"section.card[aria-labelledby={name}]")


def test_officers_see_the_returns_of_each_agency_and_every_number_opens_its_returns(people: Signed) -> None:
    seen = 0
    for person, browser in people:
        card = card_of(browser, "returns")
        assert card is None or person.role in (Role.OFFICER, Role.ADMINISTRATOR), person.name
        if card is None:
            continue
        for count, href in shares(card):
            assert len(rows_of(browser, href)) == count, (person.name, href)
        for line in card.select(".lines > li"):
            words, link = line.get_text(" ", strip=True), line.select_one("a")
            said = re.search(r"(\d+) of (\d+) in(?:, (\d+) late)?", words)
            assert said is not None
            assert link is not None
            href = str(link["href"])
            assert len(rows_of(browser, href)) == int(said[2]), (person.name, words)
            assert len(rows_of(browser, f"{href}&returned=in")) == int(said[1]), (person.name, words)
            assert len(rows_of(browser, f"{href}&returned=late")) == int(said[3] or 0), (person.name, words)
            assert bool(line.select("rect.f-red")) == bool(said[3])
            seen += 1
    assert seen > 3


def test_managers_see_their_agencys_open_actions_due_first_with_their_owners(people: Signed, session: Session) -> None:
    seen = 0
    for person, browser in people:
        card = card_of(browser, "actions")
        assert card is None or (person.role is Role.MANAGER and person.agency_id), person.name
        if card is None:
            continue
        counts = {href: count for count, href in shares(card)}
        assert all(len(rows_of(browser, href)) == count for href, count in counts.items()), person.name
        everything = card.select_one(".more a")
        assert everything is not None
        assert everything.get_text() == f"All {sum(counts.values())} open actions"
        assert len(rows_of(browser, str(everything["href"]))) == sum(counts.values())
        ids = [int(urlsplit(str(link["href"])).path.split("/")[2]) for link in card.select(".lines a")]
        shown = [session.get_one(Action, action_id) for action_id in ids]
        assert [action.due_on for action in shown] == sorted(action.due_on for action in shown)
        assert all(action.completed_on is None and action.lead_agency_id == person.agency_id for action in shown)
        for line, action in zip(card.select(".lines > li"), shown, strict=True):
            owner = "Me" if action.owner_id == person.id else action.owner_name or "No owner yet"
            assert f"{owner} · heard" in line.get_text()
        seen += 1
    assert seen > 0
    session.commit()


def test_sponsors_see_the_papers_to_sign_each_one_press_away(people: Signed) -> None:
    seen = 0
    for person, browser in people:
        card = card_of(browser, "papers")
        assert card is None or person.role is Role.SPONSOR, person.name
        for link in card.select(".lines a") if card is not None else ():
            assert link.get_text() in browser.get("/sign-offs/waiting/").get_text()
            browser.get(str(link["href"]))
            seen += 1
    assert seen > 0


def test_members_see_how_far_each_form_is_and_go_on_with_it_in_one_press(people: Signed) -> None:
    verbs = set()
    for person, browser in people:
        for task in browser.get("/").select("ol.tasks > li:has(progress)"):
            assert person.role is Role.AGENCY_MEMBER, person.name
            bar, verb = task.select_one("progress"), task.select_one("a.verb")
            assert bar is not None
            assert verb is not None
            answered, asked = int(str(bar["value"])), int(str(bar["max"]))
            assert f"{answered} of {asked} questions answered" in task.get_text()
            word = verb.get_text().split(":")[0]
            assert word == ("Continue" if answered else "Begin")
            assert str(verb["href"]).endswith("/answer/")
            form = browser.client.get(str(verb["href"]), follow_redirects=True)
            assert form.status_code == 200, person.name
            assert "questions" in form.text
            verbs.add(word)
    assert "Continue" in verbs


def test_page_of_an_agency_counts_its_actions_and_each_number_opens_exactly_these(
    people: Signed, session: Session
) -> None:
    agencies = set(session.scalars(select(Action.lead_agency_id).where(Action.completed_on.is_(None)).distinct()))
    session.commit()
    seen = 0
    for person, browser in people:
        own = [person.agency_id] if person.agency_id else sorted(each for each in agencies if each)[:3]
        for agency_id in own:
            card = card_of(browser, "stands", f"/agencies/{agency_id}/")
            for count, href in shares(card) if card is not None else ():
                assert len(rows_of(browser, href)) == count, (person.name, href)
                seen += "late=yes" in href
    assert seen > 3


def test_people_of_another_agency_see_nothing_of_its_actions(people: Signed) -> None:
    bound = [(person, browser) for person, browser in people if person.agency_id and person.role is Role.MANAGER]
    person, browser = bound[0]
    (other,) = [each.agency_id for each, _ in people if each.agency_id not in (None, person.agency_id)][:1]
    assert card_of(browser, "stands", f"/agencies/{person.agency_id}/") is not None
    answer = browser.client.get(f"/agencies/{other}/")
    assert 'aria-labelledby="stands"' not in answer.text


def test_home_page_takes_as_many_statements_as_a_list_and_two_for_each_part_beside_the_tasks(
    people: Signed, engine: Engine
) -> None:
    """Of officers in the tabs of others: their own has what nouns count. A sponsor's bar costs the same everywhere.

    The Board's first page is its year (tests/demo/test_board_page.py).
    """
    for person, browser in people:
        if person.role is Role.BOARD_VIEWER:
            continue
        is_counted = person.role in (Role.ADMINISTRATOR, Role.OFFICER)
        for path in list(tabs_of(browser).values())[is_counted:] if person.role is not Role.SPONSOR else ():
            with time_machine.travel(now(), tick=False):
                parts = browser.get(path).select("section.card, ol.tasks:has(progress)")
                with statements(engine) as seen:
                    browser.client.get(path)
            assert len(seen) <= 5 + 2 * len(parts), f"{person.name} {path}: {len(seen)} {seen}"
