"""Can the main work be done by keyboard alone: focus seen, in order, no trap, and errors brought to the reader?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, ViewportSize

from tests.assurance.figures import note_figure
from tests.browser.pages import arrived
from tests.browser.stage import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.assures(35)]
MOST_STEPS = 250
FOCUSED = "document.activeElement"
SEEN = f"""(() => {{
  const style = getComputedStyle({FOCUSED}), box = {FOCUSED}.getBoundingClientRect();
  const isOutlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const isPicker = {FOCUSED}.type === 'date' && !{FOCUSED}.matches(':focus-visible');  // the browser's own, with a ring
  return box.bottom > 0 && box.top < innerHeight && (isOutlined || style.boxShadow !== 'none' || isPicker);
}})()"""
"""Whether the element in focus is on the screen and shows it."""
NAME = f"({FOCUSED}.innerText || {FOCUSED}.getAttribute('aria-label') || {FOCUSED}.name || '').trim().split('\\n')[0]"
UNSEEN: list[str] = []
"""What had the focus without showing it, in any journey."""


class Keyboard:
    """A person without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def go_to(self, name: str) -> None:
        """Press Tab until a link, button or field of this name has the focus; fails when it never comes."""
        if self.is_at(name):
            return
        for _ in range(MOST_STEPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(f"{FOCUSED} === document.body"):
                continue
            if not self.page.evaluate(SEEN):
                UNSEEN.append(f"{self.page.url}: {self.page.evaluate(NAME)[:60]}")
            if self.is_at(name):
                return
        raise AssertionError(f"{name!r} is not reached by Tab on {self.page.url}")

    def is_at(self, name: str) -> bool:
        if self.page.evaluate(f"{FOCUSED} === document.body"):
            return False  # nothing has the focus yet
        labels = f"[...({FOCUSED}.labels || [])].map(label => label.innerText.trim().split('\\n')[0])"
        return name in [self.page.evaluate(NAME), *self.page.evaluate(labels)]

    def title(self) -> str:
        return self.page.title().removesuffix(" – Triangulate")

    def press(self, name: str) -> None:
        """Press Enter on what stays on its page."""
        self.go_to(name)
        self.page.keyboard.press("Enter")

    def follow(self, name: str = "") -> None:
        """Press Enter on what leads to another page, or where the focus is."""
        if name:
            self.go_to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")
        arrived(self.page)

    def write(self, name: str, words: str) -> None:
        self.go_to(name)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)


SitDown = Callable[[str], Keyboard]


@pytest.fixture
def sit_down(chromium: Browser, address: str) -> Iterator[SitDown]:
    """`sit_down("officer")`: somebody signs in by keyboard."""
    contexts = []

    def sat(login: str) -> Keyboard:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=address))
        keyboard = Keyboard(contexts[-1].new_page())
        keyboard.page.goto("/sign-in/")
        keyboard.write("E-mail address", f"{login}@demo.example")
        keyboard.write("Password", PASSWORD)
        keyboard.follow()
        return keyboard

    yield sat
    for context in contexts:
        context.close()


