"""What does a picture show: its sentence, its marks, the same figures as a table, and what it cannot say?

A picture is worked out once, in shares of its width or its height. Pages show it as HTML and SVG
(`app/templates/kit/pictures.html`); `jobs/pdf/paper/pictures` lays the same marks out for paper and for files. Nothing
is told by colour alone, and no mark stands for a number that the table withholds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from models.rules.documents.bars import Bar


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a row: a `bar`, a `line` or a `dot` (at `begins`), from share to share of the width, 0 to 1.

    `words` stand on it where it is wide enough for them.
    """

    begins: float
    ends: float
    tone: str
    words: str = ""
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of marks: its name on the left, its value in words on the right; `href` is the list behind it.

    `tag` is a second word under the value, in a tone. A line that `is_group` heads those beneath it and has no marks.
    `text` says its marks to those who cannot see them, where the value does not.
    """

    label: str
    marks: tuple[Mark, ...] = ()
    value: str = ""
    href: str = ""
    tag: str = ""
    tag_tone: str = ""
    is_group: bool = False
    is_strong: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A word of the axis, at a share of the width or the height."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a tone stands for, how many of it there are where that is told, and the list of exactly these."""

    words: str
    tone: str
    count: int | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Marks in rows under one axis; `now` is where today stands. `has_track` shows the whole behind the marks."""

    kind: ClassVar[str] = "rows"
    lines: tuple[Line, ...]
    key: tuple[Key, ...] = ()
    ticks: tuple[Tick, ...] = ()
    now: float | None = None
    has_track: bool = False
    is_wide: bool = False
    """Whether names are long and take two lines: the reviews of a year."""


@dataclass(frozen=True, slots=True)
class Pile:
    """One column: its name beneath, and its parts from the foot up, each from share to share of the height."""

    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Columns:
    """Piles side by side over one scale."""

    kind: ClassVar[str] = "columns"
    piles: tuple[Pile, ...]
    key: tuple[Key, ...]
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Square:
    """A cell of a grid: its words, its tone (`h0` to `h3` from pale to dark, `bad`, or none) and a sign for a change.

    `told` says the sign in words.
    """

    words: str
    tone: str = ""
    sign: str = ""
    told: str = ""
    is_framed: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a grid: its name and a cell for each column."""

    label: str
    cells: tuple[Square, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells by rows and columns, dark where there is more of it. It is its own table."""

    kind: ClassVar[str] = "grid"
    corner: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    key: tuple[Key, ...] = ()


Plot = Rows | Columns | Grid


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the Board's, or of a page people work on.

    `name` stands in addresses and file names, `says` is the sentence that it shows, `headings` and `table` are its
    figures, `base` its denominators and what it cannot say, `href` the list behind it. Without a plot there is nothing
    to be drawn yet, and `says` tells so.
    """

    name: str
    title: str
    says: str
    plot: Plot | None
    headings: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    base: str = ""
    href: str = ""
    list_words: str = "Open the list behind it"
    is_wide: bool = False
    shape: str = "Bar chart"

    @property
    def text(self) -> str:
        """The picture in words, for those who cannot see it; its table holds the figures.

        >>> Picture("ages", "How old", "Nothing is overdue.", None, (), ()).text
        'Bar chart. How old. Nothing is overdue.'
        """
        return " ".join(part for part in (f"{self.shape}.", self.title and f"{self.title}.", self.says) if part)


def bar_picture(title: str, bars: Sequence[Bar], says: str = "", *, most: int = 0) -> Picture:
    """Bars as a picture. What it says in words is made from the figures unless it is given; `most` is as in `bar_rows`.

    >>> from models.rules.documents.bars import bars_of
    >>> bar_picture("Grades", bars_of([("Good", 3), ("Poor", 1)])).text
    'Bar chart. Grades. Good: 3; Poor: 1.'
    >>> bar_picture("Grades", ()).text
    'Bar chart. Grades. There are no figures yet.'
    """
    figures = "; ".join(bar.in_words for bar in bars)
    said = says or (f"{figures}." if figures else "There are no figures yet.")
    words = tuple(dict.fromkeys(part.word for bar in bars for part in bar.parts))
    rows = (
        (bar.label, *(f"{sum(part.count for part in bar.parts if part.word == word):,}" for word in words))
        for bar in bars
    )
    plot = bar_rows(bars, most=most) if bars else None
    return Picture("", title, said, plot, ("", *(word or "Number" for word in words)), tuple(rows))


def bar_marks(bar: Bar, most: int, *, with_numbers: bool = False) -> tuple[Mark, ...]:
    """The parts of a bar end to end, true to scale; `most` fills the width. What counts nothing has no mark.

    With numbers each part has its own written on it, where there is room.

    >>> from models.rules.documents.bars import Part
    >>> [(mark.begins, mark.ends, mark.tone) for mark in bar_marks(Bar("x", (Part("a", 1, "red"), Part("b", 3))), 8)]
    [(0.0, 0.125, 'red'), (0.125, 0.5, 'navy')]
    """
    lengths = [part.count / most if most else 0.0 for part in bar.parts]
    return tuple(
        Mark(begins, min(1.0, begins + length), part.tone, f"{part.count:,}" if with_numbers else "")
        for part, length, begins in zip(bar.parts, lengths, _starts(lengths), strict=True)
        if length
    )


def bar_rows(
    bars: Sequence[Bar],
    *,
    most: int = 0,
    hrefs: Sequence[str] = (),
    values: Sequence[str] = (),
    with_numbers: bool = False,
) -> Rows:
    """Bars as rows on one scale, the longest filling it unless `most` is more; a key where some bar has several parts.

    >>> from models.rules.documents.bars import bars_of
    >>> rows = bar_rows(bars_of([("Police", 4), ("Health", 1)]))
    >>> [(line.label, line.marks[0].ends, line.value) for line in rows.lines]
    [('Police', 1.0, '4'), ('Health', 0.25, '1')]
    """
    most = max([most, *(bar.total for bar in bars)])
    lines = (
        Line(
            bar.label,
            bar_marks(bar, most, with_numbers=with_numbers),
            values[at] if values else f"{bar.total:,}",
            hrefs[at] if hrefs else "",
        )
        for at, bar in enumerate(bars)
    )
    is_stacked = any(len(bar.parts) > 1 for bar in bars)
    return Rows(tuple(lines), tuple(key_of(bars)) if is_stacked else (), has_track=True)


def key_of(bars: Sequence[Bar], *, is_counted: bool = False) -> Iterator[Key]:
    """What each tone of the bars stands for, in order, each once; with its number where it is counted."""
    words = dict.fromkeys((part.word, part.tone) for bar in bars for part in bar.parts)
    for word, tone in words:
        count = sum(part.count for bar in bars for part in bar.parts if part.word == word)
        yield Key(word, tone, count if is_counted else None)


def heat(count: int, most: int) -> str:
    """How dark a cell of a grid is, by its share of what it could be; none for nothing.

    >>> [heat(count, 8) for count in (0, 1, 3, 5, 8)]
    ['', 'h0', 'h1', 'h2', 'h3']
    """
    return f"h{min(3, 4 * count // most)}" if count and most else ""


def piles(bars: Sequence[Bar]) -> Columns:
    """Bars as columns over a scale of round numbers, their parts from the foot up; a key where some has several.

    >>> from models.rules.documents.bars import bars_of
    >>> [(tick.at, tick.words) for tick in piles(bars_of([("May", 30), ("June", 87)])).ticks]
    [(0.0, '0'), (0.25, '25'), (0.5, '50'), (0.75, '75'), (1.0, '100')]
    """
    top = scale_top(max((bar.total for bar in bars), default=0))
    ticks = tuple(Tick(share, f"{round(top * share):,}") for share in _shares(top))
    key = tuple(key_of(bars)) if any(len(bar.parts) > 1 for bar in bars) else ()
    return Columns(tuple(Pile(bar.label, bar_marks(bar, top)) for bar in bars), key, ticks)


def scale_top(most: int) -> int:
    """The round number at which a scale ends.

    >>> [scale_top(number) for number in (0, 3, 9, 11, 87, 101, 2001)]
    [4, 4, 10, 20, 100, 200, 4000]
    """
    if most <= 4:
        return 4
    power: int = 10 ** (len(str(most)) - 1)
    return next(step * power for step in (1, 2, 4, 5, 10) if step * power >= most)


def _shares(top: int) -> tuple[float, ...]:
    parts = next(parts for parts in (4, 5, 2, 1) if top % parts == 0)
    return tuple(part / parts for part in range(parts + 1))


def _starts(lengths: Sequence[float]) -> Iterator[float]:
    begins = 0.0
    for length in lengths:
        yield begins
        begins += length
