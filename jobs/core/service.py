"""With what does every process behind the pages begin?"""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from models.core.access import Actor
from models.core.db import PortalSession, make_session_factory


def leave_on_term() -> None:
    """Make SIGTERM and Ctrl-C end the process by SystemExit, so that open transactions are rolled back."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)


def system_sessions(engine: Engine) -> sessionmaker[PortalSession]:
    """Sessions that act as the portal itself until a job makes them act as a person."""
    sessions = make_session_factory(engine)
    sessions.configure(info={"actor": Actor.system()})
    return sessions
