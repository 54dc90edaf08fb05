"""Which screens, roles, jobs and schedules does the house have?"""

from __future__ import annotations

from calendar import day_name
from collections.abc import Sequence

import click

from admin_views.kit.registry import all_screens
from jobs.core.queue import JOBS
from jobs.core.schedule import SCHEDULES, Schedule
from models.core.rooms import load_rooms


@click.command("rooms")
def rooms() -> None:
    """Print every page with its roles, every job and every schedule."""
    pages = [
        (facts.screen, facts.path, "/".join(facts.methods), ", ".join(facts.roles) or "nobody")
        for facts in all_screens()
    ]
    _table(("Screen", "Page", "Methods", "Roles"), pages)
    load_rooms("models", "jobs")
    jobs = [(job.name, f"{job.timeout_seconds} s", str(job.most_attempts)) for job in JOBS.values()]
    _table(("Job", "Time limit", "Attempts"), sorted(jobs))
    _table(("Schedule", "When", "Job"), [(plan.name, _when(plan), plan.job) for plan in SCHEDULES])


def _when(plan: Schedule) -> str:
    days = "every day" if len(plan.weekdays) == 7 else ", ".join(day_name[day] for day in plan.weekdays)
    if plan.month_days:
        days = f"on day {', '.join(str(day) for day in plan.month_days)} of the month"
    return f"{plan.at:%M} past every hour {days}" if plan.is_hourly else f"{plan.at:%H:%M} {days}"


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, tuple("-" * width for width in widths), *rows):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo()
