"""Which Section 11 cycles are there, who has returned what, and who is missing?"""

from __future__ import annotations

from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from admin_views.kit.base import (
    ADMINISTRATORS,
    OFFICERS,
    STAFF,
    Button,
    Category,
    Fact,
    Panel,
    Place,
    Screen,
    by_value,
    expose,
    kept_by,
    person_id,
    row_action,
    screen,
    show_tag,
    tag,
)
from admin_views.kit.formats import NOTHING, show_date
from admin_views.kit.registry import link_to
from admin_views.messages.agency_messages import letter_words
from admin_views.returns.agency_returns import show_status
from models.core.addresses import list_address
from models.core.clock import now, today
from models.returns.agency_returns import ReturnStatus
from models.returns.section_11_cycles import Section11Cycle, expected_partners
from models.returns.section_11_returns import (
    Section11Return,
    ask_partners,
    cycle_summary,
    missing_partners,
    partner_states,
    returns_of,
)
from models.rules.core.counts import count_words
from models.rules.returns.section_11 import StandardSummary
from models.rules.returns.section_11_pictures import (
    LATE,
    MODERATED,
    NOT_ASKED,
    RETURNED,
    partners_picture,
    standards_picture,
)
from models.tools.assurance_tools import AssuranceTool, ToolKind


def show_average(number: float | None) -> str:
    """An average score with one digit, a dash for none.

    >>> show_average(2.25), str(show_average(None))
    ('2.2', '–')
    """
    return NOTHING if number is None else f"{number:.1f}"


@screen
class Section11CycleScreen(Screen):
    """Section 11 audits: a register of their own, in addition to the self-evaluations of the reviews."""

    model = Section11Cycle
    name, noun, plural = "Section 11 cycles", "Section 11 cycle", "Section 11 cycles"
    list_purpose = (
        "One round of Section 11: every partner audits its own safeguarding standards every two years. Begin a "
        "cycle with its form and its days."
    )
    url, category, menu_order = "/section-11-cycles", Category.PEOPLE, 60
    stands_in = Place.AGENCIES
    roles = kept_by(OFFICERS, readers=STAFF, delete=ADMINISTRATORS)
    introduction = (
        "All partners complete Section 11, for children and for adults, apart from and in addition to the reviews."
    )
    column_list = ("title", "covers", "opens_on", "due_on", "opened_at", "closed_at")
    column_details_list = ("covers", "tool_id", "opens_on", "due_on", "opened_at", "closed_at")
    column_formatters = {"covers": by_value(show_tag)}
    column_formatters_detail = {}
    column_searchable_list = ("title",)
    column_filters = ("covers", "due_on")
    column_sortable_list = ("title", "opens_on", "due_on")
    column_default_sort = ("opens_on", True)
    form_columns = ("title", "covers", "tool_id", "opens_on", "due_on")
    column_labels = {"covers": "About", "tool_id": "Tool", "opened_at": "Opened", "closed_at": "Closed"}
    form_args = {
        "tool_id": {
            "narrow": lambda tools: tools.where(AssuranceTool.kind == ToolKind.SECTION_11, AssuranceTool.is_active)
        }
    }

    def form_columns_for(self, record: Section11Cycle) -> tuple[str, ...]:
        """Once partners were asked, the tool and what the cycle covers stay."""
        return self.form_columns if record.opened_at is None else ("title", "opens_on")

    def can_edit_record(self, record: Section11Cycle) -> bool:
        return record.closed_at is None

    def can_delete_record(self, record: Section11Cycle) -> bool:
        return record.opened_at is None

    def details_of(self, record: Section11Cycle) -> dict[str, Any]:
        """The cycle with who has returned it, and the standards by score."""
        states = partner_states(self.session, record)
        is_whole = states.total() - states[NOT_ASKED] == len(returns_of(self.session, record.id))
        partners = partners_picture(states, _lists_of_returns(record) if is_whole else {})
        pictures = partners, standards_picture(cycle_summary(self.session, record.id))
        shown = [picture for picture in pictures if picture.plot is not None]
        return {**super().details_of(record), "pictures": shown}

    def facts(self, session: Session, record: Section11Cycle) -> list[Fact]:
        expected, missing = len(expected_partners(session, record)), len(missing_partners(session, record))
        return [
            Fact("Until", show_date(record.ends_on)),
            Fact("Returned", f"{expected - missing} of {expected} partners" if expected else "No partner is asked"),
        ]

    def panels(self, session: Session, record: Section11Cycle) -> list[Panel]:
        return [_standards(session, record), _missing(session, record), _returns(session, record)]

    def buttons(self, record: Section11Cycle) -> list[Button]:
        if record.closed_at is not None:
            return [Button("Statement of missing partners", self.link("statement", record_id=record.id))]
        asking = Button("Ask the partners", self.link("ask_all", record_id=record.id), "main")
        return [asking, Button("Statement of missing partners", self.link("statement", record_id=record.id))]

    @expose("/<int:record_id>/ask/", roles=OFFICERS, methods=("GET", "POST"))
    def ask_all(self, record_id: int) -> ResponseReturnValue:
        """Give the form to every partner that has none yet, and write to them."""
        record: Section11Cycle = self.get_record(record_id)
        if record.closed_at is not None:
            abort(403)
        has = {agency.id for _, agency in returns_of(self.session, record_id)}
        new = [(partner.name,) for partner in expected_partners(self.session, record) if partner.id not in has]
        panel = Panel("Goes to", ("Partner",), new, empty="Every partner has the form already.")
        lead = f"Due {show_date(record.due_on)}. The tool is frozen as it stands when the first partner is asked."
        return self.ask(
            Form(), self.details_url(record_id), lambda: self._ask(record), title=f"Ask the partners: {record.title}",
            button="Ask", lead=lead, panels=[panel],
        )  # fmt: skip

    def _ask(self, record: Section11Cycle) -> str:
        asked = ask_partners(self.session, record, person_id=person_id(), **letter_words())
        return f"{count_words(len(asked), 'partner is', 'partners are')} asked."

    @expose("/<int:record_id>/statement/", roles=STAFF)
    def statement(self, record_id: int) -> str:
        """The statement of missing partners, to print."""
        record: Section11Cycle = self.get_record(record_id)
        expected, missing = expected_partners(self.session, record), missing_partners(self.session, record)
        return self.render(
            "section_11/statement.html", record=record, expected=expected, panel=_missing(self.session, record),
            missing=missing, on=today(), back=self.details_url(record_id),
        )  # fmt: skip

    @row_action(
        "Close the cycle",
        roles=OFFICERS,
        confirmation="Close this cycle? No partner is asked any more.",
        shown=lambda cycle: cycle.is_open,
    )
    def close(self, session: Session, cycle: Section11Cycle) -> str:
        """The cycle stays to be read."""
        cycle.closed_at = now()
        return f"{cycle.title} is closed."


