"""What is the partnership called, how does it look, whom do people ask, and what do its documents say of themselves?

One row, edited on one page. What the operator has set in the environment wins over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import ClassVar

from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, validates

from models.core.access import EVERYTHING, READ, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.core.words import must
from models.partnership.mail_servers import MailServer
from models.rules.documents.letterheads import UNNAMED, PartnershipFacts
from models.rules.documents.papers import OFFICIAL, SENSITIVE
from models.rules.evidence.thresholds import USUAL, Thresholds
from models.rules.partnership.accents import checked_accent

THE_ONE = 1
"""The key of the only row."""
USUAL_ACCENT = "#1b4f8a"
"""The portal's own colour by day, where the partnership has set none."""
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+([/?#]\S*)?")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


class Partnership(Record):
    """The partnership's own settings: the one row of them, made when the database is.

    Empty texts are what nobody has set. `logo` is a PNG file that the portal has drawn anew from what was uploaded, and
    `logo_sha256` says in the change log when it was another one. `agency_room_mb` is how many megabytes the files
    of each agency may take in all. The last five columns are what triangulation marks by.
    """

    __tablename__ = "partnership_settings"
    __table_args__ = (
        must(f"id = {THE_ONE}", name="one_partnership", sentence="A portal has the settings of one partnership."),
        must(
            "accent = '' OR accent ~ '^#[0-9a-f]{6}$'",
            name="accent_is_a_colour",
            sentence="Give the colour as # and six digits, such as #1b4f8a.",
        ),
        must(
            "privacy_url = '' OR privacy_url ~ '^https?://[^[:space:]]+$'",
            name="privacy_notice_has_a_web_address",
            sentence="Give the address of the privacy notice as https://www.example.org/privacy.",
        ),
        must(
            "agency_room_mb BETWEEN 1 AND 1000000",
            name="agencies_have_room",
            sentence="Give each agency between 1 MB and 1,000,000 MB.",
        ),
        must(
            "fewest_sources BETWEEN 2 AND 5",
            name="two_to_five_sources_speak",
            field="fewest_sources",
            sentence="Between 2 and 5 sources must speak.",
        ),
        must(
            "mixed_percent BETWEEN 1 AND 50",
            name="mixed_from_a_share",
            field="mixed_percent",
            sentence="A source is mixed from a share between 1 and 50 percent on.",
        ),
        must(
            "0 < weak_weight AND weak_weight <= moderate_weight AND moderate_weight <= strong_weight "
            "AND strong_weight <= 100",
            name="weights_go_up",
            field="weak_weight",
            sentence="Weights are between 1 and 100, and none is less than that of weaker evidence.",
        ),
        must(
            "(logo IS NULL) = (logo_sha256 = '')",
            name="logo_has_its_fingerprint",
            sentence="A logo is kept with its fingerprint.",
        ),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        administrator=("select", "update"),
        sign_in=READ,
        system=("select", "update"),
        agency_reads=EVERYTHING,
        public_reads=EVERYTHING,
        unlogged_columns=("logo",),
        reason="Name, logo, colour, contact and privacy notice stand on every page, also before anybody signs in.",
    )

    id: Mapped[int] = mapped_column(primary_key=True, server_default=str(THE_ONE), sort_order=-10)
    name: Mapped[str] = mapped_column(Text, server_default="")
    short_name: Mapped[str] = mapped_column(Text, server_default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_sha256: Mapped[str] = mapped_column(Text, server_default="")
    accent: Mapped[str] = mapped_column(Text, server_default="")
    help_contact: Mapped[str] = mapped_column(Text, server_default="")
    help_email: Mapped[str] = mapped_column(Text, server_default="")
    help_phone: Mapped[str] = mapped_column(Text, server_default="")
    privacy_notice: Mapped[str] = mapped_column(Text, server_default="")
    privacy_url: Mapped[str] = mapped_column(Text, server_default="")
    document_footer: Mapped[str] = mapped_column(Text, server_default="")
    ordinary_marking: Mapped[str] = mapped_column(Text, server_default="")
    sensitive_marking: Mapped[str] = mapped_column(Text, server_default="")
    agency_room_mb: Mapped[int] = mapped_column(server_default="2000")
    fewest_sources: Mapped[int] = mapped_column(server_default=str(USUAL.fewest_sources))
    mixed_percent: Mapped[int] = mapped_column(server_default=str(USUAL.mixed_percent))
    weak_weight: Mapped[int] = mapped_column(server_default=str(USUAL.weak_weight))
    moderate_weight: Mapped[int] = mapped_column(server_default=str(USUAL.moderate_weight))
    strong_weight: Mapped[int] = mapped_column(server_default=str(USUAL.strong_weight))

    def __str__(self) -> str:
        return self.name or UNNAMED

    @property
    def thresholds(self) -> Thresholds:
        """By which numbers a matrix is read that is not settled yet."""
        return Thresholds(
            self.fewest_sources, self.mixed_percent, self.weak_weight, self.moderate_weight, self.strong_weight
        )

    @validates(
        *("name", "short_name", "help_contact", "help_email", "help_phone"),
        *("document_footer", "ordinary_marking", "sensitive_marking"),
    )
    def _plain(self, key: str, value: str) -> str:
        return in_one_line(value, field=key)

    @validates("accent")
    def _colour(self, key: str, value: str) -> str:
        return checked_accent(value) if value else ""

    @validates("privacy_url")
    def _address(self, key: str, value: str) -> str:
        if value and not _WEB_ADDRESS.fullmatch(value):
            raise RuleBroken("Give the address of the privacy notice as https://www.example.org/privacy.", field=key)
        return value


def keep_logo(partnership: Partnership, png: bytes | None) -> None:
    """Keep another logo, a PNG file drawn by the portal itself; None takes it away."""
    partnership.logo = png
    partnership.logo_sha256 = sha256(png).hexdigest() if png else ""


def chosen_accent(typed: str, picked: str, kept: str) -> str:
    """The accent that somebody means who was shown a field to type it and a field to pick it, whichever they used.

    >>> chosen_accent("#222222", "#1b4f8a", ""), chosen_accent("", "#333333", "")
    ('#222222', '#333333')
    >>> chosen_accent("", "#222222", "#222222")
    ''
    """
    shown = kept or USUAL_ACCENT
    return typed if typed != kept or picked.lower() in ("", shown) else picked


def in_one_line(value: str, *, field: str) -> str:
    """A text that stands on one line of pages, letters and documents. Refuses line ends and other unseen characters."""
    if _UNSEEN.search(value):
        raise RuleBroken("This must be one line, without line breaks or other unseen characters.", field=field)
    return value


@dataclass(frozen=True)
class FixedSettings:
    """What the operator has set in the environment; each wins over what stands in the database. Empty: not set.

    `logo` is a PNG file. `sender` is set with or without a mail server of the operator's own.
    """

    name: str = ""
    logo: bytes = field(default=b"", repr=False)
    mail_server: MailServer | None = None
    sender: str = ""


NOTHING_FIXED = FixedSettings()


def the_partnership(session: Session) -> Partnership:
    """The one row."""
    return session.get_one(Partnership, THE_ONE)


def partnership_facts(
    session: Session, fixed: FixedSettings = NOTHING_FIXED, known: PartnershipFacts | None = None
) -> PartnershipFacts:
    """The partnership as pages and documents show it. One statement, which brings nothing when `known` still holds."""
    table = Partnership.__table__
    statement = select(table).where(table.c.row_version != (known.revision if known else 0))
    row = session.execute(statement).mappings().first()
    if row is None:
        return known or replace(PartnershipFacts(), name=fixed.name or UNNAMED, logo=fixed.logo)
    kept = {name: row[name] for name in _AS_THEY_ARE}
    return PartnershipFacts(
        revision=row["row_version"],
        name=fixed.name or row["name"] or UNNAMED,
        logo=fixed.logo or row["logo"] or b"",
        ordinary_marking=row["ordinary_marking"] or OFFICIAL,
        sensitive_marking=row["sensitive_marking"] or SENSITIVE,
        **kept,
    )


_AS_THEY_ARE = (
    *("short_name", "accent", "help_contact", "help_email", "help_phone"),
    *("privacy_notice", "privacy_url", "document_footer"),
)


def is_named(session: Session, fixed: FixedSettings = NOTHING_FIXED) -> bool:
    """Whether the partnership has a name of its own, on the settings page or from the operator."""
    return bool(fixed.name or session.scalar(select(Partnership.name)))
