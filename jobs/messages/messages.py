"""How does a written message reach its reader exactly once?"""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

from jobs.core.mail import Letter, MailError, MailServer, compose, send
from jobs.core.queue import Done, Later, Run, job
from models.accounts.access_links import body_with_link, is_wanted, link_of_message
from models.core.clock import now
from models.core.errors import RuleBroken
from models.messages.messages import Message, MessageStatus, note_attempt, settle_message, take_message
from models.reminders.reminders import still_wanted

MOST_TRIES = 10  # with pauses of 1, 2, 4 … 60 minutes: about six hours


@job(timeout=180)
def send_message(run: Run) -> Done | Later:
    """Send one message, unless it is settled or no longer true. Tried again while the mail server is unavailable.

    The message is locked, sent and stamped in one transaction: a process killed in between sends it again with the
    same Message-ID, so that the reader's mail server shows it once. A secret link is made here and put into the letter
    only: neither the kept message nor the request ever holds it.
    """
    message = take_message(run.session, run.arguments["message_id"])
    if message is None:
        return Done("This message has been dealt with.")
    if not still_wanted(run.session, message):
        settle_message(message, MessageStatus.WITHDRAWN, "No longer needed: what it spoke of has changed.")
        return Done("The message was no longer needed.")
    link = link_of_message(run.session, message.id)
    if link is not None and not is_wanted(run.session, link, now=now()):
        settle_message(message, MessageStatus.WITHDRAWN, "No longer needed: its link has been used, or has ended.")
        return Done("The message was no longer needed.")
    try:
        server = run.equipment.mail_server
    except RuleBroken as closed:
        return _not_sent(message, MailError(closed.sentence, is_final=False))
    if server is None:
        settle_message(message, MessageStatus.KEPT, "Kept to be read here: no mail server is set.")
        return Done("The message was kept; no mail server is set.")
    body = message.body
    if link is not None:
        body = body_with_link(run.session, link, body, portal=run.equipment.address, now=now())
    return _try_to_send(message, body, server)


def _try_to_send(message: Message, body: str, server: MailServer) -> Done | Later:
    try:
        send(server, _letter(message, body, server))
    except MailError as trouble:
        return _not_sent(message, trouble)
    settle_message(message, MessageStatus.SENT)
    return Done("The message was sent.")


def _not_sent(message: Message, trouble: MailError) -> Done | Later:
    note_attempt(message, trouble.sentence)
    if trouble.is_final or message.attempt_count >= MOST_TRIES:
        settle_message(message, MessageStatus.FAILED, trouble.sentence)
        return Done(f"The message was not sent. {trouble.sentence}")
    return Later(trouble.sentence, timedelta(minutes=min(2 ** (message.attempt_count - 1), 60)))


def _letter(message: Message, body: str, server: MailServer) -> EmailMessage:
    return compose(
        Letter(message.recipient_name, message.address, message.subject, body),
        sender=server.sender,
        token=str(message.token),
        written_at=message.written_at,
    )
