"""Does the year on one line show each review's stages as its timetable has them, in two statements?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.reading_once import ANSWERS, remembering
from models.gates.pictures.scopes import BoardScope
from models.gates.pictures.year import year_on_one_line
from models.partnership.hubs import HubKind
from models.reviews.invitations import ReviewPart
from models.reviews.review_stages import ReviewStage
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.due_dates import in_words
from models.rules.documents.pictures import Line, Rows
from models.rules.gates.pictures.year import ReviewYear, Step, year_picture
from tests import make, make_tools
from tests.documents.drawings import table_of
from tests.kit.test_screens import statements
from tests.web import Browser

Open = Callable[..., Browser]
WORDS = tuple(stage.label for stage in Stage)
ON = date(2026, 11, 29)
YEAR = (ON - date(2026, 1, 1)).days, (date(2027, 1, 1) - date(2026, 1, 1)).days


def review(title: str, stage: int, *days: date | None, **values: bool) -> ReviewYear:
    """A review at a stage; the days of its stages from the first on, those up to that stage reached as planned."""
    steps = (
        Step(number, WORDS[number - 1], day, day if number <= stage else None)
        for number, day in enumerate(days, 1)
        if day is not None
    )
    return ReviewYear(title, stage, WORDS[stage - 1], tuple(steps), **values)


def line_of(one: ReviewYear, on: date = ON) -> Line:
    plot = year_picture(2026, [one], on).plot
    assert isinstance(plot, Rows)
    return plot.lines[0]


IN_TIME = review("Neglect", 2, date(2026, 1, 1), date(2026, 7, 2), date(2026, 12, 31))
LATE = review("Self-neglect", 2, date(2026, 1, 1), date(2026, 7, 2), ON - timedelta(14), date(2026, 12, 20))


def test_stages_stand_at_their_days_and_today_at_its_own() -> None:
    plot = year_picture(2026, [IN_TIME], ON).plot
    assert isinstance(plot, Rows)
    assert plot.now == pytest.approx(YEAR[0] / YEAR[1])
    marks = [(mark.tone, mark.words) for mark in plot.lines[0].marks]
    assert marks == [("navy", "1"), ("navy", "2"), ("planned", "")]
    edges = [plot.lines[0].marks[0].begins, *(mark.ends for mark in plot.lines[0].marks)]
    assert edges == pytest.approx([0, 182 / 365, YEAR[0] / YEAR[1], 364 / 365])
    assert [tick.words for tick in plot.ticks] == ["Jan 2026", "Apr", "Jul", "Oct"]


def test_what_is_late_is_drawn_as_long_as_it_is_and_said_with_the_stage_it_waits_for() -> None:
    line = line_of(LATE)
    (late,) = [mark for mark in line.marks if mark.tone == "red"]
    assert late.ends - late.begins == pytest.approx(14 / 365)
    assert late.ends == pytest.approx(YEAR[0] / YEAR[1])
    assert (line.value, line.tag, line.tag_tone) == ("2 Scoping", "14 days late", "red")
    says = year_picture(2026, [IN_TIME, LATE], ON).says
    assert says == "One of two reviews runs to plan; Self-neglect is 14 days late for its evidence."


def test_sentence_counts_what_it_does_not_name() -> None:
    later = [review(f"Review {number}", 1, date(2026, 1, 1), ON - timedelta(number)) for number in range(1, 5)]
    held = review("Held", 1, date(2026, 1, 1), date(2026, 2, 1), is_on_hold=True)
    bare = review("Bare", 3, date(2026, 1, 1))
    closed = review("Closed", 9, date(2026, 1, 1))
    assert year_picture(2026, [IN_TIME, *later, held, bare, closed], ON).says == (
        "One of seven open reviews runs to plan; Review 4 is 4 days late for its scoping, Review 3 is 3 days late for "
        "its scoping and two more are late; one is on hold; one is without a day for the next stage; one is closed."
    )
    assert year_picture(2026, [closed], ON).says == "The one review is closed."
    assert year_picture(2026, [closed, closed], ON).says == "Both reviews are closed."
    assert year_picture(2026, [IN_TIME, IN_TIME], ON).says == "Both reviews run to plan."
    assert year_picture(2026, [IN_TIME], ON).says == "The one review runs to plan."
    assert year_picture(2026, [LATE, LATE], ON).says.startswith("Neither of the two reviews runs to plan; ")


def test_no_mark_overlaps_another_or_leaves_the_picture_whatever_the_days_are() -> None:
    tangled = review("Tangled", 4, date(2025, 2, 1), None, date(2026, 3, 1), date(2026, 5, 1), date(2026, 6, 1),
                     date(2026, 7, 1), date(2026, 8, 1), date(2027, 8, 1), date(2027, 9, 1))  # fmt: skip
    for one in (tangled, LATE, IN_TIME, review("Over", 9, *[date(2025, 1, 1)] * 9)):
        marks = line_of(one).marks
        assert all(0 <= mark.begins < mark.ends <= 1 for mark in marks)
        assert all(left.ends <= right.begins + 1e-9 for left, right in pairwise(marks))


def test_picture_and_table_have_the_same_days() -> None:
    picture = year_picture(2026, [LATE], ON)
    assert picture.headings == ("Review", "Stage", "Planned", "Reached")
    assert picture.table == (
        ("Self-neglect", "1 Proposed", "1 January 2026", "1 January 2026"),
        ("Self-neglect", "2 Scoping", "2 July 2026", "2 July 2026"),
        ("Self-neglect", "3 Evidence", "15 November 2026", "–"),
        ("Self-neglect", "4 Improvement planning", "20 December 2026", "–"),
    )
    beyond = review("Long", 1, date(2026, 1, 1), date(2026, 5, 1), *[None] * 5, date(2028, 1, 1))
    assert "after December 2026 is in the table only" in year_picture(2026, [beyond], ON).base


def test_year_without_reviews_draws_nothing(session: Session) -> None:
    picture = year_on_one_line(session, BoardScope(2031), ON)
    assert (picture.plot, picture.table) == (None, ())
    assert picture.says == "No reviews are planned for 2031 yet."


@pytest.fixture
def reviews(session: Session) -> list[ThematicReview]:
    """A review of children that the police are invited to, and one of adults; each with a stage behind and ahead."""
    children = make.review(session, stage=Stage.SCOPING)
    reviews = [children, make.review(session, kind=HubKind.ADULTS, title="Self-neglect")]
    for each in reviews:
        session.add(ReviewStage(review_id=each.id, stage=Stage.SCOPING, planned_on=today(), reached_on=today()))
        session.add(ReviewStage(review_id=each.id, stage=Stage.EVIDENCE, planned_on=today() + timedelta(30)))
    make_tools.invited(session, reviews[0], make.agency(session), part=ReviewPart.CASE_AUDIT)
    session.commit()
    return reviews


def test_scope_narrows_to_a_kind_and_to_what_an_agency_is_invited_to(
    session: Session, reviews: list[ThematicReview]
) -> None:
    def shown(**scope: object) -> set[str]:
        picture = year_on_one_line(session, BoardScope(reviews[0].year, **scope), today())  # type: ignore[arg-type]
        return {row[0] for row in picture.table}

    children, adults = (each.title for each in reviews)
    police, other = make.agency(session), make.agency(session, "Nobody’s guest")
    assert shown() == {children, adults}
    assert shown(kind=HubKind.ADULTS) == {adults}
    assert shown(agency_id=police.id) == {children}
    assert shown(agency_id=other.id) == shown(kind=HubKind.ADULTS, agency_id=police.id) == set()
    both = make.review(session, kind=HubKind.COMBINED, title="Domestic abuse")
    session.add(ReviewStage(review_id=both.id, stage=Stage.SCOPING, planned_on=today()))
    session.commit()
    assert shown(kind=HubKind.ADULTS) == {adults, both.title}


def test_page_asks_two_statements_however_many_reviews_there_are(
    session: Session, reviews: list[ThematicReview], engine: Engine
) -> None:
    for count in (2, 4):
        session.info.update(remembering())  # as a page that only reads
        with statements(engine) as seen:
            year_on_one_line(session, BoardScope(reviews[0].year), today())
        session.info.pop(ANSWERS)
        asked = [statement for statement in seen if "thematic_reviews" in statement or "review_stages" in statement]
        assert len(asked) == 2, count
        for number in range(count):
            make.review(session, kind=HubKind.COMBINED, title=f"More {count} {number}",
                        quota_override_reason="Agreed.", quota_override_on=today())  # fmt: skip
        session.commit()


def test_programme_shows_the_year_with_the_way_to_each_review_and_the_days_as_a_table(
    browser: Open, reviews: list[ThematicReview]
) -> None:
    page = browser(Role.BOARD_VIEWER).get(f"/thematic-reviews/programme/?year={reviews[0].year}")
    part = page.select_one("section[aria-labelledby=p-year]")
    assert part is not None
    links = [(str(link["href"]), link.get_text(strip=True)) for link in part.select("ul.marks a")]
    assert links == [(f"/thematic-reviews/{each.id}/", each.title) for each in reviews]
    planned = in_words(today() + timedelta(30))
    assert [row[1:] for row in table_of(part)] == 2 * [
        ["2 Scoping", in_words(today()), in_words(today())],
        ["3 Evidence", planned, "–"],
    ]
