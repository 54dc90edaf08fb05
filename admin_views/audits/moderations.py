"""What do the agencies say of one case side by side, how far do they agree, and which grade is it given?"""

from __future__ import annotations

from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.audit_openings import sample_buttons, show_grade
from admin_views.documents.papers import document_page, occasion
from admin_views.kit.base import (
    OFFICERS,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Part,
    Screen,
    by_value,
    expose,
    in_list,
    person_id,
    read_by,
    role,
    screen,
    tag,
)
from admin_views.kit.fields import ChoiceField, RecordField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.looks import note_shown
from admin_views.kit.registry import link_to
from admin_views.partnership.hubs import may_run
from models.audits.case_audits import CaseAudit, audits_of_case
from models.audits.moderation_reports import moderation_facts
from models.audits.moderations import (
    GradesByLevel,
    Moderation,
    division_of,
    grades_by_level,
    grades_by_stratum,
    moderate_case,
    moderation_of,
    suggested_verdict,
    take_moderation_finding,
)
from models.core.addresses import address_by_id, list_address
from models.evidence.findings import Finding, Judgement
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.audits.moderations import ModerationFacts
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.sampling.strata import StrataKind, stratum_word
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.tools.key_lines import KeyLine


class ModerationForm(Form):
    """One grade for the whole case, and why."""

    grade_id = RecordField("Moderated grade", loader=ChoiceLoader(ReferenceItem, in_list(ReferenceList.GRADE)))
    reason = TextField(
        "Reason", validators=[Required()], description="Why this grade, in particular where the agencies differ."
    )
    discussion = TextField("Notes of the discussion", description="Name nobody of the family.")


class FindingForm(Form):
    """A finding as the moderated case suggests it, to be amended."""

    text = TextField("Finding", validators=[Required()])
    verdict = ChoiceField("Verdict", kind=Verdict)
    strength = ChoiceField("How well it is evidenced", kind=Strength)
    key_line_id = RecordField("Key line of enquiry", loader=ChoiceLoader(KeyLine), is_required=False)


