"""How does a saved view reach its owner every week, as a workbook that waits behind their sign-in?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from jobs.documents.list_workbooks import AskedList, TakenList, take_out
from models.core.access import Actor
from models.core.addresses import address_by_id
from models.core.clock import today
from models.core.db import act_as
from models.documents.job_requests import request_job
from models.documents.saved_views import (
    MOST_ROWS,
    SavedView,
    has_book,
    keep_book,
    week_of,
    weekly_views,
)
from models.messages.agency_messages import Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.people import Person
from models.rules.core.counts import count_words


@job(timeout=300)
def ask_weekly_views(run: Run) -> Done:
    """Ask, for each view that goes out every week, for this week's workbook in its owner's name; each once a week."""
    monday = week_of(today())
    asked = 0
    for view_id, owner in weekly_views(run.session):
        act_as(run.session, owner.actor(f"job-{run.attempt.request_id}"))
        key = f"saved view {view_id} {monday}"
        asked += request_job(run.session, "mail_saved_view", {"view_id": view_id}, unique_key=key) is not None
        act_as(run.session, Actor.system(f"job-{run.attempt.request_id}"))
    return Done(f"{count_words(asked, 'view')} asked for.")


@job(timeout=900)
def mail_saved_view(run: Run) -> Done:
    """Make this week's workbook of a view with its owner's rights, and write to them where it waits; once a week."""
    view = run.session.get(SavedView, run.arguments["view_id"], with_for_update=True)
    if view is None or not view.is_weekly or view.owner_id != run.attempt.requested_by_id:
        return Done("This view is not mailed any more.")
    monday = week_of(today())
    if has_book(run.session, view, monday):
        return Done("This week's workbook is made already.")
    owner = run.session.get_one(Person, view.owner_id)
    taken = take_out(
        run.session, owner.actor(), AskedList(view.list_name, view.arguments, MOST_ROWS, view_name=view.name)
    )
    keep_book(run.session, view, taken.content, row_count=taken.row_count, week_on=monday)
    act_as(run.session, Actor.system(f"job-{run.attempt.request_id}"))
    write_message(run.session, _letter(view, owner, taken, run.equipment.letterhead(run.session)))
    return Done(f"The workbook of “{view.name}” is ready.")


def _letter(view: SavedView, owner: Person, taken: TakenList, letterhead: Letterhead) -> Draft:
    """Says where the workbook waits, and nothing that stands in it."""
    words = (
        f"Dear {owner.name},\n\nYour saved view “{view.name}” of the list “{taken.title}” has "
        f"{count_words(taken.row_count, 'row')} today. Its workbook waits for you in the portal, behind your sign-in, "
        "until the next one is made. The same page lets you end these letters."
    )
    words += f"\n\n{taken.problem}" if taken.problem else ""
    body = letterhead.under(words, address_by_id(SavedView, view.id))
    return Draft(owner.id, owner.name, owner.email, f"This week's workbook: {view.name}", body)
