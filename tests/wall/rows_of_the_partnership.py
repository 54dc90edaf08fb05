"""A row of each table about people, agencies, words, messages, documents, and the portal's own work."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from models.accounts.access_links import AccessLink
from models.accounts.known_browsers import KnownBrowser
from models.accounts.passkeys import Passkey
from models.accounts.password_asks import PasswordAsk
from models.accounts.recovery_codes import RecoveryCode
from models.accounts.second_factors import SecondFactor
from models.accounts.sign_in_attempts import SignInAttempt
from models.accounts.sign_ins import SignIn
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer, WorkIssuerAgency
from models.accounts.work_sign_ins import WorkSignIn
from models.core.access import Actor
from models.core.change_log import ChangeLogHead, ChangeRecord
from models.core.clock import now, today
from models.core.db import become
from models.core.form_receipts import FormReceipt
from models.core.looks import Look
from models.core.published_heads import PublishedHead
from models.core.references import ReferenceCounter
from models.core.schedules import ScheduleMark
from models.documents.documents import Document, DocumentFetch, DocumentPart, ScanStatus
from models.documents.exports import ExportRecord
from models.documents.job_requests import JobProgress, JobRequest
from models.documents.list_workbooks import ListWorkbook
from models.documents.saved_views import SavedView, SavedViewBook
from models.messages.messages import Message
from models.oversight.access_reviews import AccessOutcome, AccessReview
from models.partnership.agencies import Agency
from models.partnership.hubs import Hub
from models.partnership.mail_settings import MailSettings, MailTest, mail_settings
from models.partnership.memberships import Membership
from models.partnership.partnership_settings import Partnership, the_partnership
from models.partnership.people import Person
from models.partnership.portals import Portal, PortalKind
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.partnership.sharing_agreements import SharingAgreement
from models.partnership.strategic_priorities import StrategicPriority
from models.reminders.calendar_feeds import CalendarFeed
from models.reminders.reminders import ReminderRule
from models.retention.retention_rules import RetentionRule, RetentionRun
from models.spreadsheets.table_imports import TableImport
from models.tools.answer_sheets import SheetAnswer
from models.tools.rating_scales import RatingScale
from tests import make
from tests.wall.sides import DAY, Side, Whose, makes


@makes(Agency)
def agency(side: Side) -> Agency:
    return side.agency


@makes(Portal)
def portal(side: Side) -> Portal:
    return Portal(kind=PortalKind.OWN)


@makes(Person)
def person(side: Side) -> Person:
    return side.person


@makes(ReferenceItem)
def reference_item(side: Side) -> ReferenceItem:
    return make.word(side.session, ReferenceList.KEY_AREA, side.name)


@makes(StrategicPriority)
def strategic_priority(side: Side) -> StrategicPriority:
    return StrategicPriority(name=f"Priority {side.name}", starts_on=DAY)


@makes(Hub)
def hub(side: Side) -> Hub:
    return Hub(name=f"Hub {side.name}", kind="children")


@makes(Membership)
def membership(side: Side) -> Membership:
    return make.membership(side.session, side.row(Hub), side.person)


@makes(SharingAgreement)
def sharing_agreement(side: Side) -> SharingAgreement:
    return SharingAgreement(
        agency_id=side.agency.id, version="1", signed_on=DAY, signed_by=side.name, signed_by_role="Lead",
        valid_until_on=DAY,
    )  # fmt: skip


@makes(AccessReview)
def access_review(side: Side) -> AccessReview:
    said = {"outcome": AccessOutcome.AS_IT_SHOULD_BE, "people_count": 1, "reviewed_on": DAY}
    return AccessReview(agency_id=side.agency.id, reviewed_by_id=side.person.id, **said)


@makes(RatingScale)
def rating_scale(side: Side) -> RatingScale:
    return RatingScale(name=f"Scale {side.name}", points=["Met", "Not met"])


@makes(SignIn)
def sign_in(side: Side) -> SignIn:
    token = side.name.encode()
    return SignIn(
        token_hash=token, person_id=side.person.id, standing="", started_at=now(), seen_at=now(), ends_at=now()
    )


@makes(SignInAttempt)
def sign_in_attempt(side: Side) -> SignInAttempt:
    return SignInAttempt(attempted_at=now(), email=side.person.email, outcome="signed_in", person_id=side.person.id)


@makes(KnownBrowser)
def known_browser(side: Side) -> KnownBrowser:
    token = side.name.encode()
    return KnownBrowser(token_hash=token, person_id=side.person.id, known_since_at=now(), used_at=now())


@makes(AccessLink)
def access_link(side: Side) -> AccessLink:
    return AccessLink(
        person_id=side.person.id, purpose="invitation", address=side.person.email, token_hash=side.name.encode(),
        issued_at=now(), expires_at=now() + timedelta(days=7),
    )  # fmt: skip


@makes(PasswordAsk)
def password_ask(side: Side) -> PasswordAsk:
    return PasswordAsk(email=side.person.email, asked_at=now())


@makes(SecondFactor, once_per_person=True)
def second_factor(side: Side) -> SecondFactor:
    return SecondFactor(person_id=side.person.id, sealed_key=b"sealed")


@makes(RecoveryCode)
def recovery_code(side: Side) -> RecoveryCode:
    return RecoveryCode(person_id=side.person.id, code_hash=side.name.encode())


@makes(Passkey)
def passkey(side: Side) -> Passkey:
    kept = {"credential_id": side.name.encode(), "public_key": b"public", "user_handle": b"handle"}
    return Passkey(person_id=side.person.id, name=f"Passkey {side.name}", sign_count=0, **kept)


@makes(WorkIssuer)
def work_issuer(side: Side) -> WorkIssuer:
    return WorkIssuer(name=f"Issuer {side.name}", address=f"https://{side.name}.example", client_id="portal")


@makes(WorkIssuerAgency)
def work_issuer_agency(side: Side) -> WorkIssuerAgency:
    return WorkIssuerAgency(issuer_id=side.id(WorkIssuer), agency_id=side.agency.id)


@makes(WorkAccount)
def work_account(side: Side) -> WorkAccount:
    return WorkAccount(person_id=side.person.id, issuer_id=side.id(WorkIssuer), subject=side.name)


@makes(WorkSignIn)
def work_sign_in(side: Side) -> WorkSignIn:
    return WorkSignIn(
        state_hash=side.name.encode(), issuer_id=side.id(WorkIssuer), nonce="n", code_verifier="v", begun_at=now()
    )


@makes(CalendarFeed, once_per_person=True)
def calendar_feed(side: Side) -> CalendarFeed:
    return CalendarFeed(person_id=side.person.id, token_hash=side.name.encode(), started_at=now())


@makes(FormReceipt)
def form_receipt(side: Side) -> FormReceipt:
    return FormReceipt(token=f"form {side.name}", person_id=side.person.id)


@makes(SavedView)
def saved_view(side: Side) -> SavedView:
    asked = {"q": side.name}
    return SavedView(
        owner_id=side.person.id, list_name="actions", name=side.name, arguments=asked, place=1 + side.is_shut
    )


@makes(ListWorkbook)
def list_workbook(side: Side) -> ListWorkbook:
    return ListWorkbook(
        request_id=side.id(JobRequest), owner_id=side.person.id, list_name="actions", arguments={"q": side.name},
        row_count=1, content=b"rows",
    )  # fmt: skip


@makes(SavedViewBook)
def saved_view_book(side: Side) -> SavedViewBook:
    return SavedViewBook(view_id=side.id(SavedView), week_on=DAY, row_count=1, content=b"rows")


@makes(ExportRecord)
def export_record(side: Side) -> ExportRecord:
    return ExportRecord(list_name="actions", file_kind="csv", row_count=1, person_id=side.person.id)


def file_of(side: Side, subject: str) -> Document:
    return Document(
        kind="evidence", title=f"File {side.name}", file_name="f.txt", media_type="text/plain", size=1, sha256="0",
        subject=subject, agency_id=side.agency.id, made_by_id=side.person.id,
    )  # fmt: skip


@makes(Document)
def document(side: Side) -> Document:
    """A file that was taken off the answer it belonged to."""
    return file_of(side, f"sheet_answers:{side.id(SheetAnswer)}")


@makes(DocumentFetch)
def document_fetch(side: Side) -> DocumentFetch:
    """Of another file, so that nothing keeps the one above from being deleted."""
    return DocumentFetch(document_id=side.kept(file_of(side, "")).id, person_id=side.person.id)


@makes(DocumentPart)
def document_part(side: Side) -> DocumentPart:
    """Of another file still; the colleagues' waits in quarantine."""
    file = file_of(side, "")
    file.scan_status = ScanStatus.WAITING if side.whose is Whose.COLLEAGUES else ScanStatus.UNSCANNED
    return DocumentPart(document_id=side.kept(file).id, number=0, content=b"x")


