"""Whose hands does a review pass through, and what does each person press on the real screens?"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.audits.case_audits import CaseAudit
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_lists import CaseList
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.sampling.audit_samples import AuditSample
from models.tools.starting_tools import give_starting_tools
from models.tools.starting_words import give_starting_words
from tests import make
from tests.make_case_lists import csv_bytes
from tests.web import Browser, member, words_of
from tests.work import do_requests, done

AGENCIES = {"Northfield Police": "police", "Eastmoor Health Trust": "health", "Westdale Social Care": "social_care"}
CASES = [("Case reference", "Level", "Start date")] + [
    (f"C{number}", level, f"0{number}/06/2025")
    for number, level in enumerate(["Child in need"] * 3 + ["Child protection plan"] * 3, 1)
]


@dataclass
class Cast:
    """The people of one agency, each in a browser of their own."""

    agency: Agency
    member: Browser
    manager: Browser
    auditor: Browser
    auditor_id: int


@dataclass
class Cycle:
    """One review on its way, and everybody who has a part in it."""

    portal: Flask
    session: Session
    factory: sessionmaker[PortalSession]
    agencies: list[Cast] = field(default_factory=list)
    review_id: int = 0
    links: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        give_starting_words(self.session)
        give_starting_tools(self.session)
        self.people = {role: member(self.session, role) for role in (*Role,) if role is not Role.AGENCY_MEMBER}
        make.hub(self.session).officer_id = self.people[Role.OFFICER].id
        self.session.commit()
        self.sign_in()

    def sign_in(self) -> None:
        """Everybody signs in, again if need be."""
        opened = {role: Browser(self.portal).sign_in(self.people[role]) for role in self.people}
        self.administrator, self.officer = opened[Role.ADMINISTRATOR], opened[Role.OFFICER]
        self.sponsor, self.viewer = opened[Role.SPONSOR], opened[Role.BOARD_VIEWER]
        self.public = Browser(self.portal)
        self.agencies = [self._cast(name, code) for name, code in AGENCIES.items()]

    def _cast(self, name: str, code: str) -> Cast:
        agency = make.agency(self.session, name, category=code)

        def person(role: Role, title: str, **values: Any) -> Person:
            return member(self.session, role, agency=agency, name=f"{title} of {name}", **values)

        auditor = person(Role.AGENCY_MEMBER, "Auditor", team="South")
        people = (person(Role.AGENCY_MEMBER, "Member"), person(Role.MANAGER, "Manager"), auditor)
        return Cast(agency, *(Browser(self.portal).sign_in(member) for member in people), auditor_id=auditor.id)

    # The review itself

    @property
    def page(self) -> str:
        return f"/thematic-reviews/{self.review_id}/"

    @property
    def review(self) -> ThematicReview:
        self.afresh()
        return self.session.get_one(ThematicReview, self.review_id)

    def afresh(self) -> None:
        """The test reads as the portal itself again, and reads everything from the database again."""
        self.session.commit()
        self.session.expire_all()

    def refused(self, sentence: str) -> None:
        """The officer tries to move the review on too early and reads what is missing; the review stays where it is."""
        before = self.review.stage
        self.officer.send(f"{self.page}advance/", confirmed="yes")
        said = _said(self.officer.get(self.page))
        assert f"yet. {sentence}" in said, (sentence, said[:600])
        assert self.review.stage is before

    def goes_on(self, stage: Stage) -> None:
        """The officer moves the review on, and it is there."""
        self.officer.send(f"{self.page}advance/", confirmed="yes")
        said = _said(self.officer.get(self.page))
        assert f"is now at the stage {stage.label.lower()}." in said, said[:600]
        assert self.review.stage is stage

    def sign(self) -> int:
        """The sponsor signs everything on the waiting page; returns how many things that was."""
        page = self.sponsor.get("/sign-offs/waiting/")
        waiting = {str(link["href"]) for link in page.select("main a[href^='/sign-offs/']")}
        pages = sorted(page for page in waiting if page.endswith("/sign/"))
        for address in pages:
            accept(self.sponsor, address, note="")
        return len(pages)

    def ask_and_sign(self, paper: str) -> None:
        """The officer asks for one paper's signature, and the sponsor signs it."""
        accept(self.officer, f"{self.page}papers/", paper=paper)
        assert self.sign() == 1

    def one(self, model: Any, *conditions: Any) -> Any:
        """The latest record of a table."""
        self.afresh()
        return self.session.scalars(select(model).where(*conditions).order_by(model.id.desc())).first()

    def word(self, list_name: ReferenceList, code: str) -> int:
        """The id of one word of a list."""
        named = (ReferenceItem.list_name == list_name, ReferenceItem.code == code)
        return self.session.scalars(select(ReferenceItem.id).where(*named)).one()

    def work(self) -> list[str]:
        """The worker does the open requests; returns their sentences."""
        return done(do_requests(self.session, self.factory))

    # Cases

    def frame(self) -> CaseFrame:
        """The officer uploads a list for the review, confirms its columns, and accepts it."""
        page = "/case-lists/upload/"
        values = {**self.officer.tokens(page), "title": "Open cases", "review_id": self.review_id}
        file = (io.BytesIO(csv_bytes(CASES)), "list.csv")
        sent = self.officer.client.post(page, data={**values, "file": file}, content_type="multipart/form-data")
        assert sent.status_code == 302, words_of(sent)
        case_list = self.one(CaseList)
        columns = f"/case-lists/{case_list.id}/columns/"
        values = self.officer.filled(columns, level_source="column")
        assert self.officer.client.post(columns, data=values).status_code == 302
        self.work()
        accept(self.officer, f"/case-lists/{case_list.id}/accept/", confirmed="yes")
        assert "is frozen: 6 cases" in self.work()[0]
        case_frame: CaseFrame = self.one(CaseFrame)
        return case_frame

    def draw(self, frame: CaseFrame) -> AuditSample:
        """The officer plans, locks, and draws one case and one reserve of each level before a witness."""
        due = today() + timedelta(days=14)
        accept(
            self.officer, "/audit-samples/plan/", frame_id=frame.id, title="Neglect", rule="any", strata="level",
            method="fixed", size="1", reserves="1", audits_due_on=due.isoformat(),
        )  # fmt: skip
        path = f"/audit-samples/{self.one(AuditSample).id}/"
        accept(self.officer, f"{path}lock/", page=f"{path}preview/")
        accept(self.officer, f"{path}ceremony/", public="4 6 1", witness="Chair of the Board")
        assert "2 cases drawn, 2 in reserve" in self.work()[0]
        sample: AuditSample = self.one(AuditSample)
        return sample

    def agree_to_share(self, cast: Cast) -> None:
        """The officer files an agency's signed agreement."""
        until = today() + timedelta(days=200)
        accept(
            self.officer, "/sharing-agreements/new/", agency_id=cast.agency.id, title="Protocol", version="3",
            signed_by="A. Signatory", signed_by_role="Caldicott guardian", signed_on=today().isoformat(),
            valid_until_on=until.isoformat(),
        )  # fmt: skip

    def audits(self, cast: Cast) -> list[int]:
        """The audits of an agency."""
        self.afresh()
        audits = select(CaseAudit.id).where(CaseAudit.agency_id == cast.agency.id).order_by(CaseAudit.id)
        return list(self.session.scalars(audits))

    def audit(self, cast: Cast, *preferred: str) -> None:
        """The manager assigns both audits of an agency, but not to somebody of the case's team; the auditor answers."""
        first, *_ = audits = self.audits(cast)
        own = {"auditor_id": cast.auditor_id, "case_team": "South"}
        refuse(cast.manager, f"/case-audits/{first}/assign/", "nobody audits their own team's case", **own)
        for audit_id in audits:
            path = f"/case-audits/{audit_id}/"
            accept(cast.manager, f"{path}assign/", auditor_id=cast.auditor_id, case_team="North")
            answer_sheet(cast.auditor, path, *preferred)
            accept(cast.auditor, f"{path}hand-in/")

    # People who are heard

    def survey(self, activity: str, tool_id: int, count: int, *preferred: str) -> str:
        """The officer opens a survey of an activity, the public answers it so many times; returns the survey's page."""
        until = today() + timedelta(days=7)
        values = {"opens_on": today().isoformat(), "closes_on": until.isoformat()}
        accept(self.officer, f"{activity}survey/open/", tool_id=tool_id, **values)
        links = self.officer.get(activity).select("main a[href*='/survey/']")
        page = next(str(link["href"]) for link in links if "/open/" not in str(link["href"]))
        address = next(word for word in self.officer.get(page).get_text(" ").split() if "/answer/" in word)
        path = address[address.index("/answer/") :]
        for _ in range(count):
            asked = BeautifulSoup(self.public.client.get(path).text, "html.parser")
            receipt = asked.select_one("input[name=receipt]")
            assert receipt is not None
            answer = self.public.client.post(path, data={"receipt": receipt["value"], **answers(asked, preferred)})
            assert answer.status_code == 303, words_of(answer)
        self.links[page] = path
        return page

    def group(self, name: str, kind: str) -> int:
        """The officer puts a group on the register; returns its id."""
        page = "/feedback-groups/new/"
        page_of_group = post(
            self.officer, page, self.officer.filled(page, name=name, kind=kind, found_through="school")
        )
        return number_in(page_of_group)


