"""What do the papers of a review have in common, whatever they are about?"""

from collections.abc import Sequence
from typing import Any, Final

from models.rules.documents.papers import SENSITIVE, Block, Facts, Occasion, Paper, day, fingerprint_of
from models.rules.evidence.triangulation import Mark, Verdict

VERDICT_TONES: Final = {Verdict.STRENGTH: "green", Verdict.MIXED: "amber", Verdict.CONCERN: "red"}
MARK_TONES: Final = {Mark.AGREE: "green", Mark.CONFLICT: "red", Mark.SILENT: "grey"}
NOBODY_NAMED: Final = "The case is called by its reference only."


def paper_of(
    occasion: Occasion, facts: Any, pairs: Sequence[tuple[str, str]], blocks: Sequence[Block], **head: Any
) -> Paper:
    """A paper with the fingerprint of its facts; its head shows the pairs, and when and for whom it was made.

    It is marked OFFICIAL-SENSITIVE unless `head` says otherwise.
    """
    fingerprint = fingerprint_of(facts)
    origin = (
        ("Made on", day(occasion.made_on)),
        ("Made by", occasion.made_by),
        ("Fingerprint of the facts", in_groups(fingerprint)),
    )
    return Paper(
        partnership=occasion.partnership,
        made_on=occasion.made_on,
        fingerprint=fingerprint,
        blocks=(Facts((*pairs, *origin), columns=3), *blocks),
        **{"classification": SENSITIVE, **head},
    )


def in_groups(fingerprint: str) -> str:
    """A fingerprint in groups of eight, so that the eye keeps its place and lines break between groups.

    >>> in_groups("00179ab4e8a9e9c9fbb2")
    '00179ab4 e8a9e9c9 fbb2'
    """
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))