@makes(JobRequest)
def job_request(side: Side) -> JobRequest:
    return JobRequest(name="nothing", requested_by_id=side.person.id, actor_agency_ids=[side.agency.id])


@makes(JobProgress)
def job_progress(side: Side) -> JobProgress:
    return JobProgress(request_id=side.id(JobRequest), percent=1, text="Begun")


@makes(ReminderRule)
def reminder_rule(side: Side) -> ReminderRule:
    return ReminderRule(name=f"Rule {side.name}", kind="weekly_digest", recipient="everyone", subject="S", body="B")


@makes(Message)
def message(side: Side) -> Message:
    return Message(
        recipient_name=side.person.name, address=side.person.email, subject="S", body="B",
        recipient_id=side.person.id, rule_id=side.id(ReminderRule),
    )  # fmt: skip


@makes(RetentionRule)
def retention_rule(side: Side) -> RetentionRule:
    return RetentionRule(what=side.name, months=1)


@makes(RetentionRun)
def retention_run(side: Side) -> RetentionRun:
    return RetentionRun(rule_id=side.id(RetentionRule), what=side.name, ran_on=DAY, holding_count=0, erased_count=0)


@makes(ReferenceCounter)
def reference_counter(side: Side) -> ReferenceCounter:
    return ReferenceCounter(prefix=side.name, year=2026, last_number=1)


