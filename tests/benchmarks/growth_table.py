"""What do the pages and the job that once grew with the partnership cost at ten and at a hundred times its data?

Twice: with ten and a hundred times as many reviews, each as large as it was; and with the demonstration's own nine
reviews, each ten and a hundred times as large. The change log is copied with the rest.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from sqlalchemy import func, select

from jobs.core.service import system_sessions
from models.audits.case_audits import CaseAudit
from models.core.access import Role
from models.core.clock import today
from models.messages.messages import write_messages
from models.reminders.reminders import due
from models.reminders.usual_reminders import add_usual_rules
from models.returns.late_returns import late_count
from models.reviews.thematic_reviews import Stage, ThematicReview
from tests.benchmarks.more_data import grow, grow_within
from tests.benchmarks.sizes import Change, Size, costs_of, sizes
from tests.databases import Database
from tests.kit.test_screens import statements

SIZES: dict[str, Change] = {
    f"x{times}{where}": partial(grown, times=times)
    for where, grown in (("", grow), (" within", grow_within))
    for times in (1, 10, 100)
    if times > 1 or not where
}
_GENERAL = {"partnership": "Ardenshire", "portal": "https://portal.example"}


def bench(database: Database) -> Iterator[str]:
    """A line for each page and job: statements and milliseconds of processor at each size."""
    began = time.perf_counter()
    with sizes(database, SIZES) as known:
        yield f"statements / ms of processor at {', '.join(known)}; made in {time.perf_counter() - began:.0f} s"
        paths = {(name, role): path for name, (role, path) in _pages(known["x1"]).items()}
        costs = costs_of(known, paths)
        for page in paths:
            taken = [costs[name][page] for name in known]
            told = (f"{each.count} / {each.seconds * 1000:.1f} ({each.waited * 1000:.0f})" for each in taken)
            yield _line(page[0], told)
        yield _line("reminders, statements and letters", map(_reminders, known.values()))
        yield _line("reviews, audits, late returns", map(_counted, known.values()))
    yield "  in brackets: ms by the clock, with the database's share"


def _line(name: str, told: Iterable[str]) -> str:
    return f"  {name:<34} {'  '.join(f'{words:>18}' for words in told)}"


def _pages(size: Size) -> Mapping[str, tuple[Role, str]]:
    """The pages with who opens them; of the review that has most case audits among those whose evidence is gathered."""
    count = select(func.count()).where(CaseAudit.review_id == ThematicReview.id).scalar_subquery()
    largest = select(ThematicReview.id).where(ThematicReview.stage != Stage.CLOSED).order_by(count.desc()).limit(1)
    with system_sessions(size.engine)() as session:
        review = f"/thematic-reviews/{session.scalars(largest).one()}/"
    return {
        "review page": (Role.OFFICER, review),
        "gates of a review": (Role.OFFICER, f"{review}gates/"),
        "programme": (Role.OFFICER, "/thematic-reviews/programme/"),
        "triangulation": (Role.OFFICER, f"{review}triangulation/"),
        "unplaced evidence": (Role.OFFICER, f"{review}triangulation/unplaced/"),
        "late returns": (Role.OFFICER, "/escalations/late/"),
        "search in messages": (Role.ADMINISTRATOR, "/messages/?q=evaluation"),
        "list of actions, sponsor": (Role.SPONSOR, "/actions/"),
        "list of actions, officer": (Role.OFFICER, "/actions/"),
    }


def _reminders(size: Size) -> str:
    """How many statements writing the day's reminders takes, and how many letters that is; none is kept."""
    with system_sessions(size.engine)() as session:
        add_usual_rules(session)
        session.flush()
        with statements(size.engine) as seen:
            letters = write_messages(session, due(session, today(), _GENERAL))
        session.rollback()
    return f"{len(seen)} / {len(letters):,}"


def _counted(size: Size) -> str:
    with system_sessions(size.engine)() as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (ThematicReview, CaseAudit)]
        return ", ".join(f"{count:,}" for count in (*counts, late_count(session, today())))
