"""How does an improvement plan look on paper: where it stands, then every action, overdue first?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Final

from jobs.pdf.charts import Bar, draw_bars
from jobs.pdf.page import Paper, Running, draw_facts
from jobs.pdf.styles import ALARM, BODY, BRAG_COLOURS, EYEBROW, INK, LABEL, QUIET, STRONG_BODY, SUBTITLE, TITLE, colour
from jobs.pdf.tables import Column, Piece, Row, Table
from jobs.pdf.tags import About
from jobs.pdf.texts import LETTER_LIMIT, Style, day, short
from jobs.pdf.typefaces import STRONG
from models.errors import RuleBroken
from models.rules.plan_report import BRAG_WORDS, ActionGroup, PlanReport, PlanSummary, ReportAction, summarise

LETTER_BUDGET: Final = 6_000_000
"""A report with more letters would outlast its job's time limit; it is refused in a sentence."""

COLUMNS: Final = (
    Column("Action", 86),
    Column("What will be done", 196),
    Column("Who", 118),
    Column("When", 94),
    Column("How we will know", 124),
    Column("Progress and evidence", 156),
)
REFERENCE: Final = Style(STRONG, 8.4, 11.4, colour(INK))
QUIET_APART: Final = replace(QUIET, gap=3)
LATE: Final = Style(STRONG, 8, 11, colour(ALARM))
PILLS: Final = {
    code: Style(STRONG, 7.4, 10, colour(ink), gap=5, fill=colour(fill)) for code, (fill, ink) in BRAG_COLOURS.items()
}
BAR_COLOURS: Final = {**{code: fill for code, (fill, _) in BRAG_COLOURS.items()}, "none": "#7d8895"}
EDGES: Final = {code: colour(fill) for code, (fill, _) in BRAG_COLOURS.items()}


def build(report: PlanReport) -> bytes:
    """Promise: the report as a tagged PDF on landscape A4; equal facts give equal bytes.

    Reads no clock, no database, no network. Raises RuleBroken when the texts are too long for one document.
    """
    _refuse_overlong(report.actions)
    summary = summarise(report)
    paper = Paper(_about(report), _running(report))
    _draw_cover(paper, report, summary)
    for group in summary.groups:
        _draw_group(paper, report, group)
    return paper.to_bytes()


def _refuse_overlong(actions: tuple[ReportAction, ...]) -> None:
    letters = sum(min(len(text), LETTER_LIMIT) for action in actions for text in _texts(action))
    if letters > LETTER_BUDGET:
        raise RuleBroken("These actions hold too much text for one document; choose one review or one agency.")


_texts = attrgetter(
    *("action", "recommendation", "key_area", "success_measure", "baseline", "target", "completion_evidence"),
    *("impact_evidence", "critical_friend_comment", "board_decision"),
)


def _about(report: PlanReport) -> About:
    title = short(f"{report.reference} {report.title}", 200)
    subject = f"Improvement action plan, version {report.version}, fingerprint {report.fingerprint}"
    return About(title, short(report.partnership, 200), short(subject, 200), report.made_on)


def _running(report: PlanReport) -> Running:
    edition = f"{report.reference} · Version {report.version} · {day(report.made_on)}"
    return Running(report.partnership, report.classification, edition, report.fingerprint)


# --- the cover ------------------------------------------------------------------------------------------------------


def _draw_cover(paper: Paper, report: PlanReport, summary: PlanSummary) -> None:
    paper.bookmark(f"{report.reference} {report.title}")
    paper.paragraph(
        "P", f"{short(report.partnership)} · Improvement action plan {short(report.reference, 60)}", EYEBROW
    )
    paper.paragraph("H1", short(report.title), TITLE)
    paper.paragraph("P", short(report.review_title), SUBTITLE)
    paper.y -= 10
    draw_facts(paper, _facts(report))
    paper.heading(f"Where the plan stands on {day(report.made_on)}", keep=230)
    _draw_tiles(paper, summary)
    _draw_ratings(paper, summary)
    if len(summary.agencies) > 1:
        _draw_agencies(paper, summary)


def _facts(report: PlanReport) -> list[tuple[str, str]]:
    return [
        ("Thematic review", report.review_reference),
        ("Lead sponsor", report.sponsor),
        ("Status of the plan", report.status),
        ("What is shown", report.scope),
        ("Version", report.version),
        ("Made on", day(report.made_on)),
        ("Made by", report.made_by),
        ("Fingerprint of the facts (SHA-256)", report.fingerprint),
    ]


def _draw_tiles(paper: Paper, summary: PlanSummary) -> None:
    tiles = (
        (summary.count, "action in all" if summary.count == 1 else "actions in all", INK),
        (summary.overdue_count, "overdue", ALARM if summary.overdue_count else INK),
        (summary.due_soon_count, "due in the next 28 days", INK),
        (summary.complete_count, "complete", INK),
        (summary.moved_count, "with a moved due date", INK),
    )
    width = paper.width / len(tiles)
    for at, (count, words, web) in enumerate(tiles):
        x = paper.left + at * width
        paper.open(paper.tags.root.add("P"))
        paper.lines([f"{count:,}"], Style(STRONG, 21, 25, colour(web)), x, paper.y)
        paper.lines([words], QUIET, x, paper.y - 26)
        paper.close()
    paper.y -= 54


