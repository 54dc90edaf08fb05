"""Which styles has a Word file, so that whoever edits it changes all of a kind at once?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from docx.document import Document
from docx.oxml.ns import qn

from jobs.pdf.paper.styles import ALARM, INK, LINE, MUTED, NAVY, TINT, TONE_COLOURS
from jobs.word.parts import part

FONT: Final = "Arial"
"""On every desk; letters it lacks are taken from the fonts of whoever reads."""
GAP: Final = "Gap"
"""The thin line after a table: without one, two tables would become one."""
TABLE: Final = "PortalTable"
BARE_TABLE: Final = "PortalGrid"
"""A table without lines, for figures and labels side by side."""
HOUSE: Final = ""
"""The ink that is the partnership's own colour."""
BULLETS: Final = 0
NUMBERS: Final = 1
"""The two kinds of list, by the number that paragraphs ask for them by."""
LEVELS: Final = ("•", "–", "▪")


@dataclass(frozen=True, slots=True)
class Look:
    """A style of paragraphs: its name in Word's own list, and how it is set. Lengths are points."""

    name: str
    size: float
    ink: str = INK
    is_bold: bool = False
    before: float = 0.0
    after: float = 0.0
    is_kept: bool = False
    """Whether it stays on the page of what follows."""
    plate: str = ""
    """The colour behind the letters."""
    ground: str = ""
    edge: str = ""
    """The colours of a box: its ground, and its left edge."""
    level: int = 0
    """Of a heading."""
    list_kind: int | None = None


STYLES: Final = {
    "Normal": Look("Normal", 10.5, after=5),
    **{
        f"Heading{level}": Look(f"heading {level}", size, HOUSE, True, before, after, True, level=level)
        for level, size, before, after in ((1, 21, 0, 4), (2, 14, 14, 4), (3, 12, 10, 3), (4, 10.5, 8, 2))
    },
    "Eyebrow": Look("Eyebrow", 9.5, MUTED, True, after=2),
    "Subtitle": Look("Subtitle", 12.5, after=6),
    "ListBullet": Look("List Bullet", 10.5, after=3, list_kind=BULLETS),
    "ListNumber": Look("List Number", 10.5, after=3, list_kind=NUMBERS),
    "Header": Look("header", 8, MUTED, True),
    "Footer": Look("footer", 8, MUTED),
    GAP: Look("Gap", 4),
    "TableHead": Look("Table head", 8.5, HOUSE, True),
    "Body": Look("Table text", 9),
    "Large": Look("Large text", 11.5, after=4),
    "Strong": Look("Strong text", 9, is_bold=True),
    "Quiet": Look("Quiet", 8.5, MUTED),
    "Apart": Look("Quiet, apart", 8.5, MUTED, before=3),
    "FactLabel": Look("Fact label", 9, MUTED, True),
    "Label": Look("Label", 8, MUTED, True, before=2),
    "Alarm": Look("Alarm", 9, ALARM, True),
    "Name": Look("Name", 9, is_bold=True),
    "Code": Look("Code", 8.5),
    "Figure": Look("Figure", 21, is_bold=True),
    "FigureAlarm": Look("Figure, alarm", 21, ALARM, True),
    "Picture": Look("Picture", 9, before=2, after=4),
    "Question": Look("Question", 10.5, is_bold=True, before=6, is_kept=True),
    **{
        f"Tag{tone.title()}": Look(f"Tag {tone}", 8.5, ink, True, before=2, plate=fill)
        for tone, (fill, ink) in TONE_COLOURS.items()
    },
    **{
        f"Notice{tone.title()}": Look(f"Notice {tone}", 10.5, ground=TINT, edge=fill, after=6)
        for tone, (fill, _) in TONE_COLOURS.items()
    },
    **{
        f"NoticeTitle{tone.title()}": Look(
            f"Notice title {tone}", 10.5, is_bold=True, is_kept=True, ground=TINT, edge=fill
        )
        for tone, (fill, _) in TONE_COLOURS.items()
    },
}
"""Every style by its id; the first is what the others are based on."""


def style_of(look: str) -> str:
    """The style of a piece of text, by its look in `models/rules/documents/papers.py`.

    >>> style_of("lead"), style_of("quiet"), style_of("tag red")
    ('Normal', 'Quiet', 'TagRed')
    """
    return "Normal" if look == "lead" else look.title().replace(" ", "")


def set_styles(document: Document, accent: str) -> None:
    """Give a file these styles and no others, its two kinds of list, and British English."""
    styles = document.styles.element
    for old in styles.findall(qn("w:style")) + styles.findall(qn("w:docDefaults")):
        styles.remove(old)
    styles.insert(0, _defaults())
    styles.extend(_style(name, look, accent or NAVY) for name, look in STYLES.items())
    styles.extend(
        (_table_style("TableNormal", "Normal Table"), _table_style(BARE_TABLE, "Portal grid"), _lined(accent))
    )
    _set_lists(document.part.numbering_part.element)
    _set_settings(document.settings.element)


def start_numbers(document: Document) -> int:
    """A list of its own that begins at 1; returns the number that its paragraphs ask for it by."""
    started = document.part.numbering_part.element.add_num(NUMBERS)
    started.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(started.numId)


