"""Does each entry of each demo person's home page lead to exactly what it counts, and is what is due in the feed?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from bs4 import BeautifulSoup
from flask import Flask
from icalendar import Calendar
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import now, today
from models.partnership.people import Person
from models.reminders import task_lines
from models.reminders.calendar_feeds import start_feed
from tests.kit.test_screens import statements
from tests.web import Browser


@dataclass(frozen=True)
class Entry:
    """One entry of a home page: how many, in which words, and where it leads."""

    count: int
    words: str
    href: str

    @property
    def is_list(self) -> bool:
        return "?" in self.href or self.href.endswith(("/late/", "/waiting/"))


TABS = {
    Role.ADMINISTRATOR: ["Mine", "Everybody"],
    Role.OFFICER: ["Mine", "My hub", "Everybody"],
    Role.SPONSOR: ["Mine", "My reviews", "Everybody"],
    Role.MANAGER: ["Mine", "My agency"],
}


def tabs_of(browser: Browser) -> dict[str, str]:
    """The tabs of a home page and where each leads; a page without tabs is its own."""
    links = browser.get("/").select("nav.tabs[aria-label='Whose tasks'] a")
    return {str(link.contents[0]).strip(): str(link["href"]) for link in links} or {"": "/"}


def entries_of(browser: Browser, path: str = "/") -> list[Entry]:
    found = []
    for link in browser.get(path).select(".fold .chips a"):
        number, words = (" ".join(part.get_text(" ").split()) for part in link.select("strong, span"))
        found.append(Entry(int(number.replace(",", "")), words, str(link["href"])))
    return found


def pages_of(browser: Browser, path: str) -> Iterator[BeautifulSoup]:
    """A list's page, and every page after it."""
    page = browser.get(path)
    yield page
    following = page.select_one("nav.pager a[rel=next]")
    if following is not None:
        yield from pages_of(browser, str(following["href"]))


def rows_of(browser: Browser, path: str) -> list[str]:
    """Where the rows of a list lead, from its first page to its last."""
    rows = [row for page in pages_of(browser, path) for row in page.select("main table.list tbody tr")]
    return [urlsplit(str(row.select("a[href]")[0]["href"])).path for row in rows]


@pytest.fixture
def people(portal: Flask, session: Session) -> list[tuple[Person, Browser]]:
    """Every person of the demo who signs in, each with a browser."""
    people = session.scalars(select(Person).where(Person.is_active).order_by(Person.id)).all()
    session.commit()
    assert {person.role for person in people} == set(Role)
    return [(person, Browser(portal).enter(person, session)) for person in people]


def test_every_entry_of_every_home_page_leads_to_exactly_what_it_counts(people: list[tuple[Person, Browser]]) -> None:
    seen: dict[str, int] = defaultdict(int)
    for person, browser in people:
        for tab, path in tabs_of(browser).items():
            for entry in entries_of(browser, path):
                seen[tab] += 1
                if not entry.is_list:
                    assert entry.count == 1, (person.name, entry)
                    browser.get(entry.href)
                else:
                    assert entry.count > 1, (person.name, entry)
                    assert len(rows_of(browser, entry.href)) == entry.count, (person.name, entry)
    assert all(seen[tab] > 3 for tab in ("", "Mine", "My hub", "My reviews", "My agency", "Everybody"))


def test_tabs_stand_where_they_have_a_meaning_and_say_which_is_shown(people: list[tuple[Person, Browser]]) -> None:
    for person, browser in people:
        tabs = tabs_of(browser)
        is_of_none = person.role is Role.MANAGER and person.agency_id is None
        assert list(tabs) == ([""] if is_of_none else TABS.get(person.role, [""])), person.name
        for words, path in tabs.items():
            here = browser.get(path).select("nav.tabs [aria-current=page]")
            assert [str(link.contents[0]).strip() for link in here] == ([words] if words else []), person.name


def test_every_tab_says_how_many_tasks_it_lists_whichever_is_shown(people: list[tuple[Person, Browser]]) -> None:
    tried = 0
    for person, browser in people:
        said: dict[str, set[str]] = defaultdict(set)
        for path in tabs_of(browser).values():
            page = browser.get(path)
            for tab in page.select("nav.tabs[aria-label='Whose tasks'] a"):
                said[str(tab["href"])].add(tab.select_one(".number").get_text().split()[0])  # type: ignore[union-attr]
            heading = page.select_one("h2#tasks")
            if said and heading is not None:
                listed = re.search(r"([\d,]+) tasks?", heading.get_text())
                assert said[path] == {listed[1] if listed else "0"}, (person.name, path, heading)
                tried += 1
        assert all(len(numbers) == 1 for numbers in said.values()), (person.name, said)
    assert tried > 10


def test_tab_of_another_role_shows_ones_own_and_its_pile_finds_nothing(people: list[tuple[Person, Browser]]) -> None:
    manager = next(browser for person, browser in people if person.role is Role.MANAGER and person.agency_id)
    assert entries_of(manager, "/?whose=everybody") == entries_of(manager)
    assert rows_of(manager, "/actions/?waits=actions-overdue-agency")
    assert "Nothing fits" in manager.get("/actions/?waits=actions-overdue-everybody").get_text()


