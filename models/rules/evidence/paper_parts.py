"""What do the papers of a review have in common, whatever they are about?"""

from collections.abc import Sequence
from typing import Any, Final

from models.rules.documents.fingerprints import check_line
from models.rules.documents.papers import SENSITIVE, Block, Facts, Occasion, Paper, day, fingerprint_of
from models.rules.evidence.triangulation import Mark, Verdict

VERDICT_TONES: Final = {Verdict.STRENGTH: "green", Verdict.MIXED: "amber", Verdict.CONCERN: "red"}
MARK_TONES: Final = {Mark.AGREE: "green", Mark.PARTLY: "amber", Mark.CONFLICT: "red", Mark.SILENT: "grey"}
NOBODY_NAMED: Final = "The case is called by its reference only."


def paper_of(
    occasion: Occasion, facts: Any, pairs: Sequence[tuple[str, str]], blocks: Sequence[Block], *, columns: int = 3,
    **head: Any,
) -> Paper:  # fmt: skip
    """A paper whose head shows the pairs, and when and for whom it was made, and whose last line is its fingerprint.

    It is marked OFFICIAL-SENSITIVE unless `head` says otherwise.
    """
    fingerprint = fingerprint_of(facts)
    origin = (("Made on", day(occasion.made_on)), ("Made by", occasion.made_by))
    return Paper(
        partnership=occasion.partnership,
        made_on=occasion.made_on,
        fingerprint=fingerprint,
        blocks=(Facts(told((*pairs, *origin)), columns=columns), *blocks, check_line(fingerprint)),
        **{"classification": SENSITIVE, **head},
    )


def told(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs that have something to tell.

    >>> told((("Lead sponsor", ""), ("Status", "Agreed")))
    (('Status', 'Agreed'),)
    """
    return tuple((label, value) for label, value in pairs if value.strip())
