"""Which key lines of enquiry and which tools are in the bank of a new portal, before anybody amends them?

The words are in starting_tools.toml beside this module, with their sources.
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
        AssuranceTool(kind=ToolKind(tool["kind"]), title=tool["title"], introduction=tool["introduction"])
        for tool in words["tools"]
    ]
    session.add_all(tools)
    session.flush()
    _add_questions(session, _add_sections(session, zip(tools, words["tools"], strict=True)), lines)
    return len(lines) + len(tools)


def _add_lines(session: Session, entries: list[dict[str, str]]) -> dict[str, int]:
    """The standard key lines by code, those whose key area the partnership has."""
    rows = session.scalars(select(ReferenceItem).where(ReferenceItem.list_name == ReferenceList.KEY_AREA))
    areas = {area.code: area.id for area in rows}
    first = next_key_line_number(session, None)
    usable = [entry for entry in entries if entry["area"] in areas]
    lines = {
        entry["code"]: KeyLine(number=first + place, key_area_id=areas[entry["area"]], text=entry["text"])
        for place, entry in enumerate(usable)
    }
    session.add_all(lines.values())
    session.flush()
    return {code: line.id for code, line in lines.items()}


def _sections(tool: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A tool's sections; each standard of a Section 11 audit becomes one."""
    return [*tool.get("sections", ()), *(_standard(standard) for standard in tool.get("standards", ()))]


def _standard(standard: Mapping[str, str]) -> dict[str, Any]:
    """One standard with the columns of the audit: score, evidence, areas for improvement, deadline."""
    key, below = standard["key"], [f"{standard['key']}_score", *_BELOW_FULL]
    return {
        "title": standard["title"],
        "introduction": standard["text"],
        "questions": [
            {"key": f"{key}_score", "kind": "rating", "scale": "Score 0 to 3", "required": True,
             "text": f"Your own score: {standard['title'].lower()}"},
            {"key": f"{key}_evidence", "kind": "text", "required": True, "text": "What is the evidence?",
             "help": "For children's and for adults' safeguarding."},
            {"key": f"{key}_files", "kind": "evidence", "text": "Add what shows it."},
            {"key": f"{key}_improve", "kind": "text", "required": True, "text": "What will you improve?",
             "only_if": below},
            {"key": f"{key}_due_on", "kind": "date", "required": True, "text": "By when?", "only_if": below},
        ],
    }  # fmt: skip


def _add_sections(
    session: Session, tools: Iterable[tuple[AssuranceTool, Mapping[str, Any]]]
) -> list[tuple[ToolSection, list[dict[str, Any]]]]:
    """The sections of all tools, each with the entries of its questions."""
    sections = [
        (
            ToolSection(
                tool_id=tool.id, number=number, title=section["title"], introduction=section.get("introduction", "")
            ),
            section["questions"],
        )
        for tool, words in tools
        for number, section in enumerate(_sections(words), 1)
    ]  # fmt: skip
    session.add_all(section for section, _ in sections)
    session.flush()
    return sections


def _add_questions(
    session: Session, sections: list[tuple[ToolSection, list[dict[str, Any]]]], lines: Mapping[str, int]
) -> None:
    named = {question["scale"] for _, questions in sections for question in questions if "scale" in question}
    scales = {name: starting_scale(session, name).id for name in sorted(named)}
    session.add_all(
        _question(section, number, question, lines, scales)
        for section, questions in sections
        for number, question in enumerate(questions, 1)
    )
    session.flush()


def _question(
    section: ToolSection, number: int, entry: Mapping[str, Any], lines: Mapping[str, int], scales: Mapping[str, int]
) -> ToolQuestion:
    condition = entry.get("only_if") or [""]
    return ToolQuestion(
        tool_id=section.tool_id, section_id=section.id, number=number, key=entry["key"], kind=entry["kind"],
        text=entry["text"], help=entry.get("help", ""), is_required=entry.get("required", False),
        scale_id=scales.get(entry.get("scale", "")), options=entry.get("options", []), shown_if_key=condition[0],
        shown_if_answers=condition[1:], key_line_id=lines.get(entry.get("line", "")),
    )  # fmt: skip
