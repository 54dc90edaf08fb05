"""What does a thematic review say as a whole: scope, method, sample, findings, triangulation, recommendations, plan?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from models.rules.core.counts import count_words
from models.rules.documents.papers import (
    QUIET,
    Block,
    Column,
    Heading,
    Occasion,
    PageBreak,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Table,
    day,
    tag,
)
from models.rules.evidence.paper_parts import VERDICT_TONES, paper_of
from models.rules.evidence.triangulation import Verdict
from models.rules.evidence.triangulation_reports import RULE, MatrixRow, mark_tiles, matrix_tables


@dataclass(frozen=True)
class MethodFacts:
    """One way in which evidence was gathered: what, and how much of it."""

    what: str
    how_much: str


@dataclass(frozen=True)
class SampleFacts:
    """A drawn sample: one line for each level, with how many were in the population and how many were selected."""

    reference: str
    level: str
    population: int
    selected: int


@dataclass(frozen=True)
class FindingFacts:
    """One finding along a key line."""

    key_line: str
    source: str
    verdict: Verdict
    strength: str
    text: str


@dataclass(frozen=True)
class RecommendationFacts:
    """A recommendation: what it changes, on which kinds of source it rests, and its actions."""

    number: int
    text: str
    changes: str
    sources: str
    warning: str
    action_count: int
    complete_count: int

    @property
    def progress(self) -> str:
        """How many actions carry it out, and how many of them are complete.

        >>> RecommendationFacts(1, "See the child.", "Practice", "Case audit", "", 3, 1).progress
        '3 actions, 1 complete'
        """
        return f"{count_words(self.action_count, 'action', 'actions')}, {self.complete_count:,} complete"


@dataclass(frozen=True)
class ReviewReportFacts:
    """A thematic review on a day. Names nobody and no case."""

    occasion: Occasion
    about: str
    reference: str
    title: str
    kind: str
    hub: str
    sponsor: str
    priority: str
    focus: str
    stage: str
    starts_on: date | None
    ends_on: date | None
    methods: tuple[MethodFacts, ...]
    sample: tuple[SampleFacts, ...]
    findings: tuple[FindingFacts, ...]
    rows: tuple[MatrixRow, ...]
    recommendations: tuple[RecommendationFacts, ...]


def review_paper(facts: ReviewReportFacts) -> Paper:
    """Promise: the whole review in the framework's order; the matrix lies on its side between upright pages."""
    pairs = (
        ("Kind", facts.kind), ("Hub", facts.hub), ("Lead sponsor", facts.sponsor),
        ("Strategic priority", facts.priority), ("Period under review", _period(facts)), ("Stage", facts.stage),
    )  # fmt: skip
    return paper_of(
        facts.occasion, facts, pairs, tuple(_blocks(facts)),
        kind="Thematic review report", reference=facts.reference, title=facts.title, about=facts.about,
    )  # fmt: skip


def _period(facts: ReviewReportFacts) -> str:
    starts, ends = (day(one) if one else "not set" for one in (facts.starts_on, facts.ends_on))
    return f"{starts} to {ends}"


def _blocks(facts: ReviewReportFacts) -> Iterator[Block]:
    yield Heading("Scope")
    yield Paragraph(facts.focus or "The focus has not been written down yet.")
    yield _method(facts.methods)
    yield _sample(facts.sample)
    yield from _findings(facts.findings)
    yield PageBreak("landscape")
    yield Heading("Triangulation")
    yield Paragraph(RULE)
    yield mark_tiles(facts.rows)
    yield from matrix_tables(facts.rows, level=3)
    yield PageBreak("portrait")
    yield _recommendations(facts.recommendations)


def _method(methods: Sequence[MethodFacts]) -> Table:
    columns = (Column("Source", 2), Column("What was gathered", 3))
    rows = RowsOf(methods, lambda one: Row([one.what, one.how_much], name=one.what))
    return Table(columns, rows, heading="Method", empty="Nothing has been gathered yet.")


def _sample(sample: Sequence[SampleFacts]) -> Table:
    columns = (
        Column("Sample", 1.2), Column("Level of intervention", 3),
        Column("Population", 1.2, is_number=True), Column("Drawn", 1.2, is_number=True),
    )  # fmt: skip
    rows = RowsOf(
        sample,
        lambda one: Row([one.reference, one.level, f"{one.population:,}", f"{one.selected:,}"], name=one.level),
    )
    return Table(columns, rows, heading="Sample", empty="No sample has been drawn yet.")


def _findings(findings: Sequence[FindingFacts]) -> Iterator[Block]:
    yield Heading("Findings by key line")
    if not findings:
        yield Paragraph("Nothing has been found yet.")
    columns = (Column("Finding", 5), Column("Source", 1.6), Column("It speaks of", 1.2))
    for line, found in groupby(findings, key=lambda one: one.key_line):
        yield Table(columns, RowsOf(tuple(found), _finding), heading=line or "Along no key line", level=3)


def _finding(one: FindingFacts) -> Row:
    verdict = [(one.verdict.label, tag(VERDICT_TONES[one.verdict])), (one.strength, QUIET)]
    return Row([one.text, one.source, verdict], tone=VERDICT_TONES[one.verdict])


def _recommendations(recommendations: Sequence[RecommendationFacts]) -> Table:
    columns = (Column("Recommendation", 4), Column("Changes", 1), Column("Rests on", 2), Column("Actions", 1.4))
    return Table(
        columns,
        RowsOf(recommendations, _recommendation),
        heading="Recommendations and plan",
        empty="Nothing is recommended yet.",
    )


def _recommendation(one: RecommendationFacts) -> Row:
    rests = [(one.sources, "body"), (one.warning, tag("amber"))]
    return Row([f"{one.number}. {one.text}", one.changes, rests, one.progress], name=f"Recommendation {one.number}")
