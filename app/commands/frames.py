"""How does an operator turn a file into a frozen frame?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.kit import WholeNumber, command_session, readable_file, refusals, show
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check, run_through
from models.case_lists.frame_rows import several_levels
from models.core.clock import today
from models.core.errors import RuleBroken
from models.reviews.thematic_reviews import ThematicReview
from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.notes import CHOICES, Note
from models.rules.core.counts import count_words

frames = AppGroup("frames", help="Case frames: the frozen lists that samples are drawn from.")

_COLUMNS = {
    "reference": "reference",
    "level": "level",
    "fixed_level": "fixed_level",
    "theme": "theme",
    "start": "start",
    "end": "end",
    "agency": "fixed_agency",
    "date_order": "date_order",
}


@frames.command("import")
@click.argument("file")
@click.option("--review", help="Reference of the review the frame is for, such as TR-2026-03.")
@click.option("--sheet", help="Name of the sheet; guessed when left out.")
@click.option("--header-row", type=WholeNumber(), help="Row of the headings, counted from 1; guessed when left out.")
@click.option("--reference", help="Heading of the column of case references.")
@click.option("--level", help="Heading of the column of levels.")
@click.option("--fixed-level", help="One level for every row.")
@click.option("--theme", help="Heading of the column of themes.")
@click.option("--start", help="Heading of the column of start dates.")
@click.option("--end", help="Heading of the column of end dates.")
@click.option("--agency", help="One agency for every row.")
@click.option("--date-order", type=click.Choice(["day", "month", "year"]), help="What comes first in the dates.")
@click.option("--choose", multiple=True, type=click.Choice(list(CHOICES)), help="Take what a note offers.")
@click.option("--rows", "row_count", type=click.IntRange(0), default=0, help="Print the first N rows as frozen.")
@click.option("--dry-run", is_flag=True, help="Check only; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@refusals
def import_command(file: str, review: str | None, sheet: str | None, header_row: int | None, **options: Any) -> None:
    """Check a case list and, unless it is a dry run, freeze what can be used.

    \b
    --json prints one object: rows, accepted, cases, set_aside (lines that are no cases), rejected and warnings
    ([{row, problem}]), by_level, starts and ends ({first, last}), frame, fingerprint, notes ([{rule, rows, text}]:
    everything that was decided for you), dropped_columns, first_rows (with --rows: reference, level, theme,
    started_on, ended_on, agency), and several_levels: {count, listed: [{row, reference, levels}]} with the levels
    highest first and at most 10,000 cases; null where a dry run's list was too long to look.
    """
    path = readable_file(file)
    columns = {_COLUMNS[name]: options[name] for name in _COLUMNS if options[name] is not None}
    columns |= dict.fromkeys(options["choose"], True)
    choice = ImportChoice(sheet=sheet, header_row=header_row, columns=columns)
    with command_session() as session, path.open("rb") as source:
        review_id = _review_id(session, review)
        check = open_check(session, source, choice, today=today())
        frame = None
        if options["dry_run"]:
            run_through(check)
        else:
            frame = import_frame(session, check, title=path.stem, file_name=path.name, review_id=review_id)
        facts = _facts(check, frame)
        facts["several_levels"] = several_levels(session, frame) if frame else check.report.several_levels
        facts["first_rows"] = _first_rows(check, options["row_count"])
    show(facts, as_json=options["as_json"], words=_words(facts, check.report.notes))


def _first_rows(check: CaseListCheck, count: int) -> list[dict[str, Any]]:
    labels = check.finder.labels
    return [
        {
            "row": row,
            "reference": reference,
            "level": labels.get(rank) if rank else None,
            "theme": theme,
            "started_on": started_on,
            "ended_on": ended_on,
            "agency": agency,
        }
        for row, reference, rank, theme, started_on, ended_on, agency in check.first_rows(count)
    ]


def _review_id(session: Session, reference: str | None) -> int | None:
    if reference is None:
        return None
    review_id = session.scalar(select(ThematicReview.id).where(ThematicReview.reference == reference))
    if review_id is None:
        raise RuleBroken(f"There is no review {reference[:40]}.")
    return review_id


def _facts(check: CaseListCheck, frame: CaseFrame | None) -> dict[str, Any]:
    report = check.report
    kept = report.as_facts()
    return {
        "rows": report.rows,
        "accepted": report.accepted,
        "cases": frame.case_count if frame else report.cases,
        "set_aside": report.set_aside,
        "rejected": [{"row": entry["row"], "problem": entry["problem"]} for entry in kept["rejected"]],
        "warnings": [{"row": entry["row"], "problem": entry["problem"]} for entry in kept["warnings"]],
        "by_level": report.accepted_by_level,
        "starts": report.starts,
        "ends": report.ends,
        "frame": frame.reference if frame else None,
        "fingerprint": frame.fingerprint if frame else None,
        "notes": [{"rule": note.rule, "rows": list(note.rows), "text": note.text} for note in report.notes],
        "dropped_columns": list(report.dropped_columns),
    }


def _several_words(count: int) -> str:
    """How many cases stand in several levels.

    >>> _several_words(1200)
    '1,200 cases stand in several levels; each counts in its highest.'
    """
    if count == 1:
        return "1 case stands in several levels; it counts in its highest."
    return f"{count:,} cases stand in several levels; each counts in its highest."


def _words(facts: dict[str, Any], notes: Sequence[Note]) -> str:
    lines = [
        f"{count_words(facts['rows'], 'row')}: {facts['accepted']:,} can be used,"
        f" {facts['rows'] - facts['accepted']:,} cannot; {count_words(facts['cases'], 'case')}."
    ]
    lines += [f"  row {entry['row']}: {entry['problem']}" for entry in facts["rejected"][:20]]
    several = facts["several_levels"]
    if several and several["count"]:
        lines.append(_several_words(several["count"]))
    lines += [f"{note.text} (--choose {note.choice})" if note.choice else note.text for note in notes]
    lines += ["  ".join(str(value or "–") for value in row.values()) for row in facts["first_rows"]]
    lines.append(f"Frozen as {facts['frame']}." if facts["frame"] else "A dry run: nothing was written.")
    return "\n".join(lines)
