"""How does the portal bear many people at once, who read, search, answer, save, ask for paper and download?"""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bs4 import BeautifulSoup

from tests.machines.visitors import Answer, Visitor, hidden, words_of
from tests.web import sent_by

THINK: Final = (2.0, 8.0)  # seconds between two clicks of one person
LOGINS: Final = ("officer", "manager", "member", "administrator", "manager2", "member2", "sponsor", "manager3", "board",
                 "officer2", "manager4")  # fmt: skip
SHEETS: Final = ("/case-audits", "/self-evaluations", "/section-11-returns")
LISTS: Final = (
    "/actions/", "/action-plans/", "/thematic-reviews/", "/case-audits/", "/findings/", "/recommendations/",
    "/reminders/", "/learning-products/", "/hubs/", "/self-evaluations/", "/requests/",
)  # fmt: skip
_LINK = re.compile(r'href="(/[a-z0-9-]+/\d+/)"')
_FINE = {http.client.OK, http.client.FOUND, http.client.SEE_OTHER, http.client.FORBIDDEN, http.client.NOT_FOUND}
_LOST = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Taken:
    """One answer: what was asked, how many seconds it took, and the trouble with it ("" for none)."""

    what: str
    seconds: float
    trouble: str = ""


@dataclass
class Crowd:
    """Everybody who is in. `visitor(number)` is a new browser; `think` is the pause between clicks, in seconds."""

    visitor: Callable[[int], Visitor]
    password: str
    think: tuple[float, float] = THINK
    taken: list[Taken] = field(default_factory=list)
    sheets: set[str] = field(default_factory=set)
    _threads: list[threading.Thread] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Crowd:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(120)

    def let_in(self, people: int) -> None:
        """Have so many people altogether, each signed in one after another and busy from then on."""
        while len(self._threads) < people:
            person = Person(self, len(self._threads))
            person.enter()
            self._threads.append(threading.Thread(target=person.be_busy, daemon=True))
            self._threads[-1].start()

    def watch(self, seconds: float) -> Seen:
        """Let everybody go on for so long; returns what was seen in that time."""
        begun, started = len(self.taken), time.monotonic()
        self._is_over.wait(seconds)
        return Seen(len(self._threads), time.monotonic() - started, self.taken[begun:])

    def note(self, taken: Taken) -> None:
        self.taken.append(taken)

    def pause(self, dice: random.Random) -> bool:
        """Think; returns whether the time is up."""
        return self._is_over.wait(dice.uniform(*self.think))

    def claim(self, sheet: str) -> bool:
        """Whether this sheet is nobody else's yet: two people who answer one are another test's matter."""
        with self._lock:
            is_free = sheet not in self.sheets
            self.sheets.add(sheet)
        return is_free


