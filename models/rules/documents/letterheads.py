"""What does the partnership say of itself on every page and document: name, logo, colour, contact, markings?

Plain values, so that paper is drawn by a process that knows no database; `models/partnership/partnership_settings.py`
reads them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from models.rules.documents.papers import OFFICIAL, SENSITIVE

UNNAMED = "Safeguarding partnership"
"""What the portal says while nobody has named the partnership."""


@dataclass(frozen=True)
class PartnershipFacts:
    """The partnership as pages and documents show it now: the row, with what the operator has set in its place.

    `revision` changes with every save, so that a process knows whether what it remembers is still so. `logo` is a PNG
    file, empty without one. `accent` is empty for the portal's own colours.
    """

    revision: int = 0
    name: str = UNNAMED
    short_name: str = ""
    logo: bytes = field(default=b"", repr=False)
    accent: str = ""
    help_contact: str = ""
    help_email: str = ""
    help_phone: str = ""
    privacy_notice: str = ""
    privacy_url: str = ""
    document_footer: str = ""
    ordinary_marking: str = OFFICIAL
    sensitive_marking: str = SENSITIVE

    @property
    def brief_name(self) -> str:
        """The short name, or the name where there is none."""
        return self.short_name or self.name

    @property
    def has_help(self) -> bool:
        """Whether people are told whom to ask."""
        return bool(self.help_contact or self.help_email or self.help_phone)

    @property
    def has_privacy_notice(self) -> bool:
        """Whether there is a notice to read, here or elsewhere."""
        return bool(self.privacy_notice or self.privacy_url)

    def marking(self, classification: str) -> str:
        """The partnership's own word for a classification of the portal's.

        >>> PartnershipFacts(sensitive_marking="RESTRICTED").marking("OFFICIAL-SENSITIVE")
        'RESTRICTED'
        """
        own = {OFFICIAL: self.ordinary_marking, SENSITIVE: self.sensitive_marking}
        return own.get(classification, classification)