def test_tasks_of_others_say_by_whom_and_are_only_looked_at(people: list[tuple[Person, Browser]]) -> None:
    officer = next(browser for person, browser in people if person.role is Role.OFFICER)
    tasks = officer.get("/?whose=everybody").select("ol.tasks > li")
    assert len(tasks) == 10
    assert all("To be done by" in task.get_text() for task in tasks)
    assert {link.get_text().split(":")[0] for task in tasks for link in task.select("a.verb")} == {"Look"}
    assert "The first 10 of" in officer.get("/?whose=everybody").get_text()


def test_every_task_leads_to_its_own_page_or_to_exactly_as_many_as_it_says(
    people: list[tuple[Person, Browser]],
) -> None:
    seen: set[bool] = set()
    for person, browser, path in [(*each, path) for each in people for path in tabs_of(each[1]).values()]:
        tasks = browser.get(path).select("ol.tasks > li")
        assert len(tasks) <= 10, person.name
        dates = [task.select_one(".when") for task in tasks]
        late = [bool(each and each.select_one(".late")) for each in dates]
        assert late == sorted(late, reverse=True), person.name
        for task in tasks:
            what, href = task.select_one(".what"), task.select_one("a.verb")
            assert what is not None
            assert href is not None
            number = re.search(r"(?<![\w-])(\d+) (?!days)", what.get_text()) if "waits=" in str(href["href"]) else None
            seen.add(number is not None)
            if number is None:
                with browser.client.get(str(href["href"]), follow_redirects=True) as answer:
                    assert answer.status_code == 200, (person.name, what.get_text())
            else:
                assert len(rows_of(browser, str(href["href"]))) == int(number[1]), (person.name, what.get_text())
    assert seen == {True, False}


def test_list_behind_an_entry_has_the_oldest_due_first(people: list[tuple[Person, Browser]]) -> None:
    seen = 0
    for person, browser in people:
        for entry in entries_of(browser):
            sort = re.search(r"[?&]sort=(\w+)", entry.href)
            if sort is None:
                continue
            page = browser.get(entry.href)
            assert len(page.select("th[aria-sort=ascending]")) == 1, (person.name, entry)
            seen += 1
    assert seen > 5


def test_calendar_holds_what_is_due_on_the_home_page_each_with_its_link(
    portal: Flask, session: Session, people: list[tuple[Person, Browser]]
) -> None:
    for person, browser in people:
        token = start_feed(session, person.id, now=now())
        session.commit()
        events = Calendar.from_ical(portal.test_client().get(f"/calendar/{token}.ics").get_data()).walk("VEVENT")
        days: dict[str, date] = {urlsplit(str(event["url"])).path: event.decoded("dtstart") for event in events}
        assert len(days) == len(events), person.name
        listed: set[str] = set()
        for entry in entries_of(browser):
            if re.search(r"\b(is|are) (over)?due\b", entry.words):
                paths = rows_of(browser, entry.href) if entry.is_list else [entry.href]
                late = "overdue" in entry.words
                assert all((days[path] < today()) == late for path in paths), (person.name, entry)
                listed |= set(paths)
        late = {path for path, day in days.items() if day < today()}
        near = {path for path, day in days.items() if today() <= day <= today() + timedelta(days=28)}
        assert late | near <= listed, (person.name, sorted((late | near) - listed))


def test_no_officers_home_page_names_what_another_officer_runs(
    session: Session, people: list[tuple[Person, Browser]]
) -> None:
    officers = [(person, browser) for person, browser in people if person.role is Role.OFFICER]
    assert len(officers) > 1
    late = {person.id: set(rows_of(browser, "/case-audits/?waits=audits-owed-overdue")) for person, browser in officers}
    assert any(late.values())
    ids = list(late)
    for number, one in enumerate(ids):
        assert all(late[one].isdisjoint(late[other]) for other in ids[number + 1 :])


def test_administrators_entries_say_that_they_are_of_all_hubs(people: list[tuple[Person, Browser]]) -> None:
    (browser,) = [browser for person, browser in people if person.role is Role.ADMINISTRATOR][:1]
    (owed,) = [entry for entry in entries_of(browser) if "owe" in entry.words and "case audit" in entry.words]
    assert owed.words.endswith("(all hubs)")


def test_pile_of_another_role_finds_nothing(people: list[tuple[Person, Browser]]) -> None:
    member = next(browser for person, browser in people if person.role is Role.AGENCY_MEMBER)
    for pile in ("audits-owed-overdue", "audits-overdue-x", "nothing"):
        assert "Nothing fits" in member.get(f"/case-audits/?waits={pile}").get_text()


def test_home_pages_take_few_statements_which_are_put_together_once_for_a_role(
    people: list[tuple[Person, Browser]], engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = next(browser for person, browser in people if person.role is Role.OFFICER)
    officer.get("/")
    with time_machine.travel(now(), tick=False):
        officer.get("/account/")
        with statements(engine) as seen:
            officer.get("/")
    assert len(seen) <= 8, seen
    monkeypatch.setattr(task_lines, "_grouped", None)  # a second person of the role has nothing put together anew
    for person, browser in people:
        if person.role is Role.OFFICER:
            assert "Today" in browser.get("/").get_text()
