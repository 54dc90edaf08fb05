"""From which file, on which day and by whom is something brought in?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.messages.agency_messages import Letterhead


@dataclass(frozen=True)
class ImportFacts:
    """What an import is, for those verbs that keep a word of where something came from.

    `letterhead` is what letters carry; None where no mail server is set, so that none is written.
    """

    file_name: str
    on: date
    person_id: int
    person_name: str
    letterhead: Letterhead | None = None

    @property
    def words(self) -> str:
        """Where something came from, as a sentence.

        >>> ImportFacts("tracker.xlsx", date(2026, 3, 9), 1, "Ann Smith").words
        'Imported from tracker.xlsx on 9 March 2026 by Ann Smith.'
        """
        return f"Imported from {self.file_name} on {self.on.day} {self.on:%B %Y} by {self.person_name}."
