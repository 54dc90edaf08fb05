"""How does the certificate of a draw look on paper: enough for a stranger to repeat it?"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from jobs.pdf.page import PORTRAIT, Paper, Running, draw_facts
from jobs.pdf.styles import ALARM, BODY, EYEBROW, LEAD, QUIET, STRONG_BODY, TITLE, colour
from jobs.pdf.tables import Column, Row, Table
from jobs.pdf.tags import About
from jobs.pdf.texts import Style, day, moment, short
from jobs.pdf.typefaces import STRONG
from models.rules.certificate_report import CertificateReport, ReportedCase, ReportedStratum

HEADLINE: Final = replace(TITLE, size=21, leading=26)
LONG_FACT: Final = 1000
"""Characters: a seed or a list of themes must not be cut short, or the draw could not be repeated from paper."""
VOID: Final = Style(STRONG, 10, 14, colour(ALARM), gap=6)

STRATA_COLUMNS: Final = (
    Column("Stratum", 187),
    Column("Cases in it", 62),
    Column("Asked for", 58),
    Column("Selected", 58),
    Column("Reserves", 56),
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


def build(report: CertificateReport) -> bytes:
    """Promise: the certificate as a tagged PDF on A4; equal facts give equal bytes.

    Reads no clock, no database, no network.
    """
    paper = Paper(_about(report), _running(report), PORTRAIT)
    _draw_head(paper, report)
    _draw_binding(paper, report)
    _draw_strata(paper, report)
    for stratum in report.strata:
        _draw_cases(paper, stratum)
    _draw_eliminations(paper, report)
    _draw_words(paper, report)
    return paper.to_bytes()


def _about(report: CertificateReport) -> About:
    title = short(f"Draw certificate {report.reference} {report.title}", 200)
    subject = f"Certificate of a random draw, fingerprint {report.fingerprint}"
    return About(title, short(report.partnership, 200), subject, report.made_on)


def _running(report: CertificateReport) -> Running:
    edition = f"Draw certificate {report.reference} · {day(report.made_on)}"
    return Running(report.partnership, report.classification, edition, report.fingerprint)


def _draw_head(paper: Paper, report: CertificateReport) -> None:
    paper.bookmark(f"Draw certificate {report.reference}")
    head = f"{short(report.partnership)} · Certificate of a random draw {short(report.reference, 60)}"
    paper.paragraph("P", head, EYEBROW)
    paper.paragraph("H1", short(report.title), HEADLINE)
    if report.void_reason:
        paper.paragraph("P", f"This draw is void: {report.void_reason}", VOID)
    paper.y -= 4
    paper.paragraph("P", report.sentence, LEAD)
    paper.y -= 10
    if report.kind_words:
        paper.paragraph("P", report.kind_words, LEAD)
    paper.y -= 8
    facts = (
        ("Review", report.review),
        ("Officer", report.officer),
        ("Witness", report.witness),
        ("Drawn on", moment(report.drawn_at)),
        ("Order of the cases", report.algorithm),
        ("Software", report.software),
    )
    draw_facts(paper, facts, columns=3)


def _draw_binding(paper: Paper, report: CertificateReport) -> None:
    """What was fixed before anybody could know the outcome, in the order in which it was fixed."""
    paper.heading("1. The list of cases was frozen", keep=90)
    frame = (
        ("Case frame", report.frame_reference),
        ("Frozen on", moment(report.frozen_at)),
        ("Rows and cases", f"{report.row_count:,} rows of {report.case_count:,} cases"),
    )
    draw_facts(paper, frame, columns=3)
    prints = [("Fingerprint of the frame (SHA-256)", report.frame_fingerprint)]
    draw_facts(paper, prints + [("How the file was read", report.read_as)] * bool(report.read_as), columns=1)
    paper.heading("2. The plan was written down", keep=90)
    draw_facts(paper, (*report.plan, ("Locked on", moment(report.locked_at))), columns=3, limit=LONG_FACT)
    draw_facts(paper, (("Fingerprint of the plan (SHA-256)", report.plan_fingerprint),), columns=1)
    paper.heading("3. The seed was made", keep=90)
    if report.commitment:
        times = (("Published on", moment(report.committed_at)), ("Revealed on", moment(report.revealed_at)))
        draw_facts(paper, (("Commitment published beforehand", report.commitment),), columns=1)
        draw_facts(paper, (exact("Public part, made aloud", report.public), *times), columns=3)
        draw_facts(paper, (("Secret part, shown afterwards", report.secret),), columns=1)
    draw_facts(paper, (exact("Seed", report.seed),), columns=1, limit=LONG_FACT)


def exact(label: str, text: str) -> tuple[str, str]:
    """Promise: a fact in which every blank counts: where two stand together, each is shown as a sign.

    >>> exact("Seed", "4 6"), exact("Seed", "4  6")
    (('Seed', '4 6'), ('Seed (␣ is one blank)', '4␣␣6'))
    """
    return (f"{label} (␣ is one blank)", text.replace(" ", "␣")) if "  " in text else (label, text)


def _draw_strata(paper: Paper, report: CertificateReport) -> None:
    rows = (
        Row(
            [
                [(stratum.name, STRONG_BODY)],
                [(f"{stratum.population:,}", BODY)],
                [(f"{stratum.asked:,}", BODY)],
                [(f"{len(stratum.selected):,}", BODY), (_shortage(stratum), QUIET)],
                [(f"{len(stratum.reserves):,}", BODY)],
                [(stratum.chance, BODY)],
            ]
        )
        for stratum in report.strata
    )
    Table(paper, STRATA_COLUMNS).draw(rows, heading="4. The cases were drawn")
    paper.y -= 6
    for note in report.notes:
        paper.paragraph("P", note, QUIET)
    paper.y -= 12


def _shortage(stratum: ReportedStratum) -> str:
    return f"{stratum.shortage:,} short" if stratum.shortage else ""


def _draw_cases(paper: Paper, stratum: ReportedStratum) -> None:
    cases = (*stratum.selected, *stratum.reserves)
    if cases:
        heading = (
            f"{short(stratum.name, 120)}: {len(stratum.selected):,} selected, {len(stratum.reserves):,} in reserve"
        )
        Table(paper, CASE_COLUMNS).draw(_case_rows(cases), heading=heading)
        paper.y -= 14


def _case_rows(cases: Iterable[ReportedCase]) -> Iterable[Row]:
    for place, case in enumerate(cases, start=1):
        name, ticket = [(case.reference, STRONG_BODY)], [(case.ticket, BODY)]
        yield Row((name, ticket, [(str(place), BODY)], [(case.standing, BODY)]), name=case.reference)


def _draw_eliminations(paper: Paper, report: CertificateReport) -> None:
    rows = [
        Row(
            [
                [(one.reference, STRONG_BODY), (one.stratum, QUIET)],
                [(one.reason, BODY)],
                [(f"{one.proposed_by}; {one.approved_by}", BODY), (moment(one.approved_at), QUIET)],
                [(one.replaced_by or "None left", BODY)],
            ],
            name=one.reference,
        )
        for one in report.eliminations
    ]
    if rows:
        Table(paper, ELIMINATION_COLUMNS).draw(rows, heading="Cases taken out after the draw")
    else:
        paper.heading("Cases taken out after the draw", keep=20)
        paper.paragraph("P", "None.", LEAD)
    paper.y -= 14


def _draw_words(paper: Paper, report: CertificateReport) -> None:
    """The rules of the draw and the way to repeat it, in words."""
    if report.excluded:
        paper.heading(f"Kept out because audited lately ({len(report.excluded):,})", keep=40)
        paper.paragraph("P", ", ".join(report.excluded), BODY)
        paper.paragraph("P", f"Fingerprint of this list (SHA-256): {report.exclusions_fingerprint}", QUIET)
        paper.y -= 12
    paper.heading("How the order is made", keep=60)
    paper.numbered(report.algorithm_words, LEAD)
    paper.y -= 10
    paper.heading("How to check this draw", keep=60)
    paper.numbered(report.how_to_check, LEAD)
