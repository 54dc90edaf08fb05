"""Which agencies of the demo have signed the sharing agreement, and whose runs out or is missing?"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.demo import agencies as named
from models.partnership.agencies import Agency
from models.partnership.sharing_agreements import SharingAgreement

NOT_SIGNED = (
    "Independent care providers",
    "Rustleby High School",
    "Wayfen School",
    "GP practices in Wayfenshire",
)
"""Agencies that can be sent no cases, to show what the portal refuses."""

_EXPIRED = ("Child and Family Court Advisers", named.HOUSING)
_ENDS_SOON = (named.REFUGE, "Ashquarry School", "Healthwatch Wayfenshire")


def load_agreements(session: Session, agencies: dict[str, Agency], today: date) -> None:
    """An agreement for most agencies: in date, running out, run out; none for a few. The police have signed twice."""
    signed = today - timedelta(days=330)
    for number, agency in enumerate(signatory for name, signatory in agencies.items() if name not in NOT_SIGNED):
        left = -20 if agency.name in _EXPIRED else 25 if agency.name in _ENDS_SOON else 400 + 7 * number
        session.add(_agreement(agency, signed, today + timedelta(days=left), "2.0"))
    before = signed - timedelta(days=700)
    session.add(_agreement(agencies[named.POLICE], before, signed, "1.1"))
    session.flush()


def _agreement(agency: Agency, signed_on: date, until: date, version: str) -> SharingAgreement:
    return SharingAgreement(
        agency_id=agency.id,
        version=version,
        signed_on=signed_on,
        signed_by="Signatory (made up)",
        signed_by_role="Caldicott guardian" if "NHS" in agency.name else "Information governance lead",
        valid_until_on=until,
        note="Fictitious: made up to show the portal.",
    )
