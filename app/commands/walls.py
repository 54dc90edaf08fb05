"""Who may do what with a table's rows, as the database itself holds it?"""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.commands.kit import command_session, refusals
from models.core.policy_statements import all_policies
from models.core.table_walls import Gate, gates_of


@click.command("wall")
@click.argument("table")
@with_appcontext
@refusals
def wall(table: str) -> None:
    """Print who may do what with a table's rows, and why, as the database holds it now."""
    policies = all_policies()
    with command_session() as session:
        gates = gates_of(session, table)
    for gate in gates:
        click.echo("\n".join(_gate_lines(gate)))
    click.echo(f"Reason: {policies[table].reason}" if policies[table].reason else "Agencies have rows of their own.")


def _gate_lines(gate: Gate) -> list[str]:
    head = f"{gate.role} may {gate.verb}" + (f" ({gate.columns})" if gate.columns else "")
    conditions = {"rows that are": gate.seen if gate.verb != "insert" else "", "written as": gate.left_as}
    if gate.verb in ("select", "delete"):
        del conditions["written as"]
    return [head, *(f"    {words}: {condition}" for words, condition in conditions.items() if condition)]
