"""How does an operator see that the change log is whole, however long it has become?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from app.commands.kit import WholeNumber, command_session, refusals, refuse
from models.core.change_log import (
    STRETCH,
    ChainEnd,
    Stretch,
    Tail,
    broken_in,
    chain_end,
    seal_waiting,
    stretches,
    unsealed_tail,
)
from models.core.clock import now
from models.core.db import PortalSession
from models.core.errors import RuleBroken
from models.core.published_heads import PublishedHead, first_broken_seal, first_fallen_head, stands_in_chain
from models.rules.core.counts import count_words

LANES = 2
"""So many connections walk the chain at once, each a stretch of its own."""


@click.command("verify")
@click.option("--head", help="A published seal, as a mail or the Board's pack has it: does it still stand in the log?")
@click.option("--from", "since", type=WholeNumber(), default=1, help="The link to begin at, where a walk was cut off.")
@with_appcontext
@refusals
def verify(head: str | None, since: int) -> None:
    """Walk the change log's chain; status 1 and the first record that does not follow from the one before it.

    What waits is sealed first. Every published seal is held against the chain, and what it seals of the looks against
    them. A long walk says how far it is; the memory it takes does not depend on its length.
    """
    with command_session() as session:
        _seal_the_rest(session)
        broken = _first_broken(session, chain_end(session), since)
        if broken is not None:
            refuse(f"Record {broken} of the change log does not follow from the one before it.", status=1)
        if head is not None and not stands_in_chain(session, head):
            refuse("That seal stands in the change log no more: the log was written anew or cut since.", status=1)
        _refuse_fallen(first_fallen_head(session), "is no link of the change log any more")
        _refuse_fallen(first_broken_seal(session), "does not fit the looks of its day any more")
    click.echo("The change log holds together." + (" The seal stands in it." if head else ""))


def _refuse_fallen(published: PublishedHead | None, words: str) -> None:
    if published is not None:
        refuse(f"What was published on {published.published_on:%d %B %Y} {words}.", status=1)


def _seal_the_rest(session: Session) -> None:
    """Seal what waits, and say how much it was and how long it had waited, or that it waits still."""
    before = unsealed_tail(session)
    while seal_waiting(session):
        session.commit()
    after = unsealed_tail(session)
    session.commit()
    if before.oldest_at is not None:
        waited = count_words(int((now() - before.oldest_at).total_seconds()), "second")
        click.echo(f"Not sealed until now: {count_words(before.count, 'change')}, the oldest for {waited}.", err=True)
        _warn(before, after)


def _warn(before: Tail, after: Tail) -> None:
    if before.is_late(now()):
        click.echo("The scheduler seals every second: see that it runs.", err=True)
    if after.count:
        click.echo(f"Not sealed, and not looked at: {count_words(after.count, 'change')}.", err=True)


def _first_broken(session: Session, end: ChainEnd, since: int) -> int | None:
    """The first record that does not follow, from a link to the end of the chain."""
    if not 1 <= since <= max(1, end.last):
        raise RuleBroken(f"The chain's links are counted from 1 to {end.last:,}.")
    pieces = list(stretches(end.last, since=since, length=STRETCH))
    for stretch, broken in zip(pieces, _side_by_side(session, pieces), strict=True):
        if broken is not None:
            return broken
        if len(pieces) > 1:
            click.echo(f"Links up to {stretch.last:,} of {end.last:,} hold.", err=True)
    return end.broken


def _side_by_side(session: Session, pieces: list[Stretch]) -> Iterator[int | None]:
    """The answer of each stretch in their order, some being checked at the same time on connections of their own."""
    check = _checker(session)
    with ThreadPoolExecutor(LANES) as lanes:
        try:
            yield from lanes.map(check, pieces)
        finally:
            lanes.shutdown(cancel_futures=True)


def _checker(session: Session) -> Callable[[Stretch], int | None]:
    def check(stretch: Stretch) -> int | None:
        with PortalSession(session.get_bind(), info=session.info) as lane:
            return broken_in(lane, stretch)

    return check
