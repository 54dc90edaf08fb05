"""How do messages and finished requests go once they have been kept long enough?

What waits stays, and so does what failed and somebody may ask for again. Messages about a return that stands in the
non-engagement log stay as long as the log: they show that the agency was told. No signature needs a message or a
request as its proof: who was asked to sign what, and when, is in the signature's own row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.retention.erasures import ERASABLE, Erasable
from models.retention.holdings import Held

MESSAGES, REQUESTS = "messages", "finished_requests"

_REFERENCE = "'[A-Z0-9]+-[0-9]{4}-[0-9]+'"
_SETTLED = "status IN ('sent', 'kept', 'withdrawn', 'failed')"
_FINISHED = "status IN ('done', 'refused')"
_IN_THE_LOG = f"""
SELECT coalesce(substring(what FROM {_REFERENCE}), subject) FROM escalations
UNION ALL SELECT CASE split_part(subject, ':', 1) WHEN 'self_evaluations' THEN 'self-evaluation'
    WHEN 'section_11_returns' THEN 'Section 11 return' WHEN 'case_audits' THEN 'case audit' ELSE '' END
    || ':' || split_part(subject, ':', 2) FROM escalations"""  # noqa: S608 - our own words
"""What stands in the non-engagement log: by its reference, and by kind and key as reminders name it."""

_ERASE_MESSAGES = text(f"DELETE FROM messages WHERE id = ANY(:ids) AND {_SETTLED} RETURNING 1")  # noqa: S608 - our own words
_ERASE_REQUESTS = text(f"DELETE FROM job_requests WHERE id = ANY(:ids) AND {_FINISHED} RETURNING 1")  # noqa: S608 - our own words


def settled_messages() -> Held:
    """The messages that are dealt with, but for those about what stands in the non-engagement log."""
    return Held(
        f"""SELECT id, NULL::int AS review_id,
            (coalesce(sent_at, written_at) AT TIME ZONE 'Europe/London')::date AS made_on
        FROM messages WHERE {_SETTLED}
            AND coalesce(substring(subject FROM {_REFERENCE}), '') NOT IN ({_IN_THE_LOG})
            AND coalesce(subject_kind || ':' || subject_id, '') NOT IN ({_IN_THE_LOG})""",  # noqa: S608 - our own words
        stands_alone=True,
    )


def finished_requests() -> Held:
    """The requests that were done or refused."""
    return Held(
        f"""SELECT id, NULL::int AS review_id, (finished_at AT TIME ZONE 'Europe/London')::date AS made_on
        FROM job_requests WHERE {_FINISHED}""",  # noqa: S608 - our own words
        stands_alone=True,
    )


def erase_messages(session: Session, message_ids: Sequence[int], on: date) -> int:
    """Delete messages; how many they were. A link that one of them carried stays on record without it."""
    return len(session.execute(_ERASE_MESSAGES, {"ids": list(message_ids)}).all())


def erase_requests(session: Session, request_ids: Sequence[int], on: date) -> int:
    """Delete requests with their progress; how many they were. The documents they made stay."""
    return len(session.execute(_ERASE_REQUESTS, {"ids": list(request_ids)}).all())


ERASABLE[MESSAGES] = Erasable(
    "Messages that were dealt with",
    "Messages about what stands in the non-engagement log, and those that wait.",
    settled_messages,
    erase_messages,
    portion=5_000,
    least_months=3,
    least_because="so that no reminder is written twice, and a query about one can be answered",
    is_of_reviews=False,
)
ERASABLE[REQUESTS] = Erasable(
    "Requests that were done",
    "What they made; requests that wait, and those that failed until they are asked for again.",
    finished_requests,
    erase_requests,
    portion=5_000,
    least_months=1,
    least_because="so that no work is asked for twice",
    is_of_reviews=False,
)
