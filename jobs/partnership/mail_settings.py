"""How is the mail server tried out, without anybody's page waiting for it?"""

from __future__ import annotations

from dataclasses import replace
from secrets import token_hex

from jobs.core.mail import Letter, MailError, MailServer, compose
from jobs.core.queue import Done, Run, job
from jobs.partnership.mail_servers import ServerAnswer, ask_server
from models.core.clock import now
from models.core.errors import RuleBroken
from models.partnership.mail_settings import MailTest
from models.partnership.people import Person

STEP_SECONDS = 10.0
"""How long a server may take over each step of a test."""


@job(timeout=120, attempts=1)
def send_test_mail(run: Run) -> Done:
    """Send whoever asked a test mail by the server in use, and keep what the server said to it.

    Tried once: a second letter would tell nothing new.
    """
    server = run.equipment.mail_server
    if server is None:
        raise RuleBroken("No mail server is set.")
    person = run.session.get_one(Person, run.attempt.requested_by_id)
    run.report(30, f"Talking to {server.host}")
    answer = _answer(replace(server, timeout_seconds=STEP_SECONDS), _letter(run, person))
    test = MailTest(
        asked_by_id=person.id,
        server=f"{server.host}:{server.port}",
        server_mark=server.mark(run.equipment.secret),
        address=person.email,
        is_accepted=answer.is_accepted,
        answer=answer.words,
    )
    run.session.add(test)
    return Done(sentence_of(test))


def sentence_of(test: MailTest) -> str:
    """What came of a test mail, for whoever asked for it."""
    if test.is_accepted:
        return f"{test.server} has taken the test mail to {test.address}. It said: {test.answer}"
    return f"The test mail was not sent. {test.server} said: {test.answer}"


def _letter(run: Run, person: Person) -> Letter:
    partnership = run.equipment.partnership
    body = (
        f"This is a test mail of {partnership}, asked for by {person.name}.\n\n"
        f"That you can read it shows that the portal can send mail.\n\n{run.equipment.address}\n"
    )
    return Letter(person.name, person.email, f"Test mail of {partnership}", body)


def _answer(server: MailServer, words: Letter) -> ServerAnswer:
    try:
        letter = compose(words, sender=server.sender, token=token_hex(16), written_at=now())
    except MailError as trouble:
        return ServerAnswer(False, trouble.sentence)
    return ask_server(server, letter)
