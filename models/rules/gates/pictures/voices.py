"""What does the picture of who was heard say?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.rules.core.counts import count_words
from models.rules.documents.pictures import Key, Line, Mark, Picture, Rows
from models.rules.feedback.small_numbers import SMALLEST

USERS, STAFF = "Service users, carers and families", "Practitioners"
WITHHELD = f"Fewer than {SMALLEST}"


@dataclass(frozen=True)
class ReviewVoices:
    """How many people a review heard: service users and families, and practitioners; and where that is read."""

    title: str
    users: int
    staff: int
    href: str = ""

    @property
    def told(self) -> tuple[int | None, int | None]:
        """Both numbers as they may be told: None where it is one to four.

        >>> ReviewVoices("Neglect", 3, 12).told
        (None, 12)
        """
        return _told(self.users), _told(self.staff)


def voices_picture(reviews: Sequence[ReviewVoices], year: int) -> Picture:
    """People heard in each review; small numbers are withheld, in bars as in words.

    >>> voices_picture([ReviewVoices("Neglect", 41, 12), ReviewVoices("Hoarding", 0, 3)], 2026).says
    'At least 41 service users and family members and 12 practitioners were heard in the reviews of 2026.'
    """
    name, title = "voices", "Whose voice was heard"
    if not any(review.users or review.staff for review in reviews):
        says = f"Nobody has been heard in a review of {year} yet."
        return Picture(name, title, says, None, (), ())
    known = [sum(filter(None, (review.told[at] for review in reviews))) for at in (0, 1)]
    is_least = any(None in review.told for review in reviews)
    users = count_words(known[0], "service user or family member", "service users and family members")
    says = f"{'At least ' if is_least else ''}{users} and {count_words(known[1], 'practitioner')} "
    says += f"were heard in the reviews of {year}."
    table = tuple((review.title, _words(review.told[0]), _words(review.told[1])) for review in reviews)
    base = "People who took part in what was held, and answers to surveys; somebody may count twice. "
    base += f"One to {SMALLEST - 1} are withheld. It does not say who was not reached."
    return Picture(
        name, title, says, Rows(tuple(_lines(reviews)), (Key(USERS, "teal", known[0]), Key(STAFF, "plum", known[1]))),
        ("Review", USERS, STAFF), table, base,
    )  # fmt: skip


def _lines(reviews: Sequence[ReviewVoices]) -> Iterator[Line]:
    most = max(max(filter(None, review.told), default=0) for review in reviews) or 1
    for review in reviews:
        yield Line(review.title, href=review.href, is_group=True)
        yield _line("Service users", review.told[0], most, "teal")
        yield _line("Practitioners", review.told[1], most, "plum")


def _told(count: int) -> int | None:
    return None if 0 < count < SMALLEST else count


def _words(count: int | None) -> str:
    return WITHHELD if count is None else f"{count:,}"


def _line(label: str, count: int | None, most: int, tone: str) -> Line:
    marks = (Mark(0.0, count / most, tone),) if count else ()
    return Line(label, marks, _words(count))
