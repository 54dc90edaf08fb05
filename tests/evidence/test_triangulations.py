"""Does the triangulation page show where sources agree, conflict and keep silent, and what lies behind each cell?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.evidence.findings import Judgement, take_finding
from models.evidence.gathered_evidence import Evidence, evidence_of, unplaced_evidence
from models.evidence.triangulation_reports import matrix_facts
from models.evidence.triangulations import triangulate
from models.gates.review_gates import missing_of
from models.gates.review_reports import review_facts
from models.partnership.reference_items import ReferenceList
from models.plans.recommendation_findings import cite_findings, cited_findings, support_in_words
from models.returns.self_evaluations import send_self_evaluations
from models.reviews.review_stages import move_to_stage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.evidence.triangulation import Mark, Source, Strength, Verdict
from models.rules.evidence.triangulation_reports import Said, matrix_paper
from models.rules.gates.review_reports import review_paper
from models.tools.key_lines import KeyLine
from tests import make, make_tools
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser, member

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review in its evidence stage with three key lines in two areas."""
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    review = make.review(session, stage=Stage.EVIDENCE)
    for number, code in ((1, "practice"), (2, "practice"), (3, "voice")):
        area = make.word(session, ReferenceList.KEY_AREA, code)
        session.add(KeyLine(review_id=review.id, key_area_id=area.id, number=number, text=f"Line {number}"))
    session.commit()
    return review


def _line(session: Session, review: ThematicReview, number: int) -> int:
    return next(row.line.id for row in triangulate(session, review).rows if row.line.number == number)


def _found(session: Session, review: ThematicReview, number: int, source: Source, verdict: Verdict, **more: Any) -> Any:
    text = more.pop("text", f"{source.label} on line {number}")
    line_id = _line(session, review, number)
    strength = more.pop("strength", Strength.MODERATE)
    judgement = Judgement(source, verdict, text, strength, line_id)
    return take_finding(session, review_id=review.id, judgement=judgement, **more)


def test_rows_agree_conflict_and_are_silent(browser: Open, session: Session, review: ThematicReview) -> None:
    _found(session, review, 1, Source.SELF_EVALUATION, Verdict.STRENGTH)
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN, strength=Strength.STRONG)
    _found(session, review, 2, Source.CASE_AUDIT, Verdict.CONCERN)
    _found(session, review, 2, Source.SERVICE_USERS, Verdict.CONCERN)
    session.commit()
    triangulation = triangulate(session, review)
    assert [row.mark for row in triangulation.rows] == [Mark.CONFLICT, Mark.AGREE, Mark.SILENT]
    page = browser(Role.OFFICER).get(f"/thematic-reviews/{review.id}/triangulation/")
    said = page.get_text(" ", strip=True)
    assert "Self-evaluation speaks of strength, case audit of concern" in said
    assert "Case audit and service users and carers agree and speak of concern." in said
    assert "No source says anything of this key line yet." in said


def test_conflicts_come_first_then_partly_then_agree_then_silent_and_each_number_opens_its_lines(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    _found(session, review, 1, Source.SELF_EVALUATION, Verdict.STRENGTH)
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.MIXED)
    _found(session, review, 3, Source.CASE_AUDIT, Verdict.CONCERN)
    _found(session, review, 3, Source.SERVICE_USERS, Verdict.STRENGTH)
    session.commit()
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{review.id}/triangulation/"
    page = officer.get(path)
    rows = page.select("table.matrix tr.evidence")
    assert [row.select_one("th").get_text()[:1] for row in rows] == ["3", "1", "2"]  # type: ignore[union-attr]
    assert [row.select_one("td:last-child .tag").get_text() for row in rows] == ["Conflict", "Partly agree", "Silent"]
    headings = ["In conflict: 1", "Partly agree: 1", "Silent: 1"]
    assert [band.get_text() for band in page.select("table.matrix tr.band")] == headings
    for link in page.select(".legend a, .chips a"):
        (count,) = [int(word) for word in link.get_text().split() if word.isdecimal()]
        assert len(officer.get(str(link["href"])).select("tr.evidence")) == count
    in_order = officer.get(f"{path}?order=lines").select("tr.evidence th")
    assert [cell.get_text()[:1] for cell in in_order] == ["1", "2", "3"]
    assert "No key line stands so" in officer.get(f"{path}?lines=agree").get_text()


