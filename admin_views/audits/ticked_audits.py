"""How are the ticked audits put into people's hands, asked once by when and by whom?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.audits.case_audit_reports import MOST_TICKED, ReviewCasePages
from admin_views.audits.undone_assignments import held_before, offer_to_give_back
from admin_views.kit.base import OFFICERS, PageSet, expose
from admin_views.kit.fields import DayField, LineField, RecordField, Required
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import KnownChoices
from admin_views.kit.looks import note_shown
from models.audits.audit_assignments import NO_TEAM
from models.audits.case_audit_reports import CaseRow, SampleAudits, review_audits
from models.audits.case_audits import CaseAudit
from models.audits.ticked_audits import Assignment, assign_audits, auditors_by_agency, refused_assignments
from models.core.access import Role
from models.core.clock import today
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.reviews.thematic_reviews import ThematicReview
from models.rules.core.counts import count_words, list_words
from models.rules.core.ranges import written_in, written_short

_NAMED = 3
"""So many cases are named in a sentence; of more it says how many there are."""


class TeamField(LineField):
    """A team that must be named, if not for all cases at once, then beside each."""

    is_required = True


class AssigningForm(Form):
    """The team that works with the cases of several audits; it holds when every assignment does."""

    team = TeamField(
        "Team that works with these cases",
        description="Nobody audits their own team's case. Where a case has another team, name it beside the case.",
    )
    refusals: Callable[[], list[tuple[str, str]]]
    """What the rules say against the assignments: names of fields, each with a sentence."""

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Whether every field holds, and then whether every assignment does."""
        if not super().validate(extra_validators):
            return False
        problems = self.refusals()
        for name, sentence in problems:
            self[name].errors = [*self[name].errors, sentence]
        return not problems


class TickedForm(AssigningForm):
    """By when all of the ticked audits are due, and which team works with their cases.

    Its subclasses have an auditor for each agency, `auditor_7`, and a team for each case that has another, `team_12`.
    """

    due_on = DayField("Due", validators=[Required("Give the day on which they are due.")])


def called(person: Person) -> str:
    is_own = person.role is Role.AGENCY_MEMBER
    return f"{person.name}, {(person.team or 'team not on record') if is_own else 'of the partnership'}"


@dataclass
class Ticked:
    """The audits that are ticked, by case and by agency, and who may audit for each agency."""

    rows: list[tuple[CaseRow, list[tuple[Agency, CaseAudit]]]]
    due_on: Any
    people: dict[int, list[Person]] = field(default_factory=dict)

    @property
    def audits(self) -> list[CaseAudit]:
        return [audit for _, pairs in self.rows for _, audit in pairs]

    @property
    def agencies(self) -> list[Agency]:
        """Each agency once, by name."""
        return sorted({agency for _, pairs in self.rows for agency, _ in pairs}, key=lambda agency: agency.name)

    def form(self) -> TickedForm:
        """The form that asks for them, as it is shown or was sent."""
        auditors = {f"auditor_{agency.id}": self._auditor_of(agency) for agency in self.agencies}
        teams = {f"team_{row.case.id}": LineField(f"Team of {row.case.reference}") for row, _ in self.rows}
        values = {f"auditor_{agency.id}": self._usual_auditor(agency) for agency in self.agencies}
        known = {f"team_{row.case.id}": _team_of(row) for row, _ in self.rows}
        kind = type("TickedForm", (TickedForm,), {**auditors, **teams})
        form: TickedForm = kind(sent_form(), due_on=self.due_on, **values, **known)
        return form

    def _auditor_of(self, agency: Agency) -> Any:
        required = Required(f"Choose who audits for {agency.name}.")
        people = KnownChoices(Person, ((person.id, called(person)) for person in self.people[agency.id]))
        return RecordField(agency.name, loader=people, validators=[required])

    def _usual_auditor(self, agency: Agency) -> int | None:
        """Who has all of the agency's ticked audits already, or else its only auditor; None where people must say."""
        held = {audit.auditor_id for _, pairs in self.rows for other, audit in pairs if other is agency}
        own = [person.id for person in self.people[agency.id] if person.agency_id == agency.id]
        (first, *more) = held
        return first if first is not None and not more else own[0] if len(own) == 1 else None

    def assignments(self, form: TickedForm) -> list[Assignment]:
        """Who is to have which audit, as the form says."""
        people = {person.id: person for known in self.people.values() for person in known}
        return [
            Assignment(
                audit,
                people[form[f"auditor_{agency.id}"].data],
                form[f"team_{row.case.id}"].data or form.team.data or "",
            )
            for row, pairs in self.rows
            for agency, audit in pairs
        ]


def _team_of(row: CaseRow) -> str:
    """The team that is on record for a case, where all its audits that name one name the same."""
    teams = {audit.case_team for audit in row.audits.values() if audit.case_team}
    return teams.pop() if len(teams) == 1 else ""


