"""What does the page of a check say: notes, questions, rows that cannot be used, and what freezing means?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.case_lists.case_imports import ImportChoice
from models.case_lists.case_lists import CaseList
from models.rules.case_lists.levels import Level
from models.rules.case_lists.list_pictures import levels_picture, starts_picture
from models.rules.case_lists.notes import CHOICES
from models.rules.core.counts import count_words, list_words, noun_of
from models.rules.documents.pictures import Picture

_URGENT = ("damaged_reference", "look_alike_references", "no_cases", "unmapped_level", "missing_level")


@dataclass(frozen=True)
class ShownNote:
    """A note as the page shows it; `offer` is the button of a question, `is_answered` whether it was pressed before."""

    text: str
    rows: Sequence[int]
    question: str = ""
    offer: str = ""
    is_answered: bool = False

    @property
    def asks_a_look(self) -> bool:
        """Whether somebody should do something about its rows."""
        return "Nothing to do" not in self.text

    @property
    def is_open(self) -> bool:
        """Whether the note asks something that nobody has answered yet."""
        return bool(self.question) and not self.is_answered


def shown_notes(record: CaseList) -> list[ShownNote]:
    """The notes of a check, the most urgent first."""
    chosen = ImportChoice.from_facts(record.choice).columns
    notes = sorted((record.report or {})["notes"], key=lambda note: note["rule"] not in _URGENT)
    return [_shown(note, chosen) for note in notes]


def note_groups(notes: Sequence[ShownNote]) -> list[tuple[str, list[ShownNote]]]:
    """The notes under what an officer does about them: answer, look, or only know; empty groups are left out."""
    looked_at = [note for note in notes if note.rows and note.asks_a_look and not note.is_open]
    groups = (
        ("Please decide", [note for note in notes if note.is_open]),
        ("Please look at these rows", looked_at),
        ("How the list was read", [note for note in notes if not note.is_open and note not in looked_at]),
    )
    return [group for group in groups if group[1]]


def _shown(note: dict[str, Any], chosen: Any) -> ShownNote:
    question = note.get("choice") or ""
    if question not in CHOICES:
        return ShownNote(note["text"], note["rows"])
    is_answered = bool(chosen.get(question))
    return ShownNote(note["text"], note["rows"], question, CHOICES[question][is_answered], is_answered)


def what_freezing_means(record: CaseList) -> str:
    """What an officer is told, with the counts, before a list is frozen."""
    report = record.report
    if not report:
        return "The list is not checked yet."
    cases = f": {count_words(report['cases'], 'case')}" if report["cases"] is not None else ""
    left_out = [
        count_words(count, *words)
        for count, words in (
            (report["rejected_count"], ("row that cannot be used", "rows that cannot be used")),
            (report["set_aside"], ("line that is not a case", "lines that are not cases")),
        )
        if count
    ]
    unplaced = sum(report["unmapped_levels"].values())
    asked = sum(note.is_open for note in shown_notes(record))
    rows = f"{count_words(report['accepted'], 'row')} {noun_of(report['accepted'], 'becomes', 'become')}"
    return "".join(
        (
            f"{rows} a frame that can never change{cases}.",
            f" Left out: {list_words(left_out)}." if left_out else "",
            f" {count_words(unplaced, 'row has', 'rows have')} a level that is on no list." if unplaced else "",
            f" {count_words(asked, 'question is', 'questions are')} not answered." if asked else "",
            " The file is erased.",
        )
    )


def check_facts(record: CaseList, levels: list[Level]) -> dict[str, Any]:
    """What the page of a check shows: report, notes, levels, rows by level and why rows cannot be used."""
    report, notes = record.report or {}, shown_notes(record)
    return {
        "report": report,
        "levels": levels,
        "pictures": list_pictures(_highest_first(report["accepted_by_level"], levels), report),
        "note_groups": note_groups(notes),
        "rejected": _rows_by_sentence(report["rejected"]),
    }


def list_pictures(by_level: dict[str, int], report: dict[str, Any]) -> list[Picture]:
    """The rows of a list by level and by the month they start in, as far as its check has counted them."""
    pictures = levels_picture(by_level), starts_picture(report.get("by_start_month", {}), report.get("rows", 0))
    return [picture for picture in pictures if picture.plot is not None]


def _highest_first(counts: dict[str, int], levels: list[Level]) -> dict[str, int]:
    """Rows by level in the order of the partnership's list, those without a known level last."""
    order = {level.label: level.rank for level in levels}
    return dict(sorted(counts.items(), key=lambda count: order.get(count[0], 0), reverse=True))


def _rows_by_sentence(problems: Sequence[dict[str, Any]]) -> dict[str, list[int]]:
    """Each sentence with all its listed rows, in the order in which they first occur."""
    groups: dict[str, list[int]] = {}
    for problem in problems:
        groups.setdefault(problem["problem"], []).append(problem["row"])
    return groups


def problem_rows(report: dict[str, Any]) -> Iterator[list[Any]]:
    """Row number, kind and sentence of every problem, then of every case in several levels."""
    for kind, word in (("rejected", "cannot be used"), ("warnings", "look at it")):
        for problem in report.get(kind, ()):
            yield [problem["row"], word, problem["problem"]]
    for case in (report.get("several_levels") or {}).get("listed", ()):
        sentence = f"Case {case['reference']} stands in several levels: {', '.join(case['levels'])}."
        yield [case["row"], "several levels", sentence]
