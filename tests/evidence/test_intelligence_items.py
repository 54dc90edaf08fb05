"""Is intelligence from elsewhere kept once, used in every review it bears on, and made a finding with one press?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.errors import RuleBroken
from models.documents.documents import Document, DocumentKind
from models.evidence.findings import Finding
from models.evidence.intelligence_items import IntelligenceItem, IntelligenceKind
from models.evidence.intelligence_uses import IntelligenceUse, take_intelligence, use_in_review
from models.partnership.reference_items import ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.tools.key_lines import KeyLine
from tests import make
from tests.documents.files import PDF
from tests.web import Browser, words_of

Open = Callable[..., Browser]


def item(session: Session, **values: Any) -> IntelligenceItem:
    given = {
        "kind": IntelligenceKind.PRACTICE_REVIEW,
        "title": "Child Alder",
        "published_on": date(2025, 5, 1),
        "finding": "Nobody saw the pattern.",
        "verdict": Verdict.CONCERN,
        "strength": Strength.STRONG,
        **values,
    }
    item = IntelligenceItem(**given)
    session.add(item)
    session.flush()
    return item


def key_line(session: Session, review: ThematicReview, number: int = 1) -> KeyLine:
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    key_line = KeyLine(review_id=review.id, key_area_id=area.id, number=number, text=f"Line {number}")
    session.add(key_line)
    session.flush()
    return key_line


def test_item_has_a_reference_of_the_year_it_was_published(session: Session) -> None:
    assert item(session).reference == "IN-2025-01"


def test_one_item_is_used_in_several_reviews_but_once_along_a_key_line(session: Session) -> None:
    intelligence, first, second = item(session), make.review(session), make.review(session, year=2027)
    line = key_line(session, first)
    use_in_review(session, intelligence, review_id=first.id, key_line_id=line.id)
    use_in_review(session, intelligence, review_id=first.id)
    use_in_review(session, intelligence, review_id=second.id)
    with pytest.raises(RuleBroken, match="along that key line already"):
        use_in_review(session, intelligence, review_id=first.id, key_line_id=line.id)
    with pytest.raises(RuleBroken, match="along that key line already"):
        use_in_review(session, intelligence, review_id=first.id)
    session.add(IntelligenceUse(item_id=intelligence.id, review_id=first.id))
    with pytest.raises(IntegrityError, match="intelligence_used_once"):
        session.flush()


def test_key_line_of_another_review_is_refused(session: Session) -> None:
    first, second = make.review(session), make.review(session, year=2027)
    with pytest.raises(RuleBroken, match="Choose a key line of this review"):
        use_in_review(session, item(session), review_id=first.id, key_line_id=key_line(session, second).id)


def test_finding_says_what_the_item_says(session: Session) -> None:
    review, police = make.review(session), make.agency(session)
    line = key_line(session, review)
    use = use_in_review(session, item(session, agency_id=police.id), review_id=review.id, key_line_id=line.id)
    finding = take_intelligence(session, use, person_id=None)
    assert (finding.source, finding.verdict, finding.strength) == (
        Source.REVIEWS_AND_INSPECTIONS,
        Verdict.CONCERN,
        Strength.STRONG,
    )
    assert (finding.text, finding.key_line_id, finding.agency_id) == ("Nobody saw the pattern.", line.id, police.id)
    with pytest.raises(RuleBroken, match="among the review's findings already"):
        take_intelligence(session, use, person_id=None)


def test_item_without_a_key_line_becomes_no_finding(session: Session) -> None:
    use = use_in_review(session, item(session), review_id=make.review(session).id)
    with pytest.raises(RuleBroken, match="Choose the key line this bears on first"):
        take_intelligence(session, use, person_id=None)


def test_officer_brings_an_item_into_a_review_and_makes_it_a_finding(browser: Open, session: Session) -> None:
    review = make.review(session)
    line = key_line(session, review)
    administrator = browser(Role.ADMINISTRATOR)
    response = administrator.send(
        "/intelligence-items/new/", kind="partner_inspection", title="Inspection", published_on="2026-01-20",
        publisher="An inspectorate", finding="Children were heard.", verdict="strength", strength="moderate",
        web_address="https://inspectorate.example/report",
    )  # fmt: skip
    path = response.headers["Location"]
    page = administrator.get(path)
    assert "https://inspectorate.example/report" in page.get_text()
    assert page.select_one("a[href^='https://inspectorate']") is None
    form = f"/intelligence-uses/new/?item_id={path.split('/')[-2]}&review_id={review.id}"
    used = administrator.client.post(form, data=administrator.filled(form, key_line_id=line.id))
    use_path = used.headers["Location"]
    panel = f"/thematic-reviews/{review.id}/evidence/"
    assert "Not yet" in administrator.get(panel).get_text()
    assert administrator.send(f"{use_path}take/", use_path).status_code == 302
    assert "A finding" in administrator.get(panel).get_text()
    assert session.scalars(select(Finding.text)).all() == ["Children were heard."]
    administrator.client.post(f"{use_path}take/", data=administrator.tokens("/account/"))
    assert "among the review's findings already" in administrator.get(use_path).get_text()


def test_file_is_kept_with_its_item_and_odd_files_are_refused(browser: Open, session: Session) -> None:
    intelligence = item(session)
    session.commit()
    officer = browser(Role.OFFICER)
    path = f"/intelligence-items/{intelligence.id}/"

    def sent(name: str, content: bytes) -> Any:
        values = {**officer.tokens(f"{path}file/"), "title": "", "file": (io.BytesIO(content), name)}
        return officer.client.post(f"{path}file/", data=values, content_type="multipart/form-data")

    for name, content, sentence in (
        ("", b"", "Choose the file."),
        ("page.html", b"<script>", "is not a kind of file that can be evidence"),
        ("empty.pdf", b"", "The file is empty."),
    ):
        answer = sent(name, content)
        assert (answer.status_code, sentence in words_of(answer)) == (422, True), name
    assert sent("papers/Report.PDF", PDF).status_code == 302
    [kept] = session.scalars(select(Document))
    assert (kept.title, kept.media_type, kept.kind) == ("Report.PDF", "application/pdf", DocumentKind.EVIDENCE)
    assert (kept.subject, kept.agency_id) == (f"intelligence_items:{intelligence.id}", None)
    assert "Report.PDF" in officer.get(path).get_text()


def test_officer_of_another_hub_makes_no_finding(browser: Open, session: Session) -> None:
    review = make.review(session)
    use = use_in_review(session, item(session), review_id=review.id, key_line_id=key_line(session, review).id)
    session.commit()
    officer = browser(Role.OFFICER, name="Officer elsewhere")
    officer.send(f"/intelligence-uses/{use.id}/take/", "/account/")
    assert "your own hubs only" in officer.get(f"/intelligence-uses/{use.id}/").get_text()
    officer.get(f"/intelligence-uses/{use.id}/edit/", 403)
    officer.get(f"/intelligence-uses/{use.id}/delete/", 403)
    assert officer.send(f"/intelligence-uses/{use.id}/delete/", "/account/").status_code == 403
    assert session.scalars(select(Finding)).all() == []
    assert session.scalars(select(IntelligenceUse.id)).all() == [use.id]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENCY_MEMBER, Role.BOARD_VIEWER])
def test_intelligence_is_for_the_hubs_only(browser: Open, session: Session, role: Role) -> None:
    agency = None if role is Role.BOARD_VIEWER else make.agency(session)
    intelligence = item(session)
    reader = browser(role, agency=agency)
    for path in ("/intelligence-items/", f"/intelligence-items/{intelligence.id}/", "/intelligence-uses/"):
        reader.get(path, 403)


def test_list_can_be_taken_out_as_it_is_narrowed(browser: Open, session: Session) -> None:
    item(session, kind=IntelligenceKind.INTERNAL_AUDIT, title="Own audit")
    item(session)
    officer = browser(Role.OFFICER)
    page = officer.get("/intelligence-items/?kind=internal_audit")
    [link] = [str(tag["href"]) for tag in page.select("p.take a") if tag.get_text() == "CSV"]
    text = officer.client.get(link).get_data(as_text=True)
    assert ("Own audit" in text, "Child Alder" in text) == (True, False)
