"""How do the papers of a review read on a page: their words, where each stands, and what can be done with it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_views.kit.base import Button, Panel, tag
from admin_views.kit.formats import show_date
from models.core.addresses import address_by_id, address_of, list_address
from models.core.clock import london_day
from models.partnership.hubs import Hub
from models.partnership.people import Person
from models.reviews.invitations import Invitation, ReviewPart
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words
from models.rules.tools.questionnaire_words import answer_words, condition_words
from models.rules.tools.questionnaires import Question, Questionnaire
from models.signatures.review_papers import LISTS, PaperState, ReviewPaper
from models.signatures.sign_offs import SignOff, SignOffStatus, SignOffSubject
from models.tools.assurance_tools import AssuranceTool
from models.tools.key_lines import KeyLine

_COLOURS = {
    PaperState.SIGNED: "green",
    PaperState.ASKED: "blue",
    PaperState.RETURNED: "amber",
    PaperState.NOT_ASKED: "open",
    PaperState.NOT_STARTED: "grey",
}
_HEADINGS = {  # in the order they are shown
    "number": "Number",
    "area": "Key area",
    "text": "Key line of enquiry",
    "is_additional": "Additional",
    "seat": "Seat",
    "person": "Person",
    "agency": "Agency",
}


@dataclass(frozen=True)
class PaperLine:
    """One paper in the list of a review's papers. `verb` is what can be done with it; its tone says how it looks."""

    code: str
    title: str
    words: str
    hint: str
    state: str
    verb: Button | None
    may_ask: bool


def paper_lines(
    session: Session, review: ThematicReview, papers: Iterable[ReviewPaper], *, runs: bool, signs: bool
) -> list[PaperLine]:
    """The papers as the page lists them, for whoever runs the review, its sponsor (`signs`), or readers."""
    papers = list(papers)
    names = _signers(session, papers)
    return [
        PaperLine(
            code=paper.code,
            title=paper.title,
            words=paper_words(paper),
            hint=_hint(paper, names),
            state=tag(paper.state.label, _COLOURS[paper.state]),
            verb=_verb(review, paper, runs=runs, signs=signs),
            may_ask=runs and paper.may_ask,
        )
        for paper in papers
    ]


def _signers(session: Session, papers: Iterable[ReviewPaper]) -> dict[int, str]:
    keys = {paper.last.signed_by_id for paper in papers if paper.last and paper.last.signed_by_id}
    return {key: name for key, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(keys)))}


def paper_words(paper: ReviewPaper) -> str:
    """How much a paper holds, in words."""
    if paper.content:
        return _WORDS.get(paper.subject, _tool_words)(paper.content)
    if paper.tool is not None:
        return "Asks nothing yet"
    return "Nothing is written yet" if paper.subject in LISTS else "The review has none yet"


def _lines_words(lines: Any) -> str:
    additional = sum(line["is_additional"] for line in lines)
    more = f", {additional} of them this review’s own" if additional else ""
    return f"{count_words(len(lines), 'line')}{more}"


def _team_words(seats: Any) -> str:
    people, agencies = ({seat[key] for seat in seats} - {""} for key in ("person", "agency"))
    return f"{count_words(len(people), 'person', 'people')} of {count_words(len(agencies), 'agency', 'agencies')}"


def _invited_words(parts: Any) -> str:
    agencies = {name for names in parts.values() for name in names}
    count = sum(map(len, parts.values()))
    return f"{count_words(len(agencies), 'agency', 'agencies')}, {count_words(count, 'part')}"


def _tool_words(tool: Any) -> str:
    sections = [section["questions"] for section in tool["sections"] if section["questions"]]
    return f"{count_words(sum(map(len, sections)), 'question')} in {count_words(len(sections), 'section')}"


_WORDS = {
    SignOffSubject.KEY_LINES: _lines_words,
    SignOffSubject.PROJECT_TEAM: _team_words,
    SignOffSubject.INVITATIONS: _invited_words,
}


