"""Does a running portal answer whatever is sent to its addresses, arguments and forms, and tell nothing inside?"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin_views.kit.registry import load_screens
from tests.assurance.figures import note_figure, scaled
from tests.browser.stage import PASSWORD, portal
from tests.fuzz.hostile import RAW, VALUES, raw_address
from tests.web import usual_portal

pytestmark = [pytest.mark.faults, pytest.mark.assures(16, 17)]
PEOPLE = ("administrator", "officer", "sponsor", "board", "manager", "member", "")
SECRET = "planted-Zq7-secret"
INSIDE = re.compile(
    r"Traceback|psycopg|sqlalchemy|(?-i:SELECT .+ FROM)|/site-packages/|\.py[\", ]|" + SECRET, re.IGNORECASE
)
"""What no page may tell: statements, paths, traces, and the secret of this portal."""
ENDS = (
    "auth.sign_out_here",
    "static",
    "auth.new_password",
    "second_factor.confirm",
    "people.deactivate",
    "auth.end_sign_in",
)
"""Endpoints that end the sign-in of who presses them, which would end the fuzz, and files."""
_READ = re.compile(r"request\.(?:args|values)\.get(?:list)?\(\s*[\"'](\w+)")


@cache
def arguments() -> tuple[str, ...]:
    """Every name of an argument that some page reads, by its code."""
    pages = (path.read_text(encoding="utf-8") for room in ("app", "admin_views") for path in Path(room).rglob("*.py"))
    return tuple(sorted({name for page in pages for name in _READ.findall(page)}))


@cache
def arguments_of_lists() -> dict[str, tuple[str, ...]]:
    """For each screen what its list and its export read: filters, both ends of periods, sorting and cursors."""
    return {screen.endpoint_of(): _arguments_of_a_list(screen) for screen in load_screens()}


def _arguments_of_a_list(screen: Any) -> tuple[str, ...]:
    names = [getattr(question, "arg", question) for question in screen.column_filters or ()]
    return (
        *names,
        *(f"{name}_{end}" for name in names for end in ("from", "to")),
        "q",
        "sort",
        "after",
        "before",
        "list",
    )


@dataclass
class Target:
    """An address with places to fill in, its method, and the names that forms and links use there."""

    method: str
    rule: str
    names: tuple[str, ...]


@dataclass
class Attack:
    """The portal under attack: a session for each person, and what it has answered."""

    address: str
    log: Path
    people: dict[str, requests.Session] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def session(self, login: str) -> requests.Session:
        """Somebody's browser, signed in; again where they have been signed out."""
        if login not in self.people:
            self.people[login] = requests.Session()
            if login:
                self._sign_in(self.people[login], login)
        return self.people[login]

    def _sign_in(self, browser: requests.Session, login: str) -> None:
        form = {**hidden(browser.get(f"{self.address}/sign-in/", timeout=30).text), "password": PASSWORD}
        browser.post(f"{self.address}/sign-in/", data={**form, "email": f"{login}@demo.example"}, timeout=30)

    def send(self, login: str, method: str, path: str, form: list[tuple[str, str]] | None = None) -> requests.Response:
        """One request and its answer, which is noted; what is a fault is kept with the request."""
        browser = self.session(login)
        answer = browser.request(method, self.address + path, data=form, timeout=60, allow_redirects=False)
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.faults.append(f"{login or 'stranger'} {method} {path[:200]} {str(form)[:200]}: {answer.status_code}")
        elif "html" in answer.headers.get("content-type", "") and INSIDE.search(answer.text):
            self.told.append(f"{method} {path[:200]}: {INSIDE.search(answer.text)}")
        if answer.status_code == 401 or (answer.status_code == 302 and "/sign-in/" in answer.headers["location"]):
            self.people.pop(login)
        return answer


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the largest form on a page."""
    forms = BeautifulSoup(page, "html.parser").select("main form") or [BeautifulSoup("", "html.parser")]
    form = max(forms, key=lambda form: len(form.select("input[type=hidden]")))
    return {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden][name]")}


@cache
def targets() -> list[Target]:
    """Every route of the portal with each of its methods."""
    rules = [rule for rule in usual_portal().url_map.iter_rules() if rule.endpoint not in ENDS]
    pairs = [(rule, method) for rule in rules for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return [Target(method, rule.rule, _names_for(rule.endpoint)) for rule, method in pairs]


def _names_for(endpoint: str) -> tuple[str, ...]:
    screen, _, view = endpoint.partition(".")
    return arguments_of_lists().get(screen, arguments()) if view in ("index_view", "export") else arguments()


@st.composite
def requests_to_send(draw: st.DrawFn) -> tuple[str, str, str, list[tuple[str, str]], list[tuple[str, str]]]:
    """Who asks what, with which address, arguments and fields of a form."""
    target = draw(st.sampled_from(targets()))
    piece = st.one_of(st.sampled_from(["1", "2", "5"]), st.sampled_from([*VALUES, *RAW]).map(lambda text: text[:300]))
    path = re.sub(r"<[^>]+>", lambda _: raw_address(draw(piece)) or "1", target.rule)
    words = st.one_of(st.sampled_from([*VALUES, *RAW]), st.text(max_size=60))
    query = draw(st.lists(st.tuples(st.sampled_from(target.names), words), max_size=4))
    fields = draw(st.lists(st.tuples(st.integers(0, 40), words), max_size=8)) if target.method == "POST" else []
    login = draw(st.sampled_from(PEOPLE))
    return login, target.method, path, query, [(str(place), text) for place, text in fields]


@pytest.fixture(scope="module")
def attack() -> Iterator[Attack]:
    """A whole portal of its own with the demonstration, which the fuzz may leave in pieces."""
    with (
        tempfile.TemporaryDirectory(prefix="fuzz", ignore_cleanup_errors=True) as folder,
        portal(Path(folder), SECRET_KEY=f"{SECRET} and long enough for a key") as address,
    ):
        yield Attack(address, Path(folder, "run.log"))


def as_query(arguments: list[tuple[str, str]]) -> str:
    return "?" + "&".join(f"{name}={raw_address(value[:300])}" for name, value in arguments) if arguments else ""


def filled(attack: Attack, login: str, path: str, fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The form of a page with its tokens, and hostile words in some of its fields, one of them twice."""
    page = attack.send(login, "GET", path)
    if "html" not in page.headers.get("content-type", ""):
        return []
    soup = BeautifulSoup(page.text, "html.parser")
    names = sorted({str(field["name"]) for field in soup.select("main [name]")} - {"csrf_token", "form_token"}) or ["x"]
    return [*hidden(page.text).items(), *((names[int(place) % len(names)], text) for place, text in fields)]


