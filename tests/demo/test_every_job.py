"""Has every job its effect once, whether it is delivered twice or asked for twice?"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import sessionmaker

from admin_views.kit.registry import load_screens
from app.demo.samples import drawable
from jobs.core.mail import MailServer
from jobs.core.queue import JOBS
from models.accounts.password_asks import ask_for_password
from models.accounts.sign_in_attempts import Outcome, SignInAttempt, open_attempt
from models.audits.auditor_messages import tell_auditor
from models.audits.case_audits import IN_HAND, CaseAudit
from models.case_lists import case_imports
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.case_lists.case_lists import CaseList, ListStatus, SentList, accept, ask_for_check, keep_list, sealing_key
from models.core.access import Actor, Role
from models.core.clock import now, today
from models.core.db import PortalSession, act_as
from models.core.rooms import load_rooms
from models.documents.document_requests import ask_for_document
from models.documents.evidence_files import KeptFor, UploadRules, keep_evidence
from models.documents.job_requests import JobRequest, JobStatus, request_job
from models.documents.list_workbooks import ListWorkbook, ask_for_workbook
from models.documents.saved_views import NewView, SavedView, save_view
from models.learning.briefings import Briefing
from models.messages.messages import Draft, write_message
from models.partnership.mail_settings import mail_settings
from models.partnership.people import Person
from models.plans.action_plans import ActionPlan
from models.plans.impact_analyses import ImpactAnalysis
from models.reminders.usual_reminders import add_usual_rules
from models.retention.retention_rules import add_usual_retention
from models.returns.escalations import Escalation
from models.returns.section_11_returns import Section11Return
from models.returns.self_evaluations import SelfEvaluation
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import ThematicReview
from models.rules.accounts.locks import OF_A_PLACE
from models.rules.core.due_dates import months_after
from models.sampling.audit_samples import SampleBrief, lock_sample, plan_sample, request_draw, reveal
from models.sampling.sample_cases import SampleCase
from models.spreadsheets import import_runs, table_imports
from models.spreadsheets.import_facts import ImportFacts
from models.spreadsheets.table_imports import ImportStatus, TableImport
from tests.documents.clamd import MARK, scanner
from tests.documents.files import sent_file
from tests.fingerprints import Fingerprint, changed, fingerprint
from tests.postboxes import Postbox, mail_server
from tests.web import SECRET
from tests.work import do_request, done

Ask = Callable[[PortalSession], object]
LIST = b"Case reference,Level,Start date\nF1,Child in need,13/05/2025\nF2,Child protection plan,14/06/2025\n"


def first(session: PortalSession, column: Any, *where: Any) -> Any:
    """The first value of a column in the demo, which must have one."""
    value = session.scalar(select(func.min(column)).where(*where))
    assert value is not None, f"the demo has no {column}"
    return value


def paper(name: str, argument: str, column: Any) -> Ask:
    """How a document about the first record of a kind is asked for."""
    return lambda session: ask_for_document(session, name, {argument: first(session, column)})


def daily(name: str, plant: Ask) -> Ask:
    """How the schedule asks for a job, once there is something for it to do."""

    def ask(session: PortalSession) -> None:
        plant(session)
        request_job(session, name)

    return ask


def keep_a_workbook_for_long(session: PortalSession) -> None:
    """A workbook that an officer asked for more than two weeks ago."""
    officer = session.scalars(select(Person).where(Person.role == Role.OFFICER).order_by(Person.id)).first()
    assert officer is not None
    asked = request_job(session, "make_list_workbook") or 0
    long_ago = now() - timedelta(days=15)
    session.add(ListWorkbook(request_id=asked, owner_id=officer.id, list_name="actions", asked_at=long_ago))


def uploaded(session: PortalSession) -> CaseList:
    """A list as an officer has just sent it."""
    return keep_list(session, SentList(io.BytesIO(LIST), "list.csv", 10_000), key=sealing_key(SECRET), title="Twice")


def ask_for_freezing(session: PortalSession) -> None:
    case_list = uploaded(session)
    case_list.choice, case_list.status = ImportChoice().as_facts(), ListStatus.CHECKED
    accept(session, case_list)


def freeze_a_large_list(session: PortalSession) -> None:
    """A frame whose indexes are left to the job, as those of a frame of many thousand rows are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_imports, "INDEXED_AT_ONCE", 0)
        check = open_check(session, io.BytesIO(LIST), ImportChoice(), today=today())
        import_frame(session, check, title="Twice", file_name="list.csv")


