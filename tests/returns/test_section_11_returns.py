"""Is Section 11 a register of its own, with every partner in it, scored by themselves and moderated?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.audits.answer_papers import blank_section_11, section_11_form
from models.core.access import Actor, Role
from models.core.clock import today
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.messages.agency_messages import Letterhead
from models.messages.messages import Message
from models.partnership.agencies import Agency
from models.partnership.reference_items import Service
from models.returns.agency_returns import ReturnStatus, give_back, submit_return
from models.returns.late_returns import late_returns
from models.returns.section_11_cycles import Section11Cycle, expected_partners
from models.returns.section_11_returns import (
    Section11Return,
    Section11Score,
    ask_partners,
    cycle_summary,
    last_section_11_answers,
    missing_partners,
    moderate_return,
    standards_of,
)
from models.returns.self_evaluations import SelfEvaluation
from models.tools.answer_sheets import AnswerSheet, Given, save_answer
from models.tools.tool_questions import ToolQuestion
from tests import make, make_tools
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def cycle(session: Session) -> Section11Cycle:
    return make_tools.section_11_cycle(session)


@pytest.fixture
def school(session: Session) -> Agency:
    return make.agency(session, "School", covers=Service.CHILDREN)


@pytest.fixture
def asked(session: Session, cycle: Section11Cycle, school: Agency) -> Section11Return:
    (record,) = ask_partners(session, cycle, person_id=None)
    session.commit()
    return record


def handed_in(session: Session, record: Section11Return, trained: str = "3", safe: str = "2") -> Section11Return:
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    for key, given in (("trained", trained), ("safe", safe)):
        save_answer(session, sheet, Given(key, [given]), person_id=None)
    member = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, record.agency_id))
    submit_return(session, record, person_id=member.id)
    session.commit()
    return record


def test_all_partners_are_expected_also_those_of_no_statute(session: Session, cycle: Section11Cycle) -> None:
    charity = make.agency(session, "Charity", covers=Service.BOTH, is_statutory=False)
    make.agency(session, "Care home", covers=Service.ADULTS)
    make.agency(session, "Gone", is_active=False)
    school = make.agency(session, "School", covers=Service.CHILDREN)
    assert expected_partners(session, cycle) == [charity, school]
    assert [(partner.agency.name, partner.why) for partner in missing_partners(session, cycle)] == [
        ("Charity", "Not asked yet"),
        ("School", "Not asked yet"),
    ]


def test_asking_freezes_the_tool_writes_and_never_asks_twice(session: Session, cycle: Section11Cycle) -> None:
    make.agency(session, "School", contact_email="head@school.example")
    (record,) = ask_partners(session, cycle, person_id=None, letterhead=Letterhead("https://portal.example"))
    assert (record.due_on, cycle.is_open, cycle.version_id is not None) == (cycle.due_on, True, True)
    assert "https://portal.example/section-11-returns/" in session.scalars(select(Message.body)).one()
    with pytest.raises(RuleBroken, match="Every partner has the form already"):
        ask_partners(session, cycle, person_id=None)
    session.scalars(select(ToolQuestion).where(ToolQuestion.key == "safe")).one().text = "Changed since."
    make.agency(session, "College")
    (later,) = ask_partners(session, cycle, person_id=None)
    sheets = [session.get_one(AnswerSheet, each.sheet_id).version_id for each in (record, later)]
    assert sheets == [cycle.version_id, cycle.version_id]


def test_closed_cycle_asks_nobody(session: Session, cycle: Section11Cycle, asked: Section11Return) -> None:
    cycle.closed_at = cycle.opened_at
    make.agency(session, "College")
    with pytest.raises(RuleBroken, match="is closed"):
        ask_partners(session, cycle, person_id=None)


def test_cycle_takes_a_section_11_tool_only_and_lasts_two_years(session: Session, cycle: Section11Cycle) -> None:
    cycle.opens_on = date(2026, 4, 1)
    assert cycle.ends_on == date(2028, 4, 1)
    cycle.tool_id = make_tools.tool(session).id
    with pytest.raises(RuleBroken, match="self-evaluations belong to the reviews"):
        cycle.check(session)


def test_return_is_handed_in_given_back_and_handed_in_again(session: Session, asked: Section11Return) -> None:
    with pytest.raises(RuleBroken, match="Not yet answered"):
        submit_return(session, asked, person_id=1)
    handed_in(session, asked)
    with pytest.raises(RuleBroken, match="handed in already"):
        submit_return(session, asked, person_id=1)
    with pytest.raises(RuleBroken, match="Say what should be changed"):
        give_back(session, asked, reason=" ", due_on=today())
    with pytest.raises(RuleBroken, match="still to come"):
        give_back(session, asked, reason="More.", due_on=today() - timedelta(days=1))
    give_back(session, asked, reason="More.", due_on=today())
    with pytest.raises(RuleBroken, match="moderated once it was handed in"):
        moderate_return(session, asked, {"trained": (1, "Few.")}, person_id=1)


def test_each_standard_is_moderated_with_a_reason_before_the_return_closes(
    session: Session, cycle: Section11Cycle, asked: Section11Return
) -> None:
    officer = make.person(session, Role.OFFICER)
    handed_in(session, asked)
    for scores, sentence in (({"trained": (4, "x")}, "from 0 to 3"), ({"trained": (2, " ")}, "Give the reason")):
        with pytest.raises(RuleBroken, match=sentence):
            moderate_return(session, asked, scores, person_id=officer.id)
    moderate_return(session, asked, {"trained": (2, "Half of them.")}, person_id=officer.id)
    assert asked.status is ReturnStatus.SUBMITTED
    moderate_return(session, asked, {"safe": (2, "Seen in the files.")}, person_id=officer.id)
    assert asked.status is ReturnStatus.CLOSED
    assert [(standard.own, standard.moderated) for standard in standards_of(session, asked)] == [(3, 2), (2, 2)]
    summary = cycle_summary(session, cycle.id)
    assert [(standard.own_average, standard.moderated_average, standard.agreed_count) for standard in summary] == [
        (3, 2, 0),
        (2, 2, 1),
    ]


def test_standard_that_does_not_apply_needs_no_moderated_score(session: Session, asked: Section11Return) -> None:
    handed_in(session, asked, safe="Not applicable")
    moderate_return(session, asked, {"trained": (3, "Seen.")}, person_id=make.person(session, Role.OFFICER).id)
    assert asked.status is ReturnStatus.CLOSED


def test_late_return_is_missing_and_climbs_outside_every_review(
    session: Session, cycle: Section11Cycle, asked: Section11Return
) -> None:
    asked.due_on = today() - timedelta(days=1)
    session.flush()
    assert [(partner.agency.name, partner.why) for partner in missing_partners(session, cycle)] == [("School", "Late")]
    (late,) = late_returns(session, today())
    assert (late.subject, late.review_id) == (f"section_11_returns:{asked.id}", None)
    handed_in(session, asked)
    assert missing_partners(session, cycle) == []
    assert late_returns(session, today()) == []


def test_last_cycles_answers_are_offered(session: Session, cycle: Section11Cycle, asked: Section11Return) -> None:
    handed_in(session, asked)
    following = Section11Cycle(
        title="The next", covers=Service.CHILDREN, tool_id=cycle.tool_id, opens_on=today(), due_on=today()
    )
    session.add(following)
    session.flush()
    (new,) = ask_partners(session, following, person_id=None)
    offered = last_section_11_answers(session, new)
    assert {key: answer.value for key, (answer, _) in offered.items()} == {"trained": "3", "safe": "2"}


def test_partner_sees_its_own_return_and_its_scores_once_complete(
    session: Session, asked: Section11Return, school: Agency
) -> None:
    other, officer = make.agency(session, "Other"), make.person(session, Role.OFFICER)
    handed_in(session, asked)
    moderate_return(session, asked, {"trained": (2, "Half.")}, person_id=officer.id)
    session.commit()

    def seen(agency: Agency) -> tuple[int, int, int]:
        act_as(session, Actor.person(1, Role.AGENCY_MEMBER, agency.id))
        kinds = (Section11Return.id, Section11Score.id, Section11Cycle.id)
        counts = tuple(len(session.scalars(select(key)).all()) for key in kinds)
        act_as(session, Actor.system("test"))
        return counts  # type: ignore[return-value]

    assert (seen(school), seen(other)) == ((1, 0, 1), (0, 0, 0))
    moderate_return(session, asked, {"safe": (2, "Seen.")}, person_id=officer.id)
    assert seen(school) == (1, 2, 1)


def test_facts_of_a_return_hold_its_answers_and_the_moderated_scores_once_whoever_asks_may_see_them(
    session: PortalSession, cycle: Section11Cycle, asked: Section11Return, school: Agency
) -> None:
    handed_in(session, asked)
    officer, other = make.person(session, Role.OFFICER), make.agency(session, "Other")
    moderate_return(session, asked, {"trained": (2, "Half of them.")}, person_id=officer.id)
    session.commit()

    def scores(role: Role, agency: Agency | None = None) -> list[tuple[int | None, int | None]]:
        with make.acting(session, role, agency):
            form = section_11_form(session, OCCASION, record_id=asked.id)
        assert (form.kind, form.agency, dict(form.facts)["Cycle"]) == ("Section 11 return", "School", cycle.title)
        assert [answer.words for answer in form.sections[0].answers] == ["3", "2", ""]
        return [(score.own, score.moderated) for score in form.scores]

    assert scores(Role.OFFICER) == [(3, 2), (2, None)]
    assert scores(Role.AGENCY_MEMBER, school) == [(3, None), (2, None)]
    whole = session.get_one(Section11Return, asked.id)
    moderate_return(session, whole, {"safe": (1, "One file.")}, person_id=officer.id)
    session.commit()
    assert scores(Role.AGENCY_MEMBER, school) == [(3, 2), (2, 1)]
    for read in (section_11_form, blank_section_11):
        with make.acting(session, Role.AGENCY_MEMBER, other), pytest.raises(RuleBroken, match="no such form"):
            read(session, OCCASION, record_id=asked.id)


# The pages


def test_officer_opens_a_cycle_and_reads_who_is_missing(
    browser: Open, session: Session, cycle: Section11Cycle, school: Agency
) -> None:
    session.commit()
    officer, path = browser(Role.OFFICER), f"/section-11-cycles/{cycle.id}/"
    assert "School" in officer.get(f"{path}ask/").get_text()
    administrator = browser(Role.ADMINISTRATOR)
    administrator.get(f"{path}delete/")
    assert officer.send(f"{path}ask/").status_code == 302
    assert "Every partner has the form already." in words_of(officer.send(f"{path}ask/"))
    page = officer.get(path).get_text()
    assert "0 of 1 partners" in page
    statement = officer.get(f"{path}statement/").get_text()
    assert "Of 1 partner, 0 have handed in and 1 is missing." in statement
    assert officer.send(f"{path}close/", confirmed="yes").status_code == 302
    officer.get(f"{path}ask/", status=403)
    officer.get(f"{path}edit/", status=403)
    administrator.get(f"{path}delete/", status=403)
    assert administrator.send(f"{path}delete/", "/account/").status_code == 403


def test_cycle_that_asks_nobody_does_not_say_that_everybody_has_returned_it(
    browser: Open, session: Session, cycle: Section11Cycle
) -> None:
    session.execute(update(Agency).values(is_active=False))
    session.commit()
    assert expected_partners(session, cycle) == []
    words = browser(Role.OFFICER).get(f"/section-11-cycles/{cycle.id}/").get_text(" ", strip=True)
    assert "Returned No partner is asked" in words
    assert "0 of 0" not in words
    assert "Every partner has returned it" not in words


def test_officer_makes_a_cycle_of_a_section_11_tool(browser: Open, session: Session, cycle: Section11Cycle) -> None:
    make_tools.tool(session, title="Baseline self-evaluation")
    session.commit()
    officer = browser(Role.OFFICER)
    assert "Baseline self-evaluation" not in officer.get("/section-11-cycles/new/").get_text()
    values = {"covers": "adults", "tool_id": cycle.tool_id, "opens_on": "2027-01-01", "due_on": "2026-12-01"}
    refused = officer.send("/section-11-cycles/new/", title="Adults", **values)
    assert "It cannot be due before it opens." in words_of(refused)
    response = officer.send("/section-11-cycles/new/", title="Adults", **{**values, "due_on": "2027-03-01"})
    assert response.status_code == 302


def test_partner_completes_its_return_and_the_officer_moderates_it(
    browser: Open, session: Session, asked: Section11Return, school: Agency
) -> None:
    member, path = browser(Role.AGENCY_MEMBER, agency=school), f"/section-11-returns/{asked.id}/"
    browser(Role.OFFICER, name="Early officer").get(f"{path}moderate/", status=403)
    assert "Section 11 return to fill in" in member.get("/").get_text()
    sent = {"a-trained": "3", "a-safe": "2", "shown": ["trained", "safe", "why"]}
    assert member.send(f"{path}answer/1/", **sent).headers["Location"] == f"{path}read/"
    assert member.send(f"{path}hand-in/").status_code == 302
    officer = browser(Role.OFFICER)
    assert "Section 11 return to moderate" in officer.get("/").get_text()
    form = officer.get(f"{path}moderate/")
    assert "Staff are trained. (own score 3)" in form.get_text()
    refused = officer.send(f"{path}moderate/", s_trained="2", r_trained="", s_safe="", r_safe="")
    assert "Give the reason for the score" in words_of(refused)
    whole = {"s_trained": "2", "r_trained": "Half.", "s_safe": "2", "r_safe": "Seen."}
    assert officer.send(f"{path}moderate/", **whole).status_code == 302
    assert "Closed" in officer.get(path).get_text()
    assert "Half." in member.get(path).get_text()
    member.get(f"{path}moderate/", status=403)


def test_section_11_is_never_mixed_up_with_self_evaluations(
    browser: Open, session: Session, asked: Section11Return
) -> None:
    review = make.review(session)
    session.commit()
    officer = browser(Role.OFFICER)
    assert session.scalars(select(SelfEvaluation.id)).all() == []
    panels = [heading.get_text() for heading in officer.get(f"/thematic-reviews/{review.id}/").select(".panel h2")]
    assert [title for title in panels if "Section 11" in title] == []
    assert asked.reference not in officer.get("/self-evaluations/").get_text()
    links = officer.get("/administration/").select(".rooms li a")
    headings = {str(link["href"]): link.find_previous("h2").get_text() for link in links}  # type: ignore[union-attr]
    assert headings["/section-11-returns/"] != headings["/self-evaluations/"]
