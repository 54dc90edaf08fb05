"""What stands beside each entry of a review's side menu: a count or a tick, and red only where somebody is late?"""

from __future__ import annotations

from dataclasses import dataclass

from admin_views.kit.places import Part
from models.gates.review_progress import ReviewProgress, Share

_NOTHING_YET = "not started"


@dataclass(frozen=True)
class Beside:
    """A few words beside an entry. `tone` is "bad" for what is late, "good" for what is done, or nothing."""

    words: str = ""
    tone: str = ""


def beside(part: Part, progress: ReviewProgress) -> Beside:
    """The words for a part of a review.

    >>> beside(Part.CASES, ReviewProgress(audits=Share(27, 46, 2))), beside(Part.CASES, ReviewProgress())
    (Beside(words='2 late', tone='bad'), Beside(words='not started', tone=''))
    >>> beside(Part.PLAN, ReviewProgress(plans=1)), beside(Part.RECORD, ReviewProgress())
    (Beside(words='no actions yet', tone=''), Beside(words='', tone=''))
    """
    if part is Part.SCOPE:
        return _of_share(progress.signatures, "signed", empty="")
    if part is Part.EVIDENCE:
        return _of_share(_heard(progress), "in")
    if part is Part.CASES:
        return _of_share(progress.audits, "in")
    if part is Part.TRIANGULATION:
        return Beside(f"{progress.key_lines:,} lines" if progress.key_lines else _NOTHING_YET)
    if part is Part.PLAN:
        return _of_share(progress.actions, "done", empty="no actions yet" if progress.plans else _NOTHING_YET)
    if part is Part.LEARNING:
        return _of_share(progress.products, "released")
    return _of_impact(progress) if part is Part.IMPACT else Beside()


def _heard(progress: ReviewProgress) -> Share:
    """Self-evaluations, activities and intelligence together."""
    heard = progress.self_evaluations, progress.service_users, progress.practitioners, progress.intelligence
    return Share(*(sum(numbers) for numbers in zip(*((s.done, s.total, s.late) for s in heard), strict=True)))


def _of_share(share: Share, verb: str, empty: str = _NOTHING_YET) -> Beside:
    if not share.total:
        return Beside(empty)
    if share.late:
        return Beside(f"{share.late:,} late", "bad")
    return Beside(f"all {share.total:,} {verb}", "good") if share.is_done else Beside(f"{share.words} {verb}")


def _of_impact(progress: ReviewProgress) -> Beside:
    if progress.is_impact_done:
        return Beside("done", "good")
    return Beside(f"{progress.impact_on:%B %Y}") if progress.impact_on else Beside(_NOTHING_YET)
