"""Made-up facts for the papers of a review: any number of rows, always the same ones."""

from datetime import date
from typing import Final

from models.rules.documents.papers import Occasion
from models.rules.evidence.evidence_readers import Judged, LineRead
from models.rules.evidence.triangulation import Mark, Source, Verdict, mark_of
from models.rules.evidence.triangulation_reports import MatrixFacts, MatrixRow, Said
from tests.pdf.pdf_facts import SENTENCES, words

OCCASION: Final = Occasion(date(2026, 11, 22), "Arden Safeguarding Partnership (fictitious)", "Morgan Reed")
AREAS: Final = ("Voice and experience", "Practice and process", "Working together", "Leadership")
REVIEW: Final = {
    "occasion": OCCASION,
    "about": "thematic_reviews:1",
    "reference": "TR-2026-01",
    "title": "How agencies respond to the first contact about a child",
}
VERDICTS: Final = (Verdict.CONCERN, Verdict.MIXED, None, Verdict.STRENGTH, Verdict.CONCERN, None, None)


def matrix_row(number: int) -> MatrixRow:
    """The key line of that number; verdicts go round."""
    verdicts = [VERDICTS[(number * 3 + place * 2) % len(VERDICTS)] for place in range(len(Source))]
    said = tuple(Said(verdict, 2 + number % 5, 4) if verdict else Said(None) for verdict in verdicts)
    mark = mark_of([verdict for verdict in verdicts if verdict])
    hangs_on = "" if mark is Mark.SILENT else ("one item", "one source", "")[number % 3]
    footing = f"Hangs on {hangs_on}: {words(number, 1)}" if hangs_on else ""
    area = AREAS[number % 100 * 4 // 100]
    text, is_amended = SENTENCES[number % 5], number % 3 == 0
    return MatrixRow(
        number, text, area, said, mark, words(number, 2), is_amended, hangs_on, footing, _read(number, mark)
    )  # fmt: skip


def _read(number: int, mark: Mark) -> LineRead | None:
    """What two readers judged of every other line: alike, apart, settled or not, or one of them not at all."""
    if number % 2:
        return None
    first, second = Judged(mark, words(number, 1)), Judged(list(Mark)[number % 4], words(number + 1, 1))
    settled = Judged(mark, words(number + 2, 1)) if number % 6 == 0 else None
    return LineRead(first, None if number % 10 == 0 else second, settled)


def matrix(count: int) -> MatrixFacts:
    """A triangulation of that many key lines."""
    rows = tuple(matrix_row(number) for number in range(1, count + 1))
    return MatrixFacts(**REVIEW, sponsor="Siân Llewellyn", rows=rows, unplaced=3)