def _lists_of_returns(cycle: Section11Cycle) -> dict[str, str]:
    """The list of returns behind each state that one filter finds; of no use where others than partners returned it."""
    asked: dict[str, dict[str, object]] = {
        MODERATED: {"status": ReturnStatus.CLOSED},
        RETURNED: {"status": ReturnStatus.SUBMITTED},
        LATE: {"late": "yes"},
    }
    return {state: list_address(Section11Return, cycle_id=cycle.id, **answer) for state, answer in asked.items()}


def _missing(session: Session, cycle: Section11Cycle) -> Panel:
    rows = [(missing.agency.name, tag(missing.why)) for missing in missing_partners(session, cycle)]
    empty = "Every partner has returned it." if expected_partners(session, cycle) else "No partner is asked."
    return Panel("Missing partners", ("Partner", "Why"), rows, empty=empty)


def _agreement(standard: StandardSummary) -> str:
    """How many moderated scores are the partner's own; nothing while none is moderated."""
    return f"{standard.agreed_count} of {standard.moderated_count}" if standard.moderated_count else NOTHING


def _standards(session: Session, cycle: Section11Cycle) -> Panel:
    rows = [
        (standard.text, f"{standard.count:,}", show_average(standard.own_average),
         show_average(standard.moderated_average), _agreement(standard))
        for standard in cycle_summary(session, cycle.id)
    ]  # fmt: skip
    headings = ("Standard", "Returns", "Own score, average", "Moderated, average", "The same")
    return Panel("Standards, scored 0 to 3", headings, rows, empty="Nothing has been returned yet.")


def _returns(session: Session, cycle: Section11Cycle) -> Panel:
    rows = [
        (link_to(record, agency.name), record.reference, tag("Late") if record.is_late else show_status(record.status))
        for record, agency in returns_of(session, cycle.id)
    ]
    return Panel("Returns", ("Partner", "Return", "Status"), rows, empty="Nobody has been asked yet.")
