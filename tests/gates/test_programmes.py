"""Does the programme page say how the year stands, and who must act?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.gates.programmes import programme
from models.partnership.hubs import HubKind
from models.partnership.reference_items import ReferenceList
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage
from models.signatures.sign_offs import SignOffSubject
from models.signatures.signables import put_before_sponsor
from models.tools.key_lines import KeyLine
from tests import make
from tests.web import Browser

Open = Callable[..., Browser]


def test_board_sees_quota_stage_days_and_who_acts_next(browser: Open, session: Session) -> None:
    sponsor = make.person(session, Role.SPONSOR, name="Sponsor of neglect")
    officer = make.person(session, Role.OFFICER, name="Officer of children")
    make.hub(session).officer_id = officer.id
    review = make.review(session, sponsor_id=sponsor.id, stage=Stage.SCOPING, focus="Early help.")
    make.review(session, kind=HubKind.ADULTS, title="Self-neglect")
    session.add_all(
        [
            ReviewStage(
                review_id=review.id, stage=Stage.SCOPING, planned_on=today(), reached_on=today() - timedelta(12)
            ),
            ReviewStage(review_id=review.id, stage=Stage.EVIDENCE, planned_on=today() - timedelta(1)),
        ]
    )
    session.commit()
    page = browser(Role.BOARD_VIEWER).get("/thematic-reviews/programme/?year=2026")
    said = page.select_one("main").get_text(" ", strip=True)  # type: ignore[union-attr]
    for words in (
        "Children: 1 of 2",
        "Adults: 1 of 2",
        "Combined: 0 of 1",
        "12",
        "Late",
        "Officer: Officer of children",
    ):
        assert words in said, words
    assert "The Board" in said  # the adults' review has no focus yet


def test_sponsor_acts_next_while_something_waits_for_their_signature(session: Session) -> None:
    sponsor = make.person(session, Role.SPONSOR)
    review = make.review(session, sponsor_id=sponsor.id, stage=Stage.SCOPING)
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    session.add(KeyLine(review_id=review.id, key_area_id=area.id, number=1, text="Is the child seen?"))
    session.flush()
    put_before_sponsor(session, review, SignOffSubject.KEY_LINES, person_id=None)
    (entry,) = programme(session, 2026, on=today()).entries
    assert entry.acts_next == f"Lead sponsor: {sponsor.name}"
    assert (entry.days_in_stage, entry.planned_on, entry.is_late) == (None, None, False)


def test_year_that_is_none_is_not_found(browser: Open) -> None:
    viewer = browser(Role.BOARD_VIEWER)
    for year in ("x", "1999", "99999", "-1", "２０２６"):
        viewer.get(f"/thematic-reviews/programme/?year={year}", 404)
