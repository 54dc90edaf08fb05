"""Does a case get one moderated grade, with its reason, beside the agencies' own grades and their agreement?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from models.audits.answer_papers import case_audit_form
from models.audits.audit_outcomes import return_audit, state_not_known, withdraw_audit
from models.audits.case_audit_reports import sample_audits
from models.audits.case_audits import AuditStatus, CaseAudit
from models.audits.moderation_reports import moderation_facts
from models.audits.moderations import Moderation, audits_missing, grades_by_level, moderate_case, moderation_of
from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind
from models.evidence.findings import Finding
from models.evidence.triangulations import triangulate
from models.gates.review_gates import missing_of
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import Stage
from models.rules.audits.agreement import Agreement
from models.rules.audits.moderations import ModeratedFacts
from models.rules.evidence.triangulation import Source, Verdict
from models.sampling.sample_cases import SampleCase
from tests import make, make_audits
from tests.documents.files import content_of
from tests.kit.test_screens import statements
from tests.make_audits import Scene
from tests.pdf.pdf_review_facts import OCCASION
from tests.pdf.pdf_structure import text_of
from tests.web import Browser, member, words_of
from tests.work import do_requests, done

Open = Callable[..., Browser]


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_audits.scene(session)


def _grade(session: Session, code: str) -> int:
    named = (ReferenceItem.list_name == ReferenceList.GRADE, ReferenceItem.code == code)
    return session.scalars(select(ReferenceItem.id).where(*named)).one()


def _case(session: Session, scene: Scene, *ratings: str) -> SampleCase:
    """The first case, with an audit of each agency handed in with these ratings."""
    audits = make_audits.opened(session, scene)
    for audit, rating in zip(audits, ratings, strict=False):
        make_audits.submitted(session, audit, rating)
    return session.get_one(SampleCase, audits[0].sample_case_id)


def test_case_is_moderated_with_a_reason_and_its_audits_are_final(session: Session, scene: Scene) -> None:
    case, officer = _case(session, scene, "Fully met", "Not met"), make.person(session, Role.OFFICER)
    good = _grade(session, "good")
    with pytest.raises(RuleBroken, match="Give the reason"):
        moderate_case(session, case, grade_id=good, reason=" ", person_id=officer.id)
    moderate_case(session, case, grade_id=good, reason="The plan was kept.", person_id=officer.id)
    row = sample_audits(session, scene.sample.id).rows[0]
    assert row.grade == "Good"
    assert {audit.status for audit in row.audits.values()} == {AuditStatus.MODERATED}
    assert case.audited_on == today()
    with pytest.raises(RuleBroken, match="cannot be returned: moderated"):
        return_audit(session, next(iter(row.audits.values())), reason="Again.", due_on=today())
    facts = moderation_facts(session, OCCASION, case_id=case.id)
    assert [column.overall for column in facts.columns] == ["Fully met", "Not met"]
    assert facts.moderated is not None
    assert (facts.moderated.grade, facts.moderated.moderated_by) == ("Good", officer.name)


def test_moderated_grade_is_amended_not_doubled(session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met", "Fully met")
    first = moderate_case(session, case, grade_id=_grade(session, "good"), reason="One.", person_id=None)
    again = moderate_case(session, case, grade_id=_grade(session, "inadequate"), reason="Two.", person_id=None)
    assert first is again
    assert len(session.scalars(select(Moderation)).all()) == 1


def test_no_case_is_moderated_while_an_agency_still_owes_its_audit(session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met")
    grade = _grade(session, "good")
    with pytest.raises(RuleBroken, match=r"Not every agency has handed its audit of \w+ in yet: CA-"):
        moderate_case(session, case, grade_id=grade, reason="Enough.", person_id=None)
    police, trust = sample_audits(session, scene.sample.id).rows[0].audits.values()
    withdraw_audit(session, trust if trust.status.is_open else police, reason="It will not come.")
    assert moderate_case(session, case, grade_id=grade, reason="Enough.", person_id=None).reason == "Enough."


def test_there_is_nothing_to_moderate_where_no_agency_knows_the_case(session: Session, scene: Scene) -> None:
    audits = make_audits.opened(session, scene)
    case = session.get_one(SampleCase, audits[0].sample_case_id)
    for audit in audits[:2]:
        state_not_known(session, audit, note="")
    with pytest.raises(RuleBroken, match="No agency has handed in an audit"):
        moderate_case(session, case, grade_id=_grade(session, "good"), reason="None.", person_id=None)


def test_only_a_grade_is_a_grade(session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met", "Fully met")
    for wrong in (make.word(session, ReferenceList.KEY_AREA, "practice").id, 999_999):
        with pytest.raises(RuleBroken, match="Choose one of the grades"):
            moderate_case(session, case, grade_id=wrong, reason="Why not.", person_id=None)


def test_agreement_counts_pairs_of_agencies_and_leaves_out_what_is_not_counted(session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met", "Not met")
    assert moderation_facts(session, OCCASION, case_id=case.id).agreement == Agreement(0, 1)


@pytest.mark.parametrize(("second", "expected"), [("Fully met", Agreement(1, 1)), ("Not applicable", Agreement(0, 0))])
def test_agreement_of_a_case_is_known_from_two_counted_ratings_on(
    session: Session, scene: Scene, second: str, expected: Agreement
) -> None:
    case = _case(session, scene, "Fully met", second)
    assert moderation_facts(session, OCCASION, case_id=case.id).agreement == expected


def test_grades_are_counted_by_level_of_intervention(session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met", "Fully met")
    moderate_case(session, case, grade_id=_grade(session, "good"), reason="Kept.", person_id=None)
    grades = grades_by_level(session, scene.sample.id)
    other = next(level for level in grades.levels if level != case.stratum)
    assert (grades.count(case.stratum, "Good"), grades.count(case.stratum), grades.total(case.stratum)) == (1, 0, 1)
    assert (grades.count(other), grades.total(other)) == (1, 1)
    assert grades.grades[:4] == ("Outstanding", "Good", "Requires improvement", "Inadequate")


def test_review_does_not_leave_its_evidence_stage_before_every_drawn_case_is_moderated(
    session: Session, scene: Scene
) -> None:
    review, grade = scene.review, _grade(session, "good")
    assert audits_missing(session, review.id) == f"The case audits of {scene.sample.reference} are not open yet."
    case = _case(session, scene, *["Fully met"] * 4)
    moderate_case(session, case, grade_id=grade, reason="Kept.", person_id=None)
    assert audits_missing(session, review.id) == "1 drawn case is not audited and moderated yet."
    review.stage = Stage.EVIDENCE
    assert "1 drawn case is not audited and moderated yet." in missing_of(session, review)
    other = sample_audits(session, scene.sample.id).rows[1].case
    moderate_case(session, other, grade_id=grade, reason="Kept.", person_id=None)
    assert audits_missing(session, review.id) == ""
    assert audits_missing(session, make.review(session).id) == "No sample of cases is drawn for audit yet."


def test_answers_of_audits_speak_along_their_key_line(session: Session, scene: Scene) -> None:
    _case(session, scene, "Not met", "Not met")
    cell = triangulate(session, scene.review).rows[0].cells[Source.CASE_AUDIT]
    assert (cell.level, cell.count) == (0.0, 2)


def test_facts_of_an_audit_hold_every_answer_of_its_form(session: Session, scene: Scene) -> None:
    audit = make_audits.submitted(session, make_audits.opened(session, scene)[0], "Not met")
    form = case_audit_form(session, OCCASION, record_id=audit.id)
    said = dict(form.facts)
    assert (form.agency, form.reference, form.agency_id) == ("Northfield Police", audit.reference, scene.police.id)
    assert (said["Team of the case"], said["The agency's own grade"]) == ("North", "Not met")
    assert [answer.words for section in form.sections for answer in section.answers][:2] == [
        "Not met",
        "Nobody looked.",
    ]


def test_facts_of_a_moderated_result_hold_both_agencies_and_who_is_silent(session: Session, scene: Scene) -> None:
    audits = make_audits.opened(session, scene)
    make_audits.submitted(session, audits[0], "Not met")
    withdraw_audit(session, audits[1], reason="It will not come.")
    case = session.get_one(SampleCase, audits[0].sample_case_id)
    before = moderation_facts(session, OCCASION, case_id=case.id)
    assert (before.moderated, before.about) == (None, f"sample_cases:{case.id}")
    assert [(column.agency, column.overall) for column in before.columns] == [("Northfield Police", "Not met")]
    assert before.silent == (("Trust", audits[1].status.label),)
    officer = make.person(session, Role.OFFICER)
    moderate_case(session, case, grade_id=_grade(session, "good"), reason="Kept.", discussion="Long.",
                  person_id=officer.id)  # fmt: skip
    moderated = moderation_facts(session, OCCASION, case_id=case.id).moderated
    assert moderated == ModeratedFacts("Good", "Kept.", "Long.", officer.name, today())
    with pytest.raises(RuleBroken, match="no such case"):
        moderation_facts(session, OCCASION, case_id=999_999)


def test_facts_of_a_moderated_result_are_closed_to_agencies_by_the_database(
    session: PortalSession, scene: Scene
) -> None:
    case = _case(session, scene, "Fully met", "Not met")
    session.commit()
    refused = pytest.raises(DBAPIError, match="permission denied")
    with make.acting(session, Role.AGENCY_MEMBER, scene.health), refused, session.begin_nested():
        moderation_facts(session, OCCASION, case_id=case.id)


# Through the screens


def test_page_of_a_case_opens_only_the_questions_that_are_answered_differently(
    browser: Open, session: Session, scene: Scene
) -> None:
    case = _case(session, scene, "Fully met", "Not met")
    session.commit()
    page = browser(Role.OFFICER).get(f"/moderations/case/{case.id}/")
    open_rows = [row for row in page.select("main tbody th") if row.find_parent("details") is None]
    folded = {fold["id"]: fold.get_text(" ", strip=True) for fold in page.select("main details.fold")}
    said = [row.get_text(" ", strip=True) for row in open_rows]
    assert said[:2] == ["Northfield Police Auditor of Northfield Police", "Trust Auditor of Trust"]
    assert len(said) == 3
    assert "1 of " in page.get_text()
    assert "0% (0 of 1 pair)" in page.get_text(" ", strip=True)
    assert set(folded) == {"written"}
    assert "Nobody looked." in folded["written"]
    assert "The agencies differ: Fully met and Not met." in page.get_text()


def test_page_of_a_case_says_that_nothing_differs_where_agencies_agree(
    browser: Open, session: Session, scene: Scene
) -> None:
    case = _case(session, scene, "Fully met", "Fully met")
    session.commit()
    page = browser(Role.OFFICER).get(f"/moderations/case/{case.id}/")
    assert "No question with a choice is answered differently." in page.get_text()
    assert "Fully met, 2 of 2 say." in page.get_text()
    assert [fold["id"] for fold in page.select("details.fold")] == ["alike"]


def test_officer_moderates_a_case_on_its_own_page_and_goes_on_to_the_next_that_is_ready(
    browser: Open, session: Session, scene: Scene
) -> None:
    _case(session, scene, "Fully met", "Not met", "Fully met", "Fully met")
    first, second = (row.case for row in sample_audits(session, scene.sample.id).rows)
    session.commit()
    officer, good = browser(Role.OFFICER), _grade(session, "good")
    page = officer.get(f"/moderations/case/{first.id}/")
    assert page.select_one("form.work")["action"] == f"/moderations/case/{first.id}/moderate/"  # type: ignore[index]
    assert page.select_one(".dock button.main").get_text() == (  # type: ignore[union-attr]
        f"Keep the grade, go on to {second.reference}"
    )
    form = f"/moderations/case/{first.id}/moderate/"
    refused = officer.send(form, f"/moderations/case/{first.id}/", grade_id=good, reason="")
    assert (refused.status_code, "Give the reason." in words_of(refused)) == (422, True)
    assert 'href="#reason"' in refused.text
    kept = officer.send(form, f"/moderations/case/{first.id}/", grade_id=good, reason="Kept.")
    assert (kept.status_code, kept.location) == (302, f"/moderations/case/{second.id}/")
    last = officer.send(
        f"/moderations/case/{second.id}/moderate/", str(kept.location), grade_id=good, reason="Kept as well."
    )
    assert last.location == f"/case-audits/review/{scene.review.id}/"
    session.expire_all()
    assert [row.grade for row in sample_audits(session, scene.sample.id).rows] == ["Good", "Good"]


def test_officer_may_keep_a_grade_and_stay_and_sees_it_beside_what_the_audits_say(
    browser: Open, session: Session, scene: Scene
) -> None:
    case = _case(session, scene, "Fully met", "Not met", "Fully met", "Fully met")
    session.commit()
    officer, page = browser(Role.OFFICER), f"/moderations/case/{case.id}/"
    answer = officer.send(f"{page}moderate/", page, grade_id=_grade(session, "good"), reason="Kept.", stay="1")
    assert answer.location == page
    shown = officer.get(page)
    assert shown.select_one("textarea[name=reason]").get_text().strip() == "Kept."  # type: ignore[union-attr]
    assert shown.select_one("select[name=grade_id] option[selected]").get_text() == "Good"  # type: ignore[union-attr]
    looked = browser(Role.SPONSOR).get(page)
    assert looked.select("main form.work, main .dock") == []
    assert "Kept." in looked.get_text()


def test_case_whose_audits_are_not_all_in_is_read_but_not_moderated(
    browser: Open, session: Session, scene: Scene
) -> None:
    case = _case(session, scene, "Fully met")
    session.commit()
    officer, page = browser(Role.OFFICER), f"/moderations/case/{case.id}/"
    shown = officer.get(page)
    assert "1 of 2 in" in shown.get_text()
    assert shown.select("main form.work") == []
    refused = officer.send(f"{page}moderate/", "/account/", grade_id=_grade(session, "good"), reason="Early.")
    assert refused.status_code in (409, 422)
    assert moderation_of(session, case.id) is None


def test_officer_reads_side_by_side_and_moderates_and_makes_a_finding(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], scene: Scene
) -> None:
    case = _case(session, scene, "Fully met", "Not met")
    session.commit()
    officer = browser(Role.OFFICER)
    page = f"/moderations/case/{case.id}/"
    assert "Not moderated yet" in officer.get(f"{page}paper/").get_text(" ", strip=True)
    audits = session.scalars(select(CaseAudit).where(CaseAudit.sample_case_id == case.id)).all()
    assert all(officer.get(page).select_one(f'main a[href="/case-audits/{audit.id}/"]') for audit in audits)
    form = f"{page}moderate/"
    assert officer.send(form, grade_id=_grade(session, "inadequate"), reason="Nobody looked.").status_code == 302
    session.expire_all()
    moderation = moderation_of(session, case.id)
    assert moderation is not None
    finding = f"/moderations/{moderation.id}/finding/"
    assert officer.client.post(finding, data=officer.filled(finding)).status_code == 302
    moderated_finding = session.scalars(select(Finding)).one()
    assert (moderated_finding.source, moderated_finding.verdict, moderated_finding.origin) == (
        Source.CASE_AUDIT,
        Verdict.CONCERN,
        f"moderations:{moderation.id}",
    )
    assert "Inadequate: Nobody looked." in moderated_finding.text
    assert officer.get(page).select_one(f'a[href="/findings/{moderated_finding.id}/"]') is not None
    assert "Inadequate" in officer.get(f"/moderations/{moderation.id}/").get_text()
    assert officer.send(f"{page}paper/").status_code == 302
    assert "The moderated result is ready." in done(do_requests(session, session_factory))
    kept = session.scalars(select(Document)).one()
    assert (kept.kind, kept.agency_id, kept.subject) == (DocumentKind.MODERATED_RESULT, None, f"sample_cases:{case.id}")
    printed = text_of(content_of(session, kept)).replace("\n", " ")
    assert all(words in printed for words in ("Moderated grade: Inadequate", "Nobody looked.", "Trust", case.reference))
    assert case.reference not in kept.title
    browser(Role.MANAGER, agency=scene.police).get(f"/documents/{kept.id}/download/", 404)
    grades = officer.get(f"/case-audits/review/{scene.review.id}/").select_one(f"#grades-{scene.sample.id}")
    assert grades is not None
    assert "All levels" in grades.get_text(" ", strip=True)
    assert officer.get("/moderations/").get_text().count(case.reference) == 1


def test_moderation_is_the_hubs_alone(browser: Open, session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met", "Fully met")
    moderate_case(session, case, grade_id=_grade(session, "good"), reason="Kept.", person_id=None)
    session.commit()
    for role in (Role.MANAGER, Role.AGENCY_MEMBER):
        agency_browser = browser(role, agency=scene.police, name=f"Police {role}")
        agency_browser.get(f"/moderations/case/{case.id}/", 403)
        agency_browser.get(f"/moderations/case/{case.id}/moderate/", 403)
        agency_browser.get(f"/moderations/case/{case.id}/paper/", 403)
    browser(Role.SPONSOR).get(f"/moderations/case/{case.id}/moderate/", 403)
    session.info["actor"] = member(session, Role.MANAGER, agency=scene.police, name="Police manager").actor()
    session.commit()
    with pytest.raises(DBAPIError, match="permission denied"):
        session.scalars(select(Moderation)).all()
    session.rollback()


def test_officer_of_another_hub_does_not_moderate(browser: Open, session: Session, scene: Scene) -> None:
    case = _case(session, scene, "Fully met", "Fully met")
    session.commit()
    stranger = browser(Role.OFFICER, name="Officer elsewhere")
    stranger.get(f"/moderations/case/{case.id}/moderate/", 403)
    assert stranger.get(f"/moderations/case/{case.id}/").select("main form.work") == []
    stranger.get("/moderations/case/999999999999/", 404)
    moderation = moderate_case(session, case, grade_id=_grade(session, "good"), reason="Kept.", person_id=None)
    session.commit()
    stranger.get(f"/moderations/{moderation.id}/finding/", 403)
    assert stranger.send(f"/moderations/{moderation.id}/finding/", "/account/").status_code == 403
    assert session.scalars(select(Finding.id)).all() == []


def test_page_of_a_case_asks_the_database_no_more_often_for_more_audits(
    browser: Open, session: Session, scene: Scene, engine: Engine
) -> None:
    case = _case(session, scene, "Fully met", "Not met")
    session.commit()
    officer, page = browser(Role.OFFICER), f"/moderations/case/{case.id}/"

    def asked() -> int:
        officer.get(page)
        with statements(engine) as seen:
            officer.get(page)
        return len(seen)

    both = asked()
    audit = session.scalars(select(CaseAudit).where(CaseAudit.sample_case_id == case.id)).first()
    assert audit is not None
    audit.status, audit.closing_note = AuditStatus.WITHDRAWN, "It will not come."
    session.commit()
    assert asked() == both
    assert both <= 24
