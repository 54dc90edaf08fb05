"""What does a thematic review say as a whole, its summary and its recommendations first?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from models.rules.core.counts import count_words, is_or_are, noun_of
from models.rules.documents.papers import (
    BODY,
    QUIET,
    STRONG,
    Block,
    Column,
    Heading,
    Items,
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
from models.rules.documents.pictures import Picture
from models.rules.evidence.evidence_readers import BEING_READ
from models.rules.evidence.paper_parts import VERDICT_TONES, paper_of
from models.rules.evidence.thresholds import USUAL, Thresholds
from models.rules.evidence.triangulation import Mark, Verdict
from models.rules.evidence.triangulation_reports import (
    MatrixRow,
    completeness_table,
    firmness_words,
    mark_tiles,
    matrix_tables,
    readers_blocks,
    readers_told,
    rule_words,
)
from models.rules.gates.report_samples import SampleFacts, estimate_blocks, sample_table


@dataclass(frozen=True)
class MethodFacts:
    """One way in which evidence was gathered: what, and how much of it."""

    what: str
    how_much: str


@dataclass(frozen=True)
class FindingFacts:
    """One finding along a key line; `agency` is the agency that it speaks of, empty where it speaks of none."""

    key_line: str
    source: str
    verdict: Verdict
    strength: str
    text: str
    agency: str = ""


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
class DoneFacts:
    """How much was done: cases whose audits are in, agencies that answered or audited, and people who were heard."""

    case_count: int = 0
    agency_count: int = 0
    service_user_count: int = 0
    practitioner_count: int = 0

    @property
    def sentence(self) -> str:
        """The figures in words; what has not been done is left out.

        >>> DoneFacts(12, 7, 31, 0).sentence
        '12 cases were audited, 7 agencies answered or audited, and 31 service users, carers and families were heard.'
        >>> DoneFacts(practitioner_count=1).sentence, DoneFacts().sentence
        ('1 practitioner was heard.', 'Nothing has been gathered yet.')
        """
        users = noun_of(
            self.service_user_count,
            "service user, carer or family member was",
            "service users, carers and families were",
        )
        counted = (
            (self.case_count, count_words(self.case_count, "case was audited", "cases were audited")),
            (self.agency_count, count_words(self.agency_count, "agency", "agencies") + " answered or audited"),
            (self.service_user_count, f"{self.service_user_count:,} {users} heard"),
            (
                self.practitioner_count,
                count_words(self.practitioner_count, "practitioner was heard", "practitioners were heard"),
            ),
        )
        words = [text for count, text in counted if count]
        if not words:
            return "Nothing has been gathered yet."
        return f"{', and '.join([part for part in (', '.join(words[:-1]), words[-1]) if part])}."


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
    done: DoneFacts = DoneFacts()
    thresholds: Thresholds = USUAL
    is_settled: bool = False
    estimates: tuple[Picture, ...] = ()
    """What each drawn sample says of all cases, its title the sample's reference."""
    is_being_read: bool = False
    """Whether two people read the evidence and are not both done, so that no mark is told."""


def review_paper(facts: ReviewReportFacts) -> Paper:
    """Summary and recommendations, then the review in the framework's order; the matrix is on landscape pages."""
    pairs = (
        ("Kind", facts.kind), ("Hub", facts.hub), ("Lead sponsor", facts.sponsor),
        ("Strategic priority", facts.priority), ("Period under review", _period(facts)), ("Stage", facts.stage),
    )  # fmt: skip
    return paper_of(
        facts.occasion, facts, pairs, tuple(_blocks(facts)),
        kind="Thematic review report", reference=facts.reference, title=facts.title, about=facts.about, columns=4,
    )  # fmt: skip


def _period(facts: ReviewReportFacts) -> str:
    starts, ends = (day(date) if date else "not set" for date in (facts.starts_on, facts.ends_on))
    return f"{starts} to {ends}"


def _blocks(facts: ReviewReportFacts) -> Iterator[Block]:
    yield from _summary(facts)
    yield _method(facts.methods)
    yield sample_table(facts.sample)
    yield from estimate_blocks(facts.estimates)
    yield from _findings(facts.findings)
    yield from _triangulation(facts)
    yield _recommendations(facts.recommendations)


