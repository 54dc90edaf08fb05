"""How is an impact analysis written down: what each action has changed, and the grades then and now?"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from models.rules.documents.bars import bars_of
from models.rules.documents.papers import (
    NAME,
    OFFICIAL,
    QUIET,
    Block,
    Column,
    Figure,
    Heading,
    Occasion,
    Paper,
    Paragraph,
    Row,
    RowsOf,
    Table,
    Together,
    day,
    tag,
)
from models.rules.documents.pictures import Picture, bar_picture
from models.rules.evidence.paper_parts import paper_of, picture_part

TONES: Final = {"embedded": "green", "partly_embedded": "amber", "not_embedded": "red"}


@dataclass(frozen=True)
class CheckedAction:
    """One action with what it has changed; `code` is the impact's own word, empty while unchecked."""

    reference: str
    text: str
    code: str
    impact: str
    evidence: str


@dataclass(frozen=True)
class GradeThenNow:
    """How many cases had a grade in the first draw, and how many in the second."""

    grade: str
    then: int
    now: int

    @property
    def change(self) -> str:
        """The difference with its sign.

        >>> GradeThenNow("Good", 2, 5).change, GradeThenNow("Good", 5, 3).change, GradeThenNow("Good", 1, 1).change
        ('+3', '−2', '0')
        """
        return f"{self.now - self.then:+,}".replace("-", "−") if self.now != self.then else "0"


@dataclass(frozen=True)
class ImpactFacts:
    """An impact analysis on a day. `grades` is empty when there is no second draw."""

    occasion: Occasion
    about: str
    reference: str
    title: str
    due_on: date
    completed_on: date | None
    completed_by: str
    conclusion: str
    actions: tuple[CheckedAction, ...]
    grades: tuple[GradeThenNow, ...]
    review: str = ""
    change: Picture | None = None
    """What both draws say of a change among all cases."""


def impact_paper(facts: ImpactFacts) -> Paper:
    """The conclusion, how many actions are embedded, every action with its evidence, and the grades then and now.

    >>> from models.rules.documents.papers import Occasion
    >>> asked = Occasion(date(2027, 6, 30), "Arden")
    >>> facts = ImpactFacts(asked, "", "IA-2027-01", "Neglect", date(2027, 6, 30), None, "", "", (), ())
    >>> impact_paper(facts).edition
    'IA-2027-01 · 30 Jun 2027'
    """
    done = day(facts.completed_on) if facts.completed_on else "Not yet"
    pairs = (
        ("Thematic review", facts.review), ("Due", day(facts.due_on)), ("Completed", done),
        ("Completed by", facts.completed_by),
    )  # fmt: skip
    counts = [(code, sum(action.code == code for action in facts.actions)) for code in (*TONES, "cannot_tell", "")]
    words = [((code or "not_checked_yet").replace("_", " ").capitalize(), count) for code, count in counts]
    columns = (Column("Action", 1.6), Column("What", 3), Column("Impact", 1.3), Column("What shows it", 3))
    blocks: tuple[Block, ...] = (
        Heading("Conclusion"),
        Paragraph(facts.conclusion or "The analysis is not concluded yet."),
        Heading("Actions by impact"),
        Figure(bar_picture("Actions by impact", bars_of(words))),
        Table(columns, RowsOf(facts.actions, _row), heading="Action by action", empty="The review has no action."),
        Together([_grades(facts)]) if len(facts.grades) < 20 else _grades(facts),
        *(picture_part(facts.change, 2) if facts.change is not None else ()),
    )
    return paper_of(
        facts.occasion, facts, pairs, blocks, kind="Impact analysis", reference=facts.reference, title=facts.title,
        about=facts.about, classification=OFFICIAL,
    )  # fmt: skip


def _row(action: CheckedAction) -> Row:
    tone = TONES.get(action.code, "grey")
    impact = [(action.impact, tag(tone))] if action.impact else [("Not checked yet", QUIET)]
    return Row(
        [[(action.reference, NAME)], action.text, impact, action.evidence or "–"], tone=tone, name=action.reference[:60]
    )


def _grades(facts: ImpactFacts) -> Table:
    counts = (Column("Then", 1, is_number=True), Column("Now", 1, is_number=True), Column("Change", 1, is_number=True))
    columns = (Column("Moderated grade", 3), *counts)
    rows = [Row([grade.grade, f"{grade.then:,}", f"{grade.now:,}", grade.change]) for grade in facts.grades]
    return Table(columns, rows, heading="Grades then and now", empty="No second draw has been made.")
