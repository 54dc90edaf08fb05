"""Do the report of a review and the Board's pack say on paper what the page says, and are they sound?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jobs.pdf.paper.drawing import draw
from models.core.access import Role
from models.rules.documents.papers import SENSITIVE, Table, pieces_of
from models.rules.evidence.triangulation import Verdict
from models.rules.gates.board_packs import (
    BoardFacts,
    CycleFacts,
    HeadFacts,
    LateFacts,
    ReviewFacts,
    board_paper,
)
from models.rules.gates.report_samples import SampleFacts
from models.rules.gates.review_reports import (
    DoneFacts,
    FindingFacts,
    MethodFacts,
    RecommendationFacts,
    ReviewReportFacts,
    agreement_sentence,
    review_paper,
)
from tests.pdf.paper.pictures.gallery import GALLERY
from tests.pdf.pdf_facts import SENTENCES, words
from tests.pdf.pdf_kit import Kit, SoundDocument
from tests.pdf.pdf_review_facts import OCCASION, REVIEW, matrix_row
from tests.pdf.pdf_structure import pages_of
from tests.web import Browser

SHORT = ("title", "partnership", "reference")


def review(count: int) -> ReviewReportFacts:
    """A report with so many findings, key lines and recommendations."""
    numbers = range(1, count + 1)
    few = numbers[:25]
    return ReviewReportFacts(
        **REVIEW, kind="Children", hub="Children's hub", sponsor="Siân Llewellyn", priority="Neglect",
        focus="Whether help comes early.", stage="Presentation", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31),
        methods=tuple(MethodFacts(SENTENCES[number % 5][:40], words(number, 1)) for number in few),
        sample=tuple(SampleFacts(f"AS-{number:04d}", "Theme", f"Level {number}", 1200 + number, 4) for number in few),
        findings=tuple(
            FindingFacts(
                f"{number % 9}. Key line", "Case audit", list(Verdict)[number % 3], "Strong", words(number, 2),
                "" if number % 5 == 0 else f"Agency {number % 5}",
            )
            for number in sorted(numbers, key=lambda number: number % 9)
        ),
        rows=tuple(matrix_row(number) for number in few),
        recommendations=tuple(
            RecommendationFacts(number, SENTENCES[number % 5], "Practice", "Case audit", "", 3, 1) for number in few
        ),
        done=DoneFacts(40, 9, 31, 26),
    )  # fmt: skip


def board(count: int) -> BoardFacts:
    """A pack with so many late returns and overdue actions."""
    numbers = range(1, count + 1)
    owed = tuple(
        LateFacts(f"Agency {number}", words(number, 1), f"SE-{number:04d}", date(2026, 1, 5)) for number in numbers
    )
    return BoardFacts(
        occasion=OCCASION, body="Executive Board", meets_on=date(2026, 12, 10), since=date(2026, 9, 10),
        changes=tuple(words(number, 1) for number in numbers[:10]), pictures=GALLERY,
        reviews=tuple(
            ReviewFacts(
                f"TR-{number}", words(number, 1), "Adults", "Scoping", number,
                date(2026, 3, 1), number == 2, number, "-",
            )
            for number in numbers[:5]
        ),
        late=owed, overdue=owed,
        cycles=(CycleFacts("Section 11, children", date(2026, 5, 1), 3, 5, ("Ashquarry School (Late)",)),),
        head=HeadFacts(date(2026, 11, 28), f"48211:{'0a9f' * 16}"),
    )  # fmt: skip


class TestReviewReport(SoundDocument):
    """The report."""

    kit = Kit(
        facts=review,
        paper=review_paper,
        build=lambda facts: draw(review_paper(facts)),
        fixed=("verdict", "mark", "about"),
        short=(
            *SHORT,
            "area",
            "level",
            "kind",
            "hub",
            "stage",
            "key_line",
            "source",
            "strength",
            "changes",
            "what",
            "agency",
        ),
    )


class TestBoardPack(SoundDocument):
    """The pack."""

    kit = Kit(
        facts=board,
        paper=board_paper,
        build=lambda facts: draw(board_paper(facts)),
        fixed=("seal", "pictures"),
        short=(*SHORT, "kind", "stage", "agency", "body", "acts_next"),
    )


def test_page_one_of_the_report_holds_the_summary_and_the_recommendations() -> None:
    facts = review(6)
    first = " ".join(pages_of(draw(review_paper(facts)))[0].split())
    wanted = (
        *(facts.focus, facts.done.sentence, agreement_sentence(facts.rows), "Recommendations"),
        *(recommendation.text for recommendation in facts.recommendations),
        "Where the sources conflict, and where they agree",
    )
    assert [words for words in wanted if words not in first] == []


def test_each_finding_of_the_report_has_its_agency_beside_it() -> None:
    tables = [block for block in review_paper(review(9)).blocks if isinstance(block, Table)]
    rows = [row for table in tables if table.columns[0].title == "Finding" for row in table.rows]
    told = {str(row.cells[0]): [text for text, _ in pieces_of(row.cells[1])] for row in rows}
    assert told == {finding.text: [finding.agency, finding.source] for finding in review(9).findings}


def test_report_and_pack_are_sensitive_and_open_for_those_who_may(browser: Callable[..., Browser]) -> None:
    assert review_paper(review(1)).classification == board_paper(board(1)).classification == SENSITIVE
    viewer = browser(Role.BOARD_VIEWER)
    said = viewer.get("/thematic-reviews/board/pack/board/2026-12-10/").get_text(" ", strip=True)
    assert "No agency is late." in said
    viewer.get("/thematic-reviews/1/report/", 403)
