"""Which small tools and which signatures do tests use to send things out?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.core.access import Role
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.reference_items import ReferenceList, Service
from models.returns.section_11_cycles import Section11Cycle
from models.reviews.invitations import Invitation, ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.signatures.sign_offs import SignOffSubject, sign
from models.signatures.signables import TOOL_SUBJECTS, put_before_sponsor
from models.tools.answer_sheets import AnswerSheet, open_sheet
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, key_lines_of
from models.tools.rating_scales import RatingScale
from models.tools.tool_questions import ToolQuestion, ToolSection
from models.tools.tool_versions import ToolVersion, freeze_tool
from tests import make


def key_line(session: Session, review: ThematicReview) -> KeyLine:
    """The review's one key line, made once."""
    known = key_lines_of(session, review.id)
    if known:
        return known[0]
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    key_line = KeyLine(review_id=review.id, key_area_id=area.id, number=1, text="Is neglect recognised early?")
    session.add(key_line)
    session.flush()
    return key_line


def scale(session: Session, name: str = "How far met", points: tuple[str, ...] = ()) -> RatingScale:
    """A rating scale, made once per name."""
    scale = session.scalar(select(RatingScale).where(RatingScale.name == name))
    words = points or ("Fully met", "Partially met", "Not met")
    scale = scale or RatingScale(name=name, points=list(words), not_counted=["Not applicable"])
    session.add(scale)
    session.flush()
    return scale


def tool(
    session: Session, review: ThematicReview | None = None, kind: ToolKind = ToolKind.SELF_EVALUATION, **values: Any
) -> AssuranceTool:
    """A tool with two sections: a required rating, a question that "Not met" brings up, words, a number, a day, files.

    Keys: met, why, seen, where, cases, last_on, files.
    """
    tool = AssuranceTool(review_id=review.id if review else None, kind=kind, **{"title": "Baseline tool", **values})
    session.add(tool)
    session.flush()
    line = key_line(session, review) if review else None
    rated = {"scale_id": scale(session).id, "is_required": True, "key_line_id": line.id if line else None}
    _section(
        session, tool, 1, "Practice",
        ("met", "rating", "How far are plans kept?", rated),
        ("why", "text", "Why not?", {"shown_if_key": "met", "shown_if_answers": ["Not met"], "is_required": True}),
        ("seen", "yes_partly_no", "Is the child seen?", {}),
    )  # fmt: skip
    _section(
        session, tool, 2, "Evidence",
        ("where", "choices", "Where?", {"options": ["Home", "School"]}),
        ("cases", "number", "How many cases?", {"help": "Open today."}),
        ("last_on", "date", "When was the last audit?", {}),
        ("files", "evidence", "Add what shows it.", {}),
    )  # fmt: skip
    return tool


def _section(session: Session, tool: AssuranceTool, number: int, title: str, *questions: tuple[Any, ...]) -> None:
    section = ToolSection(tool_id=tool.id, number=number, title=title)
    session.add(section)
    session.flush()
    for place, (key, kind, text, values) in enumerate(questions, 1):
        asked = ToolQuestion(
            tool_id=tool.id, section_id=section.id, number=place, key=key, kind=kind, text=text, **values
        )
        session.add(asked)
        session.flush()
        asked.check(session)


def version(session: Session, tool: AssuranceTool) -> ToolVersion:
    """The tool, frozen as it stands."""
    return freeze_tool(session, tool, person_id=None)


def sheet(session: Session, agency: Agency, asked_tool: AssuranceTool | None = None) -> AnswerSheet:
    """An open sheet of an agency, of a small tool unless another is given."""
    return open_sheet(session, version=version(session, asked_tool or tool(session)), agency_id=agency.id)


def invited(
    session: Session, review: ThematicReview, *agencies: Agency, part: ReviewPart = ReviewPart.SELF_EVALUATION
) -> None:
    """Invite agencies to a part of a review."""
    session.add_all(Invitation(review_id=review.id, part=part, agency_id=agency.id) for agency in agencies)
    session.flush()


def signed(
    session: Session, review: ThematicReview, subject: SignOffSubject, tool: AssuranceTool | None = None
) -> None:
    """Have the review's sponsor (created if need be) sign the present content."""
    if review.sponsor_id is None:
        review.sponsor_id = make.person(session, Role.SPONSOR).id
        session.flush()
    asked = put_before_sponsor(session, review, subject, person_id=None, tool=tool, reason="Tests need none.")
    sign(session, asked, review=review, person_id=review.sponsor_id)


def ready_review(session: Session, *agencies: Agency, **values: Any) -> ThematicReview:
    """A review whose tool, key lines and invited agencies are signed, so that its self-evaluation may be sent."""
    review = make.review(session, **values)
    asked_tool = tool(session, review)
    invited(session, review, *agencies)
    signed(session, review, TOOL_SUBJECTS[asked_tool.kind], asked_tool)
    signed(session, review, SignOffSubject.KEY_LINES)
    signed(session, review, SignOffSubject.INVITATIONS)
    return review


def section_11_cycle(session: Session) -> Section11Cycle:
    """A cycle for children, not opened yet, of a tool with two standards and a remark.

    Keys: trained, safe, why.
    """
    tool = AssuranceTool(kind=ToolKind.SECTION_11, title="Section 11")
    session.add(tool)
    session.flush()
    rated = {"scale_id": scale(session, "Score 0 to 3", ("3", "2", "1", "0")).id, "is_required": True}
    _section(
        session, tool, 1, "Standards",
        ("trained", "rating", "Staff are trained.", rated),
        ("safe", "rating", "Recruitment is safe.", rated),
        ("why", "text", "Why?", {}),
    )  # fmt: skip
    cycle = Section11Cycle(
        title="Section 11, 2026 to 2028", covers=Service.CHILDREN, tool_id=tool.id, opens_on=today(),
        due_on=today() + timedelta(days=60),
    )  # fmt: skip
    cycle.check(session)
    session.add(cycle)
    session.flush()
    return cycle
