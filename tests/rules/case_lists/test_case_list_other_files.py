"""Is a file that is no list told for what it is, with what to do?"""

from __future__ import annotations

import io
import zipfile

import pytest

from models.core.errors import RuleBroken
from tests.make_case_lists import check_bytes


def compound(*streams: str) -> bytes:
    """The look of an old Office file: a header of 512 bytes, then a folder with an entry of 128 bytes a stream."""
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *streams))
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries.ljust(1024, b"\0")


def packed(*names: str, **contents: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, contents.get(name, "x"))
    return target.getvalue()


SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (compound("Workbook"), r"old Excel workbook \(\.xls\), .* save it as \.xlsx"),
        (compound("Book", "SummaryInformation"), r"old Excel workbook \(\.xls\),"),
        (compound("EncryptionInfo", "EncryptedPackage"), "locked with a password: open it in Excel"),
        (compound("WordDocument", "Workbook"), "Word document"),
        (compound("__properties_version1.0", "Workbook"), "Outlook e-mail.* save the attached list"),
        (compound("PowerPoint Document"), "presentation"),
        (compound("Contents"), r"\(\.xls\) or one locked"),
        (packed("mimetype", "content.xml", "META-INF/manifest.xml", mimetype=SPREADSHEET), r"\.ods"),
        (packed("mimetype", "a/content.xml", "META-INF/manifest.xml", mimetype=SPREADSHEET), r"\.ods"),
        (packed("mimetype", "content.xml", mimetype="application/vnd.oasis.opendocument.text"), r"\.odt"),
        (packed("Index/Document.iwa"), "Apple Numbers"),
        (packed("Lists/March.xls"), "packed file.*“March.xls” in Excel, save it as .xlsx"),
        (packed("Lists/March.xlsx"), "packed file.* choose the list inside, “March.xlsx”"),
        (packed("a.csv", "b.csv"), "packed file.* with 2 files such as “a.csv”"),
        (packed("a.csv", "__MACOSX/._a.csv"), "the list inside, “a.csv”"),
        (packed("picture.png"), "packed file"),
    ],
)
def test_file_is_told_for_what_it_is_in_one_sentence_that_says_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(RuleBroken, match=words) as refusal:
        check_bytes(content)
    assert refusal.value.sentence.count(". ") == 0
    assert refusal.value.sentence.endswith(".")
    assert len(refusal.value.sentence) < 220
