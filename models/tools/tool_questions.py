"""Which sections and questions does an assurance tool have?"""

from __future__ import annotations

import re
from typing import ClassVar

from sqlalchemy import ForeignKey, Text, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import must, one_of
from models.rules.tools.question_kinds import KINDS, Kind
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine
from models.tools.rating_scales import RatingScale

_HUB = "The hub's workshop; an agency reads the frozen version of what it is sent."


class ToolSection(Record):
    """A heading of a tool with its questions."""

    __tablename__ = "tool_sections"
    __table_args__ = (must("title <> ''", name="section_titled", sentence="Give the section a title."),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(reason=_HUB)

    tool_id: Mapped[int] = mapped_column(ForeignKey("assurance_tools.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    introduction: Mapped[str] = mapped_column(Text, server_default="")

    tool: Mapped[AssuranceTool] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.title


class ToolQuestion(Record):
    """One question of a tool. Its key stays the same through all versions and copies, so that rounds can be compared.

    `kind` is a code of models.rules.tools.question_kinds.KINDS; `shown_if_key` names an earlier question of its tool.
    """

    __tablename__ = "tool_questions"
    __table_args__ = (
        UniqueConstraint(
            "tool_id",
            "key",
            name="question_key_once",
            info={"sentence": "The tool already has a question of that key."},
        ),
        must("text <> ''", name="question_written", sentence="Write the question."),
        one_of("kind", KINDS, "known_kind_of_question"),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(reason=_HUB)

    tool_id: Mapped[int] = mapped_column(ForeignKey("assurance_tools.id", ondelete="CASCADE"))
    section_id: Mapped[int] = mapped_column(ForeignKey("tool_sections.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    key: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    help: Mapped[str] = mapped_column(Text, server_default="")
    is_required: Mapped[bool] = mapped_column(server_default="false")
    scale_id: Mapped[int | None] = mapped_column(ForeignKey("rating_scales.id"), index=True)
    options: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    shown_if_key: Mapped[str] = mapped_column(Text, server_default="")
    shown_if_answers: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    key_line_id: Mapped[int | None] = mapped_column(ForeignKey("key_lines.id", ondelete="SET NULL"), index=True)

    tool: Mapped[AssuranceTool] = relationship(lazy="raise_on_sql")
    section: Mapped[ToolSection] = relationship(lazy="raise_on_sql")
    scale: Mapped[RatingScale | None] = relationship(lazy="raise_on_sql")
    key_line: Mapped[KeyLine | None] = relationship(lazy="raise_on_sql")

    def __str__(self) -> str:
        return self.text

    def check(self, session: Session) -> None:
        kind = KINDS.get(self.kind or "")
        if kind is None:
            raise RuleBroken("Choose what kind of answer the question asks for.", field="kind")
        self.key = (self.key or "").strip().lower()
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", self.key):
            raise RuleBroken(
                "Give a key of small letters, digits and underscores, beginning with a letter.", field="key"
            )
        self._check_answers(kind)
        self._check_place(session)
        self._check_condition(session)

    def _check_answers(self, kind: Kind) -> None:
        """A scale and choices belong to the kinds that need them, and to no others."""
        if kind.needs_scale and self.scale_id is None:
            raise RuleBroken("Choose the scale that this question is rated on.", field="scale_id")
        options = [option.strip() for option in self.options or ()] if kind.needs_options else []
        if kind.needs_options and (len(options) < 2 or len(set(options)) < len(options) or not all(options)):
            raise RuleBroken("Give at least two different choices, one on each line.", field="options")
        self.options = options
        self.scale_id = self.scale_id if kind.needs_scale else None

    def _check_place(self, session: Session) -> None:
        with session.no_autoflush:
            section = session.get(ToolSection, self.section_id) if self.section_id else None
            if section is not None and section.tool_id != self.tool_id:
                raise RuleBroken("Choose a section of this tool.")
            line = session.get(KeyLine, self.key_line_id) if self.key_line_id else None
            if line is not None and line.review_id != session.get_one(AssuranceTool, self.tool_id).review_id:
                raise RuleBroken("Choose a key line of the same review, or of the bank for a tool of the bank.")

    def _check_condition(self, session: Session) -> None:
        if not self.shown_if_key:
            self.shown_if_answers = []
            return
        with session.no_autoflush:
            condition = select(ToolQuestion).where(
                ToolQuestion.tool_id == self.tool_id, ToolQuestion.key == self.shown_if_key
            )
            other = session.scalar(condition)
        if other is None or other is self:
            raise RuleBroken("A question can depend on another question of the same tool only.")
        if not self.shown_if_answers:
            raise RuleBroken("Say which answers bring this question up.")


def questions_of(session: Session, *tool_ids: int) -> list[ToolQuestion]:
    """A tool's questions in the order they are asked; of several tools each tool's in its own order."""
    statement = (
        select(ToolQuestion)
        .join(ToolSection, ToolSection.id == ToolQuestion.section_id)
        .where(ToolQuestion.tool_id.in_(tool_ids))
        .order_by(ToolSection.number, ToolSection.id, ToolQuestion.number, ToolQuestion.id)
    )
    return list(session.scalars(statement))


def sections_of(session: Session, *tool_ids: int) -> list[ToolSection]:
    """A tool's sections in order; of several tools each tool's in its own order."""
    statement = select(ToolSection).where(ToolSection.tool_id.in_(tool_ids))
    return list(session.scalars(statement.order_by(ToolSection.number, ToolSection.id)))


def next_question_number(session: Session, section_id: int) -> int:
    """The place at the end of a section."""
    highest = session.scalar(select(func.max(ToolQuestion.number)).where(ToolQuestion.section_id == section_id))
    return (highest or 0) + 1


def next_key(session: Session, tool_id: int) -> str:
    """A free key for a new question: `q1`, `q2`, and so on."""
    taken = set(session.scalars(select(ToolQuestion.key).where(ToolQuestion.tool_id == tool_id)))
    count = session.scalar(select(func.count()).where(ToolQuestion.tool_id == tool_id)) or 0
    return next(key for number in range(count + 1, count + len(taken) + 2) if (key := f"q{number}") not in taken)
