"""How many pages and presses do six journeys take, each to its end, the way that costs fewest of them?

Each begins on the home page of somebody who has just signed in; docs/figures.md says what each may cost.
Where a page is worked through line by line, lines open in tabs of their own, for that loads the fewest pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.browser.counting import Count, Hand, hold
from tests.browser.prepared import audits_for_more_agencies, cases_to_moderate, database_of, review_of_sample
from tests.browser.stage import PASSWORD
from tests.documents.files import PDF

pytestmark = pytest.mark.browser
SitDown = Callable[..., Hand]

INVITED: Final = (
    "Corlemere and Wayfenshire Partnership NHS Trust",
    "South Wayfenshire University NHS Foundation Trust",
    "Wayfenshire County Council: Children and Families",
    "Wayfenshire Police",
)
STAGES: Final = (
    *("Proposed", "Scoping", "Evidence", "Improvement planning", "Presentation"),
    *("Dissemination", "Completed", "Impact analysis", "Closed"),
)
PARTS: Final = ("Self-evaluation", "Case audit", "Practitioner feedback", "Service-user feedback")
PLANNED: Final = "Children at risk of criminal exploitation"
"""A review of the demonstration that has no plan yet."""
SIGNATURES: Final = 7
AUDITS: Final = 50
CASES: Final = 3
MOVED_DOWN: Final = "When did a senior manager agree it?"
REASON: Final = "Read side by side, the journeys agree."
TITLE: Final = "Review of the counted journeys"


@pytest.fixture(scope="module")
def sit_down(chromium: Browser, address: str) -> Iterator[SitDown]:
    """`sit_down("officer", count)`: somebody's hand on their home page; what they do from there is counted.

    A third word is the address by which they come instead, such as that of a letter: signing in leads there.
    """
    contexts: list[BrowserContext] = []

    def signed_in(login: str, count: Count, begins_at: str = "/") -> Hand:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
        contexts.append(context)
        page = context.new_page()
        page.goto(begins_at)
        page.get_by_label("E-mail").fill(f"{login}@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        with page.expect_event("domcontentloaded"):
            page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
        return Hand(page, count)

    yield signed_in
    for context in contexts:
        context.close()


# 1. Scope one review


class Scoped(NamedTuple):
    """A review that an officer has scoped up to its gate: where it stands, and what the way there cost."""

    address: str
    reference: str
    count: Count


@pytest.fixture(scope="module")
def scoped(sit_down: SitDown) -> Scoped:
    """The review of the first journey, on which three others go on."""
    count = Count()
    officer = sit_down("officer", count)
    begin_review(officer)
    begin_scoping(officer)
    where = officer.page.url
    officer.go(officer.page.get_by_role("link", name=re.compile("^Scope")))
    plan_stages(officer)
    copy_key_lines_and_tools(officer)
    invite_agencies(officer)
    reference = re.search(r"TR-\d{4}-\d+", officer.page.inner_text("body"))
    assert reference is not None
    return Scoped(where, reference[0], count)


def begin_review(officer: Hand) -> None:
    """From the home page to a new review."""
    officer.follow("All reviews")
    officer.follow("New review")
    officer.fill("Title", TITLE)
    officer.choose("Kind", "Children")
    officer.fill("Year", "2027")
    officer.choose("Hub", "Children Quality, Learning and Improvement Hub")
    officer.choose("Strategic priority", "Neglect")
    officer.choose("Lead sponsor", "Cressida Holloway")
    officer.fill("Focus", "Whether the six journeys take fewer pages.")
    officer.fill("Period under review from", "2026-01-01")
    officer.fill("Period under review to", "2026-12-31")
    officer.send("Save")


def to_reviews(person: Hand) -> None:
    """From any page to the list of reviews, by the bar of places."""
    person.go(person.page.locator("header").get_by_role("link", name="Reviews", exact=True))


def begin_scoping(officer: Hand) -> None:
    officer.follow("Move to scoping")
    officer.send("Move to next stage")


def copy_key_lines_and_tools(officer: Hand) -> None:
    for words in ("Copy the standard key lines", "Copy tools from the bank"):
        with officer.tab(officer.link(words)) as tab:
            tab.send("Copy")


def plan_stages(officer: Hand) -> None:
    """All dates that are still open: a new review is proposed today, and at its scoping already."""
    with officer.tab(officer.link("Edit the timetable")) as tab:
        for number, stage in enumerate(STAGES[2:], start=3):
            tab.fill(f"Planned date of {stage}", f"2027-{number:02}-01")
        tab.send("Save the timetable")
        assert tab.page.get_by_text("The timetable is saved, 7 dates changed.").is_visible()


def invite_agencies(officer: Hand) -> None:
    with officer.tab(officer.link("Invite agencies")) as tab:
        for agency in INVITED:
            tab.press(tab.main.get_by_label(f"Self-evaluation, {agency}"))
        for part in PARTS[1:]:
            tab.press(tab.main.get_by_role("button", name=f"Copy from the left to {part}"))
        tab.send("Save invitations")
        assert tab.page.get_by_text("4 agencies are invited, to 16 parts in all.").is_visible()


def test_officer_scopes_a_review_up_to_its_gate(scoped: Scoped, sit_down: SitDown) -> None:
    officer = sit_down("officer", Count())
    page = officer.look(scoped.address)
    assert page.get_by_text("the lead sponsor has not signed this as it stands now").count() == SIGNATURES
    assert missing(page) == SIGNATURES + 1
    number = scoped.address.strip("/").rpartition("/")[2]
    timetable = officer.look(f"/review-stages/review/{number}/")
    days = [field.input_value() for field in timetable.locator("input[type=date]").all()]
    assert days == [f"2027-{month:02}-01" for month in range(3, len(STAGES) + 1)]
    assert timetable.get_by_text(re.compile(r"^Reached \d+ ")).count() == 2
    invited = officer.look(f"/invitations/review/{number}/")
    assert invited.locator("td input:checked").count() == len(INVITED) * len(PARTS)
    hold("Scope one review up to its gate", scoped.count)


def missing(page: Page) -> int:
    """How many things the review's gate still asks for; one is how people are heard, which is no part of the count."""
    tasks = page.locator("main .tasks > li")
    return tasks.filter(has_not=page.get_by_text("Done", exact=True)).count()