def web(colour: str) -> str:
    """A web colour as Word writes it.

    >>> web("#ff0033")
    'FF0033'
    """
    return colour[1:].upper()


def half_points(points: float) -> int:
    """A size of letters as Word counts it."""
    return round(points * 2)


def twips(points: float) -> int:
    """A length as Word counts it, in twentieths of a point."""
    return round(points * 20)


def _defaults() -> Any:
    fonts = part("rFonts", ascii=FONT, hAnsi=FONT, eastAsia=FONT, cs=FONT)
    language = part("lang", val="en-GB", eastAsia="en-GB", bidi="ar-SA")
    spacing = part("spacing", after=0, line=264, lineRule="auto")
    return part(
        "docDefaults",
        part("rPrDefault", part("rPr", fonts, part("sz", val=21), part("szCs", val=21), language)),
        part("pPrDefault", part("pPr", spacing)),
    )


def _style(name: str, look: Look, accent: str) -> Any:
    is_first = name == "Normal"
    style = part("style", part("name", val=look.name), type="paragraph", styleId=name)
    if is_first:
        style.set(qn("w:default"), "1")
    else:
        style.append(part("basedOn", val="Normal"))
        style.append(part("next", val="Normal" if look.is_kept else name))
    style.append(part("qFormat"))
    style.append(part("pPr", *_paragraph_settings(look)))
    style.append(part("rPr", *_letter_settings(look, accent)))
    return style


def _paragraph_settings(look: Look) -> Iterator[Any]:
    """In the order that the standard gives them."""
    if look.is_kept:
        yield part("keepNext")
        yield part("keepLines")
    if look.list_kind is not None:
        yield part("numPr", part("numId", val=look.list_kind + 1))
    if look.ground:
        yield part("pBdr", part("left", val="single", sz=24, space=8, color=web(look.edge)))
        yield part("shd", val="clear", color="auto", fill=web(look.ground))
    if look.name == "Gap":
        yield part("spacing", before=0, after=0, line=twips(look.size * 2), lineRule="exact")
    else:
        yield part("spacing", before=twips(look.before), after=twips(look.after))
    if look.ground:
        yield part("ind", left=227, right=113)
    if look.level:
        yield part("outlineLvl", val=look.level - 1)


def _letter_settings(look: Look, accent: str) -> Iterator[Any]:
    if look.is_bold:
        yield part("b")
        yield part("bCs")
    yield part("color", val=web(look.ink or accent))
    yield part("sz", val=half_points(look.size))
    yield part("szCs", val=half_points(look.size))
    if look.plate:
        yield part("shd", val="clear", color="auto", fill=web(look.plate))


def _table_style(name: str, shown: str, *borders: Any) -> Any:
    room = {"top": 28, "left": 0 if name == BARE_TABLE else 85, "bottom": 28, "right": 85}
    margins = part("tblCellMar", *(part(side, w=width, type="dxa") for side, width in room.items()))
    settings = part("tblPr", part("tblInd", w=0, type="dxa"), *borders, margins)
    style = part("style", part("name", val=shown), settings, type="table", styleId=name)
    if name == "TableNormal":
        style.set(qn("w:default"), "1")
    return style


def _lined(accent: str) -> Any:
    """Thin lines between rows, a strong one under the headings."""
    lines = [part(side, val="single", sz=4, space=0, color=web(LINE)) for side in ("bottom", "insideH")]
    style = _table_style(TABLE, "Portal table", part("tblBorders", *lines))
    below = part("tcBorders", part("bottom", val="single", sz=8, space=0, color=web(accent or NAVY)))
    shade = part("shd", val="clear", color="auto", fill=web(TINT))
    style.append(part("tblStylePr", part("tcPr", below, shade), type="firstRow"))
    return style


def _set_lists(numbering: Any) -> None:
    for old in list(numbering):
        numbering.remove(old)
    for kind in (BULLETS, NUMBERS):
        levels = (_level(depth, kind) for depth in range(len(LEVELS)))
        numbering.append(
            part("abstractNum", part("multiLevelType", val="hybridMultilevel"), *levels, abstractNumId=kind)
        )
    for kind in (BULLETS, NUMBERS):
        numbering.add_num(kind)


def _level(depth: int, kind: int) -> Any:
    sign = LEVELS[depth] if kind == BULLETS else f"%{depth + 1}."
    return part(
        "lvl",
        part("start", val=1),
        part("numFmt", val="bullet" if kind == BULLETS else "decimal"),
        part("lvlText", val=sign),
        part("lvlJc", val="left"),
        part("pPr", part("ind", left=360 * (depth + 1), hanging=360)),
        ilvl=depth,
    )


def _set_settings(settings: Any) -> None:
    """Only what a document needs: no traces of the file it began as, and the layout of Word since 2013."""
    needed = ("zoom", "defaultTabStop", "characterSpacingControl", "compat", "clrSchemeMapping")
    kept = {qn(f"w:{tag}") for tag in needed}
    for old in list(settings):
        if old.tag not in kept:
            settings.remove(old)
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    compat = settings.find(qn("w:compat"))
    compat.remove(compat.find(qn("w:useFELayout")))
    compat[0].set(qn("w:val"), "15")
    settings.find(qn("w:clrSchemeMapping")).addprevious(part("themeFontLang", val="en-GB"))
