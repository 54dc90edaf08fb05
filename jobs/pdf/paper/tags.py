"""What does each mark on the paper mean to a machine that reads it aloud?

ReportLab writes no structure. While a page is drawn this tree remembers which marked piece of it is a heading, a table
cell or a figure; when the file is finished the tree is written into it, together with fonts, language, title and
metadata. The result is tagged and machine-checked, and we claim no more than that: the `pdfuaid` entry in the metadata
tells reading software which rules to apply, but nobody has certified the file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from pikepdf import Array, Dictionary, Name, NumberTree, Object, ObjectStreamMode, Pdf, Stream, String

from jobs.pdf.paper.letterhead import Logo
from jobs.pdf.paper.typefaces import FontBook

Attribute = tuple[str, str | int]
CREATOR: Final = "Triangulate"
OWNERS: Final = {"Scope": Name.Table, "RowSpan": Name.Table, "ColSpan": Name.Table, "ListNumbering": Name.List}
"""Which part of the standard defines an attribute."""
COLUMN_HEAD: Final[tuple[Attribute, ...]] = (("Scope", "Column"),)
ROW_HEAD: Final[tuple[Attribute, ...]] = (("Scope", "Row"),)


@dataclass(slots=True)
class Node:
    """One element of the structure: a role such as `H1` or `TD`, and in reading order what it holds."""

    role: str
    kids: list["Node | tuple[int, int]"]
    """Elements, or marked pieces as (page index, number on that page)."""
    attributes: tuple[Attribute, ...] = ()
    alt: str = ""
    box: tuple[float, float, float, float] | None = None
    """Left, lower, right and upper edge of a figure."""

    def add(self, role: str, attributes: tuple[Attribute, ...] = (), alt: str = "") -> "Node":
        """Add a new element at the end of this one, and return it."""
        child = Node(role, [], attributes, alt)
        self.kids.append(child)
        return child


@dataclass(frozen=True, slots=True)
class About:
    """What the file says about itself before it is opened."""

    title: str
    author: str
    subject: str
    made_on: date


class TagTree:
    """The structure of one document while it is drawn."""

    def __init__(self) -> None:
        self.root = Node("Document", [])
        self._marks: list[int] = []

    def open_mark(self, node: Node, page: int) -> str:
        """The operator that opens the next marked piece of `node` on page index `page`; `EMC` closes it."""
        while len(self._marks) <= page:
            self._marks.append(0)
        number = self._marks[page]
        self._marks[page] = number + 1
        node.kids.append((page, number))
        return f"/{node.role}<</MCID {number}>>BDC"

    def marks(self) -> tuple[int, ...]:
        """How many marked pieces each page has now."""
        return tuple(self._marks)

    def go_back(self, elements: int, marks: tuple[int, ...]) -> None:
        """Keep only the first `elements` elements of the document, and set the number of marks of each page."""
        del self.root.kids[elements:]
        self._marks = list(marks)

    def write(self, pdf: Pdf) -> None:
        """Write the tree into the file, so that each page can find the elements of its marked pieces."""
        pages = [page.obj for page in pdf.pages]
        owners: list[list[Object]] = [[] for _ in pages]
        top = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        top.K = Array([_element(_Writing(pdf, pages, owners, {}), self.root, top)])
        parents = NumberTree.new(pdf)
        for index, page in enumerate(pages):
            page.StructParents = index
            page.Tabs = Name.S
            parents[index] = pdf.make_indirect(Array(owners[index]))
        top.ParentTree = parents.obj
        top.ParentTreeNextKey = len(pages)
        pdf.Root.StructTreeRoot = top


@dataclass(frozen=True, slots=True)
class _Writing:
    """The state while the tree is written."""

    pdf: Pdf
    pages: Sequence[Object]
    owners: list[list[Object]]
    shared: dict[tuple[Attribute, ...], Object]


def _element(at: _Writing, node: Node, parent: Object) -> Object:
    entry = at.pdf.make_indirect(Dictionary(S=Name("/" + node.role), P=parent))
    kids: list[Object | int] = []
    first_page: int | None = None
    for kid in node.kids:
        if isinstance(kid, Node):
            kids.append(_element(at, kid, entry))
            continue
        page, number = kid
        _own(at.owners[page], number, entry)
        if first_page is None:
            first_page = page
            entry.Pg = at.pages[page]
        kids.append(number if page == first_page else Dictionary(Type=Name.MCR, Pg=at.pages[page], MCID=number))
    if kids:
        entry.K = kids[0] if len(kids) == 1 else Array(kids)
    if node.attributes:
        entry.A = _attributes(at, node.attributes)
    if node.alt:
        entry.Alt = String(node.alt)
    if node.box:
        entry.A = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=Array([round(edge, 2) for edge in node.box]))
    return entry


def _own(owners: list[Object], number: int, entry: Object) -> None:
    """Pieces may be met out of their order on the page: the reading order need not be the drawing order."""
    while len(owners) <= number:
        owners.append(entry)
    owners[number] = entry


def _attributes(at: _Writing, attributes: tuple[Attribute, ...]) -> Object:
    """Sixteen thousand cells share a handful of attribute objects."""
    if attributes not in at.shared:
        entries = {f"/{key}": Name(f"/{value}") if isinstance(value, str) else value for key, value in attributes}
        at.shared[attributes] = at.pdf.make_indirect(Dictionary({"/O": OWNERS[attributes[0][0]], **entries}))
    return at.shared[attributes]


def finish(raw: bytes, tree: TagTree, fonts: FontBook, about: About, logo: Logo | None = None) -> bytes:
    """The finished file with structure, fonts and metadata; equal input gives equal bytes everywhere."""
    out = BytesIO()
    with Pdf.open(BytesIO(raw)) as pdf:
        resources = pdf.make_indirect(Dictionary(Font=fonts.resources(pdf)))
        if logo is not None:
            resources.XObject = Dictionary(Logo=_logo_object(pdf, logo))
        for page in pdf.pages:
            page.obj.Resources = resources
        tree.write(pdf)
        _describe(pdf, about)
        pdf.save(out, min_version="1.7", deterministic_id=True, object_stream_mode=ObjectStreamMode.generate)
    return out.getvalue()


def _describe(pdf: Pdf, about: About) -> None:
    pdf.Root.Lang = String("en-GB")
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    day = about.made_on.strftime("D:%Y%m%d000000Z")
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(about.title),
            Author=String(about.author),
            Subject=String(about.subject),
            Creator=String(CREATOR),
            CreationDate=String(day),
            ModDate=String(day),
        )
    )
    metadata = pdf.make_stream(_xmp(about))
    metadata.Type, metadata.Subtype = Name.Metadata, Name.XML
    pdf.Root.Metadata = metadata


def _xmp(about: About) -> bytes:
    title, author, subject = (escape(text) for text in (about.title, about.author, about.subject))
    day = about.made_on.isoformat()
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
<pdfuaid:part xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">1</pdfuaid:part>
<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool><xmp:CreateDate>{day}</xmp:CreateDate><xmp:ModifyDate>{day}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>""".encode()


def _logo_object(pdf: Pdf, logo: Logo) -> Object:
    """The logo as a picture of that PDF file, to be shown by the name /Logo."""
    return pdf.make_indirect(
        Stream(
            pdf,
            logo.pixels,
            Dictionary(
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=logo.width,
                Height=logo.height,
                ColorSpace=Name.DeviceRGB,
                BitsPerComponent=8,
            ),
        )
    )
