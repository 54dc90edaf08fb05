"""Made-up facts for the PDF tests and benchmarks: any number of actions, always the same ones."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from models.rules.plans.plan_changes import ActionChange, PlanChanges
from models.rules.plans.plan_reports import BRAG_WORDS, PlanReport, ReportAction, ReportUpdate

TODAY = date(2026, 11, 22)
AGENCIES = ("Arden Police", "Children’s Social Care", "Arden Integrated Care Board", "Adult Social Care", "Probation")
OWNERS = (
    ("Siân Llewellyn-Parry", "Service Manager, Initial Response"),
    ("Zażółć Gęślą-Jaźń", "Detective Chief Inspector, Public Protection"),
    ("Ἀλέξανδρος Παπαδόπουλος", "Designated Nurse, Safeguarding Children"),
    ("Oluwaṣeun Adébáyọ̀", "Head of Quality and Practice"),
)
SENTENCES = (
    "Strategy discussions are held within one working day and every agency that knows the child takes part.",
    "The voice of the child is written down in the child’s own words and changes the plan.",
    "Managers see the quality of decisions each month, not only their number.",
    "Dip-sample twelve case files a quarter and report the grades to the Hub.",
    "Single-agency training is replaced by a multi-agency session with feedback after three months.",
)
SINCE = PlanChanges(
    meeting="Executive Board",
    held_on=date(2026, 7, 21),
    completed=(ActionChange("AP-2026-01/03", "done 4 Sep 2026"), ActionChange("AP-2026-01/06", "done 2 Oct 2026")),
    moved=(ActionChange("AP-2026-01/11", "1 Sep 2026 to 1 Dec 2026"),),
)
CODES = ("green", "red", "amber", "blue", "green", "none", "blue")


def words(number: int, count: int = 1) -> str:
    """`count` sentences, different for neighbouring numbers."""
    return " ".join(SENTENCES[(number * 3 + at * 2) % len(SENTENCES)] for at in range(count))


def action(number: int, **changes: object) -> ReportAction:
    """The action of that number; ratings, agencies and dates go round."""
    code = CODES[number % len(CODES)]
    due = TODAY + timedelta(days=(number * 37) % 240 - 70)
    name, role = OWNERS[number % len(OWNERS)]
    report_action = ReportAction(
        reference=f"AP-2026-01/{number:02d}",
        action=f"{words(number)} (step {number})",
        brag_code=code,
        brag_label=BRAG_WORDS[code],
        recommendation=words(number + 1),
        key_area="Practice and process",
        lead_agency=AGENCIES[number % len(AGENCIES)],
        other_agencies=AGENCIES[: number % 3],
        owner_name=name,
        owner_role=role,
        starts_on=due - timedelta(days=90),
        due_on=due,
        original_due_on=due - timedelta(days=30) if number % 3 == 0 else due,
        completed_on=TODAY - timedelta(days=number % 50) if code == "blue" else None,
        success_measure=words(number + 2),
        baseline=f"{20 + number % 40} % in May 2026",
        target=f"{70 + number % 30} %",
        completion_evidence=words(number + 3) if code == "blue" else "",
        latest_update=ReportUpdate(TODAY - timedelta(days=number % 60), words(number + 4)) if number % 5 else None,
        critical_friend_comment=words(number) if number % 4 == 0 else "",
        board_decision="Noted; return in March." if number % 8 == 0 else "",
    )
    return replace(report_action, **changes)  # type: ignore[arg-type]


def report(count: int, **changes: object) -> PlanReport:
    """A plan of `count` actions."""
    return report_of([action(number) for number in range(1, count + 1)], **changes)


def report_of(actions: Sequence[ReportAction], **changes: object) -> PlanReport:
    """A plan of exactly these actions."""
    plan_report = PlanReport(
        partnership="Arden Safeguarding Partnership (fictitious)",
        reference="AP-2026-01",
        title="The multi-agency front door",
        made_on=TODAY,
        actions=tuple(actions),
        review_reference="TR-2026-01",
        review_title="How agencies respond to the first contact about a child",
        sponsor="Siân Llewellyn, Executive Director for People",
        version="3",
        status="Agreed by the Executive Board",
        classification="OFFICIAL-SENSITIVE",
        scope="Every action of the plan, all lead agencies",
        made_by="Morgan Reed, Quality Learning and Improvement Officer",
    )
    return replace(plan_report, **changes)  # type: ignore[arg-type]