def forget_an_upload(session: PortalSession) -> None:
    uploaded(session).uploaded_at = now() - timedelta(days=3)
    session.flush()


def name_a_witness(session: PortalSession) -> None:
    mail_settings(session).log_witnesses = first(session, Person.email, Person.role == Role.BOARD_VIEWER)


def spreadsheet(session: PortalSession) -> tuple[TableImport, Person]:
    """A spreadsheet with one more agency, as an administrator has just sent it."""
    load_screens()  # they say what can be brought in
    administrator = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR)).first()
    assert administrator is not None
    file = io.BytesIO(b"Name,Category\nTwice Wardens,Police\n")
    table_import = table_imports.keep_import(
        session, file, "agencies.csv", secret=SECRET, list_name="agencies", person_id=administrator.id
    )
    return table_import, administrator


def forget_a_spreadsheet(session: PortalSession) -> None:
    spreadsheet(session)[0].uploaded_at = now() - timedelta(days=3)
    session.flush()


def bring_agencies_in(session: PortalSession, *, is_checked: bool) -> None:
    """Ask for the check of a spreadsheet, or for bringing in what the check found."""
    table_import, administrator = spreadsheet(session)
    act_as(session, administrator.actor())
    choices = table_imports.choices_of(table_import)
    table_imports.ask_for_check(session, table_import, choices)
    if is_checked:
        facts = ImportFacts("agencies.csv", today(), administrator.id, administrator.name, None)
        with session.begin_nested() as trial:
            tables = table_imports.open_import(table_import, secret=SECRET)
            reports = import_runs.import_sheets(session, tables, choices, facts, lambda *_: None)
            trial.rollback()
        table_imports.keep_report(table_import, reports, import_runs.fingerprint(reports))
        table_import.status = ImportStatus.CHECKED
        table_imports.accept(session, table_import)
    act_as(session, Actor.system())


def save_weekly_view(session: PortalSession) -> SavedView:
    """A view of an administrator's that goes out every week."""
    load_screens()  # they say what may be taken out, and how
    administrator = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR)).first()
    assert administrator is not None
    act_as(session, administrator.actor())
    return save_view(session, administrator.actor(), NewView("agencies", "Every week", {}, is_weekly=True))


def ask_for_weekly_views(session: PortalSession) -> None:
    save_weekly_view(session)
    act_as(session, Actor.system())
    request_job(session, "ask_weekly_views")


def ask_for_a_draw(session: PortalSession) -> None:
    frame = session.scalars(select(CaseFrame).order_by(CaseFrame.id)).first()
    assert frame is not None
    sample = plan_sample(
        session, brief=SampleBrief(title="Twice"), frame=frame, plan=drawable(session, frame, 1, {"rule": "any"})
    )
    lock_sample(session, sample, frame=frame, person_id=None)
    reveal(session, sample, public="4 6 1", witness="A witness")
    request_draw(session, sample)


def ask_for_a_letter(session: PortalSession) -> None:
    write_message(session, Draft(None, "A reader", "reader@example.org", "Once", "Only once."))


def ask_for_a_test_mail(session: PortalSession) -> None:
    administrator = session.scalars(select(Person).where(Person.role == Role.ADMINISTRATOR).limit(1)).one()
    act_as(session, administrator.actor())
    request_job(session, "send_test_mail")


def ask_to_tell_an_auditor(session: PortalSession) -> None:
    audit = session.scalars(
        select(CaseAudit).where(CaseAudit.auditor_id.is_not(None), CaseAudit.status.in_(IN_HAND)).limit(1)
    ).one()
    assert audit.auditor_id is not None
    tell_auditor(session, audit, audit.auditor_id)


def ask_to_count_an_old_month(session: PortalSession) -> None:
    """A month before the demo's history, in which a plan was agreed already."""
    session.execute(update(ActionPlan).values(agreed_on=ActionPlan.agreed_on - 1500))
    request_job(session, "count_actions", {"due_on": months_after(today().replace(day=1), -36).isoformat()})


