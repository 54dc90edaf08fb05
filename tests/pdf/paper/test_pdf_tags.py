"""Can a machine read the PDFs aloud: is every mark in the structure, in order, with the right roles?"""

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest

from jobs.pdf.plans.plan_reports import build
from models.rules.plans.plan_report_paper import COLUMNS
from models.rules.plans.plan_reports import summarise
from tests.pdf.pdf_facts import action, report, report_of
from tests.pdf.pdf_structure import Element, marked_text, marks_of, structure_of

LONG = "The whole of this long text must be read. " * 200


@pytest.fixture(scope="module", params=[0, 1, 25, "tall"])
def pdf(request: pytest.FixtureRequest) -> Iterator[pikepdf.Pdf]:
    """Plans of several sizes, one of them with a row that runs over several pages."""
    tall = report_of([action(1), action(2, action=LONG, critical_friend_comment=LONG), action(3)])
    facts = tall if request.param == "tall" else report(request.param)
    with pikepdf.open(BytesIO(build(facts))) as opened:
        yield opened


@pytest.fixture
def tree(pdf: pikepdf.Pdf) -> Element:
    """The structure of that plan."""
    return structure_of(pdf)


def test_every_mark_on_every_page_belongs_to_exactly_one_element(pdf: pikepdf.Pdf, tree: Element) -> None:
    claimed = sorted(piece for element in tree.walk() for piece in element.pieces)
    drawn = sorted((index, number) for index, page in enumerate(pdf.pages) for number in marks_of(page).numbers)
    assert claimed == drawn
    assert len(set(claimed)) == len(claimed)


def test_nothing_is_drawn_outside_a_mark(pdf: pikepdf.Pdf) -> None:
    assert all(not marks_of(page).loose for page in pdf.pages)


def test_each_page_finds_the_element_of_its_marks(pdf: pikepdf.Pdf) -> None:
    parents = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    for index, page in enumerate(pdf.pages):
        owners = parents[int(page.obj.StructParents)]
        assert len(owners) == len(marks_of(page).numbers)
        assert page.obj.Tabs == "/S"
        assert int(page.obj.StructParents) == index


def test_the_reading_order_is_the_order_on_paper(tree: Element) -> None:
    first = [min(element.pieces) for element in tree.walk() if element.pieces and element.role in ("H1", "H2", "P")]
    assert first == sorted(first)


def test_there_is_one_title_and_no_heading_level_is_skipped(tree: Element) -> None:
    assert len(tree.all("H1")) == 1
    assert tree.all("H2")
    assert tree.walk().__next__().role == "Document"


def test_every_table_has_column_heads_with_scope_and_even_rows(tree: Element) -> None:
    for table in tree.all("Table"):
        heads = table.kids[0].all("TH")
        assert {str(head.attributes["/Scope"]) for head in heads} == {"/Column"}
        owed = 0
        for row in table.all("TR"):
            width = owed + sum(int(cell.attributes.get("/ColSpan", 1)) for cell in row.kids)
            assert width == len(heads)
            owed = sum(1 for cell in row.kids if int(cell.attributes.get("/RowSpan", 1)) > 1)


def test_each_action_row_is_headed_by_its_reference(pdf: pikepdf.Pdf) -> None:
    texts = [marked_text(page, page.Resources.Font) for page in pdf.pages]
    for table in structure_of(pdf).all("Table"):
        for head in table.kids[1].all("TH") if len(table.kids) > 1 else []:
            assert str(head.attributes["/Scope"]) == "/Row"
            assert any(texts[page].get(number, "").strip() for page, number in head.pieces)


def test_the_chart_has_a_text_in_its_place_and_a_box(tree: Element) -> None:
    (figure,) = tree.all("Figure")
    assert figure.alt.startswith("Bar chart. ")
    left, low, right, high = (float(edge) for edge in figure.attributes["/BBox"])  # type: ignore[attr-defined]
    assert left < right
    assert low < high


def test_the_file_says_language_title_and_that_it_is_marked(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.MarkInfo.Marked
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as meta:
        assert meta["dc:title"] == "AP-2026-01 The multi-agency front door"


def test_every_font_is_embedded_maps_to_text_and_is_used(pdf: pikepdf.Pdf) -> None:
    used = set().union(*(marks_of(page).fonts for page in pdf.pages))
    fonts = pdf.pages[0].Resources.Font
    assert {name[1:] for name in fonts} == used
    for font in fonts.values():
        assert "/ToUnicode" in font
        assert len(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()) > 500
    names = [str(part.BaseFont) for part in pdf.objects if isinstance(part, pikepdf.Dictionary) and "/BaseFont" in part]
    assert not [name for name in names if "Helvetica" in name]


def test_the_bookmarks_lead_to_the_cover_the_summary_and_each_group() -> None:
    facts = report(25)
    with pikepdf.open(BytesIO(build(facts))) as pdf, pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
    groups = [f"{group.title} ({len(group.actions)})" for group in summarise(facts).groups]
    assert titles == [
        "AP-2026-01 The multi-agency front door",
        "Where the actions stand on 22 Nov 2026",
        "By lead agency",
        *groups,
    ]


def test_a_screen_reader_hears_each_column_heading_once_a_table() -> None:
    with pikepdf.open(BytesIO(build(report(60)))) as pdf:
        tables = structure_of(pdf).all("Table")
        assert len(pdf.pages) > len(tables) + 3
        assert [len(table.kids[0].all("TH")) for table in tables[2:]] == [len(COLUMNS)] * len(tables[2:])


def test_a_text_read_by_its_marks_alone_is_whole_and_in_order() -> None:
    with pikepdf.open(BytesIO(build(report_of([action(1), action(2, action=LONG)])))) as pdf:
        texts = [marked_text(page, page.Resources.Font) for page in pdf.pages]
        cells = [element for element in structure_of(pdf).all("TD") if len(element.pieces) > 1]
        read = ["".join(texts[page].get(number, "") for page, number in cell.pieces) for cell in cells]
    assert [words for words in read if words.startswith(LONG)]


def test_a_right_to_left_name_carries_its_text_in_reading_order() -> None:
    with pikepdf.open(BytesIO(build(report_of([action(1, owner_name="فاطمة الزهراء")])))) as pdf:
        actual = [
            str(operands[1]["/ActualText"]).strip()
            for page in pdf.pages
            for operands, operator in pikepdf.parse_content_stream(page)
            if str(operator) == "BDC" and "/ActualText" in operands[1]
        ]
    assert "فاطمة الزهراء" in actual
