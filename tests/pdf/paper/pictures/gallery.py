"""One picture of each kind, with invented figures, for tests and for looking."""

from __future__ import annotations

from models.rules.documents.bars import Bar, Part, bars_of
from models.rules.documents.pictures import Grid, GridRow, Key, Line, Mark, Picture, Rows, Square, Tick, bar_rows, piles

STAGES = (("1", 0.0, 0.06, "navy"), ("2", 0.06, 0.2, "navy"), ("3", 0.2, 0.42, "navy"), ("4", 0.42, 0.6, "planned"))
MONTHS = ("Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov")

YEAR = Picture(
    "year", "The year on one line", "One of two reviews runs to plan; Self-neglect and hoarding is 14 days late.",
    Rows(
        tuple(
            Line(name, tuple(Mark(begins, ends, tone, number) for number, begins, ends, tone in STAGES), *rest)
            for name, *rest in (
                ("Neglect of children under five", "6 Dissemination", "/", "to plan", ""),
                ("Self-neglect and hoarding of people who live alone", "4 Planning", "/", "14 days late", "red"),
            )
        ),
        (Key("Passed", "navy"), Key("Planned", "planned")),
        (Tick(0.0, "Jan 2026"), Tick(0.25, "Apr"), Tick(0.5, "Jul"), Tick(0.75, "Oct")),
        now=0.42, is_wide=True,
    ),
    ("Review", "Stage"), (("Neglect of children under five", "6"), ("Self-neglect and hoarding", "4")),
    "Two reviews of the programme.", "/thematic-reviews/", is_wide=True,
)  # fmt: skip
OVER_TIME = Picture(
    "actions", "Actions over time", "41 of 87 actions are complete, up from 10 of 35 in December.",
    piles(
        [
            Bar(month, (Part("Embedded", 4 + at, "blue"), Part("Complete", 6 + at, "green"),
                        Part("Open, in time", 20 + 2 * at, "grey"), Part("Overdue", 3 + at % 4, "red")))
            for at, month in enumerate(MONTHS)
        ]
    ),
    ("Month", "Overdue"), tuple((month, str(3 + at % 4)) for at, month in enumerate(MONTHS)),
    "All actions of agreed plans at the end of each month. It does not show how hard an action is.",
    shape="Column chart",
)  # fmt: skip
AGES = Picture(
    "ages", "How old", "Five of the nine overdue actions are more than 14 days late.",
    bar_rows(bars_of([("1 to 14 days", 4), ("15 to 30 days", 2), ("Over 90 days", 1)], "red"), most=9,
             values=("4 of 9", "2 of 9", "1 of 9"), hrefs=("/a", "/b", "/c")),
    ("Days", "Number"), (("1 to 14 days", "4"), ("15 to 30 days", "2"), ("Over 90 days", "1")),
)  # fmt: skip
HEAT = Picture(
    "heat", "Section 11: agencies by standard", "Safer recruitment is fully met by both agencies.",
    Grid(
        "Standard", ("Children and Families", "Arden Vale NHS Trust"),
        (
            GridRow("1. Senior management commitment", (Square("Fully", "h3"), Square("Mostly", "h2", "▲", "better"))),
            GridRow("2. Sharing information", (Square("Partly", "h1", "▼", "worse"), Square("Not met", "bad"))),
        ),
    ),
    ("Standard", "Children and Families", "Arden Vale NHS Trust"),
    (("1. Senior management commitment", "Fully", "Mostly"), ("2. Sharing information", "Partly", "Not met")),
    "Moderated scores of 2 agencies.", is_wide=True, shape="Table",
)  # fmt: skip
GRADES = Picture(
    "grades", "Good or better, by level", "Early help has risen; the intervals overlap, so it may be chance.",
    Rows(
        (
            Line("Early help", is_group=True),
            Line("2025", (Mark(0.25, 0.75, "grey", kind="line"), Mark(0.5, 0.5, "grey", kind="dot")), "50%, 6 of 12"),
            Line("2026", (Mark(0.39, 0.84, "blue", kind="line"), Mark(0.64, 0.64, "blue", kind="dot")), "64%, 9 of 14",
                 is_strong=True),
            Line("Looked after", is_group=True),
            Line("2026", (), "Withheld: fewer than 5"),
        ),
        ticks=(Tick(0, "0%"), Tick(0.5, "50%"), Tick(1, "100%")),
    ),
    ("Level and year", "Good or better"), (("Early help 2026", "9 of 14"), ("Looked after 2026", "Withheld")),
    "Share of moderated cases graded Good or Outstanding. Dot: share; line: its 95% interval.", shape="Dot plot",
)  # fmt: skip
GALLERY = (YEAR, OVER_TIME, AGES, HEAT, GRADES)