# How a page is filled in


def post(browser: Browser, path: str, values: Any) -> str:
    """Send the values; the portal must accept them. Returns the address it leads to."""
    answer = browser.client.post(path, data=values)
    assert answer.status_code in (302, 303), f"{path}: {answer.status_code} {words_of(answer)}"
    return answer.headers["Location"]


def accept(browser: Browser, path: str, page: str = "", **values: Any) -> str:
    """Fill in the form of a page; the portal must accept it. Returns the address it leads to."""
    return post(browser, path, {**browser.tokens(page or path), **values})


def amend(browser: Browser, path: str, **changes: Any) -> str:
    """Change something in a form that is already filled in."""
    return post(browser, path, browser.filled(path, **changes))


def refuse(browser: Browser, path: str, sentence: str, **values: Any) -> None:
    """Fill in the form of a page; the portal must refuse it in a sentence."""
    answer = browser.send(path, **values)
    assert (answer.status_code, sentence in words_of(answer)) == (422, True), words_of(answer)


def number_in(path: str) -> int:
    """The number of the record that an address leads to."""
    return next(int(part) for part in path.strip("/").split("/") if part.isdigit())


def button(page: BeautifulSoup, words: str, within: str = "main") -> str:
    """The address of the first button with these words."""
    links = page.select(f"{within} a")
    return next(str(link["href"]) for link in links if words in link.get_text(" ", strip=True))


