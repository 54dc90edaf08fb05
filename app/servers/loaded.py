"""How do the web processes of one machine share what they have loaded? Their parent loads it, then they are forked.

As `python -m app.servers.loaded`, with the words of granian's own command line; the last one is what is served. A web
process that has died is back at once, for there is nothing to load. Of the database and the queue the parent knows
nothing: each web process opens its own connections with its first request.
"""

from __future__ import annotations

import sys

from granian.cli import entrypoint

from models.core.rooms import at_place


def main(target: str) -> None:
    """Load what is served, then serve it until told to stop."""
    at_place(target)
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main(sys.argv[-1])