# 2. All signatures of a review


def test_officer_asks_for_all_signatures_and_the_sponsor_signs_them(scoped: Scoped, sit_down: SitDown) -> None:
    count = Count()
    officer = sit_down("officer", count)
    officer.press(officer.main.locator("summary", has_text="All that is yours"))  # ten dated tasks stand above it
    officer.go(officer.main.get_by_role("link", name="review whose signatures can be asked for"))
    officer.send(f"Ask for {SIGNATURES} signatures")
    sponsor = sit_down("sponsor", Count(), letter_of(officer, scoped.reference))
    sign_all(Hand(sponsor.page, count))
    assert missing(officer.look(scoped.address)) == 1
    hold("Ask for seven signatures and sign them", count)


def open_review(officer: Hand) -> None:
    """From the home page, where it stands among one's own reviews."""
    officer.follow(TITLE)


def letter_of(officer: Hand, reference: str) -> str:
    """The page to which the one letter leads that the sponsor has been written."""
    messages = officer.look("/messages/")
    letters = messages.get_by_role("link", name=f"{reference}: {SIGNATURES} papers to sign")
    assert letters.count() == 1
    letters.click()
    messages.wait_for_load_state()
    where = re.search(r"/sign-offs/\d+/sign/", messages.inner_text("main"))
    assert where is not None
    return where[0]