def _draw_ratings(paper: Paper, summary: PlanSummary) -> None:
    """Chart on the left, the same figures as a table on the right."""
    top, half = paper.y, paper.width * 0.49
    bars = [Bar(brag.label, brag.count, BAR_COLOURS[brag.code]) for brag in summary.brag]
    draw_bars(paper, bars, f"Bar chart. {summary.sentence}", paper.left, half)
    low, paper.y = paper.y, top
    columns = (Column("Rating", 184), Column("Actions", 64), Column("Share", 56), Column("Overdue", 60))
    table = Table(paper, columns, left=paper.left + paper.width - sum(column.width for column in columns))
    table.draw(
        Row(
            [
                [(brag.label, BODY)],
                [(f"{brag.count:,}", BODY)],
                [(f"{brag.count / (summary.count or 1):.0%}", BODY)],
                [(f"{brag.overdue_count:,}", BODY)],
            ],
            edge=EDGES[brag.code],
        )
        for brag in summary.brag
    )
    paper.y = min(low, paper.y) - 14


def _draw_agencies(paper: Paper, summary: PlanSummary) -> None:
    ratings = [Column(brag.label, (paper.width - 250 - 120) / len(summary.brag)) for brag in summary.brag]
    table = Table(paper, (Column("Lead agency", 250), Column("Actions", 60), Column("Overdue", 60), *ratings))
    rows = (
        Row(
            [
                [(agency.agency, STRONG_BODY)],
                [(f"{agency.count:,}", BODY)],
                [(f"{agency.overdue_count:,}", LATE if agency.overdue_count else BODY)],
                *([(f"{count:,}", BODY)] for count in agency.by_code),
            ]
        )
        for agency in summary.agencies
    )
    table.draw(rows, heading="By lead agency")
    paper.y -= 18


# --- the actions ----------------------------------------------------------------------------------------------------


def _draw_group(paper: Paper, report: PlanReport, group: ActionGroup) -> None:
    rows = (action_row(action, report.made_on) for action in group.actions)
    Table(paper, COLUMNS).draw(rows, heading=f"{group.title} ({len(group.actions):,})")
    paper.y -= 18


def action_row(action: ReportAction, today: date) -> Row:
    """Promise: the cells of one action as they are printed; lateness is counted on `today`."""
    return Row(
        (
            [
                (action.reference, REFERENCE),
                (action.brag_label or BRAG_WORDS[action.brag_code], PILLS[action.brag_code]),
            ],
            list(_what(action)),
            list(_who(action)),
            list(_when(action, today)),
            list(_measure(action)),
            list(_progress(action)),
        ),
        note=list(_note(action)),
        edge=EDGES[action.brag_code],
        name=action.reference,
    )


def _labelled(label: str, text: str, style: Style = BODY) -> Iterator[Piece]:
    """A small label and under it its text, or nothing at all."""
    if text.strip():
        yield label, LABEL
        yield text, style


def _inline(label: str, text: str, style: Style = QUIET) -> Iterator[Piece]:
    """Label and text in one line, for short facts, or nothing at all."""
    if text.strip():
        yield f"{label} {text}", style


def _what(action: ReportAction) -> Iterator[Piece]:
    yield action.action or "No action written", BODY
    yield from _labelled("Recommendation", action.recommendation, QUIET)
    yield from _inline("Key area:", action.key_area, QUIET_APART)


def _who(action: ReportAction) -> Iterator[Piece]:
    yield action.lead_agency or "No lead agency named", STRONG_BODY
    yield action.owner_name or "No owner named", BODY
    yield action.owner_role, QUIET
    yield from _inline("With", "; ".join(action.other_agencies), QUIET_APART)


def _when(action: ReportAction, today: date) -> Iterator[Piece]:
    yield f"Due {day(action.due_on)}" if action.due_on else "No due date", STRONG_BODY
    late = action.days_overdue(today)
    if late:
        yield f"{late:,} day{'s' * (late != 1)} overdue", LATE
    if action.completed_on:
        yield from _inline("Completed", day(action.completed_on), BODY)
    if action.is_moved and action.original_due_on:
        yield from _inline("First due", day(action.original_due_on), QUIET_APART)
    if action.starts_on:
        yield from _inline("Start", day(action.starts_on), QUIET_APART)


def _measure(action: ReportAction) -> Iterator[Piece]:
    yield action.success_measure or "No measure written", BODY if action.success_measure else QUIET
    yield from _inline("Baseline:", action.baseline, QUIET_APART)
    yield from _inline("Target:", action.target, BODY)


def _progress(action: ReportAction) -> Iterator[Piece]:
    if action.latest_update:
        yield f"Update of {day(action.latest_update.written_on)}", LABEL
        yield action.latest_update.text, BODY
    else:
        yield "No update yet", QUIET
    yield from _labelled("Evidence of completion", action.completion_evidence)
    yield from _labelled("Evidence of impact", action.impact_evidence)


def _note(action: ReportAction) -> Iterator[Piece]:
    yield from _labelled("Critical friend", action.critical_friend_comment)
    yield from _labelled("Board decision", action.board_decision)
