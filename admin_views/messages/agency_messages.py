"""Which words does every letter of the portal to an agency carry?"""

from __future__ import annotations

from typing import Any

from flask import current_app

from admin_views.kit.partnership import partnership_now
from models.messages.agency_messages import Letterhead


def letter_words() -> dict[str, Letterhead]:
    """The portal's own address and the partnership's name, as the verbs that write letters take them."""
    settings: Any = current_app.extensions["settings"]
    return {"letterhead": Letterhead(settings.address, partnership_now().name)}
