"""How is the virus scanner asked about the files that people have sent?"""

from __future__ import annotations

from datetime import timedelta

from jobs.core.queue import Done, Later, Run, job
from jobs.core.scanner import ScannerAwayError, ScannerRefusedError, find_virus, scanner_answers
from models.core.access import Actor
from models.core.db import act_as
from models.core.errors import RuleBroken
from models.documents.documents import Document, open_document
from models.documents.virus_scans import erase_infected, let_out, stay_in_quarantine, take_unscanned, unscanned_ids
from models.messages.virus_warnings import tell_of_virus
from models.rules.core.counts import count_words
from models.rules.documents.looks import pieces_of

SOON, LATER = timedelta(minutes=1), timedelta(hours=1)
MOST_AT_ONCE = 200
NO_SCANNER = "No virus scanner is set, so nobody can say whether the file is safe."


@job(timeout=300)
def scan_document(run: Run) -> Done | Later:
    """Ask about one file that was sent. A scanner that is away is asked again every minute, one that refuses hourly."""
    act_as(run.session, Actor.system(f"job-{run.attempt.request_id}"))
    document = take_unscanned(run.session, run.arguments["document_id"])
    if document is None:
        return Done("There is nothing to scan.")
    outcome = _scan(run, document)
    return outcome if document.scan_status.is_quarantine else Done(outcome.sentence)


@job(timeout=1800)
def scan_waiting_files(run: Run) -> Done:
    """Ask about the files that nobody asks about any more, and those that were sent while no scanner was set."""
    if not run.equipment.scanner:
        return Done("No virus scanner is set.")
    if not scanner_answers(run.equipment.scanner):
        return Done("The virus scanner does not answer.")
    numbers = unscanned_ids(run.session, most=MOST_AT_ONCE)
    documents = filter(None, (take_unscanned(run.session, number) for number in numbers))
    count = sum(isinstance(_scan(run, document), Done) for document in documents)
    return Done(f"{count_words(count, 'file')} scanned.")


def _scan(run: Run, document: Document) -> Done | Later:
    """Ask about one file and do what the answer says; when to ask again where there is none."""
    try:
        virus = _virus_in(run, document)
    except (ScannerAwayError, RuleBroken) as trouble:
        stay_in_quarantine(run.session, document, str(trouble))
        return Later(str(trouble), SOON if type(trouble) is ScannerAwayError else LATER)
    if not virus:
        let_out(run.session, document)
        return Done("The virus scanner found nothing.")
    erase_infected(run.session, document, virus)
    tell_of_virus(run.session, document, run.equipment.letterhead(run.session))
    return Done("The virus scanner found a virus; the file's content is erased.")


def _virus_in(run: Run, document: Document) -> str:
    if not run.equipment.scanner:
        raise ScannerRefusedError(NO_SCANNER)
    with open_document(run.session, document) as file:
        return find_virus(run.equipment.scanner, pieces_of(file))
