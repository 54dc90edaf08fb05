"""Do self-evaluations go out only when signed, come back in two weeks, and climb no further than they must?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.core.access import Actor, Role
from models.core.clock import today
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.documents.documents import DocumentKind
from models.evidence.findings import Finding
from models.gates.review_gates import gates_of
from models.messages.agency_messages import Letterhead
from models.messages.messages import Message
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub, HubKind
from models.returns.agency_returns import ReturnStatus, submit_return
from models.returns.self_evaluations import (
    SelfEvaluation,
    ask_for_changes,
    close_self_evaluation,
    last_self_evaluation_answers,
    self_evaluations_of,
    send_self_evaluations,
)
from models.reviews.invitations import ReviewPart
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import TOOL_SUBJECTS, tools_of
from models.tools.answer_sheets import AnswerSheet, Given, SheetAnswer, save_answer
from models.tools.tool_questions import ToolQuestion
from tests import make, make_tools
from tests.documents.test_documents import kept
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def sent(session: Session, agency: Agency) -> SelfEvaluation:
    (evaluation,) = send_self_evaluations(session, make_tools.ready_review(session, agency), person_id=None)
    session.commit()
    return evaluation


def answered(session: Session, record: SelfEvaluation, **answers: str) -> SelfEvaluation:
    """Everything required, and these answers."""
    sheet = session.get_one(AnswerSheet, record.sheet_id)
    for key, given in {"met": "Fully met", **answers}.items():
        save_answer(session, sheet, Given(key, [given]), person_id=None)
    return record


def handed_in(session: Session, record: SelfEvaluation, **answers: str) -> SelfEvaluation:
    person = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, record.agency_id))
    submit_return(session, answered(session, record, **answers), person_id=person.id)
    session.commit()
    return record


def path(record: SelfEvaluation, rest: str = "") -> str:
    return f"/self-evaluations/{record.id}/{rest}"


# Sending


def test_sending_starts_two_weeks_for_every_invited_agency_and_writes_to_it(session: Session, agency: Agency) -> None:
    member = make.person(session, Role.AGENCY_MEMBER, agency=agency)
    make.person(session, Role.AGENCY_MEMBER, agency=agency, name="Left", is_active=False)
    other = make.agency(session, "Hospital", contact_email="Safe@hospital.example")
    review = make_tools.ready_review(session, agency, other)
    evaluations = send_self_evaluations(
        session, review, person_id=None, letterhead=Letterhead("https://portal.example", "Us")
    )
    assert {evaluation.due_on for evaluation in evaluations} == {today() + timedelta(days=14)}
    assert {evaluation.agency_id for evaluation in evaluations} == {agency.id, other.id}
    letters = {message.address: message for message in session.scalars(select(Message))}
    assert set(letters) == {member.email, "safe@hospital.example"}
    assert f"https://portal.example/self-evaluations/{evaluations[0].id}/" in letters["safe@hospital.example"].body
    assert evaluations[0].reference in letters["safe@hospital.example"].subject


@pytest.mark.parametrize("unsigned", ["tool", "key lines", "invitations"])
def test_nothing_goes_out_without_the_sponsors_signature(session: Session, agency: Agency, unsigned: str) -> None:
    review = make.review(session)
    tool = make_tools.tool(session, review)
    make_tools.invited(session, review, agency)
    if unsigned != "tool":
        make_tools.signed(session, review, TOOL_SUBJECTS[tool.kind], tool)
    if unsigned != "key lines":
        make_tools.signed(session, review, SignOffSubject.KEY_LINES)
    if unsigned != "invitations":
        make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    with pytest.raises(RuleBroken, match="has not signed this as it stands now"):
        send_self_evaluations(session, review, person_id=None)


def test_tool_that_changed_after_the_signature_does_not_go_out(session: Session, agency: Agency) -> None:
    review = make_tools.ready_review(session, agency)
    question = session.scalars(select(ToolQuestion).where(ToolQuestion.key == "seen")).one()
    question.text = "Is the child seen alone?"
    session.flush()
    with pytest.raises(RuleBroken, match="Baseline tool: the lead sponsor has not signed"):
        send_self_evaluations(session, review, person_id=None)


def test_agency_invited_later_gets_its_own_and_the_others_no_second(session: Session, sent: SelfEvaluation) -> None:
    review = session.get_one(ThematicReview, sent.review_id)
    with pytest.raises(RuleBroken, match="Every invited agency has its self-evaluation already"):
        send_self_evaluations(session, review, person_id=None)
    make_tools.invited(session, review, make.agency(session, "Hospital"))
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    (new,) = send_self_evaluations(session, review, person_id=None)
    assert new.agency_id != sent.agency_id


def test_review_without_one_tool_in_use_sends_nothing(session: Session, agency: Agency) -> None:
    review = make.review(session)
    with pytest.raises(RuleBroken, match="no self-evaluation tool yet"):
        send_self_evaluations(session, review, person_id=None)
    make_tools.tool(session, review)
    make_tools.tool(session, review, title="Another")
    with pytest.raises(RuleBroken, match="2 self-evaluation tools in use"):
        send_self_evaluations(session, review, person_id=None)


def test_nobody_invited_to_the_self_evaluation_is_said(session: Session, agency: Agency) -> None:
    review = make.review(session)
    tool = make_tools.tool(session, review)
    make_tools.invited(session, review, agency, part=ReviewPart.CASE_AUDIT)
    for subject in (SignOffSubject.KEY_LINES, SignOffSubject.INVITATIONS):
        make_tools.signed(session, review, subject)
    make_tools.signed(session, review, TOOL_SUBJECTS[tool.kind], tool)
    with pytest.raises(RuleBroken, match="No agency is invited to the self-evaluation yet"):
        send_self_evaluations(session, review, person_id=None)


# Handing in, returning, closing


def test_self_evaluation_is_handed_in_returned_and_closed(session: Session, sent: SelfEvaluation) -> None:
    person = make.person(session, Role.AGENCY_MEMBER, agency=session.get(Agency, sent.agency_id))
    with pytest.raises(RuleBroken, match="Not yet answered: “How far are plans kept"):
        submit_return(session, sent, person_id=person.id)
    handed_in(session, sent)
    assert (sent.status, sent.submitted_by_id) == (ReturnStatus.SUBMITTED, person.id)
    with pytest.raises(RuleBroken, match="handed in already"):
        submit_return(session, sent, person_id=person.id)
    due_on = today() + timedelta(days=5)
    for reason, day, sentence in (("", due_on, "what should be"), ("More.", today() - timedelta(days=1), "to come")):
        with pytest.raises(RuleBroken, match=sentence):
            ask_for_changes(session, sent, reason=reason, due_on=day)
    ask_for_changes(session, sent, reason="Name the audit.", due_on=due_on)
    assert (sent.status, sent.due_on, session.get_one(AnswerSheet, sent.sheet_id).is_open) == ("returned", due_on, True)
    with pytest.raises(RuleBroken, match="Only a self-evaluation that was handed in can be closed"):
        close_self_evaluation(session, sent, person_id=person.id)
    with pytest.raises(RuleBroken, match="can be returned"):
        ask_for_changes(session, sent, reason="Again.", due_on=due_on)
    submit_return(session, sent, person_id=person.id)
    close_self_evaluation(session, sent, person_id=person.id)
    assert sent.closed_at is not None
    assert "please change" in session.scalars(select(Message.subject).order_by(Message.id.desc())).first()  # type: ignore[operator]


def test_late_is_what_is_open_after_its_day(session: Session, sent: SelfEvaluation) -> None:
    sent.due_on = today()
    assert not sent.is_late
    sent.due_on = today() - timedelta(days=1)
    assert sent.is_late
    handed_in(session, sent)
    assert not sent.is_late


def test_progress_of_each_agency_is_told(session: Session, sent: SelfEvaluation) -> None:
    answered(session, sent, cases="3")
    (state,) = self_evaluations_of(session, sent.review_id)
    assert (state.agency.name, state.progress.words) == ("Northfield Police", "2 of 6 questions answered")


def test_answers_of_the_last_round_are_offered_question_by_question(session: Session, sent: SelfEvaluation) -> None:
    old = handed_in(session, sent, cases="3", seen="Yes")
    close_self_evaluation(session, old, person_id=make.person(session, Role.OFFICER).id)
    review = make.review(session, title="Next year", kind=HubKind.ADULTS)
    tool = make_tools.tool(session, review, copied_from_id=tools_of(session, old.review_id)[0].id)
    changed = session.scalars(select(ToolQuestion).where(ToolQuestion.tool_id == tool.id)).all()
    next(question for question in changed if question.key == "cases").text = "How many cases are there today?"
    make_tools.invited(session, review, session.get_one(Agency, old.agency_id))
    for subject, signed in ((TOOL_SUBJECTS[tool.kind], tool), (SignOffSubject.KEY_LINES, None)):
        make_tools.signed(session, review, subject, signed)
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    (new,) = send_self_evaluations(session, review, person_id=None)
    offered = last_self_evaluation_answers(session, new)
    assert {key: answer.value for key, (answer, _) in offered.items()} == {
        "met": "Fully met",
        "cases": 3,
        "seen": "Yes",
    }
    new.family_id = 0  # of another family only what is worded the same is the same question
    session.flush()
    assert set(last_self_evaluation_answers(session, new)) == {"met", "seen"}
    chosen = session.scalars(
        select(SheetAnswer).where(SheetAnswer.sheet_id == old.sheet_id, SheetAnswer.question_key == "met")
    ).one()
    chosen.value = "Met in full"  # a choice that is no longer offered
    session.flush()
    assert set(last_self_evaluation_answers(session, new)) == {"seen"}


def test_agency_reads_and_hands_in_its_own_only(session: Session, sent: SelfEvaluation, agency: Agency) -> None:
    other = make.agency(session, "Other")
    session.commit()
    for who, count in ((other, 0), (agency, 1)):
        act_as(session, Actor.person(1, Role.AGENCY_MEMBER, who.id))
        assert len(session.scalars(select(SelfEvaluation.id)).all()) == count
    moved = "UPDATE self_evaluations SET status = :status, submitted_at = now()"
    session.execute(text(moved), {"status": "submitted"})
    assert session.execute(text(moved), {"status": "asked"}).rowcount == 0  # type: ignore[attr-defined]


def test_gate_of_the_evidence_stays_shut_until_every_self_evaluation_is_closed(
    session: Session, sent: SelfEvaluation
) -> None:
    review = session.get_one(ThematicReview, sent.review_id)
    review.stage = Stage.EVIDENCE
    assert _gate(session, review) == "1 self-evaluation is not handed in and closed yet."
    close_self_evaluation(session, handed_in(session, sent), person_id=make.person(session, Role.OFFICER).id)
    assert _gate(session, review) == ""
    other = make.review(session, title="Nothing sent", kind=HubKind.ADULTS, stage=Stage.EVIDENCE)
    assert _gate(session, other) == "No self-evaluation has been sent yet."


def _gate(session: Session, review: ThematicReview) -> str:
    return next(standing.missing for standing in gates_of(session, review) if standing.gate.code == "self_evaluations")


# The pages


def test_officer_sends_from_the_review_and_sees_how_far_each_is(
    browser: Open, session: Session, agency: Agency
) -> None:
    review = make_tools.ready_review(session, agency)
    officer = browser(Role.ADMINISTRATOR)
    assert agency.name in officer.get(f"/self-evaluations/send/{review.id}/").get_text()
    answer = officer.send(f"/self-evaluations/send/{review.id}/")
    assert answer.headers["Location"] == f"/thematic-reviews/{review.id}/"
    page = officer.get(f"/thematic-reviews/{review.id}/evidence/").get_text()
    assert all(words in page for words in (agency.name, "Due in 14 days", "0 of 6 questions answered"))
    again = officer.send(f"/self-evaluations/send/{review.id}/")
    assert again.status_code == 422
    assert "Every invited agency has its self-evaluation already." in words_of(again)


def test_officer_of_another_hub_cannot_send(browser: Open, session: Session, agency: Agency) -> None:
    review = make_tools.ready_review(session, agency)
    session.get_one(Hub, review.hub_id).officer_id = make.person(session, Role.OFFICER, name="Another").id
    browser(Role.OFFICER).get(f"/self-evaluations/send/{review.id}/", status=403)


def test_member_hands_in_and_still_reads_after_the_deadline(
    browser: Open, session: Session, sent: SelfEvaluation, agency: Agency
) -> None:
    member = browser(Role.AGENCY_MEMBER, agency=agency)
    home = member.get("/").get_text()
    assert "self-evaluation to fill in is due in 14 days" in home
    refused = member.send(path(sent, "hand-in/"))
    assert refused.status_code == 422
    assert "How far are plans kept?" in words_of(refused)
    answered(session, sent)
    sent.due_on = today() - timedelta(days=20)
    session.commit()
    assert member.send(path(sent, "hand-in/")).status_code == 302
    assert "Fully met" in member.get(path(sent, "read/")).get_text()
    assert member.client.get(path(sent, "answer/1/")).headers["Location"] == path(sent, "read/")
    member.get(path(sent, "hand-in/"), status=403)


def test_officer_returns_what_was_handed_in_and_closes_it(
    browser: Open, session: Session, sent: SelfEvaluation, agency: Agency
) -> None:
    handed_in(session, sent)
    officer = browser(Role.ADMINISTRATOR)
    assert "self-evaluation waits to be read" in officer.get("/").get_text()
    answer = officer.send(path(sent, "return/"), reason="Name the audit.", due_on=f"{today() + timedelta(days=3)}")
    assert answer.status_code == 302
    member = browser(Role.AGENCY_MEMBER, agency=agency)
    assert "Name the audit." in member.get(path(sent)).get_text()
    assert member.send(path(sent, "hand-in/")).status_code == 302
    officer.send(path(sent, "close/"), confirmed="yes")
    assert "Closed" in officer.get(path(sent)).get_text()


def test_officer_of_another_hub_neither_returns_nor_closes_it(
    browser: Open, session: Session, sent: SelfEvaluation
) -> None:
    handed_in(session, sent)
    session.commit()
    elsewhere = browser(Role.OFFICER, name="Officer elsewhere")
    elsewhere.get(path(sent, "return/"), status=403)
    for page in ("return/", "close/"):
        answer = elsewhere.send(path(sent, page), "/account/", reason="No.", due_on=f"{today()}", confirmed="yes")
        assert answer.status_code == 403, page
    session.refresh(sent)
    assert sent.status is ReturnStatus.SUBMITTED


def test_review_says_nothing_of_self_evaluations_to_who_cannot_send_them_while_there_is_none(
    browser: Open, session: Session, agency: Agency
) -> None:
    page = f"/thematic-reviews/{make_tools.ready_review(session, agency).id}/evidence/"
    session.commit()
    for role, is_shown in ((Role.SPONSOR, False), (Role.ADMINISTRATOR, True)):
        titles = [title.get_text() for title in browser(role).get(page).select(".panel h2")]
        assert ("Self-evaluations" in titles) is is_shown, role


def test_manager_of_no_agency_reads_no_self_evaluation(browser: Open, session: Session, sent: SelfEvaluation) -> None:
    session.commit()
    manager = browser(Role.MANAGER)
    assert manager.get("/self-evaluations/").select("main tbody th") == []
    for view in ("", "read/", "paper/"):
        manager.get(path(sent, view), status=404)


def test_member_uses_the_last_answer_with_one_press(
    browser: Open, session: Session, sent: SelfEvaluation, agency: Agency
) -> None:
    close_self_evaluation(session, handed_in(session, sent), person_id=make.person(session, Role.OFFICER).id)
    review = make.review(session, title="Next", kind=HubKind.ADULTS)
    tool = make_tools.tool(session, review)
    make_tools.invited(session, review, agency)
    for subject, signed in ((TOOL_SUBJECTS[tool.kind], tool), (SignOffSubject.KEY_LINES, None)):
        make_tools.signed(session, review, subject, signed)
    make_tools.signed(session, review, SignOffSubject.INVITATIONS)
    (new,) = send_self_evaluations(session, review, person_id=None)
    session.commit()
    member = browser(Role.AGENCY_MEMBER, agency=agency)
    first = path(new, "answer/1/")
    (offered,) = member.get(first).select("button[name=use-last]")
    assert member.send(first, **{"use-last": offered["value"]}).headers["Location"] == f"{first}#q-met"
    assert member.get(first).select_one("input[value='Fully met'][checked]") is not None
    assert member.get(first).select("button[name=use-last]") == []


# Findings


def test_officer_makes_a_finding_of_an_answer_with_one_press(
    browser: Open, session: Session, sent: SelfEvaluation
) -> None:
    handed_in(session, sent, cases="3")
    officer = browser(Role.ADMINISTRATOR)
    button = next(link for link in officer.get(path(sent, "read/")).select("#q-met a") if "finding" in link.get_text())
    form = officer.filled(str(button["href"]))
    assert (form["verdict"], form["strength"]) == ("strength", "weak")
    assert form["text"].strip() == "How far are plans kept? Fully met"
    sent_form = {**form, "text": "Plans are kept.", "strength": "moderate"}
    assert officer.client.post(str(button["href"]), data=sent_form).status_code == 302
    finding = session.scalars(select(Finding)).one()
    assert (finding.source, finding.verdict, finding.strength) == (
        Source.SELF_EVALUATION,
        Verdict.STRENGTH,
        Strength.MODERATE,
    )
    assert (finding.agency_id, finding.review_id) == (sent.agency_id, sent.review_id)
    assert finding.key_line_id is not None
    assert finding.origin.startswith("sheet_answers:")
    assert "See the finding" in officer.get(path(sent, "read/")).get_text()
    again = officer.send(str(button["href"]), text="Again.", verdict="mixed", strength="weak")
    assert again.status_code == 422
    assert "among the review's findings already" in words_of(again)


def test_officer_of_another_hub_makes_no_finding(browser: Open, session: Session, sent: SelfEvaluation) -> None:
    handed_in(session, sent)
    hub_id = session.get_one(ThematicReview, sent.review_id).hub_id
    session.get_one(Hub, hub_id).officer_id = make.person(session, Role.OFFICER, name="Another").id
    session.commit()
    officer = browser(Role.OFFICER)
    assert "Make a finding" not in officer.get(path(sent, "read/")).get_text()
    (answer_id,) = session.scalars(select(SheetAnswer.id).where(SheetAnswer.question_key == "met"))
    officer.get(path(sent, f"finding/{answer_id}/"), status=403)


def test_finding_of_another_sheets_answer_is_not_found(browser: Open, session: Session, sent: SelfEvaluation) -> None:
    other = make_tools.sheet(session, make.agency(session, "Other"))
    answer = save_answer(session, other, Given("cases", ["3"]), person_id=None)
    session.commit()
    browser(Role.ADMINISTRATOR).get(path(sent, f"finding/{answer.id}/"), status=404)


def test_manager_of_the_agency_reads_its_self_evaluation_but_members_answer(
    browser: Open, session: Session, sent: SelfEvaluation, agency: Agency
) -> None:
    manager = browser(Role.MANAGER, agency=agency)
    assert "1 self-evaluation to fill in" in " ".join(manager.get("/").get_text(" ").split())
    assert manager.get(path(sent)).find("a", string="Fill in") is None
    manager.get(path(sent, "read/"))
    for view in ("answer/", "answer/1/", "hand-in/"):
        manager.get(path(sent, view), 403)
    member = browser(Role.AGENCY_MEMBER, agency=agency)
    assert member.get(path(sent)).find("a", string="Fill in") is not None


def test_evidence_in_the_list_of_documents_says_whose_form_it_belongs_to(
    browser: Open, session: Session, sent: SelfEvaluation
) -> None:
    answer = SheetAnswer(sheet_id=sent.sheet_id, question_key="q1", value="Yes")
    session.add(answer)
    session.flush()
    kept(session, subject=f"sheet_answers:{answer.id}", kind=DocumentKind.EVIDENCE, title="Audit of files.csv")
    (about,) = browser(Role.OFFICER).get("/documents/").select('tbody [data-l="About"]')
    assert about.get_text() == f"Self-evaluation {sent.reference}: {session.get_one(Agency, sent.agency_id).name}"
    assert about.a is not None
    assert about.a["href"] == path(sent)