def _triangulation(facts: ReviewReportFacts) -> Iterator[Block]:
    """The matrix on landscape pages; one sentence while two people read the evidence."""
    if facts.is_being_read:
        yield Heading("Triangulation")
        yield Paragraph(BEING_READ)
        return
    yield PageBreak("landscape")
    yield Heading("Triangulation")
    yield Paragraph(rule_words(facts.thresholds, is_settled=facts.is_settled))
    yield mark_tiles(facts.rows)
    yield Paragraph(firmness_words(facts.rows))
    yield from matrix_tables(facts.rows, level=3)
    yield completeness_table(facts.rows, level=3)
    yield from readers_blocks(facts.rows, level=3)
    yield PageBreak("portrait")


def _summary(facts: ReviewReportFacts) -> Iterator[Block]:
    """What a member of the Board reads: why, what was done, what the sources say together, and what is to change."""
    yield Heading("Summary")
    yield Paragraph(facts.focus or "The focus has not been written down yet.")
    yield Paragraph(facts.done.sentence)
    together = BEING_READ if facts.is_being_read else agreement_sentence(facts.rows)
    yield Paragraph(" ".join(said for said in (together, firmness_words(facts.rows), readers_told(facts.rows)) if said))
    yield Heading("Recommendations")
    if not facts.recommendations:
        yield Paragraph("Nothing is recommended yet.")
    yield Items([recommendation.text for recommendation in facts.recommendations], is_numbered=True)
    marks = (Mark.CONFLICT, Mark.PARTLY, Mark.AGREE)
    told = [row for mark in marks for row in facts.rows if row.mark is mark]
    if told:
        yield Heading("Where the sources conflict, and where they agree")
        yield Items([f"{_said_together(row)}: {row.number}. {row.text}" for row in told])


def agreement_sentence(rows: Sequence[MatrixRow]) -> str:
    """On how many key lines the sources agree, partly agree, conflict, or cannot be set side by side.

    >>> agreement_sentence(())
    'The review has no key lines of enquiry yet, so its sources cannot be set side by side.'
    >>> def line(mark):
    ...     return MatrixRow(1, "", "", (), mark, "")
    >>> agreement_sentence((line(Mark.AGREE), line(Mark.CONFLICT), line(Mark.SILENT)))
    'Of 3 key lines of enquiry the sources agree on 1, partly agree on none and conflict on 1; 1 is silent.'
    >>> agreement_sentence((line(Mark.PARTLY),))
    'Of 1 key line of enquiry the sources agree on none, partly agree on 1 and conflict on none.'
    """
    if not rows:
        return "The review has no key lines of enquiry yet, so its sources cannot be set side by side."
    agree, partly, conflict, silent = (sum(row.mark is mark for row in rows) for mark in Mark)
    lines = count_words(len(rows), "key line", "key lines")
    said = f"Of {lines} of enquiry the sources agree on {agree or 'none'}, partly agree on {partly or 'none'}"
    said += f" and conflict on {conflict or 'none'}"
    return f"{said}; {silent:,} {is_or_are(silent)} silent." if silent else f"{said}."


def _said_together(row: MatrixRow) -> str:
    """What the sources of a key line say together; where they agree, on what; and what the mark hangs on."""
    verdicts = sorted({said.verdict.label.lower() for said in row.said if said.verdict is not None})
    words = f"Agreed, {verdicts[0]}" if row.mark is Mark.AGREE and verdicts else row.mark.label
    return f"{words} (hangs on {row.hangs_on})" if row.hangs_on else words


def _method(methods: Sequence[MethodFacts]) -> Table:
    columns = (Column("Source", 2), Column("What was gathered", 3))
    rows = RowsOf(methods, lambda method: Row([method.what, method.how_much], name=method.what))
    return Table(columns, rows, heading="Method", empty="Nothing has been gathered yet.")


def _findings(findings: Sequence[FindingFacts]) -> Iterator[Block]:
    yield Heading("Findings by key line")
    if not findings:
        yield Paragraph("Nothing has been found yet.")
    columns = (Column("Finding", 4.4), Column("Agency and source", 2), Column("It speaks of", 1.2))
    for line, findings_of_line in groupby(findings, key=lambda finding: finding.key_line):
        yield Table(columns, RowsOf(tuple(findings_of_line), _finding), heading=line or "Along no key line", level=3)


def _finding(finding: FindingFacts) -> Row:
    verdict = [(finding.verdict.label, tag(VERDICT_TONES[finding.verdict])), (finding.strength, QUIET)]
    told_by = [(finding.agency, STRONG), (finding.source, BODY)]
    return Row([finding.text, told_by, verdict], tone=VERDICT_TONES[finding.verdict])


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
