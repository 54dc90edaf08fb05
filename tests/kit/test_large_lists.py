"""Does the list of a big table show exactly what the list of a small one would?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from admin_views.kit.lists import large_listings
from admin_views.kit.lists.cursors import cursor_from
from admin_views.kit.lists.large_listings import GrowingListing, LargeListing
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.pages import PAGE_SIZE, ListArgs, Page
from admin_views.partnership.agencies import AgencyScreen
from models.core.access import Role
from models.core.words import SEARCHED
from tests import make
from tests.kit.test_screens import statements
from tests.web import member

Lists = tuple[Listing, LargeListing, GrowingListing]


@pytest.fixture
def lists(portal: Flask, session: Session) -> Iterator[Lists]:
    """The same screen's list in all three ways, over agencies of which some words are common and some rare."""
    person = member(session, Role.OFFICER)
    for number in range(3 * PAGE_SIZE):
        make.agency(session, f"Agency {number:03d}", code=f"C{number % 7}", is_statutory=number % 2 == 0)
    make.agency(session, "Rare trust", code="C9")
    session.commit()
    with portal.test_request_context():
        g.actor = person.actor()
        screen = next(view for view in portal.extensions["admin"][0]._views if isinstance(view, AgencyScreen))
        stated = (screen, screen.column_list, "id", screen.column_formatters)
        yield Listing(*stated), LargeListing(*stated), GrowingListing(*stated)
        screen.session.close()


def walked(listing: Listing, session: Session, args: ListArgs) -> list[str]:
    """Every name of every page, following the places after."""
    names: list[str] = []
    kind = listing.order(args).expression.type
    while True:
        page: Page = listing.page(session, args)
        names += [row.name for row in page.rows]
        if page.after is None:
            return names
        args = replace(args, page=cursor_from({"after": page.after}, kind))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.sampled_from(["", "agency", "rare", "c3", "01", "^Agency 1", "^Rare", "%", "nothing at all", "agency c1"]),
    sort=st.sampled_from(["", "name", "-name", "category_id", "-covers"]),
    answers=st.sampled_from([{}, {"is_statutory": "yes"}, {"is_active": "no"}]),
)
def test_big_list_shows_what_a_small_one_would(lists: Lists, words: str, sort: str, answers: dict[str, str]) -> None:
    small, large, growing = lists
    session = small.screen.session  # type: ignore[attr-defined]
    query = ListArgs(words, sort.removeprefix("-"), sort.startswith("-"), answers)
    assert walked(large, session, query) == walked(growing, session, query) == walked(small, session, query)


@pytest.mark.parametrize(("probed", "counted"), [(0, 10_000), (0, 5), (2_000, 10_000)])
def test_each_way_of_finding_words_finds_the_same(
    lists: Lists, monkeypatch: pytest.MonkeyPatch, probed: int, counted: int
) -> None:
    small, large, _ = lists
    session = small.screen.session  # type: ignore[attr-defined]
    monkeypatch.setattr(large_listings, "_PROBED", probed)
    monkeypatch.setattr(large_listings, "HITS", counted)
    for words in ("agency", "rare", "agency c2", "^Agency 0"):
        query = ListArgs(words, "name", sort_desc=True)
        assert walked(large, session, query) == walked(small, session, query)


@pytest.mark.parametrize(("hits", "words"), [(10_000, "rare"), (5, "agency c2"), (10_000, "agency")])
def test_words_are_found_in_two_statements_however_common_they_are(
    lists: Lists, engine: Engine, monkeypatch: pytest.MonkeyPatch, hits: int, words: str
) -> None:
    _, large, _ = lists
    session = large.screen.session  # type: ignore[attr-defined]
    monkeypatch.setattr(large_listings, "HITS", hits)
    monkeypatch.setattr(large, "filter_of", {})  # whose options are a statement of their own
    with statements(engine) as seen:
        page = large.page(session, ListArgs(words, "name"))
    assert page.rows
    assert len([statement for statement in seen if "set_config" not in statement]) == (1 if words == "agency" else 2)


def test_big_lists_total_claims_no_more_than_is_known(lists: Lists) -> None:
    _, large, _ = lists
    session = large.screen.session  # type: ignore[attr-defined]
    words = {
        query.search: large.page(session, query).total_words("agency", "agencies")
        for query in (ListArgs(), ListArgs("agency"), ListArgs("rare"), ListArgs("c9 nothing"))
    }
    assert words[""].startswith("about ")
    assert words["agency"] == "many agencies"
    assert words["rare"] == "1 agency"
    assert words["c9 nothing"] == "0 agencies"


def test_growing_list_counts_what_words_find_while_it_is_small_and_then_claims_no_more_than_is_known(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, _, growing = lists
    session = growing.screen.session  # type: ignore[attr-defined]
    for words in ("", "agency", "rare", "c9 nothing", "^Agency 0"):
        query = ListArgs(words)
        said = {listing.page(session, query).total_words("agency", "agencies") for listing in (small, growing)}
        assert len(said) == 1, said
    monkeypatch.setattr(large_listings, "HITS", 5)
    found = {words: growing.page(session, ListArgs(words)).total_words("a", "them") for words in ("agency", "rare")}
    assert found == {"agency": "many them", "rare": "1 a"}
    monkeypatch.setattr(large_listings, "_PROBED", 0)
    assert growing.page(session, ListArgs("agency")).total_words("a", "them") == "more than 5 them"


def test_lists_over_tables_that_grow_are_searched_so_that_no_word_is_slow(portal: Flask) -> None:
    screens = [view for view in portal.extensions["admin"][0]._views if getattr(view, "column_searchable_list", None)]
    with portal.test_request_context():
        kinds = {view.model.__tablename__: type(view.listing) for view in screens}
    assert {table for table, kind in kinds.items() if kind is GrowingListing} == set(SEARCHED)
    assert {kind for table, kind in kinds.items() if table not in SEARCHED} <= {Listing, LargeListing}
