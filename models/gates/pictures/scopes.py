"""Of which year, which kind of review and which agency is a picture?"""

from __future__ import annotations

from dataclasses import dataclass

from models.partnership.hubs import HubKind


@dataclass(frozen=True)
class BoardScope:
    """What the Board looks at: a year, and of it one kind of review and one agency where these are chosen."""

    year: int
    kind: HubKind | None = None
    agency_id: int | None = None
