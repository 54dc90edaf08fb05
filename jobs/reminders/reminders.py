"""When are the due reminders written?"""

from __future__ import annotations

from collections.abc import Iterable

from jobs.core.queue import Done, Run, job
from models.core.clock import today
from models.messages.messages import Draft, write_messages
from models.reminders.reminders import digests, due


@job(timeout=300)
def write_reminders(run: Run) -> Done:
    """Write every reminder that is to go out by today, each once however often this runs; each is sent on its own."""
    return _write(run, due(run.session, today(), _general(run)), "reminders")


@job(timeout=300)
def write_digests(run: Run) -> Done:
    """Write this week's digest to everybody who has something open, once each."""
    return _write(run, digests(run.session, today(), _general(run)), "digests")


def _general(run: Run) -> dict[str, str]:
    return {"partnership": run.equipment.partnership, "portal": run.equipment.address}


def _write(run: Run, drafts: Iterable[Draft], what: str) -> Done:
    return Done(f"{len(write_messages(run.session, drafts))} {what} written.")
