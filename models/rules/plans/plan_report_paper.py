"""How is an improvement plan written down: where it stands, then every action, overdue first?"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from models.rules.core.counts import count_words, list_words, lower_first, noun_of
from models.rules.documents.bars import Bar, Part
from models.rules.documents.fingerprints import check_line
from models.rules.documents.papers import (
    ALARM,
    APART,
    BODY,
    LABEL,
    NAME,
    QUIET,
    STRONG,
    Block,
    Column,
    Facts,
    Figure,
    Heading,
    Paper,
    Paragraph,
    Piece,
    Row,
    RowsOf,
    Table,
    Tile,
    Tiles,
    day,
    tag,
)
from models.rules.documents.pictures import Picture, bar_picture
from models.rules.evidence.paper_parts import told
from models.rules.plans.plan_changes import ActionChange, PlanChanges
from models.rules.plans.plan_reports import BRAG_WORDS, PlanReport, PlanSummary, ReportAction, summarise

COLUMNS: Final = (
    Column("Action", 86),
    Column("What will be done", 196),
    Column("Who", 118),
    Column("When", 94),
    Column("How we will know", 124),
    Column("Progress and evidence", 156),
)
TONES: Final = {"red": "red", "amber": "amber", "green": "green", "blue": "blue", "none": "grey"}
MOST_NAMED: Final = 40
"""Actions that one line of the changes names."""
HOW_KNOWN: Final = "Of the actions shown here, from the day after the meeting on, by their dates and their updates."
ADDED_UNKNOWN: Final = "Which were added is not known here."
TAGS: Final = {code: tag(tone) for code, tone in TONES.items()}


def plan_paper(report: PlanReport) -> Paper:
    """The whole plan as a paper: every action once, in the order of `summarise`.

    >>> facts = {"partnership": "P", "reference": "AP-1", "title": "T", "made_on": date(2026, 1, 1)}
    >>> plan_paper(PlanReport(**facts, actions=())).edition
    'AP-1 · Version 1 · 1 Jan 2026'
    """
    summary = summarise(report)
    groups = [
        Table(
            COLUMNS,
            RowsOf(group.actions, lambda action: action_row(action, report.made_on)),
            heading=f"{group.title} ({len(group.actions):,})",
        )
        for group in summary.groups
    ]
    blocks = (Facts(plan_pairs(report), columns=4), *_standing(report, summary), *groups)
    return paper_of(report, (*blocks, check_line(report.fingerprint)))


def paper_of(report: PlanReport, blocks: tuple[Block, ...], kind: str = "Improvement action plan") -> Paper:
    """The blocks below the plan's heading."""
    return Paper(
        partnership=report.partnership,
        kind=kind,
        reference=report.reference,
        title=report.title,
        subtitle=subtitle_of(report),
        version=report.version,
        classification=report.classification,
        made_on=report.made_on,
        fingerprint=report.fingerprint,
        is_landscape=True,
        scope=report.scope,
        about=report.about,
        blocks=blocks,
    )


def subtitle_of(report: PlanReport) -> str:
    """The review's title where the plan's own does not say it, else what is shown of the plan.

    >>> facts = {"partnership": "P", "reference": "AP-1", "made_on": date(2026, 1, 1), "actions": ()}
    >>> subtitle_of(PlanReport(**facts, title="Improvement plan: Neglect", review_title="Neglect"))
    'Every action of the plan'
    """
    is_said = report.review_title.casefold() in report.title.casefold()
    return report.scope if is_said else report.review_title


def plan_pairs(report: PlanReport) -> tuple[tuple[str, str], ...]:
    """What a report says about the plan and about itself, as labels with values; nothing twice, nothing unknown.

    Version and day stand at the foot of every page, and the day over the figures that are counted on it.
    """
    shown = "" if report.scope == subtitle_of(report) else report.scope
    return told(
        (
            ("Thematic review", report.review_reference),
            ("Lead sponsor", report.sponsor),
            ("Status of the plan", report.status),
            ("What is shown", shown),
            ("Made by", report.made_by),
        )
    )


# --- where the plan stands --------------------------------------------------------------------------------------------


def _standing(report: PlanReport, summary: PlanSummary) -> Iterator[Block]:
    yield Heading(f"Where the actions stand on {day(report.made_on)}")
    yield plan_tiles(summary)
    if report.since is not None:
        yield from _changes(report.since)
    yield Figure(rating_picture(summary), _rating_table(summary))
    if len(summary.agencies) > 1:
        yield _agency_table(summary)


def plan_tiles(summary: PlanSummary) -> Tiles:
    """How many actions there are, and how many are late, due soon, complete and moved to a new date."""
    return Tiles(
        (
            Tile(f"{summary.count:,}", noun_of(summary.count, "action in all", "actions in all")),
            Tile(f"{summary.overdue_count:,}", "overdue", is_alarm=summary.overdue_count > 0),
            Tile(f"{summary.due_soon_count:,}", "due in the next 28 days"),
            Tile(f"{summary.complete_count:,}", "complete"),
            Tile(f"{summary.moved_count:,}", "with a moved due date"),
        )
    )


