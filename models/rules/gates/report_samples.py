"""What does a review's report say of its drawn samples, and of all cases from which they were drawn?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.rules.documents.papers import Block, Column, Row, RowsOf, Table
from models.rules.documents.pictures import Picture
from models.rules.evidence.paper_parts import picture_part


@dataclass(frozen=True)
class SampleFacts:
    """One stratum of a drawn sample: what it is and its name, how many cases it had and how many were selected."""

    reference: str
    divided_by: str
    stratum: str
    population: int
    selected: int


def sample_table(sample: Sequence[SampleFacts]) -> Table:
    """The strata of the drawn samples, each with how many cases it had and how many were drawn.

    >>> next(iter(sample_table([SampleFacts("AS-1", "Level", "Early help", 1502, 20)]).rows)).cells[3:]
    ['1,502', '20']
    """
    columns = (
        Column("Sample", 1.2), Column("Divided by", 1.6), Column("Stratum", 3),
        Column("Population", 1.2, is_number=True), Column("Drawn", 1.2, is_number=True),
    )  # fmt: skip
    rows = RowsOf(
        sample,
        lambda stratum: Row(
            [
                stratum.reference,
                stratum.divided_by,
                stratum.stratum,
                f"{stratum.population:,}",
                f"{stratum.selected:,}",
            ],
            name=stratum.stratum,
        ),
    )
    return Table(columns, rows, heading="Sample", empty="No sample has been drawn yet.")


def estimate_blocks(estimates: Sequence[Picture]) -> Iterator[Block]:
    """What each sample says of all cases, and of a change; of those from which nothing may be said, why."""
    for picture in estimates:
        yield from picture_part(picture)
