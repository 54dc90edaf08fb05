"""Which papers of a review does its lead sponsor sign, where does each stand, and how are all asked for at once?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from models.core.addresses import address_of
from models.core.choices import Choice
from models.core.errors import RuleBroken
from models.messages.agency_messages import PLAIN, Letterhead
from models.messages.messages import Draft, write_message
from models.partnership.people import Person, name_of
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.tools.questionnaires import fingerprint_of
from models.signatures.sign_offs import SignOff, SignOffStatus, SignOffSubject, latest_sign_offs
from models.signatures.signables import TOOL_SUBJECTS, content_of, put_before_sponsor, tools_of
from models.tools.assurance_tools import AssuranceTool
from models.tools.tool_versions import questionnaires_of

LISTS = (SignOffSubject.KEY_LINES, SignOffSubject.PROJECT_TEAM, SignOffSubject.INVITATIONS)
"""What is signed once for a review; its tools are signed one by one."""
_ORDER = (*LISTS, *TOOL_SUBJECTS.values())


class PaperState(Choice):
    """Where the signature of a paper stands, for the words it has now."""

    NOT_STARTED = "not_started"
    NOT_ASKED = "not_asked"
    ASKED = "asked"
    RETURNED = "returned"
    SIGNED = "signed"


_STATES = {
    SignOffStatus.ASKED: PaperState.ASKED,
    SignOffStatus.SIGNED: PaperState.SIGNED,
    SignOffStatus.RETURNED: PaperState.RETURNED,
}


@dataclass(frozen=True)
class ReviewPaper:
    """One paper of a review: its words now, empty while nothing is written, and the newest request for its signature.

    `tool` is the tool that it is; None for lists, and for a kind of tool of which the review has none yet.
    """

    subject: SignOffSubject
    title: str
    content: Any
    tool: AssuranceTool | None = None
    last: SignOff | None = None

    @property
    def code(self) -> str:
        """How a form names the paper."""
        return f"{self.subject.value}-{self.tool.id}" if self.tool else self.subject.value

    @property
    def is_current(self) -> bool:
        """Whether the newest request asks for exactly the words of now."""
        return bool(self.content) and self.last is not None and self.last.sha256 == fingerprint_of(self.content)

    @property
    def state(self) -> PaperState:
        if not self.content:
            return PaperState.NOT_STARTED
        state = _STATES.get(self.last.status, PaperState.NOT_ASKED) if self.last else PaperState.NOT_ASKED
        return state if self.is_current or state is PaperState.RETURNED else PaperState.NOT_ASKED

    @property
    def may_ask(self) -> bool:
        """Whether the sponsor can be asked for it: it is written, and neither asked for nor signed in these words."""
        return self.state in (PaperState.NOT_ASKED, PaperState.RETURNED)

    @property
    def is_ready(self) -> bool:
        """Whether it should be asked for: what came back and has not been changed since is not ready."""
        return self.may_ask and not (self.state is PaperState.RETURNED and self.is_current)


def papers_of(session: Session, review: ThematicReview) -> list[ReviewPaper]:
    """Every paper of a review in the order they are signed: its lists, then its tools, kind by kind.

    A kind of tool of which there is none yet stands there without words.
    """
    newest = {(asked.subject, asked.subject_id): asked for asked in latest_sign_offs(session, review.id)}
    lists = [
        ReviewPaper(subject, subject.label, content_of(session, review, subject), None, newest.get((subject, 0)))
        for subject in LISTS
    ]
    return lists + _tool_papers(session, review, newest)


def _tool_papers(
    session: Session, review: ThematicReview, newest: dict[tuple[SignOffSubject, int], SignOff]
) -> list[ReviewPaper]:
    tools = [tool for tool in tools_of(session, review.id) if tool.kind in TOOL_SUBJECTS]
    asked = questionnaires_of(session, tools)
    papers = []
    for tool in tools:
        subject, words = TOOL_SUBJECTS[tool.kind], asked[tool.id]
        content = words.as_json() if any(True for _ in words.questions()) else {}
        papers.append(ReviewPaper(subject, tool.title, content, tool, newest.get((subject, tool.id))))
    missing = set(TOOL_SUBJECTS.values()) - {paper.subject for paper in papers}
    papers += [ReviewPaper(subject, subject.label, {}) for subject in missing]
    return sorted(papers, key=lambda paper: _ORDER.index(paper.subject))


def ask_for_signatures(
    session: Session, review: ThematicReview, papers: Collection[ReviewPaper], *,
    person_id: int | None, reason: str = "", letterhead: Letterhead = PLAIN,
) -> list[SignOff]:  # fmt: skip
    """Put papers before the sponsor, each frozen as it stands now, and write them one letter that names all.

    All are asked for or none. `reason` is for a project team without one of its core members.
    """
    if not papers:
        raise RuleBroken("Tick what the sponsor is asked to sign.", field="paper")
    asked = [
        put_before_sponsor(
            session, review, paper.subject, person_id=person_id, tool=paper.tool, reason=_reason(paper, reason)
        )
        for paper in papers
    ]
    _write_to_sponsor(session, review, asked, name_of(session, person_id), letterhead)
    return asked


def _reason(paper: ReviewPaper, reason: str) -> str:
    return reason if paper.subject is SignOffSubject.PROJECT_TEAM else ""


def _write_to_sponsor(
    session: Session, review: ThematicReview, asked: Sequence[SignOff], asked_by: str, letterhead: Letterhead
) -> None:
    sponsor = session.get_one(Person, review.sponsor_id)
    if not sponsor.is_active:
        return
    papers = count_words(len(asked), "paper")
    names = "\n".join(f"- {sign_off.title}" for sign_off in asked)
    words = (
        f"{asked_by or 'The hub'} asks you, as lead sponsor, to sign {papers} of the review {review.title}:\n\n{names}"
        "\n\nEach is read and signed on a page of its own; signing leads to the next. Begin here:"
    )
    body = f"Dear {sponsor.name},\n\n{letterhead.under(words, address_of(asked[0], 'sign'))}\n"
    subject = f"{review.reference}: {papers} to sign"
    write_message(session, Draft(sponsor.id, sponsor.name, sponsor.email, subject, body))


def signing_order(session: Session, review_id: int) -> list[SignOff]:
    """What a review's sponsor has been asked to sign, each paper in its newest words, in the order they are read."""
    known = [asked for asked in latest_sign_offs(session, review_id) if asked.status in _STATES]
    return sorted(known, key=lambda asked: (_ORDER.index(asked.subject), asked.subject_id))


def next_to_sign(papers: Sequence[SignOff], here: SignOff) -> SignOff | None:
    """The next paper that still waits after this one, from the beginning again at the end; None when none is left."""
    place = papers.index(here) if here in papers else 0
    following = [*papers[place + 1 :], *papers[:place]] if here in papers else papers
    return next((asked for asked in following if asked.status is SignOffStatus.ASKED), None)
