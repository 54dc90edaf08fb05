"""Which frozen versions of a tool have been made, word for word as they were signed and sent out?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Select, Text, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import READ, RowPolicy
from models.core.clock import now
from models.core.db import Base
from models.core.errors import RuleBroken
from models.core.reading_once import ASKED_OF, Keys, asked_for_all
from models.rules.tools.question_kinds import KINDS
from models.rules.tools.questionnaire_words import faults
from models.rules.tools.questionnaires import Option, Question, Questionnaire, Section, ShownIf, weighted
from models.tools.assurance_tools import AssuranceTool, tools_of_review
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale
from models.tools.tool_questions import ToolQuestion, ToolSection


class ToolVersion(Base):
    """A tool's questionnaire, frozen. Never changed: a later change of the tool makes the next version."""

    __tablename__ = "tool_versions"
    __table_args__ = (
        UniqueConstraint("tool_id", "number", name="tool_version_once"),
        UniqueConstraint("tool_id", "sha256", name="tool_content_once"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        administrator=("select", "insert"),
        officer=("select", "insert"),
        system=("select", "insert", "delete"),
        agency_reads="EXISTS (SELECT FROM answer_sheets s WHERE s.version_id = tool_versions.id)",
        public_reads="EXISTS (SELECT FROM surveys s WHERE s.version_id = tool_versions.id)",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tool_id: Mapped[int] = mapped_column(ForeignKey("assurance_tools.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sha256: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    tool: Mapped[AssuranceTool] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return f"version {self.number}"

    @property
    def questionnaire(self) -> Questionnaire:
        return _read(_Frozen(self.sha256, self.content))


@dataclass(frozen=True)
class _Frozen:
    """What a version holds, told from others by its fingerprint alone."""

    sha256: str
    content: dict[str, Any] = field(compare=False)


@lru_cache(maxsize=200)
def _read(frozen: _Frozen) -> Questionnaire:
    """A frozen questionnaire, read once a process: it never changes, and pages ask it again and again."""
    return Questionnaire.from_json(frozen.content)


def questionnaire_of(session: Session, tool: AssuranceTool) -> Questionnaire:
    """The tool as it is now, as people would be asked it."""
    of_review = _questionnaires_of_review(session, tool.review_id) if tool.review_id else {}
    return of_review.get(tool.id) or questionnaires_of(session, [tool])[tool.id]


@asked_for_all
def _questionnaires_of_review(session: Session, review_ids: Keys) -> dict[int, dict[int, Questionnaire]]:
    """All of each review's, in as many statements as one, because its pages show one after another."""
    tools_of = {key: tools_of_review(session, key) for key in review_ids}
    asked = questionnaires_of(session, [tool for tools in tools_of.values() for tool in tools])
    return {key: {tool.id: asked[tool.id] for tool in tools} for key, tools in tools_of.items()}


def questionnaires_of(session: Session, tools: Collection[AssuranceTool]) -> dict[int, Questionnaire]:
    """The same of several tools, by their ids, in as many statements as for one."""
    words_of: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
    asked: dict[int, list[Question]] = defaultdict(list)
    for row in session.execute(_asked_in(), {ASKED_OF.key: [tool.id for tool in tools]}):
        words_of[row.tool_id][row.section_id] = row.title, row.introduction or ""
        if row.key is not None:
            asked[row.section_id].append(_asked(row))
    return {
        tool.id: Questionnaire(
            tool.title,
            tool.introduction or "",
            tuple(
                Section(title, introduction, tuple(asked[key]))
                for key, (title, introduction) in words_of[tool.id].items()
            ),
        )
        for tool in tools
    }


@cache
def _asked_in() -> Select[*tuple[Any, ...]]:
    """The sections of some tools, each with its questions in order, and the key line and scale of each of these.

    Put together once, and by column: a tool has a hundred rows, and records of them would cost a page more.
    """
    of_section = ToolSection.id.label("section_id"), ToolSection.tool_id, ToolSection.title, ToolSection.introduction
    shown_if = ToolQuestion.shown_if_key, ToolQuestion.shown_if_answers
    words = ToolQuestion.key, ToolQuestion.kind, ToolQuestion.text, ToolQuestion.help
    of_question = *words, ToolQuestion.is_required, ToolQuestion.options, *shown_if
    of_line = KeyLine.id.label("key_line_id"), KeyLine.text.label("key_line")
    return (
        select(*of_section, *of_question, *of_line, RatingScale)
        .select_from(ToolSection)
        .outerjoin(ToolQuestion, ToolQuestion.section_id == ToolSection.id)
        .outerjoin(KeyLine, KeyLine.id == ToolQuestion.key_line_id)
        .outerjoin(RatingScale, RatingScale.id == ToolQuestion.scale_id)
        .where(ToolSection.tool_id.in_(ASKED_OF))
        .order_by(ToolSection.number, ToolSection.id, ToolQuestion.number, ToolQuestion.id)
    )


def _asked(row: Any) -> Question:
    return Question(
        key=row.key,
        kind=row.kind,
        text=row.text,
        help=row.help or "",
        is_required=bool(row.is_required),
        options=_options(row),
        shown_if=ShownIf(row.shown_if_key, tuple(row.shown_if_answers)) if row.shown_if_key else None,
        key_line_id=row.key_line_id,
        key_line=row.key_line or "",
    )


def _options(row: Any) -> tuple[Option, ...]:
    kind, scale = KINDS[row.kind], row.RatingScale
    if kind.needs_scale:
        return scale.options() if scale is not None else ()
    if kind.fixed_options:
        return weighted(kind.fixed_options)
    return tuple(Option(label.strip()) for label in (row.options or ())) if kind.needs_options else ()


def latest_version(session: Session, tool_id: int) -> ToolVersion | None:
    """The newest frozen version of a tool; None before the first."""
    return latest_versions(session, [tool_id]).get(tool_id)


def latest_versions(session: Session, tool_ids: Collection[int]) -> dict[int, ToolVersion]:
    """The same of several tools, by their ids; those without a version are left out."""
    newest = select(ToolVersion).where(ToolVersion.tool_id.in_(tool_ids)).ext(distinct_on(ToolVersion.tool_id))
    versions = session.scalars(newest.order_by(ToolVersion.tool_id, ToolVersion.number.desc()))
    return {version.tool_id: version for version in versions}


def versions_of(session: Session, tool_id: int) -> list[ToolVersion]:
    """Every frozen version of a tool, the newest first."""
    statement = select(ToolVersion).where(ToolVersion.tool_id == tool_id)
    return list(session.scalars(statement.order_by(ToolVersion.number.desc())))


def freeze_tool(
    session: Session, tool: AssuranceTool, *, person_id: int | None, at: datetime | None = None
) -> ToolVersion:
    """Freeze a tool as it stands (`at` says when, by default now). The same words again are the same version.

    Refuses a tool that asks nothing, or in which a question depends on one that is not asked before it.
    """
    questionnaire = questionnaire_of(session, tool)
    if not any(True for _ in questionnaire.questions()):
        raise RuleBroken(f"{tool.title} has no questions yet.")
    for sentence in faults(questionnaire):
        raise RuleBroken(sentence)
    sha256 = questionnaire.fingerprint()
    same = select(ToolVersion).where(ToolVersion.tool_id == tool.id, ToolVersion.sha256 == sha256)
    version = session.scalar(same)
    if version is not None:
        return version
    last = latest_version(session, tool.id)
    version = ToolVersion(
        tool_id=tool.id, number=last.number + 1 if last else 1, content=questionnaire.as_json(), sha256=sha256,
        made_by_id=person_id,
        made_at=at or now(),
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version
