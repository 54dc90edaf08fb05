"""How does an operator start all that works behind the pages of one machine, with the jobs loaded once?"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial

import click
from flask.cli import with_appcontext

from app.commands.kit import prepared_servers, refusals, settings_in_use
from app.commands.worker import ROOMS, work
from app.servers.supervisor import WORKERS_PATIENCE, Child, Supervisor
from jobs.core import relay, schedule, worker


@click.command("jobs")
@with_appcontext
@refusals
def jobs_command() -> None:
    """Keep the relay, the scheduler and as many workers as WORKERS says alive, until told to stop.

    They are forks of this process, which has loaded every job once: what they share is in memory once.
    """
    settings, servers = settings_in_use(), prepared_servers()
    worker.load(*ROOMS)
    gc.collect()
    gc.freeze()  # what is loaded is never garbage, and stays shared
    others = [
        Child("relay", patience=5.0, act=partial(relay.run, servers.jobs_url, servers.redis_url)),
        Child("scheduler", patience=5.0, act=partial(schedule.run, servers.jobs_url)),
    ]
    Supervisor([*workers(settings.workers, partial(work, settings, servers)), *others], {}).run()


def workers(count: int, act: Callable[..., object]) -> list[Child]:
    """So many workers. The last of several leaves long jobs alone, so that nobody waits for somebody's case list."""
    return [
        Child(f"worker-{number}", patience=WORKERS_PATIENCE, act=partial(act, takes_long=number == 1 or number < count))
        for number in range(1, count + 1)
    ]