@screen
class ModerationScreen(Screen):
    """Moderated grades. The agencies' own grades stand in their audits and are kept apart from these."""

    model = Moderation
    name, noun, plural = "Moderated grades", "moderated grade", "moderated grades"
    list_purpose = (
        "The grade that agencies agree on for one case, with the reason, when their own audits of it are read "
        "side by side."
    )
    list_begins_at = "/audit-samples"
    url, category, menu_order = "/moderations", Category.SAMPLES, 60
    part = Part.CASES
    roles = read_by(STAFF)
    column_list = ("sample_case.reference", "sample_case.level", "review_id", "grade.label", "moderated_at")
    column_details_list = (*column_list, "reason", "discussion", "moderated_by_id")
    column_formatters = {"grade.label": by_value(lambda label: show_grade(label or ""))}
    column_searchable_list = ("reason",)
    column_filters = ("grade_id", "review_id", "moderated_at")
    column_sortable_list = ("moderated_at",)
    column_default_sort = ("moderated_at", True)
    column_labels = {
        "review_id": "Review",
        "grade_id": "Grade",
        "moderated_at": "Moderated",
        "moderated_by_id": "By",
        "sample_case.reference": "Case",
        "sample_case.level": "Level of intervention",
        "grade.label": "Grade",
    }
    form_args = {"grade_id": {"narrow": in_list(ReferenceList.GRADE)}}

    def name_of(self, record: Moderation) -> str:
        return f"Moderated grade of {self.session.get_one(SampleCase, record.sample_case_id)}"

    def facts(self, session: Session, record: Moderation) -> list[Fact]:
        return [Fact(*place) for place in session.get_one(SampleCase, record.sample_case_id).places[1:]]

    def buttons(self, record: Moderation) -> list[Button]:
        return [
            Button("Audits side by side", self.link("side", case_id=record.sample_case_id), "main"),
            *self._finding_buttons(record),
        ]

    @expose("/case/<int:case_id>/", roles=STAFF, methods=("GET", "POST"))
    def side(self, case_id: int) -> ResponseReturnValue:
        """The agencies' answers beside each other, their own grades, how far they agree, and the moderated grade."""
        case = self._case(case_id)
        audits = audits_of_case(self.session, case_id)
        note_shown(*audits)
        is_in = any(audit.status.is_in for audit in audits)
        return document_page(
            self, "moderated_result", {"case_id": case.id}, list_address(CaseAudit, "sample", case.sample_id),
            "All audits of the sample", template="moderations/side.html",
            audits=[link_to(audit, audit.reference) for audit in audits],
            more=self._case_buttons(case, moderation_of(self.session, case_id)) if is_in else [],
        )  # fmt: skip

    @expose("/case/<int:case_id>/moderate/", roles=OFFICERS, methods=("GET", "POST"))
    def moderate(self, case_id: int) -> ResponseReturnValue:
        """Give the case its moderated grade, with the reason."""
        case = self._case(case_id)
        if not self._runs(case):
            abort(403)
        moderation = moderation_of(self.session, case_id)
        facts = moderation_facts(self.session, occasion(self.session), case_id=case_id)
        form = ModerationForm(sent_form(), obj=moderation)
        lead = f"Agreement of the agencies: {facts.agreement.words}. Their own grades stay as they are."
        return self.ask(form, self.link("side", case_id=case_id), lambda: self._moderated(case, form), lead=lead,
                        title=f"Moderate {case}", button="Keep the grade", back_words=str(case), over=(moderation,),
                        panels=[_own_grades(facts)])  # fmt: skip

    def _moderated(self, case: SampleCase, form: ModerationForm) -> str:
        moderation = moderate_case(
            self.session, case, grade_id=form.grade_id.data, reason=form.reason.data or "",
            discussion=form.discussion.data or "", person_id=person_id(),
        )  # fmt: skip
        return f"{case} is moderated: {self.session.get_one(ReferenceItem, moderation.grade_id).label}."

    @expose("/<int:record_id>/finding/", roles=OFFICERS, methods=("GET", "POST"))
    def make_finding(self, record_id: int) -> ResponseReturnValue:
        """The finding that a moderated case suggests, to be amended and kept."""
        record = self.get_record(record_id)
        if not may_run(self.session, self.session.get_one(ThematicReview, record.review_id).hub_id):
            abort(403)
        form = self._finding_form(record)
        back = self.link("side", case_id=record.sample_case_id)
        return self.ask(form, back, lambda: self._found(record, form), title="Make a finding",
                        button="Keep the finding", back_words="Audits side by side")  # fmt: skip

    def _finding_form(self, record: Moderation) -> FindingForm:
        grade = self.session.get_one(ReferenceItem, record.grade_id)
        form = FindingForm(
            sent_form(), text=f"{grade.label}: {record.reason}", verdict=suggested_verdict(grade),
            strength=Strength.STRONG,
        )  # fmt: skip
        own = KeyLine.review_id == record.review_id
        form.key_line_id.loader = ChoiceLoader(KeyLine, lambda lines: lines.where(own).order_by(KeyLine.number))
        return form

    def _found(self, record: Moderation, form: FindingForm) -> str:
        take_moderation_finding(
            self.session,
            record,
            judgement=Judgement(
                source=Source.CASE_AUDIT,
                text=form.text.data or "",
                verdict=form.verdict.value(),
                strength=form.strength.value(),
                key_line_id=form.key_line_id.data,
            ),
            person_id=person_id(),
        )
        return "It stands among the findings of the review."

    @expose("/sample/<int:sample_id>/", roles=STAFF)
    def grades(self, sample_id: int) -> str:
        """How many cases of each level, and of each stratum, have each moderated grade."""
        sample = self.session.get(AuditSample, min(sample_id, 2**31 - 1)) or abort(404)
        note_shown(sample)
        panels = grades_panels(self.session, sample_id)
        back = list_address(CaseAudit, "sample", sample_id)
        return self.render("moderations/grades.html", sample=sample, panels=panels, buttons=sample_buttons(sample)[:1],
                           back=back)  # fmt: skip

    # What the pages above use

    def _case(self, case_id: int) -> SampleCase:
        case = self.session.get(SampleCase, min(case_id, 2**31 - 1)) or abort(404)
        note_shown(case)
        return case

    def _runs(self, case: SampleCase) -> bool:
        """Whether whoever asks is an officer of the case's review."""
        sample = self.session.get_one(AuditSample, case.sample_id)
        review = self.session.get(ThematicReview, sample.review_id) if sample.review_id else None
        return role() in OFFICERS and review is not None and may_run(self.session, review.hub_id)

    def _case_buttons(self, case: SampleCase, moderation: Moderation | None) -> list[Button]:
        if not self._runs(case):
            return []
        words, tone = ("Amend the grade", "") if moderation is not None else ("Moderate", "main")
        buttons = [Button(words, self.link("moderate", case_id=case.id), tone)]
        return [*buttons, *(self._finding_buttons(moderation) if moderation is not None else [])]

    def _finding_buttons(self, record: Moderation) -> list[Button]:
        if role() not in OFFICERS:
            return []
        origin = f"moderations:{record.id}"
        statement = select(Finding.id).where(Finding.review_id == record.review_id, Finding.origin == origin)
        key = self.session.scalar(statement)
        if key is not None:
            return [Button("See the finding", address_by_id(Finding, key))]
        return [Button("Make a finding", self.link("make_finding", record_id=record.id))]


def _own_grades(facts: ModerationFacts) -> Panel:
    rows: list[tuple[Any, ...]] = [
        (column.agency, show_grade(column.overall) if column.overall else "–", column.auditor or "–")
        for column in facts.columns
    ]
    rows += [(agency, tag(status, "grey"), "–") for agency, status in facts.silent]
    return Panel("What each agency says", ("Agency", "Own grade", "Auditor"), rows)


def grades_panels(session: Session, sample_id: int) -> list[Panel]:
    """A sample's moderated grades by level of intervention, and by its strata where those are something else."""
    by_level = _grades_panel("level of intervention", "levels", grades_by_level(session, sample_id))
    kind = division_of(session, sample_id)
    if kind is StrataKind.LEVEL:
        return [by_level]
    return [_grades_panel(stratum_word(kind).lower(), "strata", grades_by_stratum(session, sample_id)), by_level]


def _grades_panel(by: str, many: str, counts: GradesByLevel) -> Panel:
    """A table with totals: cases of each level, or stratum, down; grades across."""
    headings = (by.capitalize(), *counts.grades, "Not moderated yet", "Cases")
    keys = (*counts.grades, "")
    rows = [
        (level, *(str(counts.count(level, grade)) for grade in keys), str(counts.total(level)))
        for level in counts.levels
    ]
    sums = [str(sum(counts.count(level, grade) for level in counts.levels)) for grade in keys]
    whole = (f"All {many}", *sums, str(sum(counts.total(level) for level in counts.levels)))
    return Panel(f"Moderated grades by {by}", headings, [*rows, whole] if rows else [])
