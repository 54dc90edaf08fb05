"""Is a new partnership led to its first review, step by step, and left alone once it is there?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.accounts.second_factors import SecondFactor
from models.core.access import Role
from models.core.clock import now, today
from models.partnership.mail_settings import MailTest, mail_server_in_use, mail_settings
from models.partnership.memberships import Seat
from models.partnership.partnership_settings import the_partnership
from models.partnership.portals import PortalKind, decide_kind
from models.partnership.sharing_agreements import SharingAgreement
from models.reminders.first_steps import FirstStep, SettingsDone, first_steps
from tests import make
from tests.kit.test_screens import statements
from tests.web import SECRET, Browser, member

Open = Callable[..., Browser]
DONE = SettingsDone(is_named=True, is_mail_tested=True)


def steps(session: Session, done: SettingsDone = DONE) -> dict[str, FirstStep]:
    return {step.what: step for step in first_steps(session, done, today=today())}


def listed(page: BeautifulSoup) -> dict[str, str]:
    """The list on a home page: each step and how far it is."""
    lines = page.select(".first-steps li")
    return {line.select_one("a").get_text(): line.select_one(".state").get_text() for line in lines}  # type: ignore[union-attr]


@pytest.fixture
def begun(session: Session) -> None:
    """A partnership that has done everything but name itself, test its mail and begin its first review."""
    decide_kind(session, PortalKind.OWN)
    agency, hub = make.agency(session), make.hub(session)
    for name in (Role.ADMINISTRATOR.label, "Ben"):
        person = member(session, Role.ADMINISTRATOR, name=name)
        session.add(SecondFactor(person_id=person.id, sealed_key=b"sealed", confirmed_at=now()))
    for seat in (Seat.POLICE, Seat.SOCIAL_CARE, Seat.HEALTH):
        make.membership(session, hub, member(session, Role.MANAGER, agency=agency, name=seat.label), seat)
    agreement = SharingAgreement(
        agency_id=agency.id, version="1", signed_on=today(), signed_by="Ann", signed_by_role="Lead",
        valid_until_on=today(),
    )  # fmt: skip
    session.add(agreement)
    make.priority(session)
    session.commit()


def test_nothing_is_done_in_a_portal_where_nobody_is(session: Session) -> None:
    known = steps(session, SettingsDone(is_named=False, is_mail_tested=False))
    assert len(known) == 10
    assert not any(step.is_done for step in known.values())
    assert {step.state for step in known.values()} == {"not yet", "0 of 2"}


@pytest.mark.usefixtures("begun")
def test_everything_but_the_first_review_is_done_step_by_step(session: Session) -> None:
    known = steps(session)
    assert [what for what, step in known.items() if not step.is_done] == ["The first thematic review"]
    assert known["A second administrator"].state == "2 of 2"
    assert known["Hubs with police, social care and health"].state == "1 of 1"
    make.person(session, Role.OFFICER)
    assert known["People invited, who have accepted"].state == "5 of 5"
    assert steps(session)["People invited, who have accepted"].state == "5 of 6"


def test_half_done_steps_say_how_far_they_are(session: Session) -> None:
    agency, hub = make.agency(session), make.hub(session)
    member(session, Role.ADMINISTRATOR)
    make.membership(session, hub, member(session, Role.MANAGER, agency=agency), Seat.POLICE)
    known = steps(session)
    states = {what: (step.state, step.is_done) for what, step in known.items()}
    assert states["A second administrator"] == ("1 of 2", False)
    assert states["A second factor for administrators"] == ("0 of 1", False)
    assert states["Hubs with police, social care and health"] == ("0 of 1", False)
    assert states["Sharing agreements of the agencies with a seat"] == ("0 of 1", False)
    assert states["Agencies"] == ("1 agency", True)


def test_all_steps_are_counted_in_one_statement(session: Session, engine: Engine) -> None:
    session.commit()
    with statements(engine) as seen:
        first_steps(session, DONE, today=today())
    assert len([words for words in seen if "set_config" not in words]) == 1


def test_home_of_an_administrator_shows_the_list_with_links_that_open(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    page = administrator.get("/")
    assert len(listed(page)) == 10
    for link in page.select(".first-steps a"):
        administrator.get(str(link["href"]))
    assert listed(browser(Role.OFFICER).get("/")) == {}
    the_partnership(session).name = "A partnership"
    session.commit()
    assert listed(administrator.get("/"))["The partnership's name"] == "done"


def test_list_is_hidden_for_everybody_and_shown_again(browser: Open) -> None:
    first, second = browser(Role.ADMINISTRATOR), browser(Role.ADMINISTRATOR)
    assert first.send("/first-steps/", page="/", then="hide").status_code == 302
    for administrator in (first, second):
        assert listed(administrator.get("/")) == {}
    assert second.send("/first-steps/", page="/", then="show").status_code == 302
    assert listed(first.get("/"))
    officer = browser(Role.OFFICER)
    assert officer.client.post("/first-steps/", data={"then": "hide"}).status_code in {400, 403}
    assert listed(first.get("/"))


@pytest.mark.usefixtures("begun")
def test_list_is_gone_when_all_is_done(browser: Open, session: Session) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    the_partnership(session).name = "A partnership"
    make.review(session)
    session.commit()
    waiting = [what for what, state in listed(administrator.get("/")).items() if not state.startswith("done")]
    assert waiting == ["A tested mail server"]
    _take_a_test_mail(session)
    page = administrator.get("/")
    assert listed(page) == {}
    assert "first steps again" not in page.get_text()


def _take_a_test_mail(session: Session) -> None:
    """Have it on record that the mail server in use took a test mail."""
    settings = mail_settings(session)
    settings.host, settings.sender_address = "mail.council.example", "portal@council.example"
    server = mail_server_in_use(session, secret=SECRET)
    assert server is not None
    taken = MailTest(server="mail.council.example", server_mark=server.mark(SECRET), address="ann@council.example")
    taken.is_accepted, taken.answer = True, "250 taken"
    session.add(taken)
    session.commit()


def test_demonstration_has_no_list(browser: Open, session: Session) -> None:
    decide_kind(session, PortalKind.DEMO)
    session.commit()
    page = browser(Role.ADMINISTRATOR).get("/")
    assert listed(page) == {}
    assert "first steps again" not in page.get_text()