def sign_in_and_out(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.press("Tobias Wren")
    keyboard.follow("Sign out")
    assert keyboard.page.get_by_label("Password").is_visible()


def skip_the_menu(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.page.goto("/actions/")
    keyboard.press("Skip to the main part")
    keyboard.page.wait_for_url("**#main")
    keyboard.page.keyboard.press("Tab")
    assert keyboard.page.evaluate(f"document.querySelector('main').contains({FOCUSED})")


def search_a_list_and_open_a_record(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.page.goto("/actions/")
    keyboard.write("Search actions", "AP-2026-01/05")
    keyboard.follow()
    arrived(keyboard.page)
    link = keyboard.page.get_by_role("link", name="AP-2026-01/05").inner_text()
    keyboard.follow(link.split("\n")[0])
    assert keyboard.title().startswith(link[:20])
    assert ", AP-2026-01/05 – " in keyboard.title()


def filter_a_list(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.page.goto("/actions/")
    keyboard.press("Filters")
    keyboard.go_to("Overdue")
    keyboard.page.keyboard.press("ArrowDown")
    keyboard.follow("Show")
    assert "late=yes" in keyboard.page.url


def sort_a_list(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.page.goto("/actions/")
    keyboard.follow("Due")
    assert "sort=due_on" in keyboard.page.url


def make_an_agency_after_an_error(sit_down: SitDown) -> None:
    keyboard = sit_down("administrator")
    keyboard.page.goto("/agencies/new/")
    keyboard.follow("Save")
    assert keyboard.page.evaluate(f"{FOCUSED}.getAttribute('role') === 'alert' || !!{FOCUSED}.closest('[role=alert]')")
    keyboard.write("Name", "Keyboard Trust")
    keyboard.go_to("Category")
    keyboard.page.keyboard.press("ArrowDown")
    keyboard.follow("Save")
    assert keyboard.title() == "Keyboard Trust"


def delete_the_agency_after_a_question(sit_down: SitDown) -> None:
    keyboard = sit_down("administrator")
    keyboard.page.goto("/agencies/?q=Keyboard+Trust")
    keyboard.follow("Keyboard Trust")
    keyboard.press("More")
    keyboard.follow("Delete")
    keyboard.follow("Yes, delete it")
    assert keyboard.page.get_by_text("Keyboard Trust").count() <= 1


def post_progress_on_an_action(sit_down: SitDown) -> None:
    keyboard = sit_down("manager")
    keyboard.page.goto("/actions/5/")
    keyboard.follow("Post progress")
    keyboard.write("What has happened since the last update?", "Ten files read without a mouse.")
    keyboard.follow("Post progress")
    assert keyboard.page.get_by_text("Ten files read without a mouse.").first.is_visible()


def read_a_plan_and_ask_for_its_paper(sit_down: SitDown) -> None:
    keyboard = sit_down("board")
    keyboard.page.goto("/action-plans/1/")
    keyboard.press("Take out")
    keyboard.follow("Read as a page")
    keyboard.follow("Download as PDF")
    assert "/requests/" in keyboard.page.url or "/documents/" in keyboard.page.url


def open_what_waits_for_a_signature(sit_down: SitDown) -> None:
    keyboard = sit_down("sponsor")
    keyboard.follow("4 things wait for your signature or decision as lead sponsor")
    keyboard.follow("Sign: Key lines of enquiry")
    assert "/sign-offs/" in keyboard.page.url


def log_a_challenge(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.page.goto("/challenges/new/")
    keyboard.go_to("Review (optional)")
    keyboard.page.keyboard.press("ArrowDown")
    keyboard.write("Who challenged", "The independent chair")
    keyboard.write("Whom", "Wayfenshire Police")
    keyboard.write("What was challenged", "That nobody has asked the young people.")
    keyboard.follow("Save")
    assert "/challenges/new/" not in keyboard.page.url


def begin_a_sample(sit_down: SitDown) -> None:
    keyboard = sit_down("officer")
    keyboard.page.goto("/audit-samples/plan/")
    keyboard.go_to("Frame")
    keyboard.page.keyboard.press("ArrowDown")
    keyboard.follow("Next")
    keyboard.write("Number of cases", "2")
    keyboard.follow("Preview")
    assert keyboard.page.get_by_role("button", name="Lock the plan").is_visible()


JOURNEYS = (
    sign_in_and_out, skip_the_menu, search_a_list_and_open_a_record, filter_a_list, sort_a_list,
    make_an_agency_after_an_error, delete_the_agency_after_a_question, post_progress_on_an_action,
    read_a_plan_and_ask_for_its_paper, open_what_waits_for_a_signature, log_a_challenge, begin_a_sample,
)  # fmt: skip


def test_twelve_journeys_are_made_by_keyboard_alone(sit_down: SitDown) -> None:
    failed = [f"{journey.__name__}: {problem}" for journey in JOURNEYS for problem in problems_of(journey, sit_down)]
    made = len(JOURNEYS) - len(failed)
    holds = not failed and not UNSEEN
    note_figure(
        35, "journeys made", reached=f"{made} of 12", wanted="12 of 12", tried="Tab, Enter, arrows", holds=holds
    )
    note_figure(
        35, "places where the focus is not seen", reached=len(UNSEEN), wanted="0", tried="each Tab", holds=holds
    )
    assert (failed, sorted(set(UNSEEN))) == ([], [])


def problems_of(journey: Callable[[SitDown], None], sit_down: SitDown) -> list[str]:
    """The reason why a journey cannot be made, if it cannot."""
    try:
        journey(sit_down)
    except (AssertionError, Error) as problem:
        return [str(problem) or repr(problem.__traceback__.tb_next)]
    return []


COVERED = f"""(() => {{
  const at = {FOCUSED}, box = at.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const shares = [0.1, 0.5, 0.9];
  return !shares.some(x => shares.some(y => {{
    const seen = document.elementFromPoint(left + x * (right - left), top + y * (bottom - top));
    return seen && (at.contains(seen) || seen.contains(at) || seen.closest('label')?.control === at);
  }}));
}})()"""
"""Whether nothing of the element in focus is to be seen, because something else lies over it (WCAG 2.2, 2.4.11)."""
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""What 1280 by 1024 pixels leave at 400 %."""
WITH_BARS = {
    "officer": (
        "/", "/actions/", "/thematic-reviews/3/", "/thematic-reviews/3/papers/", "/case-audits/review/3/",
        "/invitations/review/3/", "/review-stages/review/3/", "/action-plans/1/", "/feedback/new/",
    ),
    "member": ("/", "/self-evaluations/"),
}  # fmt: skip


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, ZOOMED], ids=["usual", "at 400 %"])
@pytest.mark.parametrize("login", WITH_BARS)
def test_focus_is_never_hidden_by_a_bar(sit_down: SitDown, login: str, size: ViewportSize) -> None:
    keyboard = sit_down(login)
    page = keyboard.page
    page.set_viewport_size(size)
    hidden = [words for path in WITH_BARS[login] for words in hidden_on(page, path)]
    if login == "member":
        page.goto("/self-evaluations/")
        hidden += hidden_on(
            page, page.locator("main a[href$='/answer/1/'], main td a, main th a").first.get_attribute("href") or ""
        )
    note_figure(35, "places where a bar hides the focus", reached=len(hidden), wanted="0",
                tried=f"{login}, {size['width']} by {size['height']} pixels", holds=not hidden)  # fmt: skip
    assert hidden == []


def hidden_on(page: Page, path: str) -> list[str]:
    """What has the focus on a page, of all that Tab leads to, while something lies over the whole of it."""
    answer = page.goto(path)
    assert answer is not None
    assert answer.ok, path
    hidden = []
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(f"{FOCUSED} === document.body"):
            break
        if page.evaluate(COVERED):
            hidden.append(f"{path}: {page.evaluate(NAME)[:60]}")
    return hidden
