"""Does what is late climb the ladder step by step, on record, and reach the sponsor?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.clock import today
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.messages.messages import Message
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.reference_items import ReferenceList
from models.returns.agency_returns import submit_return
from models.returns.escalation_letters import letter_facts
from models.returns.escalations import (
    Escalation,
    StepTaken,
    answer_concern,
    climb,
    concerns_of,
    engagement_log,
    ladder_states,
    note_outcome,
)
from models.returns.late_returns import late_count
from models.returns.self_evaluations import SelfEvaluation, send_self_evaluations
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.due_dates import in_words
from models.rules.returns.escalation_ladder import Step, refuse_step
from models.signatures.sign_offs import SignOffSubject
from tests import make, make_tools
from tests.returns.test_self_evaluations import answered
from tests.web import Browser, words_of

Open = Callable[..., Browser]
STEPS = (("reminder", 1), ("officer_call", 3), ("sponsor", 7), ("executive", 14), ("board", 21))
LADDER = [Step(number, code, code, days) for number, (code, days) in enumerate(STEPS, 1)]
DAY = date(2026, 3, 30)


@pytest.fixture
def late(session: Session) -> SelfEvaluation:
    """A self-evaluation that has been late for eight days, and the five steps of the ladder."""
    for rank, (code, days) in enumerate(STEPS, 1):
        make.word(session, ReferenceList.ESCALATION_STEP, code, rank=rank, day_count=days)
    (evaluation,) = send_self_evaluations(
        session, make_tools.ready_review(session, make.agency(session)), person_id=None
    )
    evaluation.due_on = today() - timedelta(days=8)
    session.commit()
    return evaluation


def subject_of(record: SelfEvaluation) -> str:
    return f"self_evaluations:{record.id}"


def climbed(session: Session, record: SelfEvaluation, *codes: str) -> Escalation:
    for code in codes:
        escalation = climb(
            session,
            step=StepTaken(code=code, said=f"Said at {code}.", on=today()),
            subject=subject_of(record),
            person_id=None,
        )
    session.commit()
    return escalation


# The rule


def test_nothing_climbs_before_its_day_has_passed() -> None:
    with pytest.raises(RuleBroken, match="not late yet"):
        refuse_step(LADDER, 0, "reminder", DAY, DAY)
    assert refuse_step(LADDER, 0, "reminder", DAY, DAY + timedelta(days=1)).code == "reminder"


def test_nothing_climbs_beyond_the_top() -> None:
    with pytest.raises(RuleBroken, match="top of the ladder"):
        refuse_step(LADDER, 5, "board", DAY, DAY + timedelta(days=60))


# The verbs


def test_late_return_climbs_one_step_at_a_time_in_order(session: Session, late: SelfEvaluation) -> None:
    (state,) = ladder_states(session)
    assert (state.next.code, state.is_due, state.taken) == ("reminder", True, ())  # type: ignore[union-attr]
    with pytest.raises(RuleBroken, match="The next step is: Reminder"):
        climbed(session, late, "board")
    climbed(session, late, "reminder", "officer_call", "sponsor")
    (state,) = ladder_states(session, late.review_id)
    assert [step.number for step in state.taken] == [1, 2, 3]
    assert (state.next.code, state.is_due) == ("executive", False)  # type: ignore[union-attr]
    assert state.next_due_on == late.due_on + timedelta(days=14)
    climbed(session, late, "executive", "board")
    with pytest.raises(RuleBroken, match="top of the ladder"):
        climbed(session, late, "board")


def test_reminder_writes_to_the_agency_once(session: Session, late: SelfEvaluation) -> None:
    member = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, late.agency_id))
    climbed(session, late, "reminder", "officer_call")
    (letter,) = session.scalars(select(Message))
    assert (letter.address, letter.subject) == (member.email, f"{late.reference} is late")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"said": " "}, "Write what was said"),
        ({"on": today() + timedelta(days=9)}, "still to come"),
        ({"subject": "self_evaluations:999999"}, "no longer late"),
    ],
)
def test_step_without_words_or_ground_is_refused(
    session: Session, late: SelfEvaluation, values: dict[str, object], sentence: str
) -> None:
    given = {"subject": subject_of(late), "code": "reminder", "said": "Said.", "on": today(), **values}
    subject = str(given.pop("subject"))
    with pytest.raises(RuleBroken, match=sentence):
        climb(session, subject=subject, step=StepTaken(**given), person_id=None)  # type: ignore[arg-type]


def test_what_is_handed_in_climbs_no_further_and_leaves_the_sponsors_page(
    session: Session, late: SelfEvaluation
) -> None:
    climbed(session, late, "reminder", "officer_call", "sponsor")
    sponsor_id = session.get_one(ThematicReview, late.review_id).sponsor_id
    assert len(session.scalars(concerns_of(sponsor_id)).all()) == 1
    person = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, late.agency_id))
    submit_return(session, answered(session, late), person_id=person.id)
    assert (ladder_states(session), session.scalars(concerns_of(sponsor_id)).all()) == ([], [])
    with pytest.raises(RuleBroken, match="no longer late"):
        climbed(session, late, "executive")
    assert len(engagement_log(session, late.review_id)) == 3


def test_only_the_sponsor_answers_a_concern_and_once(session: Session, late: SelfEvaluation) -> None:
    call = climbed(session, late, "reminder", "officer_call")
    escalation = climbed(session, late, "sponsor")
    sponsor_id = session.get_one(ThematicReview, late.review_id).sponsor_id
    assert sponsor_id is not None
    with pytest.raises(RuleBroken, match="Only the review's lead sponsor"):
        answer_concern(session, escalation, answer="Spoken.", person_id=make.person(session, Role.OFFICER).id)
    with pytest.raises(RuleBroken, match="does not ask the sponsor"):
        answer_concern(session, call, answer="Spoken.", person_id=sponsor_id)
    with pytest.raises(RuleBroken, match="Say what you have done"):
        answer_concern(session, escalation, answer=" ", person_id=sponsor_id)
    answer_concern(session, escalation, answer="Spoken to the director.", person_id=sponsor_id)
    with pytest.raises(RuleBroken, match="answered already"):
        answer_concern(session, escalation, answer="Again.", person_id=sponsor_id)
    assert session.scalars(concerns_of(sponsor_id)).all() == []


def test_log_is_narrowed_to_a_review_or_an_agency(session: Session, late: SelfEvaluation) -> None:
    climbed(session, late, "reminder")
    assert [line.agency for line in engagement_log(session, late.review_id)] == ["Northfield Police"]
    assert engagement_log(session, review_id=late.review_id + 999) == []
    assert engagement_log(session, agency_id=make.agency(session, "Other").id) == []


def test_letter_says_how_late_and_what_was_done_before(session: Session, late: SelfEvaluation) -> None:
    escalation = climbed(session, late, "reminder", "officer_call", "sponsor")
    note_outcome(session, escalation, outcome="Promised for Friday.")
    facts = letter_facts(session, escalation, partnership="Us")
    assert facts.addressee == "Lead for safeguarding"
    assert f"{today() - late.due_on}".startswith("8 days")
    assert "it is 8 days late" in facts.paragraphs[0]
    assert facts.paragraphs[1] == "Said at sponsor."
    assert [step.label for step in facts.steps] == ["Reminder", "Officer call"]
    assert (facts.sender_role, facts.sender) == ("Lead sponsor", "Lead sponsor")
    assert facts.subject.endswith(f"due on {in_words(late.due_on)}: 8 days late")
    assert f"or tell us what keeps it, before {in_words(late.due_on + timedelta(days=14))}." in facts.paragraphs[2]


def test_letter_asks_at_once_when_the_next_step_is_due_already_and_at_the_top(
    session: Session, late: SelfEvaluation
) -> None:
    at_once = "now, or tell us by return what keeps it"
    assert at_once in letter_facts(session, climbed(session, late, "reminder"), partnership="Us").paragraphs[2]
    top = climbed(session, late, "officer_call", "sponsor", "executive", "board")
    assert at_once in letter_facts(session, top, partnership="Us").paragraphs[2]


def test_letter_names_the_contact_whose_address_the_agency_gave_and_nobody_else(
    session: Session, late: SelfEvaluation
) -> None:
    agency = session.get_one(Agency, late.agency_id)
    first = climbed(session, late, "reminder")
    agency.contact_email = "shared@police.example"
    assert (letter_facts(session, first, partnership="Us").contact) == ""
    person = make.person(session, Role.MANAGER, agency=agency, name="Ann Bee", email="ann.bee@police.example")
    agency.contact_email = "Ann.Bee@police.example"
    facts = letter_facts(session, first, partnership="Us")
    assert (facts.contact, facts.email) == (person.name, "Ann.Bee@police.example")
    above = climbed(session, late, "officer_call", "sponsor", "executive")
    assert letter_facts(session, above, partnership="Us").contact == ""


def test_agency_reads_no_line_of_the_log(session: Session, late: SelfEvaluation) -> None:
    climbed(session, late, "reminder")
    act_as(session, Actor.person(1, Role.AGENCY_MEMBER, late.agency_id))
    with pytest.raises(Exception, match="permission denied"):
        session.scalars(select(Escalation.id)).all()


def test_what_is_late_is_read_in_parts_and_by_subject(session: Session, late: SelfEvaluation) -> None:
    others = [make.agency(session, name) for name in ("Eastfield School", "Westfield Trust")]
    review = session.get_one(ThematicReview, late.review_id)
    for days, agency in enumerate(others, 1):
        make_tools.invited(session, review, agency)
        make_tools.signed(session, review, SignOffSubject.INVITATIONS)
        (evaluation,) = send_self_evaluations(session, review, person_id=None)
        evaluation.due_on = today() - timedelta(days=days)
    session.flush()
    every = [state.late for state in ladder_states(session)]
    assert [record.due_on for record in every] == [today() - timedelta(days=days) for days in (8, 2, 1)]
    assert late_count(session, today()) == 3
    assert [state.late for state in ladder_states(session, part=slice(1, 3))] == every[1:]
    assert [state.late for state in ladder_states(session, subjects=[every[2].subject, "audits:1"])] == every[2:]
    assert ladder_states(session, subjects=[]) == []


# The pages


def test_officer_takes_the_next_step_and_prints_its_letter(
    browser: Open, session: Session, late: SelfEvaluation
) -> None:
    officer = browser(Role.ADMINISTRATOR)
    home = officer.get("/")
    assert "late return whose next step is to be taken" in home.get_text()
    path = f"/escalations/climb/{subject_of(late)}/reminder/"
    assert home.select_one(f'.chips a[href="{path}"]') is not None
    page = officer.get("/escalations/late/")
    links = [str(link["href"]) for link in page.select("td a")]
    assert links == [f"/self-evaluations/{late.id}/", f"/thematic-reviews/{late.review_id}/", path]
    refused = officer.send(path, on=f"{today()}", said="")
    assert refused.status_code == 422
    assert officer.send(path, on=f"{today()}", said="Please hand it in.").status_code == 302
    again = officer.send(path, on=f"{today()}", said="Please hand it in.")
    assert "The next step is: Officer call" in words_of(again)
    escalation = session.scalars(select(Escalation)).one()
    letter = officer.get(f"/escalations/{escalation.id}/letter/").get_text()
    assert "Please hand it in." in letter
    assert officer.send(f"/escalations/{escalation.id}/outcome/", outcome="Promised.").status_code == 302
    assert "Promised." in officer.get(f"/thematic-reviews/{late.review_id}/evidence/").get_text()
    assert "Northfield Police" in officer.get(f"/escalations/?agency_id={late.agency_id}").get_text()


def test_sponsor_finds_the_concern_and_answers_it(browser: Open, session: Session, late: SelfEvaluation) -> None:
    escalation = climbed(session, late, "reminder", "officer_call", "sponsor")
    sponsor = browser(Role.SPONSOR)
    links = [str(link["href"]) for link in sponsor.get("/sign-offs/waiting/").select("main a[href*=answer]")]
    assert links == [f"/escalations/{escalation.id}/answer/"]
    assert sponsor.send(links[0], answer="Spoken to the director.").status_code == 302
    assert "Spoken to the director." in sponsor.get(f"/escalations/{escalation.id}/").get_text()
    refused = sponsor.send(links[0], answer="Again.")
    assert "answered already" in words_of(refused)


def test_officer_of_another_hub_takes_no_step(browser: Open, session: Session, late: SelfEvaluation) -> None:
    hub_id = session.get_one(ThematicReview, late.review_id).hub_id
    session.get_one(Hub, hub_id).officer_id = make.person(session, Role.OFFICER, name="Another").id
    browser(Role.OFFICER).get(f"/escalations/climb/{subject_of(late)}/reminder/", status=403)
    browser(Role.ADMINISTRATOR).get("/escalations/climb/self_evaluations:999999/reminder/", status=404)
    browser(Role.ADMINISTRATOR, name="Second").get("/escalations/climb/drop table/reminder/", status=404)


def test_each_row_of_what_is_late_offers_the_call_and_a_reminder_and_says_what_follows(
    browser: Open, session: Session, late: SelfEvaluation
) -> None:
    climbed(session, late, "reminder")
    (row,) = browser(Role.ADMINISTRATOR).get("/escalations/late/").select("main tbody tr")
    links = {" ".join(link.get_text().split()): str(link["href"]) for link in row.select("a")}
    assert links[f"Log a call of {late.reference}"] == f"/escalations/climb/{subject_of(late)}/officer_call/"
    assert links[f"Remind of {late.reference}"] == f"/self-evaluations/{late.id}/remind/"
    assert "Then: Escalate: Sponsor, from" in row.get_text()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SPONSOR])
def test_whoever_may_take_no_step_reads_who_does_and_counts_none_at_home(
    browser: Open, session: Session, late: SelfEvaluation, role: Role
) -> None:
    hub = session.get_one(Hub, session.get_one(ThematicReview, late.review_id).hub_id)
    hub.officer_id = make.person(session, Role.OFFICER, name="Another").id
    session.commit()
    person = browser(role)
    (row,) = person.get("/escalations/late/").select("main tbody tr")
    assert f"The officer of {hub.name} (Another) takes the steps" in row.get_text()
    assert [link for link in row.select("a") if "climb" in str(link["href"]) or "remind" in str(link["href"])] == []
    assert f"/self-evaluations/{late.id}/" in [str(link["href"]) for link in row.select("a")]
    assert "next step" not in person.get("/").get_text()
    assert "Nothing is late." in person.get("/escalations/late/?mine=due").get_text()


def test_officer_reminds_of_an_open_return_before_it_is_late_and_once_a_day(
    browser: Open, session: Session, late: SelfEvaluation
) -> None:
    late.due_on = today() + timedelta(days=3)
    member = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, late.agency_id))
    session.commit()
    officer, path = browser(Role.ADMINISTRATOR), f"/self-evaluations/{late.id}/remind/"
    button = officer.get(f"/self-evaluations/{late.id}/").find("a", string="Remind")
    assert button is not None
    assert officer.send(path, said="").status_code == 422
    assert officer.send(path, said="Please think of it.").status_code == 302
    (letter,) = session.scalars(select(Message))
    assert (letter.address, "Please think of it." in letter.body, "due in 3 days" in letter.body) == (
        member.email, True, True,
    )  # fmt: skip
    again = officer.send(path, said="Please think of it.")
    assert (again.status_code, "one reminder a day" in words_of(again)) == (422, True)


def test_nobody_else_reminds_and_nothing_handed_in_is_reminded_of(
    browser: Open, session: Session, late: SelfEvaluation
) -> None:
    hub_id = session.get_one(ThematicReview, late.review_id).hub_id
    session.get_one(Hub, hub_id).officer_id = make.person(session, Role.OFFICER, name="Another").id
    agency = session.get_one(Agency, late.agency_id)
    agency.contact_email = ""
    session.commit()
    path = f"/self-evaluations/{late.id}/remind/"
    browser(Role.OFFICER).get(path, status=403)
    administrator = browser(Role.ADMINISTRATOR)
    refused = administrator.send(path, said="Please.")
    assert (refused.status_code, "Nobody can be written to" in words_of(refused)) == (422, True)
    member = make.person(session, Role.AGENCY_MEMBER, agency=agency)
    browser(Role.AGENCY_MEMBER, agency=agency, name="Colleague").get(path, status=403)
    submit_return(session, answered(session, late), person_id=member.id)
    session.commit()
    administrator.get(path, status=403)
    assert administrator.get(f"/self-evaluations/{late.id}/").find("a", string="Remind") is None
