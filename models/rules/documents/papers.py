"""What does a document say, block by block, whether it is drawn on paper or read as a page?

A document is written once, as a `Paper`: what it says of itself, and its blocks in reading order.
`jobs/pdf/paper/drawing.py` draws a paper as tagged PDF and the templates in `papers/` show the same paper as a page, so
neither can say more, less or anything else than the other. Texts are data everywhere: nothing in them is markup.
docs/paper.md has the recipe.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from models.rules.documents.panels import Panels
from models.rules.documents.pictures import Picture

T = TypeVar("T")
LONDON: Final = ZoneInfo("Europe/London")

OFFICIAL: Final = "OFFICIAL"
SENSITIVE: Final = "OFFICIAL-SENSITIVE"
"""The classification of a document in which cases, or people who are no professionals, can be told."""

Piece = tuple[str, str]
"""A text and its look, one of the words below. Empty texts are left out."""

LEAD: Final = "lead"
BODY: Final = "body"
STRONG: Final = "strong"
QUIET: Final = "quiet"
APART: Final = "apart"
"""Quiet, with a little room above."""
LABEL: Final = "label"
ALARM: Final = "alarm"
NAME: Final = "name"
"""A reference that names its row."""
CODE: Final = "code"
"""A fingerprint or another string that is compared, not read."""


def tag(tone: str) -> str:
    """The style of a word on a coloured plate; tones are red, amber, green, blue and grey.

    >>> tag("red")
    'tag red'
    """
    return f"tag {tone}"


Cell = str | Sequence[Piece]
"""A cell of a table: one text, or pieces under one another."""

# --- blocks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2, 3 or 4 (the title is level 1). No level may be skipped on the way down."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; line breaks in the text are kept. An empty one is left out."""

    kind: ClassVar[str] = "paragraph"
    text: str
    look: str = LEAD


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, `columns` side by side; an unknown value is a dash, a long one gets the full width."""

    kind: ClassVar[str] = "facts"
    pairs: Sequence[tuple[str, str]]
    columns: int = 3


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure to be seen at a glance, and the words under it."""

    figure: str
    words: str
    is_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Tiles:
    """Up to six figures side by side."""

    kind: ClassVar[str] = "tiles"
    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Items:
    """A list, bulleted or numbered."""

    kind: ClassVar[str] = "items"
    texts: Sequence[str]
    is_numbered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, its share of the width (shares are relative), and whether its cells are numbers."""

    title: str
    share: float = 1.0
    is_number: bool = False


@dataclass(slots=True)
class Row:
    """One row: its cells, a note across its foot, the tone of its left edge, a name for its continuation overleaf."""

    cells: Sequence[Cell]
    note: Sequence[Piece] = ()
    tone: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose headings come back on every page; the first cell of a row is the row's heading.

    `rows` is gone through more than once. Without rows the sentence `empty` stands in its place.
    """

    kind: ClassVar[str] = "table"
    columns: Sequence[Column]
    rows: Iterable[Row]
    heading: str = ""
    level: int = 2
    empty: str = "None."


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture; `table` has the same figures, placed beside it when there is room."""

    kind: ClassVar[str] = "figure"
    picture: Picture
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A box nobody should miss: grey for notes, red for warnings."""

    kind: ClassVar[str] = "notice"
    text: str
    title: str = ""
    tone: str = "grey"


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on, each with the role and, when known, the name of the person who signs.

    With a `closing`, the end of a letter: room for a hand, then name, role and `behalf`, for whom they sign.
    """

    kind: ClassVar[str] = "signatures"
    signers: Sequence[tuple[str, str]]
    closing: str = ""
    behalf: str = ""


@dataclass(frozen=True, slots=True)
class Blanks:
    """A question of a blank form with `lines` to write on; with `options`, boxes to tick instead."""

    kind: ClassVar[str] = "blanks"
    label: str
    hint: str = ""
    lines: int = 3
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a page; `turn` lays that page and the next ones "landscape" or "portrait"."""

    kind: ClassVar[str] = "page_break"
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Blocks that stay on one page, if one page can hold them."""

    kind: ClassVar[str] = "together"
    blocks: Sequence["Block"]


Block = (
    Heading | Paragraph | Facts | Tiles | Items | Table | Figure | Notice | Signatures | Blanks | PageBreak | Together
    | Panels
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, for which partnership and by whom a document is requested; lateness is judged on that day."""

    made_on: date
    partnership: str
    made_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A document. `scope` says which part of the whole it shows, `about` names the record it is about
    (`action_plans:12`), `agency_id` the agency that owns it. A letter has an `opening` above its title, the subject.
    """

    partnership: str
    kind: str
    title: str
    made_on: date
    fingerprint: str
    blocks: Sequence[Block]
    opening: Sequence[Block] = ()
    reference: str = ""
    subtitle: str = ""
    version: str = ""
    classification: str = OFFICIAL
    is_landscape: bool = False
    scope: str = ""
    about: str = ""
    agency_id: int | None = None

    @property
    def edition(self) -> str:
        """Reference, version and date, as printed at the foot of every page."""
        version = f"Version {self.version}" if self.version else ""
        return " · ".join(part for part in (self.reference or self.kind, version, day(self.made_on)) if part)


@dataclass(frozen=True, slots=True)
class RowsOf(Generic[T]):
    """Rows that are built again on each pass, so that two thousand of them are never held at once."""

    items: Sequence[T]
    row: Callable[[T], Row]

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, self.items)


def fingerprint_of(facts: Any) -> str:
    """The SHA-256 (64 hex digits) of a dataclass of facts; equal facts give the same one on every machine.

    It is taken over JSON with sorted keys, without blanks, UTF-8; dates and moments as ISO text.

    >>> fingerprint_of(Tile("3", "overdue"))[:16]
    'ba09b0c93567ddf4'
    """
    text = json.dumps(asdict(facts), default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def day(value: date) -> str:
    """A date as it is written in Britain.

    >>> day(date(2026, 3, 7))
    '7 Mar 2026'
    """
    return f"{value.day} {value:%b %Y}"


def moment(value: datetime | None) -> str:
    """A moment as London's clocks show it; a dash for none.

    >>> from datetime import UTC
    >>> moment(datetime(2026, 7, 1, 12, 5, tzinfo=UTC)), moment(None)
    ('1 Jul 2026, 13:05 BST', '–')
    """
    if value is None:
        return "–"
    local = value.astimezone(LONDON)
    return f"{day(local.date())}, {local:%H:%M %Z}"


def pieces_of(cell: Cell) -> Sequence[Piece]:
    """A cell as a list of pieces, however it was given.

    >>> pieces_of("Police"), pieces_of([("3", "strong")])
    ((('Police', 'body'),), [('3', 'strong')])
    """
    return ((cell, BODY),) if isinstance(cell, str) else cell
