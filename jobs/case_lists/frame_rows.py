"""How does the list of a large frame become quick to search and sort?"""

from __future__ import annotations

from jobs.core.queue import Done, Run, job
from models.case_lists.frame_rows import index_frame


@job(timeout=1800)
def index_frame_rows(run: Run) -> Done:
    """Build the indexes of a frozen frame's list; the frame itself is complete without them."""
    index_frame(run.session, run.arguments["frame_id"])
    return Done("The list of the frame can be searched quickly.")
