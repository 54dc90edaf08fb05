"""How is a finding made of an answer with one press?"""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, g
from flask.typing import ResponseReturnValue
from wtforms import Form

from admin_views.kit.base import OFFICERS, Button, PageSet, expose, person_id, role
from admin_views.kit.fields import ChoiceField, RecordField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.partnership.hubs import may_run
from admin_views.tools.answer_sheets import AnsweredScreen
from models.core.addresses import address_by_id
from models.evidence.answer_findings import findings_by_origin, origin_of, suggest_finding, take_answer_finding
from models.evidence.findings import Finding, Judgement
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.tools.questionnaires import Question
from models.tools.answer_sheets import AnswerSheet, SheetAnswer, evidence_of, version_of
from models.tools.key_lines import KeyLine


class FindingForm(Form):
    """A finding as the answer suggests it, to be amended."""

    text = TextField("Finding", validators=[Required()])
    verdict = ChoiceField("Verdict", kind=Verdict)
    strength = ChoiceField("How well it is evidenced", kind=Strength)
    key_line_id = RecordField("Key line of enquiry", loader=ChoiceLoader(KeyLine), is_required=False)


class FindingsScreen(AnsweredScreen):
    """A screen of answers that officers turn into findings of the record's review; it names their source."""

    finding_source: ClassVar[Source]

    def answer_buttons(self, record: Any, question: Question, answer: SheetAnswer) -> list[Button]:
        return self.pages(FindingPages).answer_buttons(record, question, answer)


class FindingPages(PageSet):
    """The page on which a finding is made of an answer."""

    screen: FindingsScreen

    def answer_buttons(self, record: Any, question: Question, answer: SheetAnswer) -> list[Button]:
        """Make a finding of it, or see the one that was made."""
        if role() not in OFFICERS or not self._runs(record):
            return []
        finding_id = self._made(record).get(origin_of(answer))
        if finding_id is not None:
            return [Button("See the finding", address_by_id(Finding, finding_id))]
        return [Button("Make a finding", self.link("make_finding", record_id=record.id, answer_id=answer.id))]

    @expose("/<int:record_id>/finding/<int:answer_id>/", roles=OFFICERS, methods=("GET", "POST"))
    def make_finding(self, record_id: int, answer_id: int) -> ResponseReturnValue:
        """The finding that an answer suggests, to be amended and kept."""
        record = self.get_record(record_id)
        review, sheet = self.session.get_one(ThematicReview, record.review_id), self.screen.sheet_of(record)
        answer, question = self._answer_of(sheet, answer_id)
        if not may_run(self.session, review.hub_id):
            abort(403)
        form = self._finding_form(review, sheet, question, answer)
        back = f"{self.link('read', record_id=record_id)}#q-{answer.question_key}"
        words = self.screen.name_of(record)
        return self.ask(form, back, lambda: self._take(review, sheet, answer, form), title="Make a finding",
                        button="Keep the finding", lead=question.text, back_words=words)  # fmt: skip

    def _finding_form(
        self, review: ThematicReview, sheet: AnswerSheet, question: Question, answer: SheetAnswer
    ) -> FindingForm:
        has_evidence = bool(evidence_of(self.session, sheet.id))
        suggestion = suggest_finding(self.session, question, answer, review_id=review.id, has_evidence=has_evidence)
        form = FindingForm(sent_form(), **vars(suggestion))
        own = KeyLine.review_id == review.id
        if isinstance(form["key_line_id"], RecordField):
            form["key_line_id"].loader = ChoiceLoader(KeyLine, lambda lines: lines.where(own).order_by(KeyLine.number))
        return form

    def _take(self, review: ThematicReview, sheet: AnswerSheet, answer: SheetAnswer, form: Form) -> str:
        take_answer_finding(
            self.session,
            sheet,
            answer,
            judgement=Judgement(
                source=self.screen.finding_source,
                text=form["text"].data,
                verdict=Verdict(form["verdict"].data),
                strength=Strength(form["strength"].data),
                key_line_id=form["key_line_id"].data,
            ),
            review_id=review.id,
            person_id=person_id(),
        )
        return f"The finding stands among those of {review.reference}."

    def _answer_of(self, sheet: AnswerSheet, answer_id: int) -> tuple[SheetAnswer, Question]:
        answer = self.session.get(SheetAnswer, answer_id)
        question = version_of(self.session, sheet).questionnaire.question(answer.question_key) if answer else None
        if answer is None or question is None or answer.sheet_id != sheet.id:
            abort(404)
        return answer, question

    def _runs(self, record: Any) -> bool:
        """Whether whoever asks runs the record's review, asked once a request."""
        if "runs_review" not in g:
            g.runs_review = may_run(self.session, self.session.get_one(ThematicReview, record.review_id).hub_id)
        return bool(g.runs_review)

    def _made(self, record: Any) -> dict[str, int]:
        """The findings of the review by origin, asked once a request."""
        if "findings_by_origin" not in g:
            g.findings_by_origin = findings_by_origin(self.session, record.review_id)
        known: dict[str, int] = g.findings_by_origin
        return known
