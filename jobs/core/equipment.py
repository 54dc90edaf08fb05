"""What is every job given by the process that runs it?"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy.orm import Session, sessionmaker

from models.core.db import PortalSession
from models.messages.agency_messages import Letterhead
from models.partnership.mail_servers import MailServer
from models.partnership.mail_settings import mail_server_in_use
from models.partnership.partnership_settings import NOTHING_FIXED, FixedSettings, partnership_facts
from models.rules.documents.letterheads import PartnershipFacts


@dataclass(frozen=True)
class Equipment:
    """What jobs are given by the process that runs them. `address` is where people open the portal.

    `secret` opens what the web process sealed (uploaded case lists, the mail password). `fixed` is what the operator
    has set; the rest of the partnership's settings is read when a job asks, so that what an administrator saves holds
    for the next job without a restart. `scanner` is where clamd listens, empty without one.
    """

    sessions: sessionmaker[PortalSession]
    fixed: FixedSettings = NOTHING_FIXED
    address: str = ""
    secret: str = field(default="", repr=False)
    scanner: str = ""

    def letterhead(self, session: Session) -> Letterhead:
        """What the letters that a job writes carry."""
        return Letterhead(self.address, partnership_facts(session, self.fixed).name)

    @property
    def facts(self) -> PartnershipFacts:
        """The partnership as it is now."""
        with self.sessions() as apart:
            return partnership_facts(apart, self.fixed)

    @property
    def partnership(self) -> str:
        """The partnership's name."""
        return self.facts.name

    @property
    def mail_server(self) -> MailServer | None:
        """The server that mail leaves by now, read as the portal itself; None when none is set.

        Raises RuleBroken when its password cannot be opened.
        """
        with self.sessions() as apart:
            return mail_server_in_use(apart, self.fixed, secret=self.secret)
