"""How does an operator get an action plan as a PDF?"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.commands.kit import command_session, refusals, settings_in_use
from jobs.pdf.paper.letterhead import stationery_of
from jobs.pdf.plans import plan_reports
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.partnership_settings import partnership_facts
from models.plans.action_plans import ActionPlan
from models.plans.plan_reports import ReportScope, plan_report
from models.rules.core.counts import count_words
from models.rules.documents.papers import Occasion

plans = AppGroup("plans", help="Improvement plans.")


@plans.command("pdf")
@click.argument("reference")
@click.option("--out", required=True, help="The file to write.")
@refusals
def pdf(reference: str, out: str) -> None:
    """Write an action plan as PDF."""
    with command_session() as session:
        plan_id = session.scalar(select(ActionPlan.id).where(ActionPlan.reference == reference))
        if plan_id is None:
            raise RuleBroken(f"There is no action plan {reference[:40]}.")
        partnership = partnership_facts(session, settings_in_use().fixed)
        report = plan_report(
            session,
            ReportScope(plan_id=plan_id),
            Occasion(today(), partnership.name, "Command line"),
        )
    path = Path(out)
    try:
        path.write_bytes(plan_reports.build(report, stationery_of(partnership)))
    except OSError as error:
        raise RuleBroken(f"{path.name} cannot be written ({error.strerror}).") from None
    click.echo(f"{path.name}: {count_words(len(report.actions), 'action')}.")