@dataclass(frozen=True)
class Seen:
    """What so many people saw in so many seconds."""

    people: int
    seconds: float
    taken: Sequence[Taken]

    @property
    def p95(self) -> float:
        """Milliseconds within which 95 of 100 answers came."""
        times = sorted(each.seconds for each in self.taken)
        return times[int(len(times) * 0.95)] * 1000 if times else 0.0

    @property
    def troubles(self) -> Counter[str]:
        return Counter(f"{each.what}: {each.trouble}" for each in self.taken if each.trouble)

    def __str__(self) -> str:
        middle = sorted(each.seconds for each in self.taken)[len(self.taken) // 2] * 1000 if self.taken else 0.0
        rate = len(self.taken) / self.seconds
        return (
            f"{self.people} people, {len(self.taken):,} requests in {self.seconds:.0f} s ({rate:.1f} a second),"
            f" median {middle:.0f} ms, p95 {self.p95:.0f} ms, errors {sum(self.troubles.values())}"
        )

    def by_kind(self) -> Iterator[str]:
        """A line for each kind of request, the slowest first."""
        kinds: dict[str, list[float]] = {}
        for each in self.taken:
            kinds.setdefault(each.what, []).append(each.seconds * 1000)
        for what, times in sorted(kinds.items(), key=lambda pair: -sorted(pair[1])[int(len(pair[1]) * 0.95)]):
            ordered = sorted(times)
            yield f"  {what:<20} {len(times):6,}   p95 {ordered[int(len(ordered) * 0.95)]:6.0f} ms"


class Person:
    """One of the demonstration's people at their desk, in a browser of their own."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self.crowd, self.dice = crowd, random.Random(number)
        self.login = LOGINS[number % len(LOGINS)]
        self.browser = crowd.visitor(number)
        self.sheet = ""
        self.known: list[str] = []
        self.lists = list(LISTS)

    def enter(self) -> None:
        """Sign in, see which lists this role has, and find a sheet to fill in that nobody else has taken."""
        self.browser.sign_in(f"{self.login}@demo.example", self.crowd.password)
        self.lists = [path for path in LISTS if self.browser.get(path).status == http.client.OK]
        for kind in SHEETS:
            for link in self._links(self.browser.get(f"{kind}/").text, kind):
                page = f"{link}answer/"
                if f'href="{page}"' in self.browser.get(link).text and self.crowd.claim(link):
                    self.sheet = page
                    return

    def be_busy(self) -> None:
        """Do one thing after another until the time is up."""
        things = [self.look_through, self.look_through, self.search, self.read, self.read, self.home, self.download]
        things += [self.answer] * 5 if self.sheet else [self.read, self.search]
        things += [self.ask_for_paper] if self.dice.random() < 0.3 else []
        while not self.crowd.pause(self.dice):
            self.dice.choice(things)()

    def home(self) -> None:
        self._ask("home", "/")

    def look_through(self) -> None:
        page = self._ask("list", self.dice.choice(self.lists))
        self.known = self._links(page.text)[:40] or self.known

    def search(self) -> None:
        words = self.dice.choice(("plan", "health", "school", "nobody", "a", "2026"))
        self._ask("search", f"{self.dice.choice(self.lists)}?q={words}")

    def read(self) -> None:
        if self.known:
            self._ask("details", self.dice.choice(self.known))

    def download(self) -> None:
        self._ask("download", f"{self.dice.choice(self.lists)}export/{self.dice.choice(('csv', 'xlsx'))}/")

    def answer(self) -> None:
        """Fill in one section of the sheet, and save it."""
        section = self._ask("open a section", self.sheet)
        page = section.location or self.sheet
        shown = self._ask("section", page)
        form = sent_by(BeautifulSoup(shown.text, "html.parser"))
        for name in form:
            if name.startswith("note-"):
                form[name] = f"Seen in {self.dice.randrange(1000)} files."
        if not self.crowd.pause(self.dice):
            self._ask("save answers", page, form)

    def ask_for_paper(self) -> None:
        plans = self._links(self._ask("list", "/action-plans/").text, "/action-plans")
        if plans:
            plan = self.dice.choice(plans)
            form = hidden(self._ask("details", plan).text)
            self._ask("ask for a PDF", f"{plan}pdf/", form)

    def _ask(self, what: str, path: str, form: dict[str, str] | None = None) -> Answer:
        started = time.monotonic()
        trouble, answer = "", Answer(0, "", b"")
        try:
            answer = self.browser.get(path) if form is None else self.browser.post(path, form)
        except _LOST as lost:
            trouble = type(lost).__name__
        else:
            if answer.status not in _FINE:
                trouble = f"{answer.status} at {path} for {self.login}: {words_of(answer.text)}"
        self.crowd.note(Taken(what, time.monotonic() - started, trouble))
        return answer

    def _links(self, page: str, kind: str = "") -> list[str]:
        found = _LINK.findall(page.partition("<main")[2])
        return [link for link in dict.fromkeys(found) if link.startswith(kind)]
