"""Does every answer keep the portal's promises, also to people who try to break it?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client import generate_latest
from sqlalchemy import Engine, create_engine, delete, select, text
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from admin_views.kit.permissions import NOBODY
from admin_views.kit.registry import load_screens
from app.doors import DOORS, PUBLIC, SIGNED_IN, keep_doors
from app.security import CONTENT_POLICY
from models.accounts.sign_in_attempts import SignInAttempt
from models.accounts.sign_ins import SignIn
from models.core.access import Role
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests import make
from tests.web import Browser, make_portal, words_of

Open = Callable[..., Browser]
WITHOUT_A_TOKEN = {"surveys.take"}  # nobody is signed in there and no cookie is set: there is nothing to borrow


def address(rule: Any) -> str:
    """An address of the rule with every variable filled in."""
    path = str(rule.rule)
    for converter, value in (("<int:", "1"), ("<", "csv")):
        while converter in path:
            start = path.index(converter)
            path = path[:start] + value + path[path.index(">", start) + 1 :]
    return path


def pages(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith(".action_view"):
            yield from ((f"{rule.endpoint}:{name}", "POST", path) for name, path in bulk_actions(rule))
            continue
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}):
            yield rule.endpoint, method, address(rule)


def bulk_actions(rule: Rule) -> Iterator[tuple[str, str]]:
    """Each bulk action of a screen with its address; all of them share one route."""
    shown = next(screen for screen in load_screens() if screen.endpoint_of() == rule.endpoint.partition(".")[0])
    return ((name, rule.rule.replace("<action_name>", name)) for name in shown.action_roles())


def declared(endpoint: str) -> frozenset[Role]:
    """Who may open an endpoint, as its screen states it."""
    blueprint, _, view = endpoint.partition(".")
    if endpoint == "home.hide_or_show":
        return frozenset({Role.ADMINISTRATOR})
    if endpoint in SIGNED_IN or blueprint == "home":
        return frozenset(Role)
    known = next((screen for screen in load_screens() if screen.endpoint_of() == blueprint), None)
    if known is None:
        return NOBODY
    return known.action_roles()[view.partition(":")[2]] if ":" in view else known.roles_of(view)


def test_anonymous_person_opens_nothing_but_the_public_pages(portal: Flask) -> None:
    client = portal.test_client()
    for endpoint, method, path in pages(portal):
        if endpoint not in PUBLIC:
            status = client.open(path, method=method).status_code
            assert status == (302 if method == "GET" else 401), f"{method} {path}"


def test_ended_sign_in_is_noticed_before_a_forged_form_on_every_page(
    portal: Flask, browser: Open, session: Session
) -> None:
    person = browser(Role.ADMINISTRATOR)
    tokens = person.tokens("/account/")
    session.execute(delete(SignIn))
    session.commit()
    changing = [page for page in pages(portal) if page[1] != "GET" and page[0] not in PUBLIC]
    assert len(changing) > 100
    for endpoint, method, path in changing:
        answer = person.client.open(path, method=method, data={**tokens, "text": "What was typed."})
        assert answer.status_code == 401, f"{method} {path} ({endpoint})"
        assert "no longer valid" not in answer.text
        assert "What was typed." not in answer.text, "words are sealed on a page that anybody may see"
    assert person.client.post("/sign-out/", data=tokens).headers["Location"] == "/sign-in/"


def test_what_strangers_may_send_is_stated_in_one_place(portal: Flask) -> None:
    sent = {endpoint for endpoint, method, _ in pages(portal) if method != "GET"} & PUBLIC
    assert sent - {"auth.sign_out_here"} == {endpoint for endpoint, door in DOORS.items() if door.takes_forms}


@pytest.mark.parametrize("role", list(Role))
def test_bulk_action_that_no_screen_has_is_not_found(
    role: Role, browser: Open, session: Session, portal: Flask
) -> None:
    agency = make.agency(session) if role in {Role.AGENCY_MEMBER, Role.MANAGER} else None
    person = browser(role, agency=agency)
    tokens = person.tokens("/account/")
    rules = [rule for rule in portal.url_map.iter_rules() if rule.endpoint.endswith(".action_view")]
    assert len(rules) == len(load_screens())
    for rule in rules:
        status = person.client.post(rule.rule.replace("<action_name>", "no-such-action"), data=tokens).status_code
        assert status == (404 if role in declared(rule.endpoint) else 403), f"{role} {rule.rule}"


def test_portal_with_an_address_that_is_stated_nowhere_does_not_start() -> None:
    app = Flask("elsewhere")
    app.add_url_rule("/back-door/", "back_door", lambda: "Come in.")
    with pytest.raises(LookupError, match=r"differ: auth\.account, .*back_door"):
        keep_doors(app)


def test_door_of_ones_own_is_shut_whatever_its_page_forgets(portal: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for endpoint in sorted(SIGNED_IN):
        monkeypatch.setitem(portal.view_functions, endpoint, lambda **parts: "Come in.")
    client = portal.test_client()
    for endpoint, method, path in pages(portal):
        if endpoint in SIGNED_IN:
            status = client.open(path, method=method).status_code
            assert status == (302 if method == "GET" else 401), f"{method} {path}"


def test_screen_is_closed_until_it_says_otherwise(portal: Flask) -> None:
    for known in load_screens():
        assert known.roles_of("action_view") == NOBODY or known.action_roles()
        assert known.roles_of("ajax_update") == NOBODY
        assert known.roles_of("no_such_page") == NOBODY
        assert known.roles.keys() <= {"list", "details", "create", "edit", "delete", "export", "upload", "answer"}


def test_browser_with_a_dead_cookie_goes_on_as_nobody_and_not_as_the_portal(
    portal: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> str:
        return str(portal.extensions["surveys"].session.scalar(text("SELECT current_user")))

    monkeypatch.setitem(portal.view_functions, "letterhead.privacy", asked)
    client = portal.test_client()
    client.set_cookie("triangulate", "x" * 43)
    assert client.get("/privacy/").text == "portal_public"


def test_nothing_is_changed_without_the_forms_own_token(portal: Flask, browser: Open) -> None:
    person = browser(Role.ADMINISTRATOR)
    strangers = Browser(portal).tokens("/sign-in/")["csrf_token"]
    for endpoint, method, path in pages(portal):
        if method != "GET" and endpoint not in WITHOUT_A_TOKEN:
            for token in ("", "rubbish", strangers):
                answer = person.client.open(path, method=method, data={"csrf_token": token})
                assert answer.status_code == 400, f"{method} {path} ({endpoint})"


def test_looking_at_pages_changes_nothing(portal: Flask, browser: Open, session: Session) -> None:
    agency = make.agency(session)
    session.commit()
    person = browser(Role.ADMINISTRATOR)
    before = session.scalars(select(Agency)).all(), session.scalars(select(Person)).all()
    session.commit()
    for _, method, path in pages(portal):
        if method == "GET":
            person.client.get(path.replace("/1/", f"/{agency.id}/"))
    assert (session.scalars(select(Agency)).all(), session.scalars(select(Person)).all()) == before


@pytest.mark.parametrize(
    "path", ["/", "/sign-in/", "/people/", "/nothing", "/static/portal.css", "/healthz", "/people/9999/", "/%00"]
)
def test_every_answer_carries_the_promises(path: str, browser: Open) -> None:
    with browser(Role.OFFICER).client.get(path) as answer:
        answer.get_data()
    assert answer.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "unsafe" not in CONTENT_POLICY
    is_ours = path.startswith("/static/")
    assert answer.headers["Cache-Control"].startswith("public" if is_ours else "no-store")


def test_portal_on_https_says_so_and_guards_its_cookies(session_factory: sessionmaker[PortalSession]) -> None:
    app = make_portal(session_factory, public_url="https://portal.example.org")
    answer = app.test_client().get("/sign-in/", base_url="https://portal.example.org")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-triangulate-visitor=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_portal_answers_under_its_own_names_only(portal: Flask) -> None:
    client = portal.test_client()
    assert client.get("/sign-in/", base_url="http://evil.example").status_code == 400
    assert client.get("/sign-in/", base_url="http://localhost").status_code == 200


@pytest.mark.parametrize("path", ["/people/?q=%00", "/people/%00/", "/people/?q=%ff%fe", "/people/?q=%ED%A0%80"])
def test_unreadable_addresses_are_turned_away(path: str, browser: Open) -> None:
    assert browser(Role.OFFICER).client.get(path).status_code == 400


def test_nul_in_a_form_is_turned_away(browser: Open) -> None:
    answer = browser(Role.ADMINISTRATOR).send("/agencies/new/", name="a\x00b")
    assert answer.status_code == 400
    assert "cannot be read" in answer.text


def test_oversized_request_is_turned_away(browser: Open) -> None:
    person = browser(Role.ADMINISTRATOR)
    answer = person.send("/agencies/new/", name="a" * (5 * 1024 * 1024))
    assert answer.status_code == 413


def test_fault_shows_one_sentence_and_no_inside(portal: Flask, browser: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    person = browser(Role.OFFICER)

    def broken(**values: Any) -> str:
        raise LookupError("planted secret in SELECT * FROM people")

    monkeypatch.setitem(portal.view_functions, "people.index_view", broken)
    answer = person.client.get("/people/")
    assert answer.status_code == 500
    assert words_of(answer).startswith("Something went wrong The portal could not do that.")
    assert not any(word in answer.text for word in ("planted", "SELECT", "Traceback", "LookupError", ".py"))


def test_portal_behind_a_proxy_notes_the_address_the_proxy_names(
    session_factory: sessionmaker[PortalSession], session: Session
) -> None:
    for count, address in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        visitor = Browser(make_portal(session_factory, proxy_count=count, host="0.0.0.0"))
        form = {**visitor.tokens("/sign-in/"), "email": "nobody@example.org", "password": "no"}
        answer = visitor.client.post("/sign-in/", data=form, headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.status_code == 422
        last = select(SignInAttempt.address).order_by(SignInAttempt.id.desc()).limit(1)
        assert session.scalar(last) == address


@pytest.mark.parametrize(
    ("statement", "status", "words"),
    [
        ("", 409, "The moon is in the wrong house."),
        ("SELECT 1 / 0", 409, "it does not fit the portal's rules."),
        ("SELECT * FROM planted", 500, "The portal could not do that."),
    ],
)
def test_refusal_is_told_in_its_own_sentence_and_a_fault_is_not(
    portal: Flask,
    browser: Open,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    status: int,
    words: str,
) -> None:
    person = browser(Role.OFFICER)

    def refused(**values: Any) -> str:
        if not statement:
            raise RuleBroken("The moon is in the wrong house.")
        with engine.connect() as connection:
            return str(connection.scalar(text(statement)))

    monkeypatch.setitem(portal.view_functions, "people.index_view", refused)
    answer = person.client.get("/people/")
    assert (answer.status_code, words in words_of(answer)) == (status, True)
    assert "planted" not in answer.text
    assert "SELECT" not in answer.text


def test_portal_without_its_database_says_so(tmp_path: Any) -> None:
    engine = create_engine("postgresql+psycopg://nobody@localhost:1/none", connect_args={"connect_timeout": 1})
    factory = sessionmaker(engine, class_=PortalSession)
    app = make_portal(factory)
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json["database"], ready.json["valkey"]) == (503, "away", "away")
    client.set_cookie("triangulate", "x" * 43)
    answer = client.get("/people/")
    assert answer.status_code == 503
    assert "cannot reach its database" in words_of(answer)


def test_portal_works_while_the_queue_is_away(session_factory: sessionmaker[PortalSession], session: Session) -> None:
    app = make_portal(session_factory, redis_url="redis://127.0.0.1:1/0")
    ready = app.test_client().get("/readyz")
    assert (ready.status_code, ready.json["database"], ready.json["valkey"]) == (200, "ready", "away")
    person = make.person(session, Role.OFFICER)
    session.commit()
    assert Browser(app).send("/sign-in/", email=person.email, password="x").status_code == 422


METRICS_TOKEN = "a token of twenty characters".replace(" ", "-")


def counted(app: Flask) -> bytes:
    return generate_latest(app.extensions["metrics"])


def metrics(app: Flask, authorization: str) -> TestResponse:
    return app.test_client().get("/metrics", headers={"Authorization": authorization} if authorization else {})


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", f"Bearer {METRICS_TOKEN}x", "Basic é"])
def test_metrics_do_not_exist_for_whoever_lacks_the_token(session_factory: Any, shown: str) -> None:
    assert metrics(make_portal(session_factory, metrics_token=METRICS_TOKEN), shown).status_code == 404
    assert metrics(make_portal(session_factory), shown).status_code == 404


def test_metrics_are_for_whoever_shows_the_operators_token(session_factory: Any) -> None:
    answer = metrics(make_portal(session_factory, metrics_token=METRICS_TOKEN), f"Bearer {METRICS_TOKEN}")
    assert (answer.status_code, b"portal_requests_total" in answer.data) == (200, True)


def test_made_up_methods_leave_no_trace_in_the_metrics(portal: Flask) -> None:
    client = portal.test_client()
    client.get("/healthz")
    before = counted(portal).count(b"portal_requests_total{")
    for number in range(50):
        client.open("/healthz", method=f"MADEUP{number}")
    assert counted(portal).count(b"portal_requests_total{") <= before + 3


def test_portal_needs_no_database_to_be_put_together() -> None:
    app = make_portal(None, database_url="postgresql://nobody@localhost:1/none")
    assert app.url_map
