"""How is an uploaded case list checked, and frozen once the officer has accepted it?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jobs.core.queue import Done, Run, job
from models.case_lists.case_imports import ImportChoice, import_frame, open_check, run_through
from models.case_lists.case_lists import CaseList, ListStatus, discard_stale, erase_file, open_list, sealing_key
from models.core.clock import today
from models.core.errors import RuleBroken
from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.survey import Survey
from models.rules.core.counts import count_words


@job(timeout=900)
def check_case_list(run: Run) -> Done:
    """Read the whole list and keep the report; a list that cannot be read is refused with its sentence."""
    case_list = run.session.get_one(CaseList, run.arguments["list_id"], with_for_update=True)
    if case_list.status is not ListStatus.CHECKING:
        return Done("The list was checked already.")
    run.report(5, "Reading the list")
    try:
        with _opened(run, case_list) as check:
            report = run_through(check)
            case_list.report = report.as_facts() | {"survey": check.survey.as_facts()}
            case_list.status = ListStatus.CHECKED
    except RuleBroken as refusal:
        case_list.status, case_list.refusal = ListStatus.REFUSED, refusal.sentence
        return Done(refusal.sentence)
    return Done(
        f"{count_words(report.rows, 'row')} read: {report.accepted:,} can be used, {report.rejected_count:,} cannot."
    )


@job(timeout=1800)
def freeze_case_list(run: Run) -> Done:
    """Make the accepted list a frozen frame and erase the file."""
    case_list = run.session.get_one(CaseList, run.arguments["list_id"], with_for_update=True)
    if case_list.status is not ListStatus.FREEZING:
        return Done("The list was frozen already.")
    run.report(5, "Reading the list")
    try:
        with run.session.begin_nested(), _opened(run, case_list) as check:
            run.report(20, "Freezing the rows")
            frame = import_frame(
                run.session,
                check,
                title=case_list.title,
                file_name=case_list.file_name,
                review_id=case_list.review_id,
                person_id=run.attempt.requested_by_id,
            )
    except RuleBroken as refusal:
        case_list.status, case_list.refusal = ListStatus.REFUSED, refusal.sentence
        return Done(refusal.sentence)
    erase_file(run.session, case_list)
    case_list.status, case_list.frame_id = ListStatus.FROZEN, frame.id
    cases, rows = count_words(frame.case_count, "case"), count_words(frame.row_count, "row")
    return Done(f"{frame.reference} is frozen: {cases} in {rows}.")


@job(timeout=300)
def discard_stale_lists(run: Run) -> Done:
    """Erase every upload that was not made a frame within a day."""
    return Done(f"{discard_stale(run.session)} uploaded lists discarded.")


@contextmanager
def _opened(run: Run, case_list: CaseList) -> Iterator[CaseListCheck]:
    kept = (case_list.report or {}).get("survey")
    with open_list(run.session, case_list, key=sealing_key(run.equipment.secret)) as file:
        choice = ImportChoice.from_facts(case_list.choice)
        survey = Survey.from_facts(kept) if kept else None
        yield open_check(run.session, file, choice, today=today(), survey=survey)