def sign_all(sponsor: Hand) -> None:
    """Seven papers from the one that the letter leads to: each is read, and signing it leads to the next."""
    for number in range(1, SIGNATURES + 1):
        assert sponsor.page.get_by_text(f"Paper {number} of {SIGNATURES} to sign").is_visible()
        sponsor.send("Sign and go to the next" if number < SIGNATURES else "Sign")
    assert sponsor.page.get_by_text(f"All {SIGNATURES} papers of this review are signed.").is_visible()


# 3. Auditors for case audits


def test_administrator_assigns_fifty_audits_by_ticking_them(address: str, data_folder: Path, sit_down: SitDown) -> None:
    with database_of(data_folder) as session:
        title = audits_for_more_agencies(session, AUDITS)
    count = Count()
    person = sit_down("administrator", count)
    open_cases(person, title)
    every = person.main.get_by_role("button", name=re.compile(r"^Assign all \d+ not assigned$"))
    ticked = int(re.sub(r"\D", "", every.inner_text()))
    assert ticked >= AUDITS
    before = count.pages
    person.go(every)
    person.fill("Due", "2027-03-01")
    choose_auditors(person)
    person.fill("Team that works with these cases", "Locality team North")
    person.send(f"Assign {ticked} audits")
    assert count.pages - before == 2
    assert person.main.get_by_text(f"{ticked} audits are assigned").is_visible()
    assert person.main.get_by_text("Not assigned").count() == 0
    hold("Assign auditors to fifty case audits", count)


def open_cases(person: Hand, title: str) -> None:
    """From the home page to the cases of a review."""
    to_reviews(person)
    person.go(person.main.get_by_role("row").filter(has_text=title).get_by_role("link").first)
    person.go(person.page.locator(".side").get_by_role("link", name=re.compile("^Cases")))


def choose_auditors(person: Hand) -> None:
    """An officer of the partnership for each agency, where nobody is named yet or who is may not audit it."""
    for field in person.main.locator(".abreast select").all():
        officer = field.locator("option", has_text="of the partnership").first.get_attribute("value")
        field.select_option(officer)
        person.count.fields += 1


# 4. Moderation


def test_officer_moderates_three_cases_one_after_another(address: str, data_folder: Path, sit_down: SitDown) -> None:
    with database_of(data_folder) as session:
        assert cases_to_moderate(session, "AS-2026-01") >= CASES
        title = review_of_sample(session, "AS-2026-01")
    count = Count()
    officer = sit_down("officer", count)
    open_cases(officer, title)
    before = count.pages
    officer.go(officer.main.get_by_role("link", name=re.compile("^Moderate ")).first)
    for _ in range(CASES):
        reference = officer.main.locator("h1").inner_text().removeprefix("Moderate case ")
        officer.choose("Moderated grade", "Good")
        officer.fill("Reason", REASON)
        officer.go(officer.main.locator(".dock button.main"))
        assert officer.page.get_by_text(f"{reference} is moderated: Good").is_visible()
    assert count.pages - before == CASES + 1
    hold("Moderate three cases", count)


# 5. A tool


def test_officer_adds_moves_and_changes_five_questions_and_previews_the_tool(sit_down: SitDown) -> None:
    count = Count()
    officer = sit_down("officer", count)
    officer.go(officer.page.locator("header").get_by_role("link", name="Library", exact=True))
    officer.follow("Baseline self-evaluation")
    for number in range(1, 6):
        add_question(officer, f"Counted question {number}?")
    for number in range(1, 6):
        officer.go(question(officer, number).get_by_role("button", name=re.compile("^Up")))
    for number in range(1, 6):
        change_question(officer, question(officer, number), f"Counted question {number}, changed?")
    officer.follow("Preview")
    asked = officer.main.inner_text()
    wanted = [*(f"Counted question {number}, changed?" for number in range(1, 6)), MOVED_DOWN]
    assert sorted(wanted, key=asked.index) == wanted
    hold("Add, move and change five questions, and preview", count)


