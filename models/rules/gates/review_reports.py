"""What does a thematic review say as a whole, its summary and its recommendations first?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from models.rules.core.counts import count_words, noun_of
from models.rules.documents.papers import (
    BODY,
    QUIET,
    STRONG,
    Block,
    Column,
    Figure,
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
from models.rules.evidence.paper_parts import VERDICT_TONES, paper_of
from models.rules.evidence.triangulation import Mark, Verdict
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
    estimates: tuple[Picture, ...] = ()
    """What each drawn sample says of all cases, its title the sample's reference."""


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
    yield _sample(facts.sample)
    yield from _estimates(facts.estimates)
    yield from _findings(facts.findings)
    yield PageBreak("landscape")
    yield Heading("Triangulation")
    yield Paragraph(RULE)
    yield mark_tiles(facts.rows)
    yield from matrix_tables(facts.rows, level=3)
    yield PageBreak("portrait")
    yield _recommendations(facts.recommendations)


def _summary(facts: ReviewReportFacts) -> Iterator[Block]:
    """What a member of the Board reads: why, what was done, what the sources say together, and what is to change."""
    yield Heading("Summary")
    yield Paragraph(facts.focus or "The focus has not been written down yet.")
    yield Paragraph(facts.done.sentence)
    yield Paragraph(agreement_sentence(facts.rows))
    yield Heading("Recommendations")
    if not facts.recommendations:
        yield Paragraph("Nothing is recommended yet.")
    yield Items([recommendation.text for recommendation in facts.recommendations], is_numbered=True)
    together = [row for mark in (Mark.CONFLICT, Mark.AGREE) for row in facts.rows if row.mark is mark]
    if together:
        yield Heading("Where the sources conflict, and where they agree")
        yield Items([f"{_said_together(row)}: {row.number}. {row.text}" for row in together])


def agreement_sentence(rows: Sequence[MatrixRow]) -> str:
    """On how many key lines the sources agree, conflict, or cannot be set side by side.

    >>> agreement_sentence(())
    'The review has no key lines of enquiry yet, so its sources cannot be set side by side.'
    >>> def line(mark):
    ...     return MatrixRow(1, "", "", (), mark, "")
    >>> agreement_sentence((line(Mark.AGREE), line(Mark.CONFLICT), line(Mark.SILENT)))
    'Of 3 key lines of enquiry the sources agree on 1 and conflict on 1; on 1 fewer than two of them speak.'
    >>> agreement_sentence((line(Mark.SILENT),))
    'Of 1 key line of enquiry the sources agree on none and conflict on none; on 1 fewer than two of them speak.'
    """
    if not rows:
        return "The review has no key lines of enquiry yet, so its sources cannot be set side by side."
    agree, conflict, silent = (sum(row.mark is mark for row in rows) for mark in Mark)
    lines = count_words(len(rows), "key line", "key lines")
    said = f"Of {lines} of enquiry the sources agree on {agree or 'none'} and conflict on {conflict or 'none'}"
    return f"{said}; on {silent:,} fewer than two of them speak." if silent else f"{said}."


def _said_together(row: MatrixRow) -> str:
    """What the sources of a key line say together; of those that agree, on what, where all have given one verdict."""
    if row.mark is Mark.CONFLICT:
        return "Conflict"
    verdicts = {said.verdict for said in row.said if said.verdict is not None}
    return f"Agreed, {verdicts.pop().label.lower()}" if len(verdicts) == 1 else "Agreed in the main"


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


def _estimates(estimates: Sequence[Picture]) -> Iterator[Block]:
    """What each sample says of all cases; of those from which nothing may be said, why."""
    for picture in estimates:
        yield Heading(picture.title, 3)
        yield Paragraph(picture.says)
        if picture.plot is not None:
            yield Figure(picture, _figures(picture))
            yield Paragraph(picture.base, QUIET)


def _figures(picture: Picture) -> Table:
    first, *others = picture.headings
    columns = (Column(first, 2.4), *(Column(heading, 1.4, is_number=True) for heading in others))
    return Table(columns, RowsOf(picture.table, lambda row: Row(list(row), name=row[0])))


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
