"""What must be left after a night's erasure? Told row by row in plain Python, without a statement on a set.

The rows of the tables come as plain dictionaries and are changed as one would by hand; what the database holds after
the real erasure must be the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.core.clock import london_day
from models.reviews.thematic_reviews import Stage
from models.rules.core.due_dates import months_after
from models.rules.tools.questionnaires import Questionnaire
from models.tools.tool_versions import ToolVersion

Row = dict[str, Any]
Tables = dict[str, dict[int, Row]]
STAGES = [stage.value for stage in Stage]


@dataclass(frozen=True)
class Rule:
    """What a retention rule says."""

    what: str
    months: int
    counted_from: str

    @property
    def stage(self) -> str:
        return self.counted_from.removeprefix("review_")


@dataclass
class Oracle:
    """Plays the erasure of one day on a copy of the rows. `counts` are the single things gone under each rule."""

    tables: Tables
    today: date

    def __post_init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.emptied_frames: set[int] = set()
        self.written = {
            key: {q.key for q in Questionnaire.from_json(row["content"]).questions() if q.how.widget == "textarea"}
            for key, row in self.tables[ToolVersion.__tablename__].items()
        }

    def play(self, rules: list[Rule]) -> None:
        kinds: dict[str, tuple[Callable[[], Iterator[tuple[Row, int | None, date]]], Callable[[Row], int]]] = {
            "drawn_cases": (self._samples, self._erase_sample),
            "frame_rows": (self._frames, self._erase_frame),
            "evidence_files": (self._evidence, self._erase_file),
            "audit_words": (self._audits, self._erase_audit),
            "survey_texts": (self._surveys, self._erase_survey),
        }
        for rule in rules:
            held, erase = kinds[rule.what]
            due = [row for row, review, made_on in held() if self._is_due(rule, review, made_on)]
            if due:
                self.counts[rule.what] = sum(erase(row) for row in due)

    def _is_due(self, rule: Rule, review_id: int | None, made_on: date) -> bool:
        started = made_on if review_id is None else self._clock(rule, review_id)
        return started is not None and months_after(started, rule.months) <= self.today

    def _clock(self, rule: Rule, review_id: int) -> date | None:
        review = self.tables["thematic_reviews"][review_id]
        if review["is_on_hold"] or STAGES.index(review["stage"]) < STAGES.index(rule.stage):
            return None
        reached = [
            row["reached_on"]
            for row in self.tables["review_stages"].values()
            if (row["review_id"], row["stage"]) == (review_id, rule.stage)
        ]
        return date.fromisoformat(reached[0]) if reached and reached[0] else None

    def _samples(self) -> Iterator[tuple[Row, int | None, date]]:
        for row in self.tables["audit_samples"].values():
            if row["erased_on"] is None and (row["drawn_at"] or row["excluded"]):
                moments = [row[name] for name in ("drawn_at", "requested_at", "committed_at") if row[name]]
                yield row, row["review_id"], _day(moments[0]) if moments else date(row["year"], 12, 31)

    def _erase_sample(self, sample: Row) -> int:
        cases = [row for row in self.tables["sample_cases"].values() if row["sample_id"] == sample["id"]]
        marks = {reference: f"erased-excluded-{number}" for number, reference in enumerate(sample["excluded"], 1)}
        sample["excluded"] = [marks[reference] for reference in sample["excluded"]]
        marks |= {case["reference"]: f"erased-{case['id']}" for case in cases}
        sample["certificate"] = _with_marks(sample["certificate"], marks)
        sample["erased_on"] = self.today.isoformat()
        sample["row_version"] += 1
        for case in cases:
            case["reference"], case["ticket"] = f"erased-{case['id']}", ""
            case["row_version"] += 1
        audits = [row["id"] for row in self.tables["case_audits"].values() if row["sample_case_id"] in _ids(cases)]
        self._empty_papers(f"audit_samples:{sample['id']}", *(f"sample_cases:{key}" for key in _ids(cases)))
        self._empty_papers(*(f"case_audits:{key}" for key in audits))
        return len(cases)

    def _frames(self) -> Iterator[tuple[Row, int | None, date]]:
        for row in self.tables["case_frames"].values():
            if row["erased_on"] is None and row["fingerprint"]:
                yield row, row["review_id"], _day(row["frozen_at"])

    def _erase_frame(self, frame: Row) -> int:
        frame["erased_on"] = self.today.isoformat()
        frame["row_version"] += 1
        self.emptied_frames.add(frame["id"])
        return int(frame["row_count"])

    def _evidence(self) -> Iterator[tuple[Row, int | None, date]]:
        for row in self.tables["documents"].values():
            review = self._review_of(row["subject"])
            if row["kind"] == "evidence" and row["erased_on"] is None and review is not None:
                yield row, review, _day(row["made_at"])

    def _review_of(self, subject: str) -> int | None:
        """The review that a file's subject belongs to; the kinds of subject that the random data uses."""
        noun, _, key = subject.partition(":")
        row = self.tables.get(noun, {}).get(int(key)) if key.isdigit() and str(int(key)) == key else None
        if row is None:
            return None
        if noun == "thematic_reviews":
            return int(row["id"])
        if noun == "sample_cases":
            return self.tables["audit_samples"][row["sample_id"]]["review_id"]
        if noun == "sheet_answers":
            audits = self.tables["case_audits"].values()
            return next((each["review_id"] for each in audits if each["sheet_id"] == row["sheet_id"]), None)
        return row.get("review_id")

    def _erase_file(self, document: Row) -> int:
        title = "erased" if document["title"] == document["file_name"] else document["title"]
        document |= {"file_name": "erased", "title": title, "erased_on": self.today.isoformat()}
        document["row_version"] += 1
        self.tables["document_parts"].pop(document["id"], None)
        return 1

    def _empty_papers(self, *subjects: str) -> None:
        for row in self.tables["documents"].values():
            if row["subject"] in subjects and row["kind"] != "evidence" and row["erased_on"] is None:
                self._erase_file(row)

    def _audits(self) -> Iterator[tuple[Row, int | None, date]]:
        for row in self.tables["case_audits"].values():
            if self._worded(row):
                yield row, row["review_id"], _day(row["opened_at"])

    def _worded(self, audit: Row) -> list[Row]:
        keys = self.written[self.tables["answer_sheets"][audit["sheet_id"]]["version_id"]]
        answers = [row for row in self.tables["sheet_answers"].values() if row["sheet_id"] == audit["sheet_id"]]
        return [
            row
            for row in answers
            if row["note"] or row["earlier"] or (row["question_key"] in keys and row["value"] is not None)
        ]

    def _erase_audit(self, audit: Row) -> int:
        keys = self.written[self.tables["answer_sheets"][audit["sheet_id"]]["version_id"]]
        worded = self._worded(audit)
        for answer in worded:
            answer |= {"note": "", "earlier": [], "row_version": answer["row_version"] + 1}
            answer["value"] = None if answer["question_key"] in keys else answer["value"]
        self._empty_papers(f"case_audits:{audit['id']}", f"sample_cases:{audit['sample_case_id']}")
        return len(worded)

    def _surveys(self) -> Iterator[tuple[Row, int | None, date]]:
        for row in self.tables["surveys"].values():
            activity = self.tables["feedback_activities"][row["activity_id"]]
            if any(self.written[row["version_id"]] & set(each["answers"]) for each in self._responses(row)):
                yield row, activity["review_id"], date.fromisoformat(row["closes_on"])

    def _responses(self, survey: Row) -> list[Row]:
        return [row for row in self.tables["survey_responses"].values() if row["survey_id"] == survey["id"]]

    def _erase_survey(self, survey: Row) -> int:
        gone = 0
        for response in self._responses(survey):
            kept = {
                key: value
                for key, value in response["answers"].items()
                if key not in self.written[survey["version_id"]]
            }
            gone += len(response["answers"]) - len(kept)
            response["answers"] = kept
        return gone


def _day(moment: str) -> date:
    return london_day(datetime.fromisoformat(moment))


def _ids(rows: list[Row]) -> list[int]:
    return [row["id"] for row in rows]


def _with_marks(value: Any, marks: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: "" if key == "ticket" else _with_marks(part, marks) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_marks(part, marks) for part in value]
    return marks.get(value, value) if isinstance(value, str) else value
