"""Does every record have one address, the one its screen answers at?"""

from __future__ import annotations

import pytest

from admin_views.kit.registry import load_screens
from models.core.addresses import address_by_id, address_of, list_address, path_of
from models.core.db import Base
from models.documents.job_requests import JobRequest
from models.plans.actions import Action
from models.reviews.thematic_reviews import ThematicReview


def test_screen_of_a_table_stands_where_the_table_says() -> None:
    own = [known for known in load_screens() if not known.is_second]
    stated = {known.__name__: known.url.strip("/") for known in own if getattr(known, "model", None)}
    told = {known.__name__: path_of(known.model) for known in own if hasattr(known, "model")}
    assert stated
    assert stated == told


def test_no_two_tables_stand_at_the_same_address() -> None:
    load_screens()
    paths = [path_of(mapper.class_) for mapper in Base.registry.mappers]
    assert len(paths) == len(set(paths))


def test_record_and_its_pages_have_addresses_that_end_in_a_slash() -> None:
    review = ThematicReview(id=3)
    assert address_of(review) == "/thematic-reviews/3/"
    assert address_of(review, "gates", "focus", "waive") == "/thematic-reviews/3/gates/focus/waive/"
    assert address_by_id(JobRequest, 7, "wait", back="/actions/?late=yes") == (
        "/requests/7/wait/?back=%2Factions%2F%3Flate%3Dyes"
    )


def test_list_is_asked_with_what_is_given_and_nothing_else() -> None:
    assert list_address(Action) == "/actions/"
    assert list_address(Action, "new", plan_id=4) == "/actions/new/?plan_id=4"
    assert list_address(Action, late="yes", plan_id=None) == "/actions/?late=yes"


def test_record_that_is_not_written_yet_has_no_address() -> None:
    with pytest.raises(ValueError, match="no address before it is written"):
        address_of(ThematicReview())
