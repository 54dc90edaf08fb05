"""Are cases sent only to agencies whose signed agreement is in date, and is everybody told before it ends?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.documents import Document
from models.partnership.agencies import Agency
from models.partnership.sharing_agreements import (
    SOON_DAYS,
    AgreementState,
    SharingAgreement,
    agencies_without_agreement,
    agreements_by_agency,
    refuse_without_agreement,
)
from models.reminders.reminder_kinds import Recipient, ReminderKind
from models.reminders.reminders import ReminderRule, due
from tests import make
from tests.documents.files import PDF
from tests.web import Browser, words_of

Open = Callable[..., Browser]
SIGNED, LAST = date(2025, 4, 1), date(2026, 3, 31)
GENERAL = {"partnership": "Demo", "portal": "http://portal.example.org"}


def agreement(session: Session, agency: Agency, signed: date = SIGNED, until: date = LAST) -> SharingAgreement:
    agreement = SharingAgreement(
        agency_id=agency.id, version="2.0", signed_on=signed, signed_by="A. Signatory",
        signed_by_role="Caldicott guardian", valid_until_on=until,
    )  # fmt: skip
    session.add(agreement)
    session.flush()
    return agreement


@pytest.mark.parametrize(
    ("day", "may"),
    [
        (SIGNED - timedelta(days=1), False),
        (SIGNED, True),
        (LAST, True),
        (LAST + timedelta(days=1), False),
    ],
)
def test_cases_are_sent_from_the_day_of_signing_to_the_last_day(session: Session, day: date, may: bool) -> None:
    police = make.agency(session)
    agreement(session, police)
    assert (agencies_without_agreement(session, [police.id], day) == []) is may


def test_agency_without_an_agreement_in_date_is_refused_by_name(session: Session) -> None:
    police, school = make.agency(session, "Police"), make.agency(session, "A school")
    agreement(session, police)
    refuse_without_agreement(session, police.id, LAST)
    sentence = "A school has no signed Information Sharing Agreement in date, so it can be sent no cases."
    with pytest.raises(RuleBroken, match=sentence):
        refuse_without_agreement(session, school.id, LAST)


def test_agencies_asked_about_are_told_apart_by_name(session: Session) -> None:
    police, school, care = (make.agency(session, name) for name in ("Police", "School", "Care"))
    agreement(session, police)
    agreement(session, school, SIGNED, SIGNED)
    agencies = agencies_without_agreement(session, [police.id, school.id, care.id], LAST)
    assert [agency.name for agency in agencies] == ["Care", "School"]
    assert agencies_without_agreement(session, [], LAST) == []


def test_state_follows_the_latest_agreement(session: Session) -> None:
    day = date(2026, 1, 1)
    ends = {
        "Expired": day - timedelta(days=1),
        "Near": day + timedelta(days=SOON_DAYS),
        "Far": day + timedelta(days=61),
    }
    for name, until in ends.items():
        agreement(session, make.agency(session, name), until=until)
        agreement(session, make.agency(session, name), SIGNED, SIGNED)
    make.agency(session, "Never")
    future = make.agency(session, "Signs later")
    agreement(session, future, date(2026, 2, 1), date(2027, 1, 31))
    make.agency(session, "Gone", is_active=False)
    assert {agency.name: state for agency, _, state in agreements_by_agency(session, day)} == {
        "Expired": AgreementState.EXPIRED,
        "Near": AgreementState.EXPIRES_SOON,
        "Far": AgreementState.IN_DATE,
        "Never": AgreementState.NO_AGREEMENT,
        "Signs later": AgreementState.NO_AGREEMENT,
    }


def test_officer_adds_an_agreement_and_the_card_goes(browser: Open, session: Session) -> None:
    police = make.agency(session, contact_email="")
    officer = browser(Role.OFFICER)
    assert "agency has no sharing agreement" in officer.get("/").get_text()
    page = officer.get("/sharing-agreements/agencies/")
    assert page.select_one(f'a[href="/sharing-agreements/new/?agency_id={police.id}"]') is not None
    values = {
        "agency_id": police.id, "title": "Protocol", "version": "3", "signed_by": "A. Signatory",
        "signed_by_role": "Data protection officer", "signed_on": today().isoformat(),
    }  # fmt: skip
    wrong = officer.send("/sharing-agreements/new/", **values, valid_until_on=(today() - timedelta(days=1)).isoformat())
    assert (wrong.status_code, "cannot end before it is signed" in words_of(wrong)) == (422, True)
    until = today() + timedelta(days=200)
    assert officer.send("/sharing-agreements/new/", **values, valid_until_on=until.isoformat()).status_code == 302
    assert "no sharing agreement" not in officer.get("/").get_text()
    assert "In date" in officer.get(f"/agencies/{police.id}/").get_text()


def test_list_is_narrowed_by_how_agreements_stand(browser: Open, session: Session) -> None:
    for name, days in (("Ended", -1), ("Ending", 10), ("Lasting", 400)):
        agreement(session, make.agency(session, name), until=today() + timedelta(days=days))
    viewer = browser(Role.SPONSOR)
    states = (AgreementState.EXPIRED, AgreementState.EXPIRES_SOON, AgreementState.IN_DATE)
    headings = [viewer.get(f"/sharing-agreements/?state={state}").select("tbody th") for state in states]
    assert [[cell.get_text() for cell in row] for row in headings] == [["Ended"], ["Ending"], ["Lasting"]]


def test_agency_reads_its_own_agreement_and_file_only(browser: Open, session: PortalSession) -> None:
    own, theirs = make.agency(session, "Own"), make.agency(session, "Theirs")
    mine, foreign = agreement(session, own), agreement(session, theirs)
    session.commit()
    officer = browser(Role.OFFICER)
    for signed in (mine, foreign):
        path = f"/sharing-agreements/{signed.id}/file/"
        values = {**officer.tokens(path), "title": "Signed copy", "file": (io.BytesIO(PDF), "signed.pdf")}
        assert officer.client.post(path, data=values, content_type="multipart/form-data").status_code == 302
    member = browser(Role.AGENCY_MEMBER, agency=own)
    member.get(f"/sharing-agreements/{foreign.id}/", 404)
    page = member.get(f"/sharing-agreements/{mine.id}/")
    assert "Signed copy" in page.get_text()
    assert "Add a file" not in page.get_text()
    member.get(f"/sharing-agreements/{mine.id}/file/", 403)
    assert [row.get_text() for row in member.get("/sharing-agreements/").select("tbody th")] == ["Own"]
    documents = {document.agency_id: document.id for document in session.scalars(select(Document))}
    assert member.client.get(f"/documents/{documents[own.id]}/download/").status_code == 200
    member.get(f"/documents/{documents[theirs.id]}/download/", 404)
    member.get("/sharing-agreements/agencies/", 403)


def test_agency_is_reminded_before_its_latest_agreement_ends(session: PortalSession) -> None:
    police = make.agency(session, contact_email="contact@police.example.org")
    agreement(session, police, date(2024, 4, 1), date(2025, 3, 31))
    agreement(session, police)
    rule = ReminderRule(
        name="Runs out", kind=ReminderKind.AGREEMENT_ENDS, offset_days=-60, recipient=Recipient.LEAD_AGENCY_CONTACT,
        subject="{agency}: {reference} runs out {when}", body="It holds until {due_on}.",
    )  # fmt: skip
    rule.check(session)
    session.add(rule)
    session.flush()
    assert due(session, LAST - timedelta(days=61), GENERAL) == []
    [draft] = due(session, LAST - timedelta(days=60), GENERAL)
    assert (draft.address, draft.subject) == (
        "contact@police.example.org",
        "Northfield Police: version 2.0 runs out in 60 days",
    )
    agreement(session, police, LAST, date(2028, 3, 31))
    assert due(session, LAST - timedelta(days=60), GENERAL) == []
    rule.recipient = Recipient.SPONSOR
    with pytest.raises(RuleBroken, match="Agreement ends goes to: contact address of the agency"):
        rule.check(session)