def test_no_request_is_answered_with_a_fault_and_no_page_tells_what_is_inside(attack: Attack) -> None:
    tries = scaled(10_000, ci=120)

    @settings(
        max_examples=tries, deadline=None, derandomize=tries < 1000, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(requests_to_send())
    def one_request(request: tuple[str, str, str, list[tuple[str, str]], list[tuple[str, str]]]) -> None:
        login, method, path, query, fields = request
        form = filled(attack, login, path, fields) if method == "POST" else None
        attack.send(login, method, path + as_query(query), form)

    one_request()
    large = attack.send("officer", "POST", "/agencies/new/", [("name", "z" * 1_000_000)])
    assert large.status_code in (400, 403, 413), large.status_code
    asked = attack.statuses.total()
    tried = f"{asked:,} requests, {len(targets())} routes, {len(PEOPLE)} kinds of people"
    note_figure(16, "answers of 500", reached=len(attack.faults), wanted="0", tried=tried, holds=not attack.faults)
    note_figure(17, "pages that tell", reached=len(attack.told), wanted="0", tried=tried, holds=not attack.told)
    assert (attack.faults[:5], attack.told[:5]) == ([], [])
    assert asked >= tries
    assert SECRET not in attack.log.read_text(errors="replace")


def test_the_portal_works_on_after_the_fuzz(attack: Attack) -> None:
    answer = attack.send("board", "GET", "/action-plans/")
    readiness: Any = requests.get(f"{attack.address}/readyz", timeout=30).json()
    works = answer.status_code == 200 and readiness["database"] == "ready"
    note_figure(
        16, "works afterwards, no transaction poisoned", reached=works, wanted="yes", tried="a list", holds=works
    )
    assert works
