"""Does a draw follow its plan, stand before witnesses, and end only with reason and a second person?"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from consistent_sampler import sampler
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.rules.documents.letterheads import UNNAMED
from models.rules.documents.papers import Occasion
from models.rules.sampling.sample_plans import parse_plan
from models.sampling.audit_samples import (
    AuditSample,
    SampleBrief,
    SampleStatus,
    ask_to_void,
    lock_sample,
    plan_sample,
    quick_draw,
    reveal,
    void_sample,
)
from models.sampling.sample_cases import (
    CaseStatus,
    SampleCase,
    approve_elimination,
    propose_elimination,
    refuse_elimination,
)
from models.sampling.sample_certificates import certificate_facts, repeat_draw, write_certificate
from models.sampling.sample_draws import draw_sample
from models.sampling.sample_previews import preview
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser
from tests.work import do_requests, done

Open = Callable[..., Browser]
PLAN: dict[str, Any] = {
    "time_frame": {"rule": "any"},
    "themes": None,
    "strata": "level",
    "allocation": {"method": "fixed", "size": 3},
    "reserves": 2,
}


@pytest.fixture
def frame(session: PortalSession) -> CaseFrame:
    """Forty children in need and four with a protection plan, of whom two were children in need before."""
    give_starting_words(session)
    lines = ["Case reference,Level,Start date"]
    lines += [f"C{number:03d},Child in need,2025-05-{1 + number % 28:02d}" for number in range(40)]
    lines += [f"C{number:03d},Child protection plan,2025-06-01" for number in (1, 2, 90, 91)]
    source = io.BytesIO("\n".join(lines).encode())
    return import_frame(
        session, open_check(session, source, ImportChoice(), today=date(2026, 1, 1)), title="Frame", file_name="f.csv"
    )


def planned(session: Session, frame: CaseFrame, **changes: Any) -> AuditSample:
    return plan_sample(session, brief=SampleBrief(title="Audit"), frame=frame, plan=parse_plan({**PLAN, **changes}))


def drawn(session: Session, frame: CaseFrame, seed: str = "31415", **changes: Any) -> AuditSample:
    sample = planned(session, frame, **changes)
    quick_draw(session, sample, seed=seed, person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    return sample


def cases(session: Session, sample: AuditSample, stratum: str) -> list[SampleCase]:
    in_stratum = select(SampleCase).where(SampleCase.sample_id == sample.id, SampleCase.stratum == stratum)
    return list(session.scalars(in_stratum.order_by(SampleCase.position)))


def test_cases_are_those_of_the_published_sampler_each_in_its_highest_level(
    session: PortalSession, frame: CaseFrame
) -> None:
    sample = drawn(session, frame)
    in_need = [f"C{number:03d}" for number in range(40) if number not in (1, 2)]
    expected = [ticket[1] for ticket in sampler(in_need, seed="31415", take=5)]
    assert [case.reference for case in cases(session, sample, "Child in need")] == expected
    protected = [ticket[1] for ticket in sampler(["C001", "C002", "C090", "C091"], seed="31415", take=4)]
    assert [case.reference for case in cases(session, sample, "Child protection plan")] == protected


def test_officer_is_warned_of_a_shortage_before_locking(session: PortalSession, frame: CaseFrame) -> None:
    seen = preview(session, frame, parse_plan({**PLAN, "allocation": {"method": "fixed", "size": 6}}))
    assert seen.shortages == ("Child protection plan: the plan asks for 6 and there are only 4.",)


def test_there_is_no_second_try_by_the_same_plan(session: PortalSession, frame: CaseFrame) -> None:
    drawn(session, frame)
    again = planned(session, frame)
    with pytest.raises(RuleBroken, match="must be voided before another is made"):
        quick_draw(session, again, seed="2", person_id=None)
    with pytest.raises(RuleBroken, match="must be voided before another is made"):
        lock_sample(session, again, frame=frame, person_id=None)


def test_only_the_reviews_sponsor_voids_a_draw_and_it_stays_visible(session: PortalSession, frame: CaseFrame) -> None:
    sample = drawn(session, frame)
    officer, sponsor = make.person(session, Role.OFFICER), make.person(session, Role.SPONSOR)
    with pytest.raises(RuleBroken, match="Nobody has asked"):
        void_sample(session, sample, person_id=sponsor.id, sponsor_id=sponsor.id)
    ask_to_void(session, sample, reason="The list lacked one team.", person_id=officer.id)
    with pytest.raises(RuleBroken, match="Only the review's lead sponsor"):
        void_sample(session, sample, person_id=officer.id, sponsor_id=sponsor.id)
    void_sample(session, sample, person_id=sponsor.id, sponsor_id=sponsor.id)
    assert sample.status is SampleStatus.VOID
    assert len(cases(session, sample, "Child in need")) == 5
    assert drawn(session, frame, seed="2").status is SampleStatus.DRAWN


def test_the_next_reserve_steps_in_when_a_second_person_agrees(session: PortalSession, frame: CaseFrame) -> None:
    sample = drawn(session, frame)
    first, *_rest, reserve, last = cases(session, sample, "Child in need")
    officer, administrator = make.person(session, Role.OFFICER), make.person(session, Role.ADMINISTRATOR)
    reason = session.scalars(
        select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON)
    ).first()
    assert reason is not None
    propose_elimination(session, first, reason=reason, note="Moved away.", person=officer)
    with pytest.raises(RuleBroken, match="A second person must approve"):
        approve_elimination(session, first, person=officer)
    with pytest.raises(RuleBroken, match="A second person must decide"):
        refuse_elimination(session, first, person=officer)
    assert approve_elimination(session, first, person=administrator) is reserve
    assert (first.status, reserve.status, last.status) == (
        CaseStatus.ELIMINATED,
        CaseStatus.SELECTED,
        CaseStatus.RESERVE,
    )
    assert reserve.replaces_id == first.id


def test_the_draw_repeats_from_the_frame_and_a_changed_ticket_is_named(
    session: PortalSession, frame: CaseFrame
) -> None:
    sample = drawn(session, frame)
    assert sample.certificate is not None
    certificate = json.loads(json.dumps(sample.certificate))
    assert repeat_draw(session, certificate) is None
    certificate["strata"][0]["selected"][0]["reference"] = "C999"
    assert "C999" in (repeat_draw(session, certificate) or "")


def test_the_secret_part_is_nowhere_to_be_seen_before_the_public_part(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    sample = planned(session, frame)
    lock_sample(session, sample, frame=frame, person_id=None)
    session.commit()
    officer = browser(Role.OFFICER)
    secret = sample.secret_part or ""
    for path in ("", "ceremony/"):
        assert secret not in str(officer.get(f"/audit-samples/{sample.id}/{path}"))
    for path in ("/audit-samples/", "/change-log/?table_name=audit_samples", "/audit-samples/export/csv/"):
        assert secret not in officer.client.get(path).text


def test_officer_draws_before_a_witness_from_plan_to_certificate(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], frame: CaseFrame
) -> None:
    session.commit()
    officer = browser(Role.OFFICER)
    values = {
        "frame_id": frame.id,
        "title": "Neglect",
        "rule": "any",
        "strata": "level",
        "method": "fixed",
        "size": "3",
        "reserves": "1",
    }
    answer = officer.send("/audit-samples/plan/", **values)
    assert answer.status_code == 302, answer.text
    sample = session.scalars(select(AuditSample)).one()
    assert "3" in officer.get(f"/audit-samples/{sample.id}/preview/").get_text()
    page = f"/audit-samples/{sample.id}/preview/"
    assert officer.send(f"/audit-samples/{sample.id}/lock/", page=page).status_code == 302
    ceremony = f"/audit-samples/{sample.id}/ceremony/"
    assert officer.send(ceremony, public="4 6 1", witness="").status_code == 422
    assert officer.send(ceremony, public="4 6 1", witness="Board member").status_code == 302
    assert "6 cases drawn, 2 in reserve" in done(do_requests(session, session_factory))[0]
    session.refresh(sample)
    assert sample.status is SampleStatus.DRAWN
    assert (sample.seed or "").endswith("|4 6 1")
    kinds = session.scalars(select(Document.kind).order_by(Document.kind)).all()
    assert kinds == [DocumentKind.DRAW_CERTIFICATE, DocumentKind.DRAW_DATA]
    assert done(do_requests(session, session_factory)) == []


def test_a_draw_done_twice_leaves_one_set_of_cases(
    session: PortalSession, session_factory: sessionmaker[PortalSession], frame: CaseFrame
) -> None:
    sample = planned(session, frame)
    lock_sample(session, sample, frame=frame, person_id=None)
    reveal(session, sample, public="heads", witness="Witness")
    with pytest.raises(RuleBroken):
        reveal(session, sample, public="tails", witness="Witness")
    draw_sample(session, sample, frame)
    with pytest.raises(RuleBroken, match="does not wait for its draw"):
        draw_sample(session, sample, frame)
    assert len(cases(session, sample, "Child in need")) == 5


def test_anybody_of_the_staff_checks_a_certificate_on_the_page(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    sample = drawn(session, frame)
    session.commit()
    sponsor = browser(Role.SPONSOR)
    for content, words in (
        (json.dumps(sample.certificate), "The draw repeats"),
        (json.dumps({**(sample.certificate or {}), "seed": "other"}), "notice error"),
        ("nonsense", "not a draw certificate"),
    ):
        data = {**sponsor.tokens("/audit-samples/check/"), "certificate": (io.BytesIO(content.encode()), "c.json")}
        answer = sponsor.client.post("/audit-samples/check/", data=data, content_type="multipart/form-data")
        assert words in answer.text


def test_officer_asks_to_void_with_a_reason_and_the_sponsor_does_it(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer, sponsor = browser(Role.OFFICER), browser(Role.SPONSOR)
    review = make.review(session, sponsor_id=make.person(session, Role.SPONSOR).id)
    sample = drawn(session, frame)
    sample.review_id = review.id
    session.commit()
    page = f"/audit-samples/{sample.id}/ask-void/"
    assert officer.send(page, reason="  ").status_code == 422
    assert officer.send(page, reason="The list lacked one team.").status_code == 302
    assert "draw waits for your decision" in sponsor.get("/").get_text(" ")
    assert officer.send(f"/audit-samples/{sample.id}/void/", page=page).status_code == 403
    assert sponsor.send(f"/audit-samples/{sample.id}/void/").status_code == 302
    session.refresh(sample)
    assert (sample.status, sample.void_reason) == (SampleStatus.VOID, "The list lacked one team.")


def test_officer_proposes_to_eliminate_a_case_and_only_another_person_approves(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    case = cases(session, drawn(session, frame), "Child in need")[0]
    reason = session.scalars(
        select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.ELIMINATION_REASON)
    ).first()
    assert reason is not None
    session.commit()
    officer, other = browser(Role.OFFICER), browser(Role.ADMINISTRATOR)
    page = f"/sample-cases/{case.id}/propose/"
    assert officer.send(page, reason_id=reason.id, note="").status_code == 422
    assert officer.send(page, reason_id="", note="Moved away.").status_code == 422
    assert officer.send(page, reason_id=reason.id, note="Moved away.").status_code == 302
    assert officer.send(page, reason_id=reason.id, note="Again.").status_code == 422
    own, others = (opened.get(f"/sample-cases/{case.id}/").get_text(" ") for opened in (officer, other))
    assert "Approve the elimination" not in own
    assert "somebody else decides" in own
    assert "Approve the elimination" in others
    approve = f"/sample-cases/{case.id}/approve/"
    officer.send(approve)
    officer.send(f"/sample-cases/{case.id}/keep/", "/account/", confirmed="yes")
    session.refresh(case)
    assert case.status is CaseStatus.ELIMINATION_PROPOSED
    assert "elimination waits for a second person" in other.get("/").get_text(" ")
    assert other.send(approve).status_code == 302
    session.refresh(case)
    assert (case.status, case.reason_note) == (CaseStatus.ELIMINATED, "Moved away.")


def test_officer_reads_the_certificate_as_a_page_with_the_fingerprint_of_the_paper(
    browser: Any, session: PortalSession, frame: CaseFrame
) -> None:
    sample, undrawn = drawn(session, frame), planned(session, frame, allocation={"method": "fixed", "size": 2})
    session.commit()
    officer = browser(Role.OFFICER)
    page = officer.get(f"/audit-samples/{sample.id}/certificate/").get_text(" ")
    occasion = Occasion(today(), UNNAMED)
    before = certificate_facts(session, occasion, sample_id=sample.id)
    session.expire_all()
    facts = certificate_facts(session, occasion, sample_id=sample.id)
    assert before.fingerprint == facts.fingerprint
    assert facts.fingerprint in page
    assert "How to check this draw" in page
    assert all(case.reference in page for case in cases(session, sample, "Child in need"))
    refused = officer.client.get(f"/audit-samples/{undrawn.id}/certificate/")
    assert refused.status_code == 409
    assert "There is no certificate before the draw." in refused.text


def test_drawn_sample_is_not_deleted_and_only_its_reviews_sponsor_is_offered_to_void_it(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    own = make.person(session, Role.SPONSOR, name="Own sponsor")
    sample = drawn(session, frame)
    sample.review_id = make.review(session, sponsor_id=own.id).id
    session.commit()
    page, officer = f"/audit-samples/{sample.id}/", browser(Role.OFFICER)
    officer.get(f"{page}delete/", 403)
    assert officer.send(f"{page}delete/", "/account/").status_code == 403
    assert officer.send(f"{page}ask-void/", reason="The list lacked one team.").status_code == 302
    for sponsor, offered in ((browser().enter(own, session), 1), (browser(Role.SPONSOR, name="Another"), 0)):
        assert len(sponsor.get(page).find_all("a", string="Void this draw")) == offered
