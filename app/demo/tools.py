"""Which key lines and tools do the demo's reviews follow, and what has each sponsor signed of them?"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.words import words_of
from models.core.clock import LONDON
from models.partnership.hubs import Hub
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.signatures.sign_offs import SignOff, SignOffSubject, sign
from models.signatures.signables import TOOL_SUBJECTS, put_before_sponsor
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, copy_standard_lines, next_key_line_number
from models.tools.tool_copies import copy_tool
from models.tools.tool_outlines import keep_question
from models.tools.tool_questions import ToolQuestion, next_key, sections_of
from models.tools.tool_versions import freeze_tool


class _Words(NamedTuple):
    """What one review adds to the standard: its own key line, and a question for its self-evaluation."""

    area: str
    line: str
    question: str


_ADDED = words_of("tools", "added", dict[str, _Words])
_SIGNED_WHILE_SCOPING = (ToolKind.SELF_EVALUATION, ToolKind.SERVICE_USER_QUESTIONS)
_ASKED_WHILE_SCOPING = (ToolKind.CASE_AUDIT,)


def load_tools(session: Session, reviews: list[ThematicReview]) -> None:
    """Key lines and four tools for each review beyond "proposed"; signed, but where scoping is still under way."""
    for review in reviews:
        if review.stage is Stage.PROPOSED:
            continue
        _load_lines(session, review, _ADDED[review.title])
        tools = {kind: _load_tool(session, review, kind) for kind in TOOL_SUBJECTS}
        if review.stage is Stage.SCOPING:
            _load_half_signed(session, review, tools)
        else:
            _load_signed(session, review, tools)


def _load_lines(session: Session, review: ThematicReview, words: _Words) -> None:
    copy_standard_lines(session, review)
    named = (ReferenceItem.list_name == ReferenceList.KEY_AREA, ReferenceItem.code == words.area)
    number = next_key_line_number(session, review.id)
    area_id = session.scalars(select(ReferenceItem.id).where(*named)).one()
    line = KeyLine(review_id=review.id, key_area_id=area_id, number=number, text=words.line, is_additional=True)
    session.add(line)
    session.flush()


def _load_tool(session: Session, review: ThematicReview, kind: ToolKind) -> AssuranceTool:
    in_bank = select(AssuranceTool).where(AssuranceTool.kind == kind, AssuranceTool.review_id.is_(None))
    bank = session.scalars(in_bank.order_by(AssuranceTool.id)).first()
    if bank is None:
        raise LookupError(f"the bank has no tool of the kind {kind.value}")
    return copy_tool(session, bank, review=review, title=f"{bank.title}: {review.title}")


def _load_signed(session: Session, review: ThematicReview, tools: dict[ToolKind, AssuranceTool]) -> None:
    """Everything signed; the self-evaluation twice, for a question was added after the first time."""
    _put(session, review, SignOffSubject.KEY_LINES, None, signed_after=9)
    _put(session, review, SignOffSubject.PROJECT_TEAM, None, signed_after=9)
    for kind, tool in tools.items():
        _put(session, review, TOOL_SUBJECTS[kind], tool, signed_after=10)
    tool = tools[ToolKind.SELF_EVALUATION]
    _add_question(session, tool, _ADDED[review.title].question)
    _put(session, review, SignOffSubject.SELF_EVALUATION_TOOL, tool, signed_after=14)


def _load_half_signed(session: Session, review: ThematicReview, tools: dict[ToolKind, AssuranceTool]) -> None:
    """Some signed, some waiting, the practitioners' questions not yet asked for."""
    for kind in _SIGNED_WHILE_SCOPING:
        _put(session, review, TOOL_SUBJECTS[kind], tools[kind], signed_after=10)
    for kind in _ASKED_WHILE_SCOPING:
        _put(session, review, TOOL_SUBJECTS[kind], tools[kind])
    _put(session, review, SignOffSubject.KEY_LINES, None)


def _add_question(session: Session, tool: AssuranceTool, text: str) -> None:
    section = sections_of(session, tool.id)[2]
    keep_question(
        session,
        tool,
        ToolQuestion(
            tool_id=tool.id, section_id=section.id, key=next_key(session, tool.id), kind="text", text=text,
            is_required=True,
        ),
    )  # fmt: skip


def _put(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None,
    *, signed_after: int = 0,
) -> SignOff:  # fmt: skip
    """Put something before the sponsor a week into the review; `signed_after` days into it they sign, 0 not yet."""
    officer_id = session.get_one(Hub, review.hub_id).officer_id
    asked_at = _moment(review, max(7, signed_after - 2))
    if tool is not None:
        freeze_tool(session, tool, person_id=officer_id, at=asked_at)
    reason = "A member for the missing seat is being found." if subject is SignOffSubject.PROJECT_TEAM else ""
    sign_off = put_before_sponsor(session, review, subject, person_id=officer_id, tool=tool, reason=reason)
    sign_off.asked_at = asked_at
    if signed_after and review.sponsor_id is not None:
        sign(session, sign_off, review=review, person_id=review.sponsor_id)
        sign_off.signed_at = _moment(review, signed_after)
    session.flush()
    return sign_off


def _moment(review: ThematicReview, days: int) -> datetime:
    """Ten in the morning, so many days into the review, which began when its period ended."""
    if review.period_ends_on is None:
        raise LookupError(f"{review.title} has no period")
    return datetime.combine(review.period_ends_on + timedelta(days=days), time(10), LONDON)
