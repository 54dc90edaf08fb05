"""How is the certificate of a draw written down: enough for a stranger to repeat it?"""

from collections.abc import Iterator
from typing import Final

from models.rules.core.counts import count_words
from models.rules.documents.papers import (
    BODY,
    NAME,
    QUIET,
    STRONG,
    Block,
    Column,
    Facts,
    Heading,
    Items,
    Notice,
    Paper,
    Paragraph,
    Row,
    Table,
    moment,
)
from models.rules.sampling.sample_certificate_report import CertificateReport, ReportedElimination, ReportedStratum

A_PARAGRAPH: Final = 50
"""References in one paragraph: far fewer letters than a paragraph may hold, so none of them is cut off."""
STRATA_COLUMNS: Final = (
    Column("Stratum", 187),
    Column("Cases in it", 62, is_number=True),
    Column("Asked for", 58, is_number=True),
    Column("Selected", 58, is_number=True),
    Column("Reserves", 56, is_number=True),
    Column("Chance of each case", 106),
)
CASE_COLUMNS: Final = (
    Column("Case reference", 187),
    Column("Ticket", 130),
    Column("Place", 60),
    Column("Drawn as", 150),
)
ELIMINATION_COLUMNS: Final = (
    Column("Case reference", 105),
    Column("Reason", 166),
    Column("Proposed and approved by", 156),
    Column("Reserve stepping in", 100),
)


def certificate_paper(report: CertificateReport) -> Paper:
    """The certificate, in the order in which things were fixed.

    >>> from datetime import date
    >>> facts = {"partnership": "P", "reference": "AS-1", "title": "T", "made_on": date(2026, 1, 1)}
    >>> certificate_paper(CertificateReport(**facts, strata=())).edition
    'AS-1 · 1 Jan 2026'
    """
    blocks = (*_head(report), *_binding(report), *_strata(report), *_eliminations(report), *_words(report))
    return Paper(
        partnership=report.partnership,
        kind="Certificate of a random draw",
        reference=report.reference,
        title=report.title,
        classification=report.classification,
        made_on=report.made_on,
        fingerprint=report.fingerprint,
        blocks=blocks,
    )


def _head(report: CertificateReport) -> Iterator[Block]:
    if report.void_reason:
        yield Notice(f"This draw is void: {report.void_reason}", tone="red")
    yield Paragraph(report.sentence)
    yield Paragraph(report.kind_words)
    yield Facts(
        (
            ("Review", report.review),
            ("Officer", report.officer),
            ("Witness", report.witness),
            ("Drawn on", moment(report.drawn_at)),
            ("Order of the cases", report.algorithm),
            ("Software", report.software),
        )
    )


def _binding(report: CertificateReport) -> Iterator[Block]:
    """What was fixed before anybody could know the outcome, in that order."""
    yield Heading("1. The list of cases was frozen")
    yield Facts(
        (
            ("Case frame", report.frame_reference),
            ("Frozen on", moment(report.frozen_at)),
            ("Rows and cases", f"{count_words(report.row_count, 'row')} of {count_words(report.case_count, 'case')}"),
        )
    )
    read = [("How the file was read", report.read_as)] if report.read_as else []
    yield Facts([("Fingerprint of the frame (SHA-256)", report.frame_fingerprint), *read], columns=1)
    yield Heading("2. The plan was written down")
    yield Facts((*report.plan, ("Locked on", moment(report.locked_at))))
    yield Facts((("Fingerprint of the plan (SHA-256)", report.plan_fingerprint),), columns=1)
    yield Heading("3. The seed was made")
    if report.commitment:
        times = (("Published on", moment(report.committed_at)), ("Revealed on", moment(report.revealed_at)))
        yield Facts((("Commitment published beforehand", report.commitment),), columns=1)
        yield Facts((exact("Public part, made aloud", report.public), *times))
        yield Facts((("Secret part, shown afterwards", report.secret),), columns=1)
    yield Facts((exact("Seed", report.seed),), columns=1)