def test_cell_opens_what_lies_behind_it(browser: Open, session: Session, review: ThematicReview) -> None:
    finding = _found(session, review, 1, Source.CASE_AUDIT, Verdict.MIXED, text="Four of ten <b>children</b> seen.")
    session.commit()
    officer, line = browser(Role.OFFICER), _line(session, review, 1)
    page = officer.get(f"/thematic-reviews/{review.id}/triangulation/{line}/case_audit/")
    assert "Four of ten <b>children</b> seen." in page.get_text()
    assert page.select_one(f'main a[href="/findings/{finding.id}/"]') is not None
    officer.get(f"/thematic-reviews/{review.id}/triangulation/{line}/rumour/", 404)
    officer.get(f"/thematic-reviews/{review.id}/triangulation/999999999999/case_audit/", 404)


def test_much_evidence_comes_a_page_at_a_time_and_is_the_same_as_all_of_it_sorted_out_by_hand(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    for number in range(53):
        judgement = Judgement(Source.PRACTITIONERS, Verdict.MIXED, f"Loose {number}.")
        take_finding(session, review_id=review.id, judgement=judgement)
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN)
    session.commit()
    officer, path = browser(Role.OFFICER), f"/thematic-reviews/{review.id}/triangulation/unplaced/"
    pages = [officer.get(f"{path}?page={number}") for number in (1, 2)]
    said = [
        row.get_text() for page in pages for row in page.select("main table.list tbody th, main tbody td:first-child")
    ]
    assert said == [f"Loose {number}." for number in range(53)]
    assert "Page 2 of 2, 53 pieces of evidence in all" in pages[1].get_text()
    keys = {row.line.id for row in triangulate(session, review).rows}
    by_hand = [item for item in evidence_of(session, review.id) if item.key_line_id not in keys]
    assert unplaced_evidence(session, review.id) == by_hand
    empty = officer.get(f"/thematic-reviews/{review.id}/triangulation/{_line(session, review, 2)}/case_audit/")
    assert "This source is silent on this key line." in empty.get_text()


def test_same_origin_is_taken_once_and_counts_once(session: Session, review: ThematicReview) -> None:
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN, origin="case_audits:3")
    with pytest.raises(RuleBroken, match="among the review's findings already"):
        _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN, origin="case_audits:3")
    assert triangulate(session, review).rows[0].cells[Source.CASE_AUDIT].count == 1


def test_finding_keeps_to_the_key_lines_of_its_review(session: Session, review: ThematicReview) -> None:
    other = make.review(session, title="Another", kind=make.HubKind.ADULTS)
    with pytest.raises(RuleBroken, match="key line of this review"):
        take_finding(
            session,
            judgement=Judgement(
                source=Source.CASE_AUDIT, verdict=Verdict.MIXED, text="Seen.", key_line_id=_line(session, review, 1)
            ),
            review_id=other.id,
        )


def test_team_amends_what_a_row_means_and_takes_it_back(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    officer, line = browser(Role.OFFICER), _line(session, review, 1)
    path = f"/thematic-reviews/{review.id}/triangulation/{line}/meaning/"
    assert officer.send(path, text="We do not know yet.").status_code == 302
    matrix = f"/thematic-reviews/{review.id}/triangulation/"
    assert "We do not know yet. (the team's own words)" in officer.get(matrix).get_text(" ", strip=True)
    officer.send(path, text="")
    assert "the team's own words" not in officer.get(matrix).get_text()
    browser(Role.OFFICER, name="Officer elsewhere").get(path, 403)


def test_spreadsheet_says_the_same_and_is_on_record(browser: Open, session: Session, review: ThematicReview) -> None:
    _found(session, review, 1, Source.PRACTITIONERS, Verdict.CONCERN)
    session.commit()
    answer = browser(Role.SPONSOR).client.get(f"/thematic-reviews/{review.id}/triangulation/workbook/")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    answer.close()
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][2:4] == ("Key line", "Self-evaluation")
    assert "Concern (1)" in rows[1]


