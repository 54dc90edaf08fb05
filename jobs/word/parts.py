"""Of which elements is a Word file made, and how does any text become one of its paragraphs?

Text is data here as on paper: it is cleaned by the same rule, set as the text of an element, and never read as markup.
"""

from typing import Any, Final

from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from jobs.pdf.paper.directions import begins_rtl
from jobs.pdf.paper.texts import readable

LETTER_LIMIT: Final = 100_000
"""A field longer than this is cut, and says so; more than on paper, as nothing of it has to be drawn."""
SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


def part(tag: str, *kids: Any, **values: str | int) -> Any:
    """An element of the word-processing language with its attributes and what stands within it, in that order.

    >>> part("jc", val="right").get(qn("w:val"))
    'right'
    """
    element = OxmlElement(f"w:{tag}")
    for name, value in values.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(kids)
    return element


def paragraph(text: str, style: str, *settings: Any, side: str = "") -> Any:
    """A paragraph in a style; line breaks are kept. One that begins in a right-to-left script runs that way.

    `settings` are its numbering, borders and tabs, in that order; `side` is "right" for figures.
    """
    lines = readable(text, limit=LETTER_LIMIT).strip("\n")
    is_rtl = begins_rtl(lines)
    setting = part("pPr", part("pStyle", val=style), *settings)
    if is_rtl:
        setting.append(part("bidi"))
    if side:
        setting.append(part("jc", val=side))
    element = part("p", setting)
    if lines:
        element.append(run(lines, is_rtl=is_rtl))
    return element


def run(text: str, *, is_rtl: bool = False) -> Any:
    """Cleaned text with its line breaks."""
    element = part("r", part("rPr", part("rtl"))) if is_rtl else part("r")
    for at, line in enumerate(text.split("\n")):
        if at:
            element.append(part("br"))
        words = part("t")
        words.text = line
        words.set(SPACE, "preserve")
        element.append(words)
    return element


def field(code: str) -> Any:
    """A number that Word works out itself, such as PAGE."""
    return part("fldSimple", run("1"), instr=code)


def keep_with_next(element: Any) -> None:
    """Keep a paragraph, or every row of a table, on the page of what follows."""
    for each in [element] if element.tag == qn("w:p") else element.iter(qn("w:p")):
        each.get_or_add_pPr().keepNext_val = True


def begin_page(element: Any) -> None:
    """Let a paragraph, or a table by its first one, begin a page."""
    first = element if element.tag == qn("w:p") else next(element.iter(qn("w:p")))
    first.get_or_add_pPr().pageBreakBefore_val = True
