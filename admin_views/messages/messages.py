"""What has the portal written to whom, and did it arrive?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from admin_views.kit.base import (
    EVERYONE,
    OFFICERS,
    Category,
    Place,
    Screen,
    action,
    by_value,
    read_by,
    row_action,
    screen,
    show_tag,
)
from models.messages.messages import Message, MessageStatus, send_again
from models.rules.core.counts import count_words

_UNSENT = (MessageStatus.KEPT, MessageStatus.FAILED)


@screen
class MessageScreen(Screen):
    """Messages: officers and administrators read all of them, everybody else those written to themselves."""

    model = Message
    name, noun, plural = "Messages", "message", "messages"
    list_purpose = (
        "What the portal has written to people: reminders, digests, invitations to act. It fills as soon as there "
        "is something to tell."
    )
    url, category, menu_order = "/messages", Category.RECORDS, 40
    stands_in = Place.AGENCIES
    roles = read_by(EVERYONE, export=OFFICERS)
    introduction = "Reminders and digests the portal has written. Without a mail server they are kept here to be read."
    column_list = ("subject", "recipient_name", "status", "written_at", "sent_at")
    column_details_list = (*column_list, "address", "body", "sentence", "attempt_count", "due_on", "falls_on")
    column_formatters = {"status": by_value(show_tag)}
    column_searchable_list = ("subject", "recipient_name")
    column_filters = ("status", "written_at")
    column_sortable_list = ("written_at", "recipient_name", "sent_at")
    column_default_sort = ("written_at", True)
    column_labels = {
        "recipient_name": "To",
        "sentence": "What happened",
        "attempt_count": "Attempts",
        "falls_on": "For the day",
    }
    has_history = False

    @row_action("Send", roles=OFFICERS, shown=lambda message: message.status in _UNSENT)
    def send(self, session: Session, message: Message) -> str:
        """Send a message that was kept or refused."""
        return self._sent_again(session, [message])

    @action("send-all", "Send", "Send these messages?", roles=OFFICERS)
    def send_all(self, session: Session, messages: list[Message]) -> str:
        """The same for several, for instance once a mail server has been set."""
        return self._sent_again(session, messages)

    def _sent_again(self, session: Session, messages: list[Message]) -> str:
        """Ask for the messages to be sent, and say so."""
        send_again(session, messages)
        which = "The message" if len(messages) == 1 else count_words(len(messages), self.noun, self.plural)
        return f"{which} will be sent in a moment."