@makes(ScheduleMark)
def schedule_mark(side: Side) -> ScheduleMark:
    return ScheduleMark(name=side.name, written_until_at=now())


@makes(ChangeRecord)
def change_record(side: Side) -> ChangeRecord:
    """What the trigger wrote when the side's hub was made."""
    query = side.session.query(ChangeRecord)
    return query.filter_by(table_name="hubs", row_key=str(side.id(Hub))).one()


@makes(ChangeLogHead)
def change_log_head(side: Side) -> ChangeLogHead:
    """The one row there is."""
    return side.session.query(ChangeLogHead).one()


@makes(Look)
def look(side: Side) -> Look:
    """What the database itself writes of a look at the side's hub."""
    connection, page = side.session.connection(), f"page of {side.name}"
    become(connection, replace(Actor.system(), person_id=side.person.id))
    connection.exec_driver_sql("SELECT note_look('read', %s, 200, '{}', 0, '{}')", (page,))
    become(connection, Actor.system())
    return side.session.query(Look).filter_by(page=page).one()


@makes(PublishedHead)
def published_head(side: Side) -> PublishedHead:
    day = today() - timedelta(days=list(Whose).index(side.whose))
    return PublishedHead(
        published_on=day, link_number=1, link_hash=b"1", looks_from_at=now(), looks_until_at=now(), look_count=0,
        looks_seal=b"1",
    )  # fmt: skip


@makes(Partnership)
def partnership(side: Side) -> Partnership:
    """The one row there is."""
    return the_partnership(side.session)


@makes(MailSettings)
def mail_server(side: Side) -> MailSettings:
    """The one row there is."""
    return mail_settings(side.session)


@makes(MailTest)
def mail_test(side: Side) -> MailTest:
    return MailTest(
        asked_by_id=side.person.id, server="mail.example.org:587", server_mark=side.name, address=side.person.email,
        is_accepted=True, answer="250 OK",
    )  # fmt: skip


@makes(TableImport)
def table_import(side: Side) -> TableImport:
    return TableImport(file_name="agencies.csv", uploaded_by_id=side.person.id)
