"""How does a manager give out the audits of their own agency, several at once?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.audits.ticked_audits import AssigningForm, called, refusals_by_field
from admin_views.audits.undone_assignments import held_before, offer_to_give_back
from admin_views.kit.base import Button, PageSet, actor, expose, role
from admin_views.kit.fields import LineField, RecordField, Required, YesField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import KnownChoices
from admin_views.kit.looks import note_shown
from models.audits.case_audits import CaseAudit
from models.audits.own_audits import audits_to_assign
from models.audits.ticked_audits import Assignment, assign_audits, auditors_by_agency
from models.core.access import Role
from models.core.clock import today
from models.core.errors import RuleBroken
from models.partnership.people import Person
from models.rules.core.counts import count_words
from models.sampling.sample_cases import SampleCase

MOST_SHOWN = 200
"""So many audits stand on the page, those due first; the others follow when these have auditors."""

_MANAGERS = frozenset({Role.MANAGER})


@dataclass
class OwnAudits:
    """The agency's audits that nobody has, each with its case and review, and who may audit for the agency."""

    rows: list[tuple[CaseAudit, SampleCase, str]]
    people: list[Person]

    def form(self) -> AssigningForm:
        """A box and a team for each audit, one auditor and one team for all that are ticked."""
        is_all = request.args.get("tick") == "all"
        boxes = {f"audit_{audit.id}": YesField(f"Case {case.reference}") for audit, case, _ in self.rows}
        teams = {f"team_{audit.id}": LineField(f"Team of {case.reference}") for audit, case, _ in self.rows}
        people = KnownChoices(Person, ((person.id, called(person)) for person in self.people))
        required = Required("Choose who audits them.")
        auditor = RecordField(
            "Auditor", loader=people, validators=[required], description="One for all that are ticked."
        )
        kind = type("OwnAuditsForm", (AssigningForm,), {"auditor": auditor, **boxes, **teams})
        known = {f"team_{audit.id}": audit.case_team for audit, _, _ in self.rows}
        form: AssigningForm = kind(sent_form(), **dict.fromkeys(boxes, is_all), **known)
        return form

    def assignments(self, form: AssigningForm) -> list[Assignment]:
        """Who is to have which audit, as the ticks say."""
        auditor = next(person for person in self.people if person.id == form["auditor"].data)
        return [
            Assignment(audit, auditor, form[f"team_{audit.id}"].data or form.team.data or "")
            for audit, _, _ in self.rows
            if form[f"audit_{audit.id}"].data
        ]


class OwnAuditsPages(PageSet):
    """The page of the audits' screen on which a manager ticks audits of their agency and says who has them."""

    @expose("/own/assign/", roles=_MANAGERS, methods=("GET", "POST"))
    def assign_own(self) -> ResponseReturnValue:
        """Tick audits that nobody has, say once who audits them, and assign all of it or nothing."""
        if not actor().is_agency_bound:
            abort(403)
        own = self._own()
        form = own.form()
        form.refusals = lambda: _refusals(self.session, own, form)
        return self.ask(
            form, self.list_url(), lambda: self._assigned(own, form), template="case_audits/own.html", own=own,
            title="Assign case audits", over=[audit for audit, _, _ in own.rows], on=today(),
            everything=self.link("assign_own", tick="all"),
        )  # fmt: skip

    def _own(self) -> OwnAudits:
        (agency_id,) = actor().agency_ids
        rows = audits_to_assign(self.session, agency_id, MOST_SHOWN)
        note_shown(*(shown for audit, case, _ in rows for shown in (case, audit)))
        return OwnAudits(rows, auditors_by_agency(self.session, [agency_id])[agency_id])

    def _assigned(self, own: OwnAudits, form: AssigningForm) -> str:
        assignments = own.assignments(form)
        if not assignments:
            raise RuleBroken("Tick the audits that are to be assigned first.")
        audits = [given.audit for given in assignments]
        held = held_before(audits)
        assign_audits(self.session, assignments, due_on=None)
        said = f"{count_words(len(assignments), 'audit is', 'audits are')} assigned to {assignments[0].auditor.name}."
        offer_to_give_back(self.screen, held, audits, of=said)
        return said

    def list_buttons(self) -> list[Button]:
        """The way to the page, for managers of an agency."""
        is_manager = role() in _MANAGERS and actor().is_agency_bound
        return [Button("Assign several", self.link("assign_own"))] if is_manager else []


def _refusals(session: Session, own: OwnAudits, form: AssigningForm) -> list[tuple[str, str]]:
    cases: dict[int, Any] = {case.id: case.reference for _, case, _ in own.rows}
    return refusals_by_field(session, own.assignments(form), cases, lambda audit: "auditor")