def _hint(paper: ReviewPaper, names: Mapping[int, str]) -> str:
    """What became of the newest request for its signature."""
    last = paper.last
    if last is None:
        return ""
    if last.status is SignOffStatus.RETURNED:
        changed = "Not changed since" if paper.is_current else "Changed since"
        return f"Returned: “{last.note}” {changed}."
    if last.signed_at is not None:
        day = show_date(london_day(last.signed_at))
        signed = f"by {names.get(last.signed_by_id or 0, 'the lead sponsor')} on {day}"
        return f"Signed {signed}" if paper.is_current else f"Changed since it was signed {signed}"
    asked = show_date(london_day(last.asked_at))
    return f"Asked for on {asked}" if paper.is_current else f"Changed since it was asked for on {asked}"


def _verb(review: ThematicReview, paper: ReviewPaper, *, runs: bool, signs: bool) -> Button | None:
    last = paper.last
    if signs and last is not None and last.status is SignOffStatus.ASKED:
        return Button("Sign", address_of(last, "sign"), "main")
    if runs and paper.state in (PaperState.NOT_STARTED, PaperState.NOT_ASKED, PaperState.RETURNED):
        return Button("Mend" if paper.state is PaperState.RETURNED else "Edit", _where_written(review, paper), "little")
    return Button("Look", address_of(last), "plain") if last is not None else None


def _where_written(review: ThematicReview, paper: ReviewPaper) -> str:
    """The page on which the words of a paper are written."""
    if paper.tool is not None:
        return address_of(paper.tool)
    return {
        SignOffSubject.KEY_LINES: list_address(KeyLine, "arrange", review.id),
        SignOffSubject.PROJECT_TEAM: address_by_id(Hub, review.hub_id),
        SignOffSubject.INVITATIONS: list_address(Invitation, "review", review.id),
    }.get(paper.subject, list_address(AssuranceTool, "from-bank", review.id))


def content_panels(content: Any) -> list[Panel]:
    """What is signed, as tables: a tool by section, agencies by part, key lines and the team as they are."""
    if isinstance(content, list):
        return [_table("What is signed", content)]
    if "sections" not in content:
        return [_invited(content)]
    asked = Questionnaire.from_json(content)
    return [
        Panel(
            section.title, ("Question", "Answer", "Asked"), [_question_row(asked, each) for each in section.questions]
        )
        for section in asked.sections
    ]


def _invited(content: Mapping[str, list[str]]) -> Panel:
    """Who is asked for what: an agency a row, a part of the review a column."""
    parts = [part.label for part in ReviewPart if part.label in content]
    parts += [part for part in content if part not in parts]  # a part that was called otherwise when this was signed
    agencies = sorted({name for names in content.values() for name in names})
    rows = [(name, *(_cell(name in content[part]) for part in parts)) for name in agencies]
    return Panel("Who is asked for what", ("Agency", *parts), rows)


def _table(title: str, rows: list[dict[str, Any]]) -> Panel:
    known = list(_HEADINGS)
    keys = sorted(rows[0], key=lambda key: known.index(key) if key in known else len(known)) if rows else []
    cells = [tuple(_cell(row[key]) for key in keys) for row in rows]
    return Panel(title, tuple(_HEADINGS.get(key, key) for key in keys), cells)


def _cell(value: Any) -> str:
    return ("Yes" if value else "No") if isinstance(value, bool) else str(value)


def _question_row(asked: Questionnaire, question: Question) -> tuple[str, str, str]:
    must = "Must be answered" if question.is_required else "May be left open"
    when = condition_words(asked, question)
    return question.text, answer_words(question), f"{must}. {when}" if when else must


def shown_order(papers: Iterable[SignOff], here: SignOff) -> tuple[int, SignOff | None, SignOff | None]:
    """Which of a review's papers one is, counted from 1, and those before and after it; 0 where it is none of them."""
    ordered = list(papers)
    if here not in ordered:
        return 0, None, None
    place = ordered.index(here)
    before = ordered[place - 1] if place else None
    after = ordered[place + 1] if place + 1 < len(ordered) else None
    return place + 1, before, after
