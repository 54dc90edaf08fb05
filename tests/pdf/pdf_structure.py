"""What does a PDF hold, read without our own code: text, structure, marks, fonts?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf
from pypdf import PdfReader


def text_of(pdf_bytes: bytes) -> str:
    """The text of all pages, blanks and line ends made one blank."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf_bytes)).pages).split())


def pages_of(pdf_bytes: bytes) -> list[str]:
    """The text of each page."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf_bytes)).pages]


@dataclass
class Element:
    """One structure element, its marked pieces as (page index, number)."""

    role: str
    attributes: dict[str, object]
    alt: str
    pieces: list[tuple[int, int]] = field(default_factory=list)
    kids: list["Element"] = field(default_factory=list)

    def all(self, role: str) -> list["Element"]:
        """Every element of that role below and including this one."""
        return [element for element in self.walk() if element.role == role]

    def walk(self) -> Iterator["Element"]:
        """This element and all below it in reading order."""
        yield self
        for kid in self.kids:
            yield from kid.walk()


def structure_of(pdf: pikepdf.Pdf) -> Element:
    """The structure tree, every parent link checked on the way."""
    pages = {page.obj.objgen: index for index, page in enumerate(pdf.pages)}
    root = pdf.Root.StructTreeRoot
    (top,) = root.K
    assert top.P.objgen == root.objgen
    return _element(top, pages)


def _element(entry: pikepdf.Object, pages: dict[tuple[int, int], int]) -> Element:
    attributes = dict(entry.A.items()) if "/A" in entry else {}
    element = Element(str(entry.S)[1:], attributes, str(entry.get("/Alt", "")))
    kids = entry.get("/K", pikepdf.Array())
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, int):
            element.pieces.append((pages[entry.Pg.objgen], kid))
        elif kid.get("/Type") == "/MCR":
            element.pieces.append((pages[kid.Pg.objgen], int(kid.MCID)))
        else:
            assert kid.P.objgen == entry.objgen
            element.kids.append(_element(kid, pages))
    return element


@dataclass
class PageMarks:
    """What one page's operators say: marked numbers in drawing order, and what is shown outside any mark."""

    numbers: list[int]
    loose: list[str]
    heights: list[float]
    fonts: set[str]


def marks_of(page: pikepdf.Page) -> PageMarks:
    """Read a page's operators; every mark opened must be closed."""
    page_marks = PageMarks([], [], [], set())
    depth = 0
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            depth += 1
            if name == "BDC" and "/MCID" in operands[1]:
                page_marks.numbers.append(int(operands[1]["/MCID"]))
        elif name == "EMC":
            depth -= 1
        elif name in ("Tj", "TJ", "f", "S") and not depth:
            page_marks.loose.append(name)
        elif name == "Tm":
            page_marks.heights.append(float(operands[5]))
        elif name == "Tf":
            page_marks.fonts.add(str(operands[0])[1:])
        assert depth >= 0
    assert depth == 0
    return page_marks


def marked_text(page: pikepdf.Page, fonts: pikepdf.Object) -> dict[int, str]:
    """The text of each marked piece, by the fonts' own tables and without guessing from positions."""
    maps = {name: _to_unicode(font) for name, font in fonts.items()}
    texts: dict[int, str] = {}
    stack: list[int | None] = []
    current: dict[str, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name in ("BDC", "BMC"):
            has_number = name == "BDC" and "/MCID" in operands[1]
            stack.append(int(operands[1]["/MCID"]) if has_number else (stack[-1] if stack else None))
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            current = maps[str(operands[0])]
        elif name in ("Tj", "TJ") and stack and stack[-1] is not None:
            strings = operands[0] if name == "TJ" else [operands[0]]
            codes = b"".join(bytes(part) for part in strings if isinstance(part, pikepdf.String)).hex()
            shown = "".join(current.get(codes[at : at + 4], "?") for at in range(0, len(codes), 4))
            texts[stack[-1]] = texts.get(stack[-1], "") + shown
    return texts


def spoken_pieces(page: pikepdf.Page) -> dict[int, str]:
    """The text of each marked piece as it is read aloud: its replacement text when there is one."""
    maps = {name: _to_unicode(font) for name, font in page.Resources.Font.items()}
    texts: dict[int, str] = {}
    stack: list[tuple[int | None, bool]] = []
    current: dict[str, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        number, is_given = stack[-1] if stack else (None, False)
        if name in ("BDC", "BMC"):
            facts = operands[1] if name == "BDC" else {}
            number = int(facts["/MCID"]) if "/MCID" in facts else number
            if "/ActualText" in facts and number is not None:
                texts[number] = texts.get(number, "") + str(facts["/ActualText"])
            stack.append((number, is_given or "/ActualText" in facts))
        elif name == "EMC":
            stack.pop()
        elif name == "Tf":
            current = maps[str(operands[0])]
        elif name in ("Tj", "TJ") and number is not None and not is_given:
            texts[number] = texts.get(number, "") + "".join(current.get(code, "?") for code in _codes(operands[0]))
    return texts


def elements_spoken(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """Role and whole text of each element that holds text, in reading order, over all its pages."""
    texts = [spoken_pieces(page) for page in pdf.pages]
    return [
        (element.role, "".join(texts[page].get(number, "") for page, number in element.pieces))
        for element in structure_of(pdf).walk()
        if element.pieces
    ]


def _codes(shown: pikepdf.Object) -> Iterator[str]:
    strings = shown if isinstance(shown, pikepdf.Array) else [shown]
    codes = b"".join(bytes(part) for part in strings if isinstance(part, pikepdf.String)).hex()
    return (codes[at : at + 4] for at in range(0, len(codes), 4))


def right_edges(page: pikepdf.Page) -> list[float]:
    """Where each shown line and each rectangle of a page ends, in points from the left edge."""
    widths = {name: _widths(font) for name, font in page.Resources.Font.items()}
    edges, x, size, advances = [], 0.0, 0.0, widths[next(iter(widths))]
    for operands, operator in pikepdf.parse_content_stream(page):
        name = str(operator)
        if name == "Tf":
            advances, size = widths[str(operands[0])], float(operands[1])
        elif name == "Tm":
            x = float(operands[4])
        elif name == "re":
            edges.append(float(operands[0]) + float(operands[2]))
        elif name in ("Tj", "TJ"):
            shift = sum(float(part) for part in operands[0] if _is_number(part)) if name == "TJ" else 0.0
            codes = list(_codes(operands[0]))
            blank = (
                0.0 if name == "TJ" or not codes else advances.get(codes[-1], 0.0)
            )  # a line's last blank shows nothing
            edges.append(x + (sum(advances.get(code, 0.0) for code in codes) - blank - shift) * size / 1000)
    return edges


def _is_number(part: object) -> bool:
    return not isinstance(part, pikepdf.String)


def _widths(font: pikepdf.Object) -> dict[str, float]:
    listed = list(font.DescendantFonts[0].W)
    return {f"{int(listed[at]):04x}": float(listed[at + 1][0]) for at in range(0, len(listed), 2)}


def _to_unicode(font: pikepdf.Object) -> dict[str, str]:
    table = font.ToUnicode.read_bytes().decode()
    pairs = (line[1:-1].split("><") for line in table.split("\n") if line.startswith("<") and line.endswith(">"))
    return {code: bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}
