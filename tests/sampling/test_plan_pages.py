"""Does an officer plan a sample without typing what the portal knows, and change that plan instead of making more?"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import ImportChoice, import_frame, open_check
from models.core.access import Role
from models.core.db import PortalSession
from models.reviews.thematic_reviews import ThematicReview
from models.sampling.audit_samples import AuditSample, lock_sample
from models.tools.starting_words import give_starting_words
from tests import make
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
VALUES: dict[str, str] = {"title": "Neglect", "rule": "any", "strata": "level", "method": "equal", "size": "2"}


@pytest.fixture
def frame(session: PortalSession) -> CaseFrame:
    """Five cases of a review of the officer's hub; the theme Missing is spelt in two ways."""
    give_starting_words(session)
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    review = make.review(session, period_starts_on=date(2025, 4, 1), period_ends_on=date(2025, 9, 30))
    themes = ("Missing", "missing", "Neglect", "Neglect", "Bullying")
    lines = ["Case reference,Level,Theme,Start date"]
    lines += [f"C{number},Child in need,{theme},2025-05-0{1 + number}" for number, theme in enumerate(themes)]
    check = open_check(session, io.BytesIO("\n".join(lines).encode()), ImportChoice(), today=date(2026, 1, 1))
    frame = import_frame(session, check, title="Frame", file_name="f.csv", review_id=review.id)
    session.commit()
    return frame


def _samples(session: Session) -> list[AuditSample]:
    session.expire_all()
    return list(session.scalars(select(AuditSample).order_by(AuditSample.id)))


def _page(frame: CaseFrame) -> str:
    return f"/audit-samples/plan/?frame_id={frame.id}"


def test_frames_page_leads_to_its_plan_with_frame_and_review_chosen(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer, sponsor = browser(Role.OFFICER), browser(Role.SPONSOR)
    link = officer.get(f"/case-frames/{frame.id}/").find("a", string="Plan a sample")
    assert link is not None
    assert link["href"] == _page(frame)
    shown = officer.filled(_page(frame))
    assert (shown["frame_id"], shown["review_id"]) == (str(frame.id), str(frame.review_id))
    assert sponsor.get(f"/case-frames/{frame.id}/").find("a", string="Plan a sample") is None


def test_period_is_the_reviews_until_the_officer_changes_it(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer = browser(Role.OFFICER)
    shown = officer.filled(_page(frame))
    assert (shown["rule"], shown["starts_on"], shown["ends_on"]) == ("started_in", "2025-04-01", "2025-09-30")
    changed = {**shown, "starts_on": "2025-05-02", "method": "equal"}
    assert officer.client.post(_page(frame), data=changed).status_code == 302
    sample = _samples(session)[0]
    assert sample.plan["time_frame"] == {"rule": "started_in", "from": "2025-05-02", "to": "2025-09-30"}
    assert officer.filled(f"/audit-samples/{sample.id}/change-plan/")["starts_on"] == "2025-05-02"


def test_review_without_a_period_leaves_the_plan_at_any_time(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    session.get_one(ThematicReview, frame.review_id).period_ends_on = None
    session.commit()
    assert browser(Role.OFFICER).filled(_page(frame))["rule"] == "any"


def test_themes_are_ticked_from_the_frames_own_with_their_counts(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer = browser(Role.OFFICER)
    boxes = officer.get(_page(frame)).select("input[type=checkbox][name=themes]")
    labels = [box.find_next("label").get_text() for box in boxes]  # type: ignore[union-attr]
    assert labels == ["Bullying (1 case)", "Missing (2 cases)", "Neglect (2 cases)"]
    assert officer.send(_page(frame), **VALUES, themes=["Missing", "Neglect"]).status_code == 302
    sample = _samples(session)[0]
    assert sample.plan["themes"] == ["Missing", "Neglect"]
    assert "4" in officer.get(f"/audit-samples/{sample.id}/preview/").select("td[data-l=Cases]")[0].get_text()
    assert officer.filled(f"/audit-samples/{sample.id}/change-plan/")["themes"] == ["Missing", "Neglect"]


def test_theme_that_the_frame_has_not_is_refused_in_a_sentence(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    answer = browser(Role.OFFICER).send(_page(frame), **VALUES, themes="Exploitation")
    assert answer.status_code == 422
    assert "The list has no theme “Exploitation”." in words_of(answer)
    assert _samples(session) == []


def test_changing_the_plan_from_its_preview_changes_the_same_sample(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer = browser(Role.OFFICER)
    officer.send(_page(frame), **VALUES)
    sample = _samples(session)[0]
    link = officer.get(f"/audit-samples/{sample.id}/preview/").find("a", string="Change the plan")
    assert link is not None
    before = sample.plan_fingerprint
    assert officer.send(str(link["href"]), **{**VALUES, "size": "3", "title": "Neglect, larger"}).status_code == 302
    (changed,) = _samples(session)
    assert (changed.id, changed.title, changed.plan["allocation"]["size"]) == (sample.id, "Neglect, larger", 3)
    assert changed.plan_fingerprint != before


def test_going_back_to_the_form_and_sending_it_again_changes_the_same_sample(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer = browser(Role.OFFICER)
    tokens: dict[str, Any] = officer.tokens(_page(frame))
    for size in ("2", "4"):
        assert officer.client.post(_page(frame), data={**tokens, **VALUES, "size": size}).status_code == 302
    (sample,) = _samples(session)
    assert sample.plan["allocation"]["size"] == 4


def test_locked_plan_cannot_be_changed_any_more(browser: Open, session: PortalSession, frame: CaseFrame) -> None:
    officer = browser(Role.OFFICER)
    officer.send(_page(frame), **VALUES)
    (sample,) = _samples(session)
    page = f"/audit-samples/{sample.id}/change-plan/"
    sent = {**officer.tokens(page), **VALUES, "size": "5"}
    lock_sample(session, sample, frame=frame, person_id=None)
    session.commit()
    assert officer.client.post(page, data=sent).headers["Location"].endswith(f"/audit-samples/{sample.id}/")
    assert _samples(session)[0].plan["allocation"]["size"] == 2


def test_officer_without_a_frame_in_mind_chooses_it_first(
    browser: Open, session: PortalSession, frame: CaseFrame
) -> None:
    officer = browser(Role.OFFICER)
    answer = officer.send("/audit-samples/plan/", _find="next", frame_id=frame.id)
    assert answer.headers["Location"].endswith(_page(frame))
    refused = officer.send("/audit-samples/plan/", _find="next", frame_id="")
    assert refused.status_code == 422
    assert "Choose the frame that the cases are drawn from." in words_of(refused)
