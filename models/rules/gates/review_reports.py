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
    """One stratum of a drawn sample: what it is and its name, how many cases it had and how many were selected."""

    reference: str
    divided_by: str
    stratum: str
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
    """A recommendation: what it changes, which kinds of source it rests on, and its actions."""

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
    """The whole review in the framework's order; the matrix is on a landscape page between portrait ones."""
    pairs = (
        ("Kind", facts.kind), ("Hub", facts.hub), ("Lead sponsor", facts.sponsor),
        ("Strategic priority", facts.priority), ("Period under review", _period(facts)), ("Stage", facts.stage),
    )  # fmt: skip
    return paper_of(
        facts.occasion, facts, pairs, tuple(_blocks(facts)),
        kind="Thematic review report", reference=facts.reference, title=facts.title, about=facts.about,
    )  # fmt: skip


def _period(facts: ReviewReportFacts) -> str:
    starts, ends = (day(date) if date else "not set" for date in (facts.starts_on, facts.ends_on))
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
    rows = RowsOf(methods, lambda method: Row([method.what, method.how_much], name=method.what))
    return Table(columns, rows, heading="Method", empty="Nothing has been gathered yet.")


def _sample(sample: Sequence[SampleFacts]) -> Table:
    columns = (
        Column("Sample", 1.2), Column("Divided by", 1.6), Column("Stratum", 3),
        Column("Population", 1.2, is_number=True), Column("Drawn", 1.2, is_number=True),
    )  # fmt: skip
    rows = RowsOf(
        sample,
        lambda stratum: Row(
            [
                stratum.reference,
                stratum.divided_by,
                stratum.stratum,
                f"{stratum.population:,}",
                f"{stratum.selected:,}",
            ],
            name=stratum.stratum,
        ),
    )
    return Table(columns, rows, heading="Sample", empty="No sample has been drawn yet.")


def _findings(findings: Sequence[FindingFacts]) -> Iterator[Block]:
    yield Heading("Findings by key line")
    if not findings:
        yield Paragraph("Nothing has been found yet.")
    columns = (Column("Finding", 5), Column("Source", 1.6), Column("It speaks of", 1.2))
    for line, findings_of_line in groupby(findings, key=lambda finding: finding.key_line):
        yield Table(columns, RowsOf(tuple(findings_of_line), _finding), heading=line or "Along no key line", level=3)


def _finding(finding: FindingFacts) -> Row:
    verdict = [(finding.verdict.label, tag(VERDICT_TONES[finding.verdict])), (finding.strength, QUIET)]
    return Row([finding.text, finding.source, verdict], tone=VERDICT_TONES[finding.verdict])


def _recommendations(recommendations: Sequence[RecommendationFacts]) -> Table:
    columns = (Column("Recommendation", 4), Column("Changes", 1), Column("Rests on", 2), Column("Actions", 1.4))
    return Table(
        columns,
        RowsOf(recommendations, _recommendation),
        heading="Recommendations and plan",
        empty="Nothing is recommended yet.",
    )


def _recommendation(recommendation: RecommendationFacts) -> Row:
    rests = [(recommendation.sources, "body"), (recommendation.warning, tag("amber"))]
    return Row(
        [f"{recommendation.number}. {recommendation.text}", recommendation.changes, rests, recommendation.progress],
        name=f"Recommendation {recommendation.number}",
    )