def test_facts_of_the_matrix_hold_every_key_line_and_each_sources_verdict(
    session: Session, review: ThematicReview
) -> None:
    review.sponsor_id = make.person(session, Role.SPONSOR, name="Siân Llewellyn").id
    _found(session, review, 1, Source.SELF_EVALUATION, Verdict.STRENGTH)
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN, strength=Strength.STRONG)
    take_finding(
        session,
        judgement=Judgement(source=Source.PRACTITIONERS, verdict=Verdict.MIXED, text="Loose."),
        review_id=review.id,
    )
    session.flush()
    facts = matrix_facts(session, OCCASION, review_id=review.id)
    assert (facts.reference, facts.title, facts.sponsor) == (review.reference, review.title, "Siân Llewellyn")
    assert (facts.about, facts.unplaced) == (f"thematic_reviews:{review.id}", 1)
    assert [(row.number, row.mark) for row in facts.rows] == [(1, Mark.CONFLICT), (2, Mark.SILENT), (3, Mark.SILENT)]
    spoken = {source: voice for source, voice in zip(Source, facts.rows[0].said, strict=True) if voice.verdict}
    assert set(spoken) == {Source.SELF_EVALUATION, Source.CASE_AUDIT}
    assert spoken[Source.CASE_AUDIT] == Said(Verdict.CONCERN, 1, Strength.STRONG.weight)
    with pytest.raises(RuleBroken, match="no such review"):
        matrix_facts(session, OCCASION, review_id=review.id + 1)


@pytest.mark.parametrize("read", [matrix_facts, review_facts])
def test_agency_that_may_see_a_review_gets_no_facts_of_its_papers(session: PortalSession, read: Any) -> None:
    agency, stranger = make.agency(session), make.agency(session, "Stranger")
    review = make_tools.ready_review(session, agency)
    send_self_evaluations(session, review, person_id=None)
    session.commit()
    with make.acting(session, Role.AGENCY_MEMBER, stranger), pytest.raises(RuleBroken, match="no such review"):
        read(session, OCCASION, review_id=review.id)
    refused = pytest.raises(DBAPIError, match="permission denied")
    with make.acting(session, Role.AGENCY_MEMBER, agency), refused, session.begin_nested():
        read(session, OCCASION, review_id=review.id)


def test_agencies_and_the_public_see_no_findings(browser: Open, session: Session, review: ThematicReview) -> None:
    for role in (Role.MANAGER, Role.AGENCY_MEMBER):
        member_of_agency = browser(role, agency=make.agency(session))
        member_of_agency.get("/findings/", 403)
        member_of_agency.get(f"/thematic-reviews/{review.id}/triangulation/", 403)
    assert browser().client.get("/findings/").status_code == 302


def test_recommendation_on_one_kind_of_source_is_flagged(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    plan = make.plan(session, review)
    recommendation = make.recommendation(session, plan)
    concern = _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN)
    heard = _found(session, review, 1, Source.SERVICE_USERS, Verdict.CONCERN)
    session.commit()
    officer, path = browser(Role.OFFICER), f"/recommendations/{recommendation.id}/"
    assert "Cites no finding" in officer.get(path).get_text()
    assert officer.send(f"{path}findings/", findings=[str(concern.id)]).status_code == 302
    assert "One kind of source only: case audit" in officer.get(path).get_text()
    assert officer.send(f"{path}findings/", findings=[str(concern.id), str(heard.id)]).status_code == 302
    session.expire_all()
    assert support_in_words(cited_findings(session, recommendation.id)) == ""


def test_recommendation_cites_findings_of_its_own_review_only(session: Session, review: ThematicReview) -> None:
    other = make.review(session, title="Another", kind=make.HubKind.ADULTS)
    recommendation = make.recommendation(session, make.plan(session, other))
    finding = _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN)
    with pytest.raises(RuleBroken, match="its own review only"):
        cite_findings(session, recommendation, [finding.id])


