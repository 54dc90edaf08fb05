"""What is the partnership called and how does it look now, known to each page without a statement of its own?"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy.exc import SQLAlchemyError

from admin_views.kit.requests import NOBODY, Database
from models.core.errors import RuleBroken
from models.partnership.partnership_settings import FixedSettings, partnership_facts
from models.rules.documents.letterheads import UNNAMED, PartnershipFacts

_PAUSE = 5.0  # seconds that a database which did not answer is left alone


class RememberedPartnership:
    """The partnership's settings as this process remembers them, read again whenever their revision has changed.

    The revision comes with the sign-in of a request, so what an administrator saves holds for the next request of
    every process. A request without a sign-in asks with one statement, which brings nothing where nothing has changed.
    """

    def __init__(self, database: Database, fixed: FixedSettings) -> None:
        self.database, self.fixed = database, fixed
        self._known = replace(PartnershipFacts(), name=fixed.name or UNNAMED, logo=fixed.logo)
        self._ask_after = 0.0

    def now(self) -> PartnershipFacts:
        """The settings for this request. While the database is away, those that were known last."""
        if "partnership" not in g:
            if g.get("partnership_revision") != self._known.revision:
                self._look()
            g.partnership = self._known
        facts: PartnershipFacts = g.partnership
        return facts

    def _look(self) -> None:
        """Read in a session apart: the request's own may be in the middle of a refusal, or not have begun."""
        if g.get("is_database_away") or time.monotonic() < self._ask_after:
            return
        try:
            with self.database.factory(info={"actor": NOBODY}) as apart:
                self._known = partnership_facts(apart, self.fixed, self._known)
        except (SQLAlchemyError, RuleBroken):
            self._ask_after = time.monotonic() + _PAUSE


def remember_partnership(app: Flask, database: Database, fixed: FixedSettings) -> None:
    """Let the portal know its partnership."""
    app.extensions["partnership"] = RememberedPartnership(database, fixed)


def partnership_now() -> PartnershipFacts:
    """The partnership as the page being made shows it."""
    return cast(RememberedPartnership, current_app.extensions["partnership"]).now()