def add_question(officer: Hand, words: str) -> None:
    """Write a question at the end of the section that is shown."""
    fold = officer.main.locator("#add")
    officer.press(fold.locator("summary"))
    fold.get_by_label("Question").fill(words)
    officer.count.fields += 1
    officer.press(fold.get_by_label("Text", exact=True))
    officer.go(fold.get_by_role("button", name="Add the question"))


def change_question(officer: Hand, asked: Locator, words: str) -> None:
    """Write over a question where it stands."""
    officer.press(asked.locator("summary"))
    asked.get_by_label("Question").fill(words)
    officer.count.fields += 1
    officer.go(asked.get_by_role("button", name=re.compile("^Keep question")))


def question(officer: Hand, number: int) -> Locator:
    """One of the questions of the journey, in the section that is shown."""
    return officer.main.locator(".ask-list > li").filter(has_text=f"Counted question {number}?")


# 6. A plan


def test_officer_writes_a_plan_and_an_owner_posts_progress_with_evidence(sit_down: SitDown) -> None:
    count = Count()
    officer = sit_down("officer", count)
    begin_plan(officer)
    for number in range(1, 4):
        recommend(officer, number)
    officer.follow("Add actions one after another")
    for number in range(1, 7):
        plan_action(officer, number)
    rate_all(officer)
    post_progress(sit_down("manager", count))
    page = officer.look(officer.page.url)
    assert page.get_by_role("heading", name=re.compile(r"^\d\. Counted recommendation \d\.$")).count() == 3
    chosen = page.locator("table.plan select").evaluate_all("all => all.map(one => one.selectedOptions[0].label)")
    assert [words.partition(":")[0] for words in chosen] == ["Green", *["Amber"] * 5]
    assert page.get_by_text("Post progress on action").count() == 6
    hold("Plan three recommendations with two actions each, and update one", count)


def begin_plan(officer: Hand) -> None:
    open_plan(officer)
    officer.follow("New plan")
    officer.fill("Title", "Plan of the counted journeys")
    officer.send("Save")
    officer.follow("Write the first recommendation")


def open_plan(hand: Hand) -> None:
    """From the home page by the review to its plan."""
    hand.follow(PLANNED)
    side = hand.page.get_by_role("navigation", name="This review")
    hand.go(side.get_by_role("link", name=re.compile("^Plan")))


def recommend(officer: Hand, number: int) -> None:
    officer.fill("Recommendation", f"Counted recommendation {number}.")
    officer.choose("Key area", "Practice and process")
    officer.choose("Changes", "Practice")
    officer.send("Add it")


def plan_action(officer: Hand, number: int) -> None:
    if number % 2:  # the recommendation of the one before is chosen already
        officer.choose("Recommendation", f"Counted recommendation {(number + 1) // 2}.")
    officer.fill("Action", f"Counted action {number}.")
    officer.choose("Lead agency", "Wayfenshire County Council: Children and Families")
    officer.choose("Owner", "Bronwen Castellan")
    officer.fill("Due", "2027-12-01")
    officer.fill("How one will know", "Fewer pages.")
    officer.send("Add it")


def rate_all(officer: Hand) -> None:
    for rating in officer.main.get_by_label(re.compile(r"^Rating of action \d$")).all():
        rating.select_option("Amber: at risk")
        officer.count.fields += 1
    officer.send("Save ratings and dates")


def post_progress(owner: Hand) -> None:
    open_plan(owner)
    owner.go(owner.main.get_by_role("link", name="Post progress on action 1", exact=True))
    owner.fill("What has happened since the last update?", "The first pages are counted.")
    owner.main.get_by_label("Evidence: files").set_input_files(
        {"name": "Pages counted.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    owner.count.fields += 1
    owner.press(owner.main.get_by_label("Green: on track"))
    owner.send("Post progress")
    assert owner.page.get_by_text("Your update is posted with 1 file.").is_visible()
