"""What did two people judge of each key line before they saw the portal's mark or each other's, and do they agree?

Each gives one of the four marks and a sentence why. Where both give the same, that is what was agreed; where they
differ, it is the mark that was settled afterwards, with the sentence that settled it. The portal's own mark stays
beside it: it is made by a rule, and shows where people read more, or less, than the rule does.

Source: two independent readers and a settled third word, as in reviews of evidence (Cochrane Handbook, chapter 4); the
agreement is Gwet's AC1 over the four marks (models/rules/core/chance_agreement.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from models.rules.core.chance_agreement import ChanceAgreement, chance_agreement
from models.rules.core.counts import count_words
from models.rules.evidence.triangulation import Mark

FEW_LINES: Final = 10
"""Below so many key lines the page and the papers say that the figure says little."""

BEING_READ: Final = (
    "Two people are reading the evidence of the key lines. What the sources say together is shown once both have "
    "judged every line, so that neither is led by it."
)
"""What stands in place of the marks on every paper while a reading is open."""


@dataclass(frozen=True)
class Judged:
    """A mark that somebody gave a key line, and the sentence why."""

    mark: Mark
    reason: str = ""


@dataclass(frozen=True)
class LineRead:
    """What both readers judged of one key line, and what was settled afterwards; None where nothing was."""

    first: Judged | None = None
    second: Judged | None = None
    settled: Judged | None = None

    @property
    def is_read(self) -> bool:
        """Whether both readers judged the line."""
        return self.first is not None and self.second is not None

    @property
    def differs(self) -> bool:
        """Whether both judged it, and not alike.

        >>> agree, partly = Judged(Mark.AGREE), Judged(Mark.PARTLY)
        >>> LineRead(agree, partly).differs, LineRead(agree, agree).differs, LineRead(agree).differs
        (True, False, False)
        """
        return self.first is not None and self.second is not None and self.first.mark is not self.second.mark

    @property
    def agreed(self) -> Mark | None:
        """The mark that was settled; without one, that of both readers where it is the same.

        >>> agree, partly = Judged(Mark.AGREE), Judged(Mark.PARTLY, "Housing says so too.")
        >>> LineRead(agree, partly, partly).agreed.value, LineRead(agree, agree).agreed.value
        ('partly', 'agree')
        >>> LineRead(agree, partly).agreed is None, LineRead(agree).agreed is None
        (True, True)
        """
        if self.settled is not None:
            return self.settled.mark
        return self.first.mark if self.first is not None and self.is_read and not self.differs else None


@dataclass(frozen=True)
class ReadersAgreement:
    """To how many of the key lines that both judged they gave the same mark, and Gwet's AC1 of it.

    No AC1 while both have judged fewer than two lines.
    """

    same: int
    both: int
    chance: ChanceAgreement | None = None

    @property
    def words(self) -> str:
        """The figure within a sentence.

        >>> agree, partly = Judged(Mark.AGREE), Judged(Mark.PARTLY)
        >>> alike, apart = LineRead(agree, agree), LineRead(agree, partly)
        >>> readers_agreement([alike] * 5 + [apart]).words
        'the same mark to 5 of 6 key lines (83%; AC1 0.82, at 95% between 0.35 and 1.00)'
        """
        share = f"{self.same / self.both:.0%}"
        told = f"{share}; AC1 {_between(self.chance)}" if self.chance and self.same < self.both else share
        return f"the same mark to {self.same} of {count_words(self.both, 'key line')} ({told})"

    @property
    def told(self) -> str:
        """The same for whoever reads of a whole review.

        >>> ReadersAgreement(1, 1).told
        'Two people read the evidence by themselves and gave the same mark to 1 of 1 key line (100%).'
        """
        return f"Two people read the evidence by themselves and gave {self.words}."

    @property
    def sentence(self) -> str:
        """The figure as people read it, with what it cannot tell.

        >>> agree, partly = Judged(Mark.AGREE), Judged(Mark.PARTLY)
        >>> alike, apart = LineRead(agree, agree), LineRead(agree, partly)
        >>> readers_agreement([alike] * 5 + [apart]).sentence.partition("). ")[2]
        'AC1 is 1 where all is agreed, and 0 where no more is than by chance. So few key lines tell little.'
        >>> readers_agreement([alike] * 12).sentence.partition("). ")[2]
        'As they never differed, AC1 is 1 and no interval can be given.'
        >>> readers_agreement([apart, alike] * 5).sentence.partition("by chance. ")[2]
        'They cannot be said to agree more than that.'
        """
        parts = [f"Before they saw the portal's mark or each other's, two readers gave {self.words}.", *self._limits()]
        return " ".join(parts)

    def _limits(self) -> list[str]:
        """What the figure cannot tell."""
        few = ["So few key lines tell little."] if self.both < FEW_LINES else []
        if self.chance is None:
            return few
        if self.same == self.both:
            return ["As they never differed, AC1 is 1 and no interval can be given.", *few]
        scale = "AC1 is 1 where all is agreed, and 0 where no more is than by chance."
        by_chance = ["They cannot be said to agree more than that."] if self.chance.low <= 0 else []
        return [scale, *by_chance, *few]


def readers_agreement(lines: Iterable[LineRead]) -> ReadersAgreement | None:
    """How far two readers agree over the lines that both judged; None where there is none.

    >>> agree, partly = Judged(Mark.AGREE), Judged(Mark.PARTLY)
    >>> alike, apart = LineRead(agree, agree), LineRead(agree, partly)
    >>> agreed = readers_agreement([alike, alike, apart, LineRead(agree)])
    >>> (agreed.same, agreed.both), readers_agreement([LineRead()]) is None
    ((2, 3), True)
    """
    pairs = [(line.first.mark, line.second.mark) for line in lines if line.first and line.second]
    if not pairs:
        return None
    counts = [tuple(pair.count(mark) for mark in Mark) for pair in pairs]
    return ReadersAgreement(sum(first is second for first, second in pairs), len(pairs), chance_agreement(counts))


def settled_words(lines: Iterable[tuple[Mark, LineRead]]) -> str:
    """On how many lines what was agreed is the portal's mark, and how many wait to be settled; empty without any.

    >>> agree, partly = Judged(Mark.AGREE), Judged(Mark.PARTLY)
    >>> alike, apart = LineRead(agree, agree), LineRead(agree, partly)
    >>> settled_words([(Mark.AGREE, alike), (Mark.SILENT, alike), (Mark.AGREE, apart)])
    "What was agreed is the portal's mark on 1 of 2 key lines; 1 key line waits to be settled."
    >>> settled_words([(Mark.AGREE, apart)]), settled_words([])
    ('1 key line waits to be settled.', '')
    """
    known = list(lines)
    agreed = [(mark, line.agreed) for mark, line in known if line.agreed is not None]
    waiting = sum(line.differs and line.settled is None for _, line in known)
    same = sum(mark is other for mark, other in agreed)
    told = f"What was agreed is the portal's mark on {same} of {count_words(len(agreed), 'key line')}" if agreed else ""
    waits = count_words(waiting, "key line waits to be settled", "key lines wait to be settled") if waiting else ""
    return f"{'; '.join(part for part in (told, waits) if part)}." if told or waits else ""


def _between(chance: ChanceAgreement) -> str:
    """AC1 with its ends, in words.

    >>> _between(ChanceAgreement(0.8, 0.71, 0.1, -0.5, 0.92, 12))
    '0.71, at 95% between −0.50 and 0.92'
    """
    return f"{chance.value:.2f}, at 95% between {chance.low:.2f} and {chance.high:.2f}".replace("-", "−")
