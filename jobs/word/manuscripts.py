"""What has a Word file on every page, where does the next block stand, and why are its bytes the same each time?"""

from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Twips

from jobs.pdf.paper.letterhead import Running, Stationery
from jobs.pdf.paper.tags import About
from jobs.pdf.paper.texts import short
from jobs.word.parts import begin_page, field, keep_with_next, paragraph, part, run
from jobs.word.styles import GAP, set_styles

SHORT_EDGE: Final = 11906
LONG_EDGE: Final = 16838
"""A4, in twips: twentieths of a point."""
MARGIN: Final = 1020
TOP: Final = 1304
EDGE: Final = 567
"""From the edge of the paper to the running lines."""
MOST: Final = 255
"""Letters that a property of a file may have."""
OF_THE_TEMPLATE: Final = {
    RELATION.THUMBNAIL, RELATION.EXTENDED_PROPERTIES, RELATION.CUSTOM_XML, RELATION.WEB_SETTINGS,
    "http://schemas.microsoft.com/office/2007/relationships/stylesWithEffects",
}  # fmt: skip
"""What the file that every Word file begins as brings along, and no document needs."""


class Manuscript:
    """A Word file being written from top to bottom."""

    def __init__(self, running: Running, stationery: Stationery, *, is_landscape: bool) -> None:
        self.document = docx.Document()
        self.running = running
        for relations in (self.document.part.rels, self.document.part.package.rels):
            for key in [key for key, relation in relations.items() if relation.reltype in OF_THE_TEMPLATE]:
                del relations[key]
        set_styles(self.document, stationery.accent)
        self._begins_page = False
        self._lay_out(self.document.sections[0], is_landscape=is_landscape)

    # --- what stands where ------------------------------------------------------------------------------------------

    def put(self, element: Any) -> None:
        """Set a paragraph or a table below everything else; a table is closed by a thin line."""
        if self._begins_page:
            begin_page(element)
            self._begins_page = False
        self._end.addprevious(element)
        if element.tag == qn("w:tbl"):
            self._end.addprevious(paragraph("", GAP))

    def keep_last(self) -> None:
        """Keep the paragraph that was written last on the page of what comes next."""
        last = self._end.getprevious()
        if last is not None and last.tag == qn("w:p") and last.style != GAP:
            keep_with_next(last)

    def new_page(self) -> None:
        """Let what comes next begin a page."""
        self._begins_page = True

    def turn(self, *, is_landscape: bool) -> None:
        """Begin a page that lies or stands; the following pages do too."""
        last = self._end.getprevious()
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        broken = self._end.getprevious()
        broken.style = GAP
        if last is not None and last.tag == qn("w:p") and last.style == GAP:
            last.getparent().remove(last)
        self._begins_page = False
        self._lay_out(section, is_landscape=is_landscape)

    @property
    def place(self) -> int:
        """Where writing stands, for `hold_together`."""
        return len(self.document.element.body)

    def hold_together(self, place: int) -> None:
        """Keep on one page, if one page can hold it, everything written since a place."""
        for element in self.document.element.body[place - 1 : -2]:
            keep_with_next(element)

    def _lay_out(self, section: Section, *, is_landscape: bool) -> None:
        width, height = (LONG_EDGE, SHORT_EDGE) if is_landscape else (SHORT_EDGE, LONG_EDGE)
        section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Twips(width), Twips(height)
        section.left_margin = section.right_margin = Twips(MARGIN)
        section.top_margin = section.bottom_margin = Twips(TOP)
        section.header_distance = section.footer_distance = Twips(EDGE)
        self.width = width - 2 * MARGIN
        """Of a line, in twips."""
        self.room = height - 2 * TOP
        """From the first line of a page to its last, in twips."""
        self._write_running_lines(section)

    def _write_running_lines(self, section: Section) -> None:
        running = self.running
        head = self._running(running.partnership, "Header", run(short(running.classification, 120)))
        counted = (run("Page "), field("PAGE"), run(" of "), field("NUMPAGES"))
        foot = [self._running(running.edition, "Footer", *counted)]
        foot.append(paragraph(f"Written from facts with the fingerprint {running.fingerprint}", "Footer"))
        if running.footer:
            foot.append(paragraph(short(running.footer), "Footer"))
        for story, lines in ((section.header, [head]), (section.footer, foot)):
            story.is_linked_to_previous = False
            of_the_template = story.paragraphs[0]._p
            for line in lines:
                of_the_template.addprevious(line)
            of_the_template.getparent().remove(of_the_template)

    def _running(self, left: str, style: str, *right: Any) -> Any:
        """A line with words at both its ends."""
        tabs = part("tabs", part("tab", val="right", pos=self.width))
        line = part("p", part("pPr", part("pStyle", val=style), tabs), run(short(left, 120)), part("r", part("tab")))
        line.extend(right)
        return line

    @property
    def _end(self) -> Any:
        """What the last page looks like; everything stands before it."""
        return self.document.element.body[-1]

    # --- the end ----------------------------------------------------------------------------------------------------

    def to_bytes(self, about: About) -> bytes:
        """The finished file."""
        known = self.document.core_properties
        known.title, known.subject, known.author = about.title[:MOST], about.subject[:MOST], about.author[:MOST]
        known.last_modified_by, known.category = known.author, short(self.running.classification, 120)
        known.keywords = known.comments = ""
        known.language, known.revision = "en-GB", 1
        known.created = known.modified = datetime.combine(about.made_on, time(), UTC)
        raw = BytesIO()
        self.document.save(raw)
        return _sealed(raw)


def _sealed(raw: BytesIO) -> bytes:
    """The same parts in the same order, each of the same moment, so that equal documents have equal bytes."""
    out = BytesIO()
    with ZipFile(raw) as source, ZipFile(out, "w") as target:
        for name in source.namelist():
            entry = ZipInfo(name)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 0
            target.writestr(entry, source.read(name))
    return out.getvalue()
