"""What has the portal written to whom, and did it arrive?"""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import Session

from admin_views.kit.base import (
    EVERYONE,
    OFFICERS,
    Column,
    Group,
    Screen,
    bulk_action,
    person_id,
    role,
    row_action,
    screen,
    show_tag,
)
from admin_views.kit.cards import Card, card
from models.core.access import Actor
from models.messages.messages import Message, MessageStatus, send_again, unsent_count

_UNSENT = (MessageStatus.KEPT, MessageStatus.FAILED)


@screen
class MessageScreen(Screen):
    """Messages: officers and administrators read all of them, everybody else those written to themselves."""

    model = Message
    title, noun, plural = "Messages", "message", "messages"
    path, group, order = "messages", Group.RECORDS, 40
    may = {"list": EVERYONE, "details": EVERYONE, "export": OFFICERS}
    introduction = "Reminders and digests the portal has written. Without a mail server they are kept here to be read."
    columns = ("subject", "recipient_name", Column("status", show=show_tag), "written_at", "sent_at")
    details = (*columns, "address", "body", "sentence", "attempt_count", "due_on", "falls_on")
    search = ("subject", "recipient_name")
    filters = ("status", "written_at")
    sort = ("written_at", "recipient_name", "sent_at")
    default_sort = "-written_at"
    labels = {
        "recipient_name": "To",
        "sentence": "What happened",
        "attempt_count": "Attempts",
        "falls_on": "For the day",
    }
    has_history = False

    def scope(self, statement: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
        return statement if role() in OFFICERS else statement.where(Message.recipient_id == person_id())

    @row_action("Send", roles=OFFICERS, shown=lambda message: message.status in _UNSENT)
    def send(self, session: Session, message: Message) -> str:
        """Send a message that was kept or refused."""
        send_again(session, message)
        return "The message will be sent in a moment."

    @bulk_action("Send", roles=OFFICERS, question="Send these messages?")
    def send_all(self, session: Session, messages: list[Message]) -> str:
        """The same for several, for instance once a mail server has been set."""
        for message in messages:
            send_again(session, message)
        return f"{len(messages)} messages will be sent in a moment."


@card(roles=OFFICERS, order=90)
def unsent_messages(session: Session, actor: Actor) -> Card | None:
    """Messages that lie here unsent."""
    count = unsent_count(session)
    words = "message not sent" if count == 1 else "messages not sent"
    return Card(count, words, "/messages/?status=kept") if count else None
