"""Which key lines of enquiry and which tools stand in the bank of a new portal, before anybody amends them?

The words are in starting_tools.toml beside this page, with their sources.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.tools.assurance_tools import AssuranceTool, ToolKind
from models.tools.key_lines import KeyLine, key_lines_of, next_key_line_number
from models.tools.rating_scales import starting_scale
from models.tools.tool_questions import ToolQuestion, ToolSection

_WORDS = Path(__file__).with_name("starting_tools.toml")
_BELOW_FULL = ("2", "1", "0")


def give_starting_tools(session: Session) -> int:
    """Fill the bank of a portal whose bank is empty; returns how many key lines and tools were added."""
    in_bank = select(AssuranceTool.id).where(AssuranceTool.review_id.is_(None)).limit(1)
    if session.scalar(in_bank) is not None or key_lines_of(session, None):
        return 0
    words = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    lines = _add_lines(session, words["lines"])
    tools = [
        AssuranceTool(kind=ToolKind(one["kind"]), title=one["title"], introduction=one["introduction"])
        for one in words["tools"]
    ]
    session.add_all(tools)
    session.flush()
    _add_questions(session, _add_sections(session, zip(tools, words["tools"], strict=True)), lines)
    return len(lines) + len(tools)


def _add_lines(session: Session, stated: list[dict[str, str]]) -> dict[str, int]:
    """The standard key lines by code, those whose key area the partnership has."""
    rows = session.scalars(select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.KEY_AREA))
    areas = {one.code: one.id for one in rows}
    first = next_key_line_number(session, None)
    wanted = [one for one in stated if one["area"] in areas]
    lines = {
        one["code"]: KeyLine(number=first + place, key_area_id=areas[one["area"]], text=one["text"])
        for place, one in enumerate(wanted)
    }
    session.add_all(lines.values())
    session.flush()
    return {code: line.id for code, line in lines.items()}


def _sections(stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A tool's sections; each standard of a Section 11 audit becomes one."""
    return [*stated.get("sections", ()), *(_standard(one) for one in stated.get("standards", ()))]


def _standard(stated: Mapping[str, str]) -> dict[str, Any]:
    """One standard with the columns of the audit: score, evidence, areas for improvement, deadline."""
    key, below = stated["key"], [f"{stated['key']}_score", *_BELOW_FULL]
    return {
        "title": stated["title"],
        "introduction": stated["text"],
        "questions": [
            {"key": f"{key}_score", "kind": "rating", "scale": "Score 0 to 3", "required": True,
             "text": f"Your own score: {stated['title'].lower()}"},
            {"key": f"{key}_evidence", "kind": "text", "required": True, "text": "What is the evidence?",
             "help": "For children's and for adults' safeguarding."},
            {"key": f"{key}_files", "kind": "evidence", "text": "Add what shows it."},
            {"key": f"{key}_improve", "kind": "text", "required": True, "text": "What will you improve?",
             "only_if": below},
            {"key": f"{key}_due_on", "kind": "date", "required": True, "text": "By when?", "only_if": below},
        ],
    }  # fmt: skip


def _add_sections(
    session: Session, stated: Iterable[tuple[AssuranceTool, Mapping[str, Any]]]
) -> list[tuple[ToolSection, list[dict[str, Any]]]]:
    """The sections of all tools, each with what is stated of its questions."""
    made = [
        (ToolSection(tool_id=tool.id, number=number, title=one["title"], introduction=one.get("introduction", "")),
         one["questions"])
        for tool, words in stated
        for number, one in enumerate(_sections(words), 1)
    ]  # fmt: skip
    session.add_all(section for section, _ in made)
    session.flush()
    return made


def _add_questions(
    session: Session, stated: list[tuple[ToolSection, list[dict[str, Any]]]], lines: Mapping[str, int]
) -> None:
    named = {one["scale"] for _, questions in stated for one in questions if "scale" in one}
    scales = {name: starting_scale(session, name).id for name in sorted(named)}
    session.add_all(
        _question(section, number, one, lines, scales)
        for section, questions in stated
        for number, one in enumerate(questions, 1)
    )
    session.flush()


def _question(
    section: ToolSection, number: int, stated: Mapping[str, Any], lines: Mapping[str, int], scales: Mapping[str, int]
) -> ToolQuestion:
    condition = stated.get("only_if") or [""]
    return ToolQuestion(
        tool_id=section.tool_id, section_id=section.id, number=number, key=stated["key"], kind=stated["kind"],
        text=stated["text"], help=stated.get("help", ""), is_required=stated.get("required", False),
        scale_id=scales.get(stated.get("scale", "")), options=stated.get("options", []), shown_if_key=condition[0],
        shown_if_answers=condition[1:], key_line_id=lines.get(stated.get("line", "")),
    )  # fmt: skip
