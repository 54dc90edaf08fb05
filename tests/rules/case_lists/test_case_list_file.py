"""Is a file told by its content, read in every encoding and layout, and refused in one sentence otherwise?"""

from __future__ import annotations

import codecs
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from models.core.errors import RuleBroken
from models.rules.case_lists.file import describe_sheet, describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.samples import LEFT_OUT, sample_rows
from models.rules.case_lists.survey import survey_case_list
from tests.make_case_lists import (
    HEADINGS,
    TODAY,
    case_row,
    check_bytes,
    csv_bytes,
    inline_row,
    listed,
    raw_workbook,
    sheet_xml,
    xlsx_bytes,
)

ROWS = [HEADINGS, case_row("F1", theme="Négligence"), case_row("F2", agency="Court team, Corlemere")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_text_file_reads_the_same_in_every_encoding_delimiter_and_line_end(
    encoding: str, delimiter: str, newline: str
) -> None:
    report, rows = check_bytes(csv_bytes(ROWS, encoding=encoding, delimiter=delimiter, newline=newline))
    assert [(row[0], row[1], row[3]) for row in rows] == [(2, "F1", "Négligence"), (3, "F2", "Neglect")]
    assert rows[1][6] == "Court team, Corlemere"
    assert report.rejected_count == 0


def test_utf_16_with_big_endian_mark_is_read() -> None:
    _report, rows = check_bytes(codecs.BOM_UTF16_BE + csv_bytes(ROWS, encoding="utf-16-be"))
    assert rows[0][3] == "Négligence"


def test_last_line_without_a_line_end_counts() -> None:
    assert check_bytes(listed(case_row("F1"), case_row("F2")).rstrip())[0].rows == 2


def test_line_with_the_delimiter_named_first_is_obeyed() -> None:
    content = b"sep=;\r\n" + csv_bytes(ROWS, delimiter=";")
    _report, rows = check_bytes(content)
    assert [row[0] for row in rows] == [3, 4]


def test_cell_with_a_line_break_is_one_row() -> None:
    _report, rows = check_bytes(listed(case_row("F1", theme="Neglect\nand violence"), case_row("F2")))
    assert [(row[0], row[3]) for row in rows] == [(2, "Neglect and violence"), (3, "Neglect")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n  \r\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), r"\.xls\) or one locked"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", r"old Excel workbook"),
        (b"%PDF-1.7\n...", "PDF"),
        (b"<?xml version='1.0'?><Message/>", "XML"),
        (b"\xef\xbb\xbf  <html><table><tr><td>CHILD", "XML or web page"),
        ("<?xml version='1.0'?><Message/>".encode("utf-16"), "XML"),
        (b'[{"CHILD": 1}]', "JSON"),
        (b"{\\rtf1\\ansi Dear all}", "text document"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        (b"\x1f\x8b\x08\x00abc", "packed file"),
        (b"SQLite format 3\x00" + bytes(99), "database"),
        (b"CHILD,DECOM\r\n1,\x002", "not a readable list"),
        (bytes(range(1, 256)) * 4, "encoding the portal does not know"),
        (bytes(range(1, 127)) * 4, "not a readable list"),
        (b"CHILD,DECOM\r\n\x81\x8d,1", "encoding the portal does not know"),
        (b"CHILD,DECOM " * 200_000, "line of more than half a million"),
        (b"CHILD,DECOM\r\n" + b"x," * 600 + b"\r\n", "more than 500 columns"),
        (b'CHILD,DECOM\r\n"1,2\r\n3,4\r\n', "quotation mark"),
        (b'CHILD,DECOM\r\n"1"2,3\r\n', "Near line 2 .* quotation mark"),
        (b'CHILD,DECOM\r\n"' + b"x" * 1_000_000 + b'",1\r\n', "quotation mark"),
        (b'CHILD,DECOM\r\n"' + b'a\n","' * 700_000 + b'",1\r\n', "quotation mark"),
        (b"Dear colleague,\r\nplease find attached, as agreed, the list.\r\n", "not a case list"),
    ],
    ids=lambda value: value[:24].hex() if isinstance(value, bytes) else "",
)
def test_file_that_is_no_case_list_is_refused_in_one_plain_sentence(content: bytes, words: str) -> None:
    with pytest.raises(RuleBroken, match=words) as refusal:
        check_bytes(content)
    sentence = refusal.value.sentence
    assert len(sentence) < 220
    assert "Traceback" not in sentence
    assert sentence.endswith(".")