class TickedPages(PageSet):
    """The page of the audits' screen on which ticked audits are assigned together."""

    @expose("/review/<int:review_id>/assign/", roles=OFFICERS, methods=("GET", "POST"))
    def assign_ticked(self, review_id: int) -> ResponseReturnValue:
        """Name what was ticked, ask once by when and by whom, and assign all of it or nothing."""
        review, asked = self._cases.review(review_id), request.args.get("audits", "")
        if not self._cases.runs(review):
            abort(403)
        ticked = self._ticked(review, asked)
        if not 0 < len(ticked.audits) <= MOST_TICKED:
            flash(f"Tick up to {MOST_TICKED} audits that nobody has begun yet.", "error")
            return redirect(self.link("cases", review_id=review_id))
        return self._ask(review, ticked, ticked.form())

    def _ask(self, review: ThematicReview, ticked: Ticked, form: TickedForm) -> ResponseReturnValue:
        form.refusals = lambda: _refusals(self.session, ticked, form)
        words = count_words(len(ticked.audits), "audit", "audits")
        back = self.link("cases", review_id=review.id)
        kept = self.link("cases", review_id=review.id, ticked=written_short(audit.id for audit in ticked.audits))
        return self.ask(
            form, back, lambda: self._assigned(ticked, form), template="case_audits/assign.html", review=review,
            ticked=ticked, title=f"Assign {words}", over=ticked.audits, kept=kept,
        )  # fmt: skip

    def _assigned(self, ticked: Ticked, form: TickedForm) -> str:
        due_on, held = form.due_on.data or today(), held_before(ticked.audits)
        assign_audits(self.session, ticked.assignments(form), due_on=due_on)
        words = count_words(len(ticked.audits), "audit is", "audits are")
        said = f"{words} assigned, due on {show_date(due_on)}. Each auditor is told."
        offer_to_give_back(self.screen, held, ticked.audits, of=said)
        return said

    def _ticked(self, review: ThematicReview, asked: str) -> Ticked:
        samples = review_audits(self.session, review.id)
        wanted = written_in(asked, (audit.id for sample in samples for audit in sample.assignable))
        rows = [(row, pairs) for sample in samples for row in sample.rows if (pairs := _pairs(sample, row, wanted))]
        note_shown(*(shown for row, pairs in rows for shown in (row.case, *(audit for _, audit in pairs))))
        ticked = Ticked(rows, _due_on(samples))
        ticked.people = auditors_by_agency(self.session, [agency.id for agency in ticked.agencies])
        return ticked

    @property
    def _cases(self) -> ReviewCasePages:
        pages: ReviewCasePages = self.screen.pages(ReviewCasePages)
        return pages


def _pairs(sample: SampleAudits, row: CaseRow, wanted: set[int]) -> list[tuple[Agency, CaseAudit]]:
    """A case's ticked audits, each with its agency."""
    cells = ((agency, row.to_assign(agency.id)) for agency in sample.agencies)
    return [(agency, audit) for agency, audit in cells if audit is not None and audit.id in wanted]


def _due_on(samples: Sequence[SampleAudits]) -> Any:
    """The day on which the samples' audits are due, while that is still to come."""
    days = (sample.sample.audits_due_on for sample in samples)
    return next((day for day in days if day is not None and day >= today()), None)


def _refusals(session: Session, ticked: Ticked, form: TickedForm) -> list[tuple[str, str]]:
    """What the rules say against the assignments, by the field that mends it: each sentence once, with its cases."""
    if form.due_on.data is not None and form.due_on.data < today():
        return [("due_on", "Choose a day from today on.")]
    cases = {row.case.id: row.case.reference for row, _ in ticked.rows}
    return refusals_by_field(session, ticked.assignments(form), cases, lambda audit: f"auditor_{audit.agency_id}")


def refusals_by_field(
    session: Session, assignments: Sequence[Assignment], cases: Mapping[int, str], auditor: Callable[[CaseAudit], str]
) -> list[tuple[str, str]]:
    """What the rules say against assignments, by the field that mends it: each sentence once, with its cases.

    `cases` are their references by id, and `auditor` names the field in which an audit's auditor is chosen.
    """
    sentences: dict[tuple[str, str], list[str]] = {}
    for given, sentence in refused_assignments(session, assignments):
        name = "team" if sentence == NO_TEAM else auditor(given.audit)
        sentences.setdefault((name, sentence), []).append(cases[given.audit.sample_case_id])
    return [(name, f"{_of_cases(dict.fromkeys(named))}: {sentence}") for (name, sentence), named in sentences.items()]


def _of_cases(references: Mapping[str, None]) -> str:
    names = list(references)
    return list_words(names) if len(names) <= _NAMED else f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
