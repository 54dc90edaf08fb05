"""Do the forms say on paper, blank and filled in, what was asked and answered, and to nobody of another agency?"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from jobs.pdf.paper.drawing import draw
from models.core.access import Role
from models.core.db import PortalSession
from models.documents.documents import Document
from models.partnership.agencies import Agency
from models.returns.section_11_returns import ask_partners
from models.returns.self_evaluations import send_self_evaluations
from models.rules.audits.answer_papers import (
    AskedQuestion,
    AskedSection,
    BlankForm,
    FilledForm,
    WrittenAnswer,
    WrittenSection,
    blank_paper,
    filled_paper,
)
from models.rules.returns.section_11 import ScoredStandard
from tests import make, make_audits, make_tools
from tests.documents.files import content_of
from tests.pdf.pdf_facts import TODAY, words
from tests.pdf.pdf_kit import Kit, SoundDocument
from tests.pdf.pdf_review_facts import OCCASION
from tests.pdf.pdf_structure import text_of
from tests.web import Browser
from tests.work import do_requests, done

Open = Callable[..., Browser]
HEAD = {
    "occasion": OCCASION, "about": "self_evaluations:1", "agency_id": 1, "reference": "SE-2026-01",
    "title": "The first contact about a child", "agency": "Arden Police", "tool": "Version 1", "due_on": TODAY,
}  # fmt: skip


def filled(count: int) -> FilledForm:
    """A form of that many answers, some not given."""
    answers = tuple(
        WrittenAnswer(
            words(number), words(number + 1) if number % 4 else "", words(number + 2) if number % 3 == 0 else "",
            "Is the child heard?", ("minutes.pdf",) if number % 5 == 0 else (), number % 2 == 0,
        )
        for number in range(1, count + 1)
    )  # fmt: skip
    section = WrittenSection("Practice and process", "Think of the last year.", answers)
    facts = (("Review", "TR-2026-01 The front door"), ("Status", "Handed in"))
    scores = tuple(ScoredStandard(f"s{number}", words(number), number % 4, 2, words(number + 3)) for number in (1, 2))
    return FilledForm(
        **HEAD,
        kind="Self-evaluation",
        progress="3 of 4",
        facts=facts,
        sections=(section,),
        scores=scores,
        notice="Note",
    )


def blank(count: int) -> BlankForm:
    """A form of that many questions."""
    asked = tuple(
        AskedQuestion(f"{words(number)} *", "Think of the last year.", ("Yes", "Partly", "No")[: number % 4], 3)
        for number in range(1, count + 1)
    )
    section = AskedSection("Practice and process", "About your own work.", asked)
    return BlankForm(**HEAD, kind="Case audit", introduction="Two weeks to answer.", sections=(section,))


SHORT = ("title", "partnership", "reference", "kind")


class TestFilledForm(SoundDocument):
    """The filled-in form."""

    kit = Kit(filled, filled_paper, lambda facts: draw(filled_paper(facts)), fixed=("about", "key"), short=SHORT)


class TestBlankForm(SoundDocument):
    """The blank form."""

    kit = Kit(blank, blank_paper, lambda facts: draw(blank_paper(facts)), fixed=("about",), short=SHORT)


def _sent(session: PortalSession, agency: Agency, noun: str) -> str:
    """Where a form that the agency was sent stands."""
    if noun == "case-audits":
        scene = make_audits.scene(session)
        audit = next(iter(make_audits.opened(session, scene)))
        audit_agency = session.get_one(Agency, audit.agency_id)
        agency.name, audit_agency.name = "Elsewhere", "Ours"
        session.commit()
        return f"/case-audits/{audit.id}/"
    if noun == "section-11-returns":
        (asked,) = ask_partners(session, make_tools.section_11_cycle(session), person_id=None)
        session.commit()
        return f"/section-11-returns/{asked.id}/"
    (evaluation,) = send_self_evaluations(session, make_tools.ready_review(session, agency), person_id=None)
    session.commit()
    return f"/self-evaluations/{evaluation.id}/"


@pytest.mark.parametrize("noun", ["self-evaluations", "case-audits", "section-11-returns"])
def test_member_gets_their_own_form_and_a_member_of_another_agency_is_refused(
    browser: Open, session: PortalSession, session_factory: sessionmaker[PortalSession], noun: str
) -> None:
    path = _sent(session, make.agency(session, "Ours"), noun)
    ours = session.scalars(select(Agency).where(Agency.name == "Ours")).one()
    other = browser(Role.AGENCY_MEMBER, agency=make.agency(session, "Another agency"), name="Stranger")
    own = browser(Role.AGENCY_MEMBER, agency=ours, name="Own member")
    for form in ("paper/", "paper/blank/"):
        other.get(f"{path}{form}", 404)
        assert other.send(f"{path}{form}", page="/account/").status_code == 404
        assert "Ours" in own.get(f"{path}{form}").get_text()
        assert own.send(f"{path}{form}", page=path).status_code == 302
    assert len(done(do_requests(session, session_factory))) == 2
    for kept in session.scalars(select(Document)).all():
        assert kept.agency_id == ours.id
        assert "Ours" in text_of(content_of(session, kept))
        other.get(f"/documents/{kept.id}/download/", 404)
        assert own.client.get(f"/documents/{kept.id}/download/").status_code == 200