def zipped(*names: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (zipped("xl/workbook.bin"), "binary Excel workbook"),
        (zipped("word/document.xml"), "Word document"),
        (zipped("content.xml", "mimetype"), "OpenDocument"),
        (zipped("ppt/presentation.xml"), "presentation"),
        (zipped("list.csv"), "packed file"),
        (zipped("xl/workbook.xml"), "damaged"),
        (zipped("xl/other.xml"), "damaged"),
        (xlsx_bytes({"Cases": ROWS})[:900], "damaged"),
        (b"PK\x03\x04" + bytes(60), "damaged"),
        (raw_workbook(b"<worksheet><sheetData><row r='1'><c r='A1'"), "damaged"),
        (raw_workbook(sheet_xml(inline_row(5, "a") + inline_row(5, "b"))), "damaged"),
        (raw_workbook(sheet_xml('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')), "damaged"),
        (raw_workbook(sheet_xml('<row r="1"><c r="B1"><v>7</v></c><c r="A1"><v>7</v></c></row>')), "damaged"),
        (raw_workbook(b"<?xml version='1.0' encoding='UTF-9'?><worksheet/>"), "damaged"),
        (raw_workbook(b"<?xml version='1.0' encoding='utf-7'?><worksheet/>"), "damaged"),
        (raw_workbook(b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'), "damaged"),
    ],
)
def test_archive_that_is_no_case_list_is_refused_in_one_plain_sentence(content: bytes, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        check_bytes(content)


def test_workbook_reads_like_the_same_list_as_text() -> None:
    rows = [
        HEADINGS,
        ("F1", "CIN", "Neglect", date(2019, 5, 16), date(2019, 5, 17), date(2010, 1, 1), "Police"),
        (1002, "CPP", "Neglect\nand more", "2019-05-16", "", "#N/A", 7.5),
    ]
    _report, accepted = check_bytes(xlsx_bytes({"Cases": rows}))
    day = date(2019, 5, 16)
    assert accepted == [
        (2, "F1", 3, "Neglect", day, date(2019, 5, 17), "Police"),
        (3, "1002", 4, "Neglect and more", day, None, "7.5"),
    ]


def test_workbook_that_counts_days_from_1904_gives_the_same_dates() -> None:
    rows = [("Case reference", "Start date"), ("F1", date(2019, 5, 16))]
    _report, accepted = check_bytes(xlsx_bytes({"Cases": rows}, date_1904=True))
    assert accepted[0][4] == date(2019, 5, 16)


def test_formula_gives_its_stored_value_and_without_one_is_unreadable() -> None:
    header = inline_row(1, "Case reference", "Start date")
    stored = '<row r="2"><c t="str"><f>A9</f><v>F1</v></c><c><f>H2+5</f><v>43831</v></c></row>'
    unknown = '<row r="3"><c t="inlineStr"><is><t>F2</t></is></c><c><f>H2+5</f></c></row>'
    report, accepted = check_bytes(raw_workbook(sheet_xml(header + stored + unknown)))
    assert accepted == [(2, "F1", None, None, date(2020, 1, 1), None, None)]
    assert [(problem.row, problem.codes) for problem in report.rejected] == [(3, ("unreadable_start",))]


def test_phonetic_hints_and_rich_text_and_escapes_read_as_the_text_people_see() -> None:
    texts = (
        b"<sst><si><r><t>Case </t></r><r><t>reference</t></r><rPh><t>hint</t></rPh></si><si><t>F_x000D_1</t></si></sst>"
    )
    rows = '<row r="1"><c t="s"><v>0</v></c></row><row r="2"><c t="s"><v>1</v></c></row>'
    _report, accepted = check_bytes(raw_workbook(sheet_xml(rows), sharedStrings=texts), ColumnChoice("Case reference"))
    assert [row[1] for row in accepted] == ["F 1"]


def test_every_cell_of_a_workbook_equals_what_openpyxl_reads() -> None:
    rows = [
        [1, 2.5, -3, 1e20, 123456789012345, 0.1, True, False, "text", "ünï\U0001f600", "", "=1+1", 1e-7],
        [date(2020, 2, 29), date(1900, 3, 1), date(1999, 12, 31), "a & <b>", "  spaced  ", None, "x" * 32767],
    ]
    content = xlsx_bytes({"One": rows, "Two": [["only"]]})
    ours = open_case_list(io.BytesIO(content))
    theirs = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    assert list(ours.sheet_names) == theirs.sheetnames
    for name in ours.sheet_names:
        read = [row for batch in ours.batches(name) for row in batch.rows()]
        expected = [[as_text(cell.value) for cell in row] for row in theirs[name].iter_rows()]
        width = max(map(len, expected))
        assert [row + [""] * (width - len(row)) for row in read] == expected


def as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(value).upper()
    return "" if value is None else str(value)


def test_first_list_with_rows_is_offered_among_several_sheets() -> None:
    content = xlsx_bytes({"Guidance": [["Read me"]], "Empty": [HEADINGS], "Cases": ROWS})
    sheets = describe_sheets(open_case_list(io.BytesIO(content)))
    assert [(sheet.name, sheet.is_list) for sheet in sheets] == [
        ("Guidance", False),
        ("Empty", True),
        ("Cases", True),
    ]
    assert likely_sheet(sheets).name == "Cases"


def test_person_may_name_the_heading_row_and_is_told_when_it_is_empty() -> None:
    content = csv_bytes([("Report",), (), ("Ref", "When"), ("F1", "16/05/2019")])
    choice = ColumnChoice(reference="Ref", start="When")
    assert len(check_bytes(content, choice, header_row=3)[1]) == 1
    with pytest.raises(RuleBroken, match="has no row 2"):
        check_bytes(content, header_row=2)
    with pytest.raises(RuleBroken, match="no sheet “Nope”"):
        describe_sheet(open_case_list(io.BytesIO(xlsx_bytes({"Cases": ROWS}))), "Nope")


def test_three_sample_rows_show_how_the_columns_would_be_read_and_no_birth_date() -> None:
    rows = [case_row(f"F{place}", start="05/06/2019", born="01/02/2010") for place in range(5)]
    file = open_case_list(
        io.BytesIO(listed(case_row("CV34 4RL", start="2019-05-16"), *rows, case_row(start="06/25/2019")))
    )
    sheet = likely_sheet(describe_sheets(file))
    survey = survey_case_list(file, sheet, sheet.choice)
    samples = sample_rows(file, sheet, sheet.choice, survey.dates, TODAY)
    assert [sample.row for sample in samples] == [2, 3, 4]
    assert samples[0].texts["reference"] == LEFT_OUT
    assert samples[1].texts["theme"] == "Neglect"
    assert samples[1].days["start"] == ("05/06/2019", date(2019, 5, 6))
    assert "2010" not in str(samples)


def test_upload_stays_open_after_every_pass() -> None:
    source = io.BytesIO(listed(case_row()))
    file = open_case_list(source)
    sheet = describe_sheets(file)[0]
    next(iter(file.batches(sheet.name)))
    assert not source.closed
    assert sum(len(batch.rows()) for batch in file.batches(sheet.name)) == 2
