"""How does a document become a Word file: letterhead, title, then block after block?"""

from jobs.pdf.paper.drawing import about_of, running_of
from jobs.pdf.paper.letterhead import PLAIN, Stationery
from jobs.word.blocks import write_blocks
from jobs.word.manuscripts import Manuscript
from jobs.word.parts import paragraph
from jobs.word.pictures import write_logo
from models.rules.documents.papers import Paper


def docx_of(paper: Paper, stationery: Stationery = PLAIN) -> bytes:
    """The paper as a Word file on A4, to be edited further; equal papers give equal bytes.

    Reads no clock, no database, no network, and holds no macro and no link.
    """
    copy = Manuscript(running_of(paper, stationery), stationery, is_landscape=paper.is_landscape)
    if stationery.logo is not None:
        write_logo(copy, stationery.logo)
    kind = f"{paper.kind} {paper.reference}".strip()
    copy.put(paragraph(" · ".join(part for part in (paper.partnership, kind) if part), "Eyebrow"))
    copy.put(paragraph(" ".join(paper.title.split()), "Heading1"))
    if paper.subtitle.strip():
        copy.put(paragraph(paper.subtitle, "Subtitle"))
    write_blocks(copy, paper.blocks)
    return copy.to_bytes(about_of(paper))