def finish_a_request_long_ago(session: PortalSession) -> None:
    old = JobRequest(name="write_digests", status=JobStatus.DONE, finished_at=now() - timedelta(days=400))
    session.add(old)
    session.flush()


def try_to_sign_in_long_ago(session: PortalSession) -> None:
    moment = now() - timedelta(days=2000)
    session.add(SignInAttempt(attempted_at=moment, email="nobody@example.org", outcome=Outcome.REFUSED))
    session.flush()


def forget_what_was_settled(session: PortalSession) -> None:
    session.execute(update(SampleCase).values(audited_on=None))


def send_a_file(session: PortalSession) -> None:
    """A file as it comes to a portal with a scanner; it holds what the scanner of the tests takes for a virus."""
    keep_evidence(session, sent_file(MARK, "list.txt"), KeptFor("actions:1"), UploadRules(has_scanner=True))


def let_years_pass(session: PortalSession) -> None:
    add_usual_retention(session)
    finish_a_request_long_ago(session)
    session.execute(update(ReviewStage).values(reached_on=ReviewStage.reached_on - 3650))


def forget_ones_password(session: PortalSession) -> None:
    assert ask_for_password(session, email="officer@demo.example", network="127.0.0.1", now=now())


def guess_a_password(session: PortalSession) -> None:
    for _ in range(OF_A_PLACE.free + 1):
        open_attempt(session, email="officer@demo.example", address="127.0.0.1", now=now())


HOW_ASKED: dict[str, Ask] = {
    "answer_password_ask": forget_ones_password,
    "ask_weekly_views": ask_for_weekly_views,
    "carry_out_table_import": lambda session: bring_agencies_in(session, is_checked=True),
    "check_table_import": lambda session: bring_agencies_in(session, is_checked=False),
    "check_case_list": lambda session: ask_for_check(session, uploaded(session), ImportChoice().as_facts()),
    "count_actions": ask_to_count_an_old_month,
    "discard_old_workbooks": daily("discard_old_workbooks", keep_a_workbook_for_long),
    "discard_stale_lists": daily("discard_stale_lists", forget_an_upload),
    "draw_sample": ask_for_a_draw,
    "erase_stale_imports": daily("erase_stale_imports", forget_a_spreadsheet),
    "erase_due": daily("erase_due", let_years_pass),
    "forget_old_sign_ins": daily("forget_old_sign_ins", try_to_sign_in_long_ago),
    "freeze_case_list": ask_for_freezing,
    "index_frame_rows": freeze_a_large_list,
    "mail_saved_view": lambda session: request_job(
        session, "mail_saved_view", {"view_id": save_weekly_view(session).id}
    ),
    "make_board_pack": lambda session: ask_for_document(
        session, "board_pack", {"body": "board", "meets_on": today().isoformat()}
    ),
    "make_briefing": paper("briefing", "briefing_id", Briefing.id),
    "make_case_audit": paper("case_audit", "record_id", CaseAudit.id),
    "make_case_audit_blank": paper("case_audit_blank", "record_id", CaseAudit.id),
    "make_certificate": lambda session: request_job(
        session, "make_certificate", {"sample_id": first(session, SampleCase.sample_id)}
    ),
    "make_impact_analysis": paper("impact_analysis", "analysis_id", ImpactAnalysis.id),
    "make_list_workbook": lambda session: ask_for_workbook(
        session, session.info["actor"].person_id, "actions", {"sort": "-due_on"}
    ),
    "make_moderated_result": paper("moderated_result", "case_id", CaseAudit.sample_case_id),
    "make_non_engagement_letter": paper("non_engagement_letter", "escalation_id", Escalation.id),
    "make_plan_pdf": paper("plan_pdf", "plan_id", ActionPlan.id),
    "make_plan_summary": paper("plan_summary", "plan_id", ActionPlan.id),
    "make_review_report": paper("review_report", "review_id", ThematicReview.id),
    "make_section_11_return": paper("section_11_return", "record_id", Section11Return.id),
    "make_section_11_return_blank": paper("section_11_return_blank", "record_id", Section11Return.id),
    "make_self_evaluation": paper("self_evaluation", "record_id", SelfEvaluation.id),
    "make_self_evaluation_blank": paper("self_evaluation_blank", "record_id", SelfEvaluation.id),
    "make_triangulation_matrix": paper("triangulation_matrix", "review_id", ThematicReview.id),
    "publish_log_head": daily("publish_log_head", name_a_witness),
    "send_message": ask_for_a_letter,
    "send_test_mail": ask_for_a_test_mail,
    "scan_document": send_a_file,
    "scan_waiting_files": lambda session: request_job(session, "scan_waiting_files"),
    "settle_case_audits": daily("settle_case_audits", forget_what_was_settled),
    "tell_auditor": ask_to_tell_an_auditor,
    "write_digests": daily("write_digests", add_usual_rules),
    "write_reminders": daily("write_reminders", add_usual_rules),
    "tell_of_tries": guess_a_password,
}
"""Each job, and how the portal comes to ask for it; something must be there for it to do."""

