"""Which answers of the public do tests of surveys begin with?"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from models.core.access import Actor
from models.core.db import act_as
from models.feedback.surveys import Survey, answer_survey, as_the_public


def respond(session: Session, survey: Survey, count: int, **answers: Any) -> None:
    """So many people answer an open survey alike: "met" with “Fully met”, and these."""
    for number in range(count):
        as_the_public(session, survey.token)
        answer_survey(session, survey, answers={"met": "Fully met", **answers}, receipt=f"{answers}-{number}")
        session.commit()
        act_as(session, Actor.system())