def test_page_of_a_review_in_its_evidence_stage_triangulates_once(
    browser: Open, session: Session, review: ThematicReview, monkeypatch: pytest.MonkeyPatch
) -> None:
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN)
    session.commit()
    asked: list[Sequence[int]] = []

    def gathered(session: Session, review_ids: Sequence[int], is_along: object) -> list[Evidence]:
        asked.append(list(review_ids))
        return []

    monkeypatch.setattr("models.evidence.gathered_evidence._gatherers", [gathered])
    said = browser(Role.OFFICER).get(f"/thematic-reviews/{review.id}/").get_text(" ", strip=True)
    assert "3 key lines are silent: fewer than two sources speak." in said
    assert "3 key lines, so far" in said
    assert asked == [[review.id]]
    assert triangulate(session, review) is not triangulate(session, review)  # what may still write asks again


def _three_sources(session: Session, review: ThematicReview) -> None:
    """Three sources of line 1: strong concern of the audits, else strength of the audits and of both others."""
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.CONCERN, strength=Strength.STRONG, text="One grave case.")
    _found(session, review, 1, Source.CASE_AUDIT, Verdict.STRENGTH, strength=Strength.WEAK)
    for source in (Source.SELF_EVALUATION, Source.PRACTITIONERS):
        for text in ("First.", "Second."):
            _found(session, review, 1, source, Verdict.STRENGTH, text=text)
    session.commit()


def test_row_that_hangs_on_one_item_says_so_on_page_matrix_and_report(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    _three_sources(session, review)
    row = triangulate(session, review).rows[0]
    assert (row.mark, row.footing.hangs_on) == (Mark.CONFLICT, "one item")
    sentence = "Hangs on one item: without the one strong item of concern from case audit the sources would agree."
    page = browser(Role.OFFICER).get(f"/thematic-reviews/{review.id}/triangulation/")
    said = page.get_text(" ", strip=True)
    for words in (sentence, "3 of 5 speak; hangs on one item", "1 mark hangs on one item."):
        assert words in said
    facts = matrix_facts(session, OCCASION, review_id=review.id)
    assert (facts.rows[0].hangs_on, facts.rows[0].footing) == ("one item", sentence)
    report = review_facts(session, OCCASION, review_id=review.id)
    paper = str(list(review_paper(report).blocks))
    assert "Conflict (hangs on one item): 1. Line 1" in paper
    assert "1 mark hangs on one item." in paper


def test_page_says_which_source_is_silent_on_which_lines(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    _three_sources(session, review)
    page = browser(Role.OFFICER).get(f"/thematic-reviews/{review.id}/triangulation/")
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in page.select("section.panel tbody tr")]
    assert ["Case audit", "1 of 3", "2 and 3"] in rows
    assert ["Service users and carers", "0 of 3", "All"] in rows


def _set(administrator: Browser, **numbers: str) -> int:
    """Save numbers on the settings page; what the portal answered."""
    page = "/partnership-settings/"
    return administrator.client.post(page, data=administrator.filled(page, name="Arden", **numbers)).status_code


def test_thresholds_are_the_partnerships_own_until_the_evidence_is_settled(
    browser: Open, session: Session, review: ThematicReview
) -> None:
    _three_sources(session, review)
    assert not triangulate(session, review).is_settled
    administrator = browser(Role.ADMINISTRATOR)
    refused = {"fewest_sources": "6", "mixed_percent": "51", "weak_weight": "9"}
    for name, number in refused.items():
        assert _set(administrator, **{name: number}) == 422
    assert _set(administrator, mixed_percent="25") == 302
    session.expire_all()
    assert triangulate(session, review).rows[0].mark is Mark.PARTLY  # 3 to 1 is mixed from a quarter on
    move_to_stage(session, review, Stage.IMPROVEMENT_PLANNING, on=today())
    session.commit()
    assert _set(administrator, fewest_sources="4", mixed_percent="10") == 302
    session.expire_all()
    settled = triangulate(session, review)
    assert (settled.is_settled, settled.thresholds.mixed_percent, settled.rows[0].mark) == (True, 25, Mark.PARTLY)
    facts = matrix_facts(session, OCCASION, review_id=review.id)
    printed = str(list(matrix_paper(facts).blocks))
    assert "A source is mixed from 25% against 75% on" in printed
    assert "kept with the review when its evidence was settled" in printed
    move_to_stage(session, review, Stage.EVIDENCE, on=today())
    assert triangulate(session, review).rows[0].mark is Mark.SILENT
    assert "fewer than four sources speak" in " ".join(missing_of(session, review))