def rating_picture(summary: PlanSummary) -> Picture:
    """One bar for each rating, worst first, each in its own colour; the whole width is all actions."""
    bars = (Bar(brag.label, (Part("", brag.count, TONES[brag.code]),)) for brag in summary.brag)
    return bar_picture("Actions by rating", tuple(bars), summary.sentence, most=summary.count)


def _rating_table(summary: PlanSummary) -> Table:
    columns = (
        Column("Rating", 184),
        Column("Actions", 64, is_number=True),
        Column("Share", 56, is_number=True),
        Column("Overdue", 60, is_number=True),
    )
    rows = [
        Row(
            [
                brag.label,
                f"{brag.count:,}",
                f"{brag.count / (summary.count or 1):.0%}",
                f"{brag.overdue_count:,}",
            ],
            tone=TONES[brag.code],
        )
        for brag in summary.brag
    ]
    return Table(columns, rows)


def _changes(since: PlanChanges) -> Iterator[Block]:
    """What is new since the last meeting, each action by its reference; kinds without any are named in the note."""
    columns = (Column("What", 120), Column("Actions", 60, is_number=True), Column("Which", 580))
    rows = [
        Row([[(title, STRONG)], f"{len(changes):,}", _named(changes)]) for title, changes in since.groups if changes
    ]
    heading = f"What has changed since the last meeting, {since.when}"
    yield Table(columns, rows, heading=heading, empty="Nothing that the portal can tell.")
    none = list_words([lower_first(title) for title, changes in since.groups if not changes])
    notes = (f"None: {none}." if none and rows else "", HOW_KNOWN, ADDED_UNKNOWN if since.added is None else "")
    yield Paragraph(" ".join(note for note in notes if note), QUIET)


def _named(changes: tuple[ActionChange, ...]) -> str:
    """The first of the changes by name, the others counted."""
    names = [f"{change.reference} ({change.words})" if change.words else change.reference for change in changes]
    more = [f"and {len(names) - MOST_NAMED:,} more"] if len(names) > MOST_NAMED else []
    return "; ".join([*names[:MOST_NAMED], *more])


def _agency_table(summary: PlanSummary) -> Table:
    ratings = [Column(brag.label, 404 / len(summary.brag), is_number=True) for brag in summary.brag]
    numbers = (Column("Actions", 60, is_number=True), Column("Overdue", 60, is_number=True))
    rows = [
        Row(
            [
                [(agency.agency, STRONG)],
                f"{agency.count:,}",
                [(f"{agency.overdue_count:,}", ALARM if agency.overdue_count else BODY)],
                *(f"{count:,}" for count in agency.by_code),
            ]
        )
        for agency in summary.agencies
    ]
    return Table((Column("Lead agency", 250), *numbers, *ratings), rows, heading="By lead agency")


# --- the actions ------------------------------------------------------------------------------------------------------


def action_row(action: ReportAction, today: date) -> Row:
    """The cells of one action as printed; whether it is late is judged on `today`."""
    code = action.brag_code
    return Row(
        (
            ((action.reference, NAME), (action.brag_label or BRAG_WORDS[code], TAGS[code])),
            list(_what(action)),
            list(_who(action)),
            list(_when(action, today)),
            list(_measure(action)),
            list(_progress(action)),
        ),
        note=list(_note(action)),
        tone=TONES[code],
        name=action.reference,
    )


def _labelled(label: str, text: str, look: str = BODY) -> Iterator[Piece]:
    """A small label and under it its text, or nothing at all."""
    if text.strip():
        yield label, LABEL
        yield text, look


def _inline(label: str, text: str, look: str = QUIET) -> Iterator[Piece]:
    """Label and text in one line, for short facts, or nothing at all."""
    if text.strip():
        yield f"{label} {text}", look


def _what(action: ReportAction) -> Iterator[Piece]:
    yield action.action or "No action written", BODY
    yield from _labelled("Recommendation", action.recommendation)
    yield from _inline("Key area:", action.key_area, APART)


def _who(action: ReportAction) -> Iterator[Piece]:
    yield action.lead_agency or "No lead agency named", STRONG
    yield action.owner_name or "No owner named", BODY
    yield action.owner_role, QUIET
    yield from _inline("With", "; ".join(action.other_agencies), APART)


def _when(action: ReportAction, today: date) -> Iterator[Piece]:
    yield f"Due {day(action.due_on)}" if action.due_on else "No due date", STRONG
    late = action.days_overdue(today)
    if late:
        yield f"{count_words(late, 'day')} overdue", ALARM
    if action.completed_on:
        yield from _inline("Completed", day(action.completed_on), BODY)
    if action.is_moved and action.original_due_on:
        yield from _inline("First due", day(action.original_due_on), APART)
    if action.starts_on:
        yield from _inline("Start", day(action.starts_on), APART)


def _measure(action: ReportAction) -> Iterator[Piece]:
    yield action.success_measure or "No measure written", BODY if action.success_measure else QUIET
    yield from _inline("Baseline:", action.baseline, APART)
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
