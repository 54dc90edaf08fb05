"""Is a seven-minute briefing drafted from the review's own findings, edited, and printed on one sheet?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.documents.job_requests import JobRequest
from models.evidence.findings import Judgement, take_finding
from models.learning.briefings import Briefing, briefing_facts, draft_anew, draft_briefing
from models.learning.learning_products import LearningProduct, ProductForm
from models.learning.releases import release_product
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.learning.briefings import SHEET_WORDS, Sources, draft_points, length_words
from tests import make
from tests.learning.test_learning_products import product
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser, words_of

Open = Callable[..., Browser]


@pytest.fixture
def review(session: Session) -> ThematicReview:
    """A review with three findings of different weight and two recommendations."""
    review = make.review(session, focus="Whether neglect is recognised early")
    for text, verdict, strength in (
        ("Visits were on time.", Verdict.STRENGTH, Strength.STRONG),
        ("Plans did not name the child.", Verdict.CONCERN, Strength.WEAK),
        ("Nobody saw the pattern.", Verdict.CONCERN, Strength.STRONG),
        ("Supervision was regular.", Verdict.STRENGTH, Strength.WEAK),
    ):
        take_finding(
            session,
            judgement=Judgement(source=Source.CASE_AUDIT, verdict=verdict, text=text, strength=strength),
            review_id=review.id,
        )
    plan = make.plan(session, review)
    make.recommendation(session, plan, 1, text="Name neglect.")
    make.recommendation(session, plan, 2, text="Ask the child.")
    return review


@pytest.fixture
def of_briefing(session: Session, review: ThematicReview) -> LearningProduct:
    return product(session, review, form=ProductForm.SEVEN_MINUTE_BRIEFING)


def test_draft_puts_concerns_first_and_ends_with_what_to_do(
    session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    briefing = draft_briefing(session, review, of_briefing)
    assert review.title in briefing.background
    assert "Whether neglect is recognised early." in briefing.background
    assert "“Neglect”" in briefing.why_it_matters
    key = (briefing.key_information_1, briefing.key_information_2, briefing.key_information_3)
    assert key == ("Nobody saw the pattern.", "Plans did not name the child.", "Visits were on time.")
    assert briefing.things_to_remember == "• Supervision was regular."
    assert briefing.what_to_do == "• Name neglect.\n• Ask the child."


def test_draft_of_a_review_without_findings_says_what_is_to_be_written() -> None:
    points = draft_points(Sources("TR-1", "Neglect", "", "Neglect", "", [], []))
    assert len(points) == 7
    assert all(point.startswith("To be written") for point in points[2:])


def test_facts_hold_everything_that_stands_on_the_sheet(
    session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    briefing = draft_briefing(session, review, of_briefing)
    facts = briefing_facts(session, OCCASION, briefing_id=briefing.id)
    assert (facts.partnership, facts.reference) == (OCCASION.partnership, of_briefing.reference)
    assert (facts.audience, facts.made_on, facts.about) == ("Every team", OCCASION.made_on, f"briefings:{briefing.id}")
    assert facts.review == f"{review.reference} {review.title}"
    assert facts.points == briefing.points
    assert len(facts.points) == len(facts.headings) == 7
    with pytest.raises(RuleBroken, match="no such briefing"):
        briefing_facts(session, OCCASION, briefing_id=briefing.id + 1)


def test_agency_has_facts_of_released_briefings_only_and_never_the_reviews_name(
    session: PortalSession, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    briefing, agency = draft_briefing(session, review, of_briefing), make.agency(session)
    with make.acting(session, Role.AGENCY_MEMBER, agency), pytest.raises(RuleBroken, match="no such briefing"):
        briefing_facts(session, OCCASION, briefing_id=briefing.id)
    session.get_one(LearningProduct, of_briefing.id).released_on = date(2026, 3, 2)
    with make.acting(session, Role.AGENCY_MEMBER, agency):
        facts = briefing_facts(session, OCCASION, briefing_id=briefing.id)
    assert (facts.review, facts.points[2]) == ("", "Nobody saw the pattern.")


def test_briefing_with_a_point_still_to_be_written_is_read_as_a_page_but_not_printed(
    browser: Open, session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    briefing = draft_briefing(session, review, of_briefing)
    briefing.what_to_do = ""
    session.commit()
    officer, page = browser(Role.OFFICER), f"/briefings/{briefing.id}/"
    said = officer.get(f"{page}paper/").get_text(" ", strip=True)
    assert "7. What to do To be written." in said
    assert "Draft, not released yet" in said
    assert officer.send(f"{page}paper/", page=page).headers["Location"] == page
    assert "Point 7 of the briefing is still to be written. Until then the draft can be read as a page" in (
        officer.get(page).get_text()
    )
    assert session.scalars(select(JobRequest)).all() == []
    briefing.what_to_do = "Ask the child."
    session.commit()
    officer.send(f"{page}paper/", page=page)
    assert len(session.scalars(select(JobRequest)).all()) == 1


def test_briefing_that_is_too_long_for_its_sheet_says_so() -> None:
    assert length_words(["word " * SHEET_WORDS]).endswith(f"one sheet holds about {SHEET_WORDS}.")
    assert "1 more than one sheet holds" in length_words(["word " * (SHEET_WORDS + 1)])


def test_briefing_is_refused_for_another_product_and_a_second_time(
    session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    with pytest.raises(RuleBroken, match="is no 7 Minute Briefing"):
        draft_briefing(session, review, product(session, review))
    other = make.review(session, year=2027)
    with pytest.raises(RuleBroken, match="belongs to another review"):
        draft_briefing(session, other, of_briefing)
    draft_briefing(session, review, of_briefing)
    with pytest.raises(RuleBroken, match="has its briefing already"):
        draft_briefing(session, review, of_briefing)


def test_released_briefing_is_not_drafted_anew(
    session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    briefing = draft_briefing(session, review, of_briefing)
    briefing.background = "Edited."
    draft_anew(session, briefing)
    assert briefing.background != "Edited."
    of_briefing.released_on = date(2026, 3, 2)
    with pytest.raises(RuleBroken, match="agencies have used it as it is"):
        draft_anew(session, briefing)


def test_briefing_of_a_released_product_is_deleted_by_nobody(
    browser: Open, session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    page = f"/briefings/{draft_briefing(session, review, of_briefing).id}/delete/"
    session.commit()
    administrator = browser(Role.ADMINISTRATOR)
    assert "Delete" in administrator.get(page).get_text()
    of_briefing.released_on = date(2026, 3, 2)
    session.commit()
    administrator.get(page, 403)
    assert administrator.send(page, "/account/").status_code == 403


def test_briefing_goes_out_only_when_all_seven_points_are_written(
    session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    with pytest.raises(RuleBroken, match="Draft the briefing before it is released"):
        release_product(session, of_briefing, on=date(2026, 3, 2))
    briefing = draft_briefing(session, review, of_briefing)
    for text in ("", "To be written: later"):
        briefing.key_information_2 = text
        with pytest.raises(RuleBroken, match="Point 4 of the briefing is still to be written"):
            release_product(session, of_briefing, on=date(2026, 3, 2))
    briefing.key_information_2 = "Written."
    release_product(session, of_briefing, on=date(2026, 3, 2))
    assert of_briefing.released_on == date(2026, 3, 2)


def test_officer_drafts_edits_and_prints_a_briefing(
    browser: Open, session: Session, of_briefing: LearningProduct
) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    page = f"/learning-products/{of_briefing.id}/"
    answer = administrator.send(f"/briefings/draft/{of_briefing.id}/", page)
    path = answer.headers["Location"].removesuffix("edit/")
    sent = administrator.filled(f"{path}edit/", things_to_remember="A child's day, <b>not</b> a form.")
    assert administrator.client.post(f"{path}edit/", data=sent).status_code == 302
    sheet = administrator.get(f"{path}paper/")
    assert len(sheet.select(".paper h2")) == 8
    assert "A child's day, <b>not</b> a form." in sheet.get_text()
    assert sheet.select_one("script:not([src]), [style]") is None
    again = administrator.client.post(f"/briefings/draft/{of_briefing.id}/", data=administrator.tokens("/account/"))
    assert again.headers["Location"] == page
    assert "has its briefing already" in administrator.get(page).get_text()
    assert len(session.scalars(select(Briefing)).all()) == 1


def test_officer_of_another_hub_drafts_nothing(
    browser: Open, session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    officer, page = browser(Role.OFFICER, name="Officer elsewhere"), f"/learning-products/{of_briefing.id}/"
    officer.send(f"/briefings/draft/{of_briefing.id}/", page)
    assert "your own hubs only" in officer.get(page).get_text()
    briefing = draft_briefing(session, review, of_briefing)
    session.commit()
    officer.get(f"/briefings/{briefing.id}/delete/", 403)
    assert officer.send(f"/briefings/{briefing.id}/delete/", "/account/").status_code == 403
    officer.send(f"/briefings/{briefing.id}/redraft/", f"/briefings/{briefing.id}/redraft/")
    assert "your own hubs only" in officer.get(f"/briefings/{briefing.id}/").get_text()
    assert officer.client.post("/briefings/draft/999999/", data=officer.tokens("/account/")).status_code == 404


def test_agency_reads_a_released_briefing_without_the_reviews_name(
    browser: Open, session: Session, review: ThematicReview, of_briefing: LearningProduct
) -> None:
    briefing = draft_briefing(session, review, of_briefing)
    briefing.background = "Why this matters to every team."
    member = browser(Role.AGENCY_MEMBER, agency=make.agency(session))
    member.get(f"/briefings/{briefing.id}/paper/", 404)
    of_briefing.released_on = date(2026, 3, 2)
    session.commit()
    words = words_of(member.client.get(f"/briefings/{briefing.id}/paper/"))
    assert "Why this matters to every team." in words
    assert review.reference not in words
