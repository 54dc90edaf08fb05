"""What do the agencies say of one case side by side, how far do they agree, and which grade is it given?"""

from __future__ import annotations

from flask import abort, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.audit_openings import cases_address, show_grade
from admin_views.audits.moderation_reports import CaseModerationPages, finding_buttons
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
    screen,
)
from admin_views.kit.fields import ChoiceField, RecordField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.partnership.hubs import may_run
from models.audits.moderations import (
    GradesByLevel,
    Moderation,
    division_of,
    grades_by_level,
    grades_by_stratum,
    suggested_verdict,
    take_moderation_finding,
)
from models.evidence.findings import Judgement
from models.partnership.reference_items import ReferenceItem, ReferenceList
from models.reviews.thematic_reviews import ThematicReview
from models.rules.evidence.triangulation import Source, Strength, Verdict
from models.rules.sampling.strata import StrataKind, stratum_word
from models.sampling.audit_samples import AuditSample
from models.sampling.sample_cases import SampleCase
from models.tools.key_lines import KeyLine


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
    page_sets = (CaseModerationPages,)
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
            *finding_buttons(self, record),
        ]

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
    def grades(self, sample_id: int) -> ResponseReturnValue:
        """Go on to the grades of the sample's cases, which stand below its audits."""
        sample = self.session.get(AuditSample, min(sample_id, 2**31 - 1)) or abort(404)
        return redirect(cases_address(sample, "grades"))


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
