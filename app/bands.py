"""Does this portal say on every page that nothing in it is real?"""

from __future__ import annotations

import time

from flask import Flask, g
from sqlalchemy.exc import SQLAlchemyError

from admin_views.kit.requests import NOBODY, Database
from models.core.errors import RuleBroken
from models.partnership.portals import PortalKind, portal_kind

ASKED_AGAIN = 60.0  # seconds; while nobody has decided what the portal is, or the database is away


class Band:
    """What the portal is, as far as its pages need it: asked once, as a portal never becomes something else."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.forget()

    def forget(self) -> None:
        """Ask again at the next page."""
        self._kind: PortalKind | None = None
        self._asked_at = -ASKED_AGAIN

    def __call__(self) -> bool:
        """Whether the page wears the band of the demonstration."""
        return self.kind() is PortalKind.DEMO

    def kind(self) -> PortalKind | None:
        """What the portal is; None while nobody has decided, or the database is away."""
        if self._kind is None and not g.get("is_database_away") and time.monotonic() - self._asked_at >= ASKED_AGAIN:
            self._asked_at = time.monotonic()
            self._kind = self._ask()
        return self._kind

    def _ask(self) -> PortalKind | None:
        """What the database says; nothing when it is away, as the page that says so needs no band."""
        try:
            with self._database.factory(info={"actor": NOBODY}) as session:
                return portal_kind(session)
        except (SQLAlchemyError, RuleBroken):
            return None


def wear_band(app: Flask, database: Database) -> None:
    """Give every template `is_demo()`; also the pages of sign-in, surveys and faults."""
    app.extensions["band"] = app.jinja_env.globals["is_demo"] = Band(database)
