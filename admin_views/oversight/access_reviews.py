"""When was each agency's access looked at, by whom, and what came of it?"""

from __future__ import annotations

from flask import abort
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    ADMINISTRATORS,
    Button,
    Category,
    Panel,
    Place,
    Screen,
    by_value,
    expose,
    person_id,
    read_by,
    role,
    screen,
    tag,
)
from admin_views.kit.fields import ChoiceField, TextField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.registry import link_to
from admin_views.kit.requests import actor
from admin_views.oversight.accesses import show_state
from models.core.access import Role
from models.core.clock import now, today
from models.oversight.access_reviews import (
    OF_NO_AGENCY,
    AccessOutcome,
    AccessReview,
    Standing,
    record_review,
    standings,
)
from models.oversight.accesses import people_with_access
from models.partnership.agencies import Agency
from models.partnership.people import Person
from models.rules.core.counts import count_words

_REVIEWERS = ADMINISTRATORS | {Role.MANAGER}
_PEOPLE = ("Name", "Role", "May see", "Seats", "Access")
_STANDINGS = ("Agency", "May sign in", "Reviewed on", "By", "Outcome", "Next")
NO_AGENCY = 0
"""Stands in an address for the people who belong to no agency."""


class ReviewForm(Form):
    """What somebody says who has looked at an agency's access."""

    outcome = ChoiceField("Is everybody's access as it should be?", kind=AccessOutcome)
    changes = TextField("Changes asked for", description="Who should have another role, or no access any more?")


def show_outcome(outcome: AccessOutcome) -> str:
    return tag(outcome.label, "green" if outcome is AccessOutcome.AS_IT_SHOULD_BE else "amber")


@screen
class AccessReviewScreen(Screen):
    """Every look at an agency's access; administrators look at any, a manager at their own agency's."""

    model = AccessReview
    name, noun, plural = "Access reviews", "access review", "access reviews"
    list_purpose = "On record that somebody has looked at who may come in. Begin with the list of them."
    list_begins_at = "/access"
    url, category, menu_order = "/access-reviews", Category.PEOPLE, 16
    stands_in = Place.AGENCIES
    roles = read_by(_REVIEWERS, export=ADMINISTRATORS)
    introduction = (
        "Somebody of each agency, or an administrator, looks twice a year at who may come in and says so here."
    )
    column_list = ("reviewed_on", "agency_id", "reviewed_by_id", "outcome", "people_count", "changes")
    column_formatters = {"outcome": by_value(show_outcome)}
    column_filters = ("agency_id", "outcome", "reviewed_on")
    column_sortable_list = ("reviewed_on", "agency_id")
    column_default_sort = ("reviewed_on", True)
    column_labels = {
        "reviewed_on": "Reviewed on",
        "reviewed_by_id": "By",
        "changes": "Changes asked for",
        "people_count": "People who could sign in",
    }

    def name_of(self, record: AccessReview) -> str:
        agency = self.session.get(Agency, record.agency_id) if record.agency_id else None
        return f"{agency or OF_NO_AGENCY}, {show_date(record.reviewed_on)}"

    def list_buttons(self) -> list[Button]:
        if role() in ADMINISTRATORS:
            return [Button("Review agency by agency", self.link("agencies"), "main")]
        own = next(iter(actor().agency_ids), None)
        return [Button("Review your agency's access", self.link("review", agency_id=own), "main")] if own else []

    @expose("/agencies/", roles=ADMINISTRATORS)
    def agencies(self) -> str:
        """Every agency with the last look at its access, those to look at first."""
        every = standings(self.session, today())
        due = sum(standing.is_due(today()) for standing in every)
        rows = [self._row(standing) for standing in every]
        panel = Panel("Agencies", _STANDINGS, rows)
        return self.render("access_reviews/agencies.html", panel=panel, due=due, total=len(every))

    def _row(self, standing: Standing) -> tuple[object, ...]:
        review, key = standing.review, standing.agency.id if standing.agency else NO_AGENCY
        by = review.reviewed_by.name if review else ""
        name = link_to(standing.agency, standing.name) if standing.agency else standing.name
        words = "Review now" if standing.is_due(today()) else "Review again" if review else ""
        link = Markup('<a href="{}">{}<span class="unseen"> {}</span></a>')
        next_step = link.format(self.link("review", agency_id=key), words, standing.name) if words else ""
        when = show_date(review.reviewed_on) if review else tag("Not yet", "amber" if standing.people_count else "grey")
        return name, standing.people_count, when, by, show_outcome(review.outcome) if review else "", next_step

    @expose("/agencies/<int:agency_id>/review/", roles=_REVIEWERS, methods=("GET", "POST"))
    def review(self, agency_id: int) -> ResponseReturnValue:
        """Everybody of an agency with their access, and a form to say that it was looked at."""
        agency = self._agency_or_404(agency_id)
        form = ReviewForm(sent_form())
        back = self.link("agencies") if role() in ADMINISTRATORS else self.list_url()
        name = agency.name if agency else OF_NO_AGENCY
        return self.ask(
            form, back, lambda: self._record(form, agency), title=f"Who has access: {name}",
            button="Record the review", panels=[people_panel(self.session, agency)], lead=_LEAD,
        )  # fmt: skip

    def _agency_or_404(self, agency_id: int) -> Agency | None:
        """The agency, where it is the person's to review; None for those who belong to none."""
        if actor().is_agency_bound and agency_id not in actor().agency_ids:
            abort(404)
        if role() not in ADMINISTRATORS and not actor().is_agency_bound:
            abort(403)
        if agency_id == NO_AGENCY:
            return None
        return self.session.get(Agency, min(agency_id, 2_147_483_647)) or abort(404)

    def _record(self, form: ReviewForm, agency: Agency | None) -> str:
        by = self.session.get_one(Person, person_id())
        said = AccessReview(
            agency_id=agency.id if agency else None,
            outcome=form.outcome.value(),
            changes=form.changes.data or "",
        )
        review = record_review(self.session, said, by, on=today())
        return f"The access of {count_words(review.people_count, 'person', 'people')} is reviewed."


_LEAD = "Does everybody still need what they may see? Leavers lose their access on their own page."


def people_panel(session: Session, agency: Agency | None) -> Panel:
    """The people of an agency with what they may see and how their access stands."""
    people = people_with_access(session, agency.id if agency else None, now=now(), on=today())
    rows = [
        (
            link_to(accessed.person, accessed.person.name),
            accessed.person.role.label,
            accessed.sees,
            accessed.seats,
            show_state(accessed.state),
        )
        for accessed in people
    ]
    buttons = []
    if role() in ADMINISTRATORS and agency is not None:
        every = "/access/" + f"?agency_id={agency.id}"
        buttons = [Button("With sign-ins and second factors", every)]
    return Panel("People", _PEOPLE, rows, empty="Nobody of this agency has a place in the portal.", buttons=buttons)
