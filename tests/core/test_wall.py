"""Can a member of one agency reach anything of another, whatever they put into an address, form or look-up?

What the database itself holds is tested table by table in tests/core/test_wall_of_tables.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.audits.audit_outcomes import state_record
from models.audits.case_audits import CaseAudit, RecordState
from models.core.access import Role
from models.core.clock import today
from models.core.db import Base, PortalSession
from models.documents.documents import DocumentKind, NewDocument, keep_document
from models.documents.job_requests import JobRequest
from models.learning.learning_products import LearningProduct, ProductForm
from models.learning.learning_uses import LearningUse
from models.partnership.sharing_agreements import SharingAgreement
from models.plans.action_updates import ActionUpdate
from models.plans.challenges import Challenge
from models.tools.starting_words import give_starting_words
from tests import make, make_audits
from tests.web import Browser

MARK = "Planted-Marker-Of-Theirs"
Open = Callable[..., Browser]


@pytest.fixture
def theirs(session: PortalSession) -> dict[str, int]:
    """What belongs to the other agency, each with the marker in its words: table -> id."""
    give_starting_words(session)
    agency = make.agency(session, f"{MARK} Agency")
    person = make.person(session, Role.MANAGER, agency=agency, name=f"{MARK} Person")
    plan = make.plan(session, title=f"{MARK} plan")
    recommendation = make.recommendation(session, plan, text=f"{MARK} recommendation")
    action = make.action(session, plan, agency, text=f"{MARK} action", recommendation_id=recommendation.id)
    session.add(ActionUpdate(action_id=action.id, text=f"{MARK} update", author_id=person.id))
    document = keep_document(
        session,
        NewDocument(
            kind=DocumentKind.EVIDENCE,
            title=f"{MARK} file",
            file_name="f.txt",
            media_type="text/plain",
            content=MARK.encode(),
        ),
        agency_id=agency.id,
    )
    request = JobRequest(name="make_plan_pdf", arguments={}, requested_by_id=person.id, sentence=MARK)
    session.add(request)
    product = LearningProduct(
        review_id=plan.review_id, title="For all", form=ProductForm.WORKSHOP, planned_on=today(), released_on=today()
    )
    session.add(product)
    session.flush()
    use = LearningUse(product_id=product.id, agency_id=agency.id, used_on=today(), people_count=9, led_by=MARK)
    signed = SharingAgreement(
        agency_id=agency.id, version=MARK, signed_on=today(), signed_by=MARK, signed_by_role=MARK,
        valid_until_on=today(),
    )  # fmt: skip
    challenge = Challenge(
        review_id=plan.review_id, challenged_on=today(), challenger=MARK, agency_id=agency.id, question=MARK
    )
    session.add_all([use, signed, challenge])
    audit = planted_audit(session)
    session.commit()
    return {
        "case_audits": audit.id, "answer_sheets": audit.sheet_id,
        "learning_uses": use.id, "sharing_agreements": signed.id, "challenges": challenge.id,
        "agencies": agency.id, "people": person.id, "action_plans": plan.id, "recommendations": recommendation.id,
        "actions": action.id, "documents": document.id, "requests": request.id, "thematic_reviews": plan.review_id,
    }  # fmt: skip


def planted_audit(session: PortalSession) -> CaseAudit:
    """An audit of the other agency with the marker in its words."""
    scene = make_audits.scene(session)
    audit = next(one for one in make_audits.opened(session, scene) if one.agency_id == scene.health.id)
    scene.health.name = f"{MARK} Trust"
    make_audits.assigned(session, audit, make_audits.auditor(session, scene.health, name=f"{MARK} auditor"))
    state_record(session, audit, state=RecordState.POOR, note=f"{MARK} record")
    return audit


def every_address(portal: Flask, theirs: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Each route's method and address, with the other agency's ids wherever an id goes."""
    ids = sorted(set(theirs.values()))
    for rule in portal.url_map.iter_rules():
        numbers = [
            name for name, converter in rule._converters.items() if type(converter).__name__ == "IntegerConverter"
        ]
        words = {"file_kind": "csv", "field_name": "lead_agency_id", "filename": "portal.css"}
        own = theirs.get(rule.endpoint.partition(".")[0])
        for key in {own} if own else ids if numbers else {0}:
            values = {name: words.get(name, "x") for name in rule.arguments} | dict.fromkeys(numbers, key)
            for method in (rule.methods or set()) & {"GET", "POST"}:
                with portal.test_request_context():
                    yield method, str(rule.build(values, append_unknown=False)[1])  # type: ignore[index]


def state(session: Session) -> list[str]:
    """Everything of the other agency as it stands in the database."""
    session.commit()  # the next transaction is the portal's own again
    found = []
    for table in sorted(Base.metadata.tables):
        found += session.scalars(text(f"SELECT t::text FROM {table} t WHERE t::text LIKE '%{MARK}%' ORDER BY 1")).all()
    session.commit()
    return found


@pytest.mark.parametrize("role", [Role.AGENCY_MEMBER, Role.MANAGER])
def test_nobody_reads_or_changes_another_agencys_rows_by_any_address(
    browser: Open, portal: Flask, session: PortalSession, theirs: dict[str, int], role: Role
) -> None:
    ours = make.agency(session, "Ours")
    make.action(session, make.plan(session), ours, text="Our action")
    stranger = browser(role, agency=ours, name="Stranger")
    before, tried = state(session), 0
    tokens = stranger.tokens("/account/")
    for method, path in every_address(portal, theirs):
        if path.startswith(("/sign-out", "/static", "/account")):
            continue
        tried += 1
        if method == "GET":
            answer = stranger.client.get(path)
        else:
            ids = {
                "rowid": list(theirs.values()),
                "lead_agency_id": theirs["agencies"],
                "plan_id": theirs["action_plans"],
            }
            answer = stranger.client.post(path, data={**tokens, **ids, "text": "overwritten", "name": "overwritten"})
        assert answer.status_code < 500, f"{method} {path}: {answer.status_code}"
        assert MARK.encode() not in answer.get_data(), f"{method} {path} shows what belongs to others"
        answer.close()
    assert state(session) == before
    assert tried > 100


def test_search_filter_export_and_look_up_show_nothing_of_others(
    browser: Open, session: PortalSession, theirs: dict[str, int]
) -> None:
    ours = make.agency(session, "Ours")
    make.action(session, make.plan(session), ours, text="Our action")
    stranger = browser(Role.MANAGER, agency=ours, name="Stranger")
    for path in (
        f"/actions/?q={MARK}", f"/actions/?plan_id={theirs['action_plans']}",
        f"/actions/?lead_agency_id={theirs['agencies']}",
        f"/actions/export/csv/?q={MARK}", "/actions/export/xlsx/", f"/action-plans/?q={MARK}", f"/documents/?q={MARK}",
        f"/recommendations/?q={MARK}", f"/agencies/?q={MARK}", "/requests/", "/messages/", "/",
        "/learning-uses/", "/learning-uses/export/csv/", f"/sharing-agreements/?q={MARK}", f"/challenges/?q={MARK}",
    ):  # fmt: skip
        answer = stranger.client.get(path)
        assert answer.status_code == 200, path
        content = answer.get_data().decode("utf-8", "replace")
        answer.close()
        said = re.sub(r'value="[^"]*"', "", content)  # the page repeats the words that were searched for
        assert f"{MARK} " not in said, path