ANEW = {name for name in HOW_ASKED if name.startswith("make_")} - {"make_list_workbook"} | {"send_test_mail"}
"""Jobs that do their work again when somebody asks again: one document, one letter for each time it was asked for.

What a workbook shows stands beside its own request, so another request makes nothing.
"""


@pytest.fixture(scope="module")
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture(scope="module")
def server(postbox: Postbox) -> Iterator[MailServer]:
    with mail_server(postbox) as running:
        yield running


def everything(session: PortalSession) -> Fingerprint:
    """All tables and the names of all indexes."""
    indexes = "SELECT count(*), coalesce(md5(string_agg(indexname, ' ' ORDER BY indexname)), '') FROM pg_indexes"
    count, names = session.execute(text(indexes)).one()
    return {**fingerprint(session), "the indexes": (count, names)}


@pytest.fixture(scope="module")
def clamd() -> Iterator[str]:
    """The address of a scanner."""
    with scanner() as address:
        yield address


def growth(before: Fingerprint, after: Fingerprint) -> dict[str, int]:
    """How many rows each table that changed has more than before."""
    return {name: after[name][0] - before[name][0] for name in changed(before, after)}


def test_every_job_has_a_way_to_be_asked_for_here() -> None:
    load_rooms("models", "jobs")
    assert {name for name, kind in JOBS.items() if kind.function.__module__.startswith("jobs.")} == set(HOW_ASKED)


@pytest.mark.parametrize("name", sorted(HOW_ASKED))
def test_every_job_has_its_effect_once(
    session: PortalSession,
    session_factory: sessionmaker[PortalSession],
    server: MailServer,
    postbox: Postbox,
    request: pytest.FixtureRequest,
    name: str,
) -> None:
    postbox.letters.clear()
    do = partial(do_request, session, session_factory, mail_server=server)
    if name.startswith("scan_"):
        do = partial(do, scanner=request.getfixturevalue("clamd"))
    number = asked(session, name)
    another = asked_again(session, number)
    standing = everything(session)
    assert done([do(number)])
    effect = everything(session)
    its_growth = growth(standing, effect)
    assert its_growth != {"job_requests": 0}, "there was nothing to do"
    do(number)
    assert changed(effect, everything(session)) == set(), "delivered again, the same request does nothing"
    assert done([do(another)])
    assert growth(effect, everything(session)) == (its_growth if name in ANEW else {"job_requests": 0})
    assert len(postbox.letters) == {"send_message": 1, "send_test_mail": 2}.get(name, 0)


def asked(session: PortalSession, name: str) -> int:
    """The request that the portal writes for the job; documents are asked for by the demo's officer."""
    officer = session.scalars(select(Person).where(Person.role == Role.OFFICER).order_by(Person.id)).first()
    assert officer is not None
    if name.startswith("make_"):
        act_as(session, officer.actor())
    HOW_ASKED[name](session)
    session.commit()
    act_as(session, Actor.system("test"))
    return int(first(session, -JobRequest.id, JobRequest.name == name)) * -1


def asked_again(session: PortalSession, number: int) -> int:
    """A second request for the same work by the same person."""
    request = session.get_one(JobRequest, number)
    if request.requested_by_id is not None:
        act_as(session, session.get_one(Person, request.requested_by_id).actor())
    another = request_job(session, request.name, request.arguments)
    session.commit()
    act_as(session, Actor.system("test"))
    assert another is not None
    return another