def answer_sheet(browser: Browser, path: str, *preferred: str) -> None:
    """Answer every question of a sheet, section by section, until it can be read; `preferred` answers first."""
    place = f"{path}answer/1/"
    for _ in range(60):
        page = browser.get(place)
        shown = [str(item["value"]) for item in page.select("main input[name=shown]")]
        hidden = {str(item["name"]): item.get("value", "") for item in page.select("main form input[type=hidden]")}
        values = {**hidden, **answers(page, preferred), "shown": shown}
        place = post(browser, place, values).split("#")[0]
        if place.endswith("/read/"):
            return
    raise AssertionError(f"{path} does not come to its end")


def answers(page: BeautifulSoup, preferred: Iterable[str]) -> dict[str, Any]:
    """An answer to every question that a page shows: one of the preferred when it is offered, else the first."""
    given: dict[str, Any] = {}
    for item in page.select("main [name^='a-']"):
        name = str(item["name"])
        if item.find_parent(hidden=True) is not None or item.get("type") == "hidden" or name in given:
            continue
        given[name] = _answer(page, item, tuple(preferred))
    return given


def _answer(page: BeautifulSoup, tag: Tag, preferred: tuple[str, ...]) -> Any:
    kind = "text" if tag.name == "textarea" else str(tag.get("type", "text"))
    if kind in ("radio", "checkbox"):
        offered = [str(each["value"]) for each in page.select(f"main [name='{tag['name']}']")]
        return next((word for word in preferred if word in offered), offered[0])
    typed = "1" if tag.get("inputmode") in ("numeric", "decimal") or kind == "number" else "Said in a few words."
    return today().isoformat() if kind == "date" else typed


def _said(page: BeautifulSoup) -> str:
    return " ".join(page.select_one("main").get_text(" ").split())  # type: ignore[union-attr]
