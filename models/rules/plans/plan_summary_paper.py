"""How is an improvement plan put on one page?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from models.rules.core.counts import count_words
from models.rules.documents.bars import Bar, Part
from models.rules.documents.fingerprints import check_line
from models.rules.documents.papers import (
    ALARM,
    BODY,
    NAME,
    Block,
    Column,
    Facts,
    Figure,
    Heading,
    Paper,
    Paragraph,
    Piece,
    Row,
    Table,
    day,
)
from models.rules.documents.pictures import Picture, bar_picture
from models.rules.plans.plan_report_paper import (
    TONES,
    paper_of,
    plan_pairs,
    plan_tiles,
    rating_picture,
    subtitle_of,
)
from models.rules.plans.plan_reports import PlanReport, PlanSummary, ReportAction, summarise

SUMMARY_SIZES: Final = (
    *((12, 12, 6, 130), (10, 10, 5, 120), (8, 8, 4, 110), (7, 7, 4, 100), (6, 6, 4, 90), (6, 6, 3, 80), (5, 6, 3, 75)),
    *((5, 5, 3, 75), (5, 4, 3, 75), (5, 4, 2, 75), (4, 4, 2, 75), (4, 3, 2, 75), (3, 3, 1, 70), (2, 2, 1, 50)),
    *((1, 1, 1, 30), (1, 1, 0, 25)),
)
"""Agencies, overdue actions and next actions of the one-page summary, and letters of each text, fullest first."""


def plan_summary_papers(report: PlanReport) -> Iterator[Paper]:
    """The plan on one page, as ever shorter versions, fullest first; each counts what it leaves out.

    >>> facts = {"partnership": "P", "reference": "AP-1", "title": "T", "made_on": date(2026, 1, 1)}
    >>> len(list(plan_summary_papers(PlanReport(**facts, actions=()))))
    16
    """
    summary = summarise(report)
    for *rows, letters in SUMMARY_SIZES:
        yield replace(
            paper_of(report, _summary_blocks(report, summary, rows, letters), kind="Summary of an improvement plan"),
            title=_cut(report.title, letters + 40),
            subtitle=_cut(subtitle_of(report), letters + 40),
            is_landscape=False,
        )


def plan_summary(report: PlanReport) -> Paper:
    """The fullest version of the summary, to be read on the screen, where nothing has to fit a sheet."""
    return next(plan_summary_papers(report))


def _summary_blocks(report: PlanReport, summary: PlanSummary, rows: Sequence[int], letters: int) -> tuple[Block, ...]:
    agencies, late, coming = rows
    facts = [(label, _cut(value, letters)) for label, value in plan_pairs(report)[:4]]
    groups = {group.title: group.actions for group in summary.groups}
    return (
        Facts(facts, columns=4),
        plan_tiles(summary),
        Paragraph(_cut(report.since.sentence, 400) if report.since else ""),
        Figure(rating_picture(summary)),
        *_agency_figure(summary, agencies),
        _short_table("Longest overdue", groups.get("Overdue", ()), report.made_on, late, letters),
        _short_table("Due next", groups.get("Still to be done", ()), report.made_on, coming, letters),
        check_line(report.fingerprint),
    )


def _agency_figure(summary: PlanSummary, most: int) -> Iterator[Block]:
    """The ratings of each lead agency in one bar; those with most overdue actions come first."""
    agencies = summary.agencies[:most]
    if len(summary.agencies) < 2:
        return
    left_out = len(summary.agencies) - len(agencies)
    yield Heading(f"By lead agency, {left_out:,} more in the whole plan" if left_out else "By lead agency")
    yield Figure(agency_picture(summary, most))


def agency_picture(summary: PlanSummary, most: int) -> Picture:
    """One bar for each of the first `most` lead agencies, divided by rating."""
    bars = tuple(
        Bar(
            agency.agency,
            tuple(
                Part(brag.label.partition(":")[0], count, TONES[brag.code])
                for brag, count in zip(summary.brag, agency.by_code, strict=True)
            ),
        )
        for agency in summary.agencies[:most]
    )
    return bar_picture("Actions by lead agency and rating", bars)


def _short_table(title: str, actions: tuple[ReportAction, ...], today: date, most: int, letters: int) -> Table:
    first = actions[:most]
    count = f"{len(first):,} of {len(actions):,}" if len(actions) > len(first) else f"{len(actions):,}"
    columns = (Column("Action", 84), Column("What will be done", 195), Column("Lead agency", 150), Column("When", 98))
    rows = [
        Row(
            [
                [(_cut(action.reference, min(letters, 40)), NAME)],
                _cut(action.action or "No action written", letters),
                _cut(action.lead_agency or "No lead agency named", letters),
                _when_in_short(action, today),
            ],
            tone=TONES[action.brag_code],
        )
        for action in first
    ]
    return Table(columns, rows, heading=f"{title} ({count})", empty="See the whole plan." if actions else "None.")


def _when_in_short(action: ReportAction, today: date) -> list[Piece]:
    late = action.days_overdue(today)
    due = f"Due {day(action.due_on)}" if action.due_on else "No due date"
    return [(f"{due}, {count_words(late, 'day')} overdue" if late else due, ALARM if late else BODY)]


def _cut(text: str, letters: int) -> str:
    """At most that many letters on one line; a cut text ends after a whole word, with an ellipsis."""
    line = " ".join(text[: letters * 4].split())
    if len(line) <= letters and len(text) <= letters * 4:
        return line
    head, blank, _ = line[: letters + 1].rpartition(" ")
    return f"{(head if blank else line[:letters]).rstrip()} …"
