"""What do the first pages of a review, of the Board and of the portal cost beside lists of the same portal?

On the demonstration's data, by turns within one run, as an officer; statements are counted apart, in this process.
"""

from __future__ import annotations

from functools import partial
from statistics import median

from sqlalchemy import select

from models.core.access import Actor
from models.core.db import make_session_factory
from models.reviews.thematic_reviews import ThematicReview
from tests.benchmarks.lists import Client, make_officer, measured, served
from tests.benchmarks.retention import fill_with_demo
from tests.databases import Database


def bench(database: Database) -> list[str]:
    """A line for each page: its median and p95, and how many times the list of people it takes."""
    database.empty()
    fill_with_demo(database)
    engine = database.engine()
    make_officer(engine)
    with make_session_factory(engine)(info={"actor": Actor.system("bench")}) as session:
        review_id = session.scalars(select(ThematicReview.id).order_by(ThematicReview.id)).first()
    engine.dispose()
    pages = {
        "list of people": "/people/",
        "list of actions": "/actions/",
        "a review's actions": f"/actions/?review_id={review_id}",
        "overview of a review": f"/thematic-reviews/{review_id}/",
        "its scope": f"/thematic-reviews/{review_id}/scope/",
        "its gates": f"/thematic-reviews/{review_id}/gates/",
        "the Board's page": "/thematic-reviews/board/",
        "programme": "/thematic-reviews/programme/",
        "today": "/",
        "search": "/search/?q=neglect",
    }
    with served(database, "wsgi:doorway", "rsgi") as portal:
        client = Client(portal.host, portal.port)
        client.sign_in()
        times = dict(zip(pages, measured([partial(client.get, path) for path in pages.values()]), strict=True))
        client.connection.close()
    database.empty()
    usual, of_review = median(times["list of people"]), median(times["a review's actions"])
    lines = ["reviews: milliseconds of the response at the median and p95; times a list: people, a review's actions"]
    for name, taken in times.items():
        own = median(taken)
        beside = f"{own / usual:4.2f}  {own / of_review:4.2f}"
        lines.append(f"  {name:<22} {own:6.1f} {taken[int(len(taken) * 0.95)]:6.1f}   {beside}")
    return lines
