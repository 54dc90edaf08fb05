"""How does an improvement plan become a PDF, whole or on one page?"""

from operator import attrgetter
from typing import Final

from jobs.pdf.paper.drawing import draw, draw_one_page
from jobs.pdf.paper.letterhead import PLAIN, Stationery
from jobs.pdf.paper.texts import LETTER_LIMIT
from models.core.errors import RuleBroken
from models.rules.plans.plan_report_paper import plan_paper
from models.rules.plans.plan_reports import PlanReport, ReportAction
from models.rules.plans.plan_summary_paper import plan_summary_papers

LETTER_BUDGET: Final = 6_000_000
"""A report with more letters would outlast its job's time limit; it is refused in a sentence."""


def build(report: PlanReport, stationery: Stationery = PLAIN) -> bytes:
    """The report as a tagged PDF on landscape A4; equal facts give equal bytes.

    Reads no clock, no database, no network. Raises RuleBroken when the texts are too long for one document.
    """
    _refuse_overlong(report.actions)
    return draw(plan_paper(report), stationery)


def build_summary(report: PlanReport, stationery: Stationery = PLAIN) -> bytes:
    """Where the plan stands, on exactly one page; what is left out is counted. Equal facts give equal bytes."""
    return draw_one_page(plan_summary_papers(report), stationery)


def _refuse_overlong(actions: tuple[ReportAction, ...]) -> None:
    letters = sum(min(len(text), LETTER_LIMIT) for action in actions for text in _texts(action))
    if letters > LETTER_BUDGET:
        raise RuleBroken("These actions hold too much text for one document; choose one review or one agency.")


_texts = attrgetter(
    *("action", "recommendation", "key_area", "success_measure", "baseline", "target", "completion_evidence"),
    *("impact_evidence", "critical_friend_comment", "board_decision"),
)
