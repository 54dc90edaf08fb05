"""Is learning released, seen and used, and does everybody see who has used it and who has not?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.gates.review_gates import pass_gates
from models.learning.learning_products import LearningProduct, ProductForm, ProductKind
from models.learning.learning_uses import LearningUse, Use, record_use, use_sentence, uses_by_agency
from models.learning.releases import release_product
from models.partnership.hubs import HubKind
from models.partnership.reference_items import Service
from models.reviews.thematic_reviews import Stage, ThematicReview
from tests import make
from tests.web import Browser, words_of

Open = Callable[..., Browser]
RELEASED = date(2026, 3, 2)


def product(session: Session, review: ThematicReview | None = None, **values: Any) -> LearningProduct:
    given = {
        "title": "Seven minutes on neglect",
        "form": ProductForm.WORKSHOP,
        "audience": "Every team",
        "planned_on": RELEASED,
        "summary": "What the review found.",
        **values,
    }
    product = LearningProduct(review_id=(review or make.review(session)).id, **given)
    session.add(product)
    session.flush()
    return product


@pytest.fixture
def released(session: Session) -> LearningProduct:
    return product(session, released_on=RELEASED)


def use(session: Session, of: LearningProduct, agency_id: int, **values: Any) -> LearningUse:
    given = {"used_on": RELEASED, "people_count": 12, "led_by": "Team leader", **values}
    return record_use(session, of, agency_id=agency_id, use=Use(**given))


def test_every_form_belongs_to_one_of_the_frameworks_three_kinds() -> None:
    assert {form.kind for form in ProductForm} == set(ProductKind)
    assert [form.label for form in ProductForm if form.kind is ProductKind.CAMPAIGN] == [
        "7 Minute Briefing",
        "Guidance document",
    ]


def test_officer_plans_a_product_and_releases_it_today(browser: Open, session: Session) -> None:
    review = make.review(session)
    administrator = browser(Role.ADMINISTRATOR)
    response = administrator.send(
        "/learning-products/new/", f"/learning-products/new/?review_id={review.id}", review_id=review.id,
        title="What families told us", form="sharing_event", audience="Team leaders",
        planned_on=today().isoformat(), summary="Parents tell what helped.",
    )  # fmt: skip
    path = response.headers["Location"]
    assert "Face-to-face learning" in administrator.get(path).get_text()
    answer = administrator.send(f"{path}release/", released_on=today().isoformat())
    assert answer.headers["Location"] == path
    assert "agencies see it now" in administrator.get(path).get_text()
    assert session.scalars(select(LearningProduct)).one().released_on == today()


@pytest.mark.parametrize(
    ("values", "on", "sentence"),
    [
        ({"audience": " "}, RELEASED, "Say for whom the product is"),
        ({"summary": ""}, RELEASED, "Say in a summary what people will learn"),
        ({}, today() + timedelta(days=9), "on the day itself, not before"),
        ({"released_on": RELEASED}, RELEASED, "is released already"),
    ],
)
def test_product_that_nobody_could_use_is_not_released(
    session: Session, values: dict[str, Any], on: date, sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        release_product(session, product(session, **values), on=on)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"used_on": RELEASED - timedelta(days=1)}, "before it was released"),
        ({"used_on": today() + timedelta(days=9)}, "still to come"),
        ({"people_count": 0}, "at least one person"),
        ({"led_by": " "}, "Say who led it"),
    ],
)
def test_use_that_cannot_have_been_is_refused(
    session: Session, released: LearningProduct, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        use(session, released, make.agency(session).id, **values)


def test_review_is_not_completed_before_learning_is_released(session: Session) -> None:
    review = make.review(session, stage=Stage.DISSEMINATION)
    guide = product(session, review)
    with pytest.raises(RuleBroken, match="No learning product of this review is released yet"):
        pass_gates(session, review, on=today())
    release_product(session, guide, on=RELEASED)
    assert pass_gates(session, review, on=today()) is Stage.COMPLETED


def test_product_that_is_not_released_cannot_have_been_used(session: Session) -> None:
    with pytest.raises(RuleBroken, match="is not released yet"):
        use(session, product(session), make.agency(session).id)


def test_agencies_that_have_not_used_a_product_are_named_first(session: Session) -> None:
    police, school, care, gone = (
        make.agency(session, name, covers=covers, is_active=is_active)
        for name, covers, is_active in (
            ("Police", Service.BOTH, True),
            ("A school", Service.CHILDREN, True),
            ("Adult care", Service.ADULTS, True),
            ("Gone", Service.BOTH, False),
        )
    )
    guide = product(session, make.review(session, kind=HubKind.CHILDREN), released_on=RELEASED)
    assert use_sentence(uses_by_agency(session, guide)) == "None of 2 agencies has used it yet."
    use(session, guide, police.id)
    use(session, guide, police.id, used_on=RELEASED + timedelta(days=5), people_count=3)
    agency_uses = uses_by_agency(session, guide)
    assert [
        (agency_use.agency.name, agency_use.times, agency_use.people, agency_use.last_on) for agency_use in agency_uses
    ] == [
        ("A school", 0, 0, None),
        ("Police", 2, 15, RELEASED + timedelta(days=5)),
    ]
    assert use_sentence(agency_uses) == "1 of 2 agencies has used it, with 15 people in all."
    use(session, guide, care.id)
    assert [agency_use.agency.id for agency_use in uses_by_agency(session, guide)] == [school.id, care.id, police.id]
    assert gone.id not in {agency_use.agency.id for agency_use in uses_by_agency(session, guide)}


def test_page_names_who_has_and_who_has_not_used_it(browser: Open, session: Session, released: LearningProduct) -> None:
    used, other = make.agency(session, "Users"), make.agency(session, "Others")
    use(session, released, used.id)
    page = browser(Role.BOARD_VIEWER).get(f"/learning-products/{released.id}/who-has-used-it/")
    assert [heading.get_text() for heading in page.select(".panel h2")] == ["Not yet (1)", "Have used it (1)"]
    assert [other.name in panel.get_text() for panel in page.select(".panel")] == [True, False]


def test_agency_member_records_and_corrects_the_agencys_own_use(
    browser: Open, session: PortalSession, released: LearningProduct
) -> None:
    own = make.agency(session, "Own")
    member = browser(Role.AGENCY_MEMBER, agency=own)
    assert "learning product your agency has not used" in member.get("/").get_text()
    response = member.send(
        f"/learning-uses/new/?product_id={released.id}", product_id=released.id, agency_id=own.id,
        used_on=RELEASED.isoformat(), people_count="9", led_by="Ward sister",
    )  # fmt: skip
    path = response.headers["Location"]
    sent = member.filled(f"{path}edit/", people_count="11")
    assert member.client.post(f"{path}edit/", data=sent).status_code == 302
    session.expire_all()
    [kept] = session.scalars(select(LearningUse))
    assert (kept.people_count, kept.agency_id, kept.recorded_by_id is not None) == (11, own.id, True)
    assert "learning product your agency" not in member.get("/").get_text()


def test_agency_member_can_neither_read_nor_record_another_agencys_use(
    browser: Open, session: PortalSession, released: LearningProduct
) -> None:
    own, theirs = make.agency(session, "Own"), make.agency(session, "Theirs")
    foreign = use(session, released, theirs.id, led_by="Their team leader")
    session.commit()
    member = browser(Role.AGENCY_MEMBER, agency=own)
    member.get(f"/learning-uses/{foreign.id}/", 404)
    for path in ("/learning-uses/", f"/learning-products/{released.id}/"):
        assert "Their team leader" not in member.get(path).get_text()
    member.get(f"/learning-products/{released.id}/who-has-used-it/", 403)
    refused = member.send(
        "/learning-uses/new/", product_id=released.id, agency_id=theirs.id, used_on=RELEASED.isoformat(),
        people_count="9", led_by="Nobody",
    )  # fmt: skip
    assert (refused.status_code, "Choose one of the offered records for agency." in words_of(refused)) == (422, True)
    session.info["actor"] = make.person(session, Role.AGENCY_MEMBER, agency=own, name="Raw").actor()
    session.commit()
    with pytest.raises(Exception, match="row-level security"), session.begin_nested():
        use(session, session.get_one(LearningProduct, released.id), theirs.id)


def test_agency_sees_only_what_is_released(browser: Open, session: Session, released: LearningProduct) -> None:
    hidden = product(session, session.get_one(ThematicReview, released.review_id), title="Still a draft")
    member = browser(Role.AGENCY_MEMBER, agency=make.agency(session, "Own"))
    assert "Still a draft" not in member.get("/learning-products/").get_text()
    member.get(f"/learning-products/{hidden.id}/", 404)
    member.get(f"/learning-products/{released.id}/")


def test_released_product_is_not_deleted(browser: Open, released: LearningProduct) -> None:
    administrator = browser(Role.ADMINISTRATOR)
    assert administrator.get(f"/learning-products/{released.id}/").select_one("a[href$='/delete/']") is None
    administrator.get(f"/learning-products/{released.id}/delete/", 403)


def test_officer_of_another_hub_releases_nothing(browser: Open, session: Session) -> None:
    guide = product(session)
    answer = browser(Role.OFFICER, name="Officer elsewhere").send(
        f"/learning-products/{guide.id}/release/", released_on=today().isoformat()
    )
    assert answer.status_code == 422
    assert "your own hubs only" in words_of(answer)


def test_list_tells_the_kinds_apart(browser: Open, session: Session, released: LearningProduct) -> None:
    product(
        session, session.get_one(ThematicReview, released.review_id), title="A module", form=ProductForm.ONLINE_MODULE
    )
    viewer = browser(Role.BOARD_VIEWER)
    names = {kind: viewer.get(f"/learning-products/?kind={kind}").get_text() for kind in ProductKind}
    assert ["A module" in names[kind] for kind in ProductKind] == [False, False, True]