def exact(label: str, text: str) -> tuple[str, str]:
    """A fact in which every blank counts: where two or more stand together, each is shown as a sign.

    >>> exact("Seed", "4 6"), exact("Seed", "4  6")
    (('Seed', '4 6'), ('Seed (␣ is one blank)', '4␣␣6'))
    """
    return (f"{label} (␣ is one blank)", text.replace(" ", "␣")) if "  " in text else (label, text)


def _strata(report: CertificateReport) -> Iterator[Block]:
    rows = [_stratum_row(stratum) for stratum in report.strata]
    word = dict(report.plan).get("Strata by", "").lower()
    first = Column(f"Stratum: {word}" if word else "Stratum", STRATA_COLUMNS[0].share)
    heading = f"4. The cases were drawn{f', divided by {word}' if word else ''}"
    yield Table((first, *STRATA_COLUMNS[1:]), rows, heading=heading)
    for note in report.notes:
        yield Paragraph(note, QUIET)
    for stratum in report.strata:
        if stratum.selected or stratum.reserves:
            yield _case_table(stratum)


def _stratum_row(stratum: ReportedStratum) -> Row:
    shortage = f"{stratum.shortage:,} short" if stratum.shortage else ""
    return Row(
        [
            [(stratum.name, STRONG)],
            f"{stratum.population:,}",
            f"{stratum.asked:,}",
            [(f"{len(stratum.selected):,}", BODY), (shortage, QUIET)],
            f"{len(stratum.reserves):,}",
            stratum.chance,
        ]
    )


def _case_table(stratum: ReportedStratum) -> Table:
    cases = (*stratum.selected, *stratum.reserves)
    rows = [
        Row([[(case.reference, NAME)], case.ticket, str(place), case.standing], name=case.reference)
        for place, case in enumerate(cases, start=1)
    ]
    counts = f"{len(stratum.selected):,} selected, {len(stratum.reserves):,} in reserve"
    return Table(CASE_COLUMNS, rows, heading=f"{stratum.name[:120]}: {counts}", level=3)


def _eliminations(report: CertificateReport) -> Iterator[Block]:
    rows = [_elimination_row(elimination) for elimination in report.eliminations]
    yield Table(ELIMINATION_COLUMNS, rows, heading="Cases taken out after the draw")


def _elimination_row(elimination: ReportedElimination) -> Row:
    return Row(
        [
            [(elimination.reference, NAME), (elimination.stratum, QUIET)],
            elimination.reason,
            [
                (f"{elimination.proposed_by};", BODY),
                (elimination.approved_by, BODY),
                (moment(elimination.approved_at), QUIET),
            ],
            elimination.replaced_by or "None left",
        ],
        name=elimination.reference,
    )


def _words(report: CertificateReport) -> Iterator[Block]:
    """The rules of the draw and the way to repeat it, in words."""
    if report.excluded or report.unnamed_count:
        yield from _kept_out(report)
    yield Heading("How the order is made")
    yield Items(report.algorithm_words, is_numbered=True)
    yield Heading("How to check this draw")
    yield Items(report.how_to_check, is_numbered=True)


def _kept_out(report: CertificateReport) -> Iterator[Block]:
    yield Heading(f"Kept out because audited lately ({len(report.excluded):,})")
    for start in range(0, len(report.excluded), A_PARAGRAPH):
        yield Paragraph(", ".join(report.excluded[start : start + A_PARAGRAPH]), BODY)
    if report.unnamed_count:
        more = count_words(report.unnamed_count, "more is no case", "more are no cases")
        yield Paragraph(f"{more} of this list, could not have been drawn, and so stands in the data file only.", QUIET)
    yield Paragraph(f"Fingerprint of the whole list (SHA-256): {report.exclusions_fingerprint}", QUIET)
