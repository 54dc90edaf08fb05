"""Do two people judge every key line before they see a mark, and does nobody see that until both are done?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from admin_views.evidence.evidence_readers import said_panels
from models.core.access import Actor, Role
from models.core.change_log import ChangeRecord
from models.core.db import PortalSession, act_as
from models.core.errors import RuleBroken
from models.evidence.evidence_readers import EvidenceReader, ask_readers, call_off_reading, close_reading, readers_of
from models.evidence.findings import Judgement, take_finding
from models.evidence.gathered_evidence import Evidence
from models.evidence.reader_judgements import ReaderJudgement, hand_in_reading, judge_line
from models.evidence.settled_lines import settle_line
from models.evidence.triangulation_reports import matrix_facts
from models.evidence.triangulations import triangulate
from models.gates.pictures.scopes import BoardScope
from models.gates.pictures.sources import agreeing_sources
from models.gates.review_gates import missing_of
from models.gates.review_reports import review_facts
from models.partnership.people import Person
from models.partnership.reference_items import ReferenceList
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.evidence.evidence_readers import BEING_READ
from models.rules.evidence.triangulation import Mark, Source, Strength, Verdict
from models.rules.evidence.triangulation_reports import matrix_paper
from models.rules.gates.review_reports import review_paper
from models.tools.key_lines import KeyLine, key_lines_of
from tests import make
from tests.pdf.pdf_review_facts import OCCASION
from tests.web import Browser, member, words_of

Open = Callable[..., Browser]
CONFLICT = "Self-evaluation speaks of strength, case audit of concern"
"""What the portal makes of the first key line."""


@dataclass
class Scene:
    """A review in its evidence stage, two of whose three key lines speak, and two people who may read it."""

    session: PortalSession
    review: ThematicReview
    first: Person
    second: Person

    @property
    def path(self) -> str:
        return f"/thematic-reviews/{self.review.id}/"

    @property
    def lines(self) -> list[KeyLine]:
        return key_lines_of(self.session, self.review.id)

    def ask(self) -> list[EvidenceReader]:
        people = [self.first.id, self.second.id]
        readers = ask_readers(self.session, self.review, reader_ids=people, person_id=None)
        self.session.commit()
        return readers

    def judge(self, reader: EvidenceReader, *marks: Mark) -> None:
        """Give the key lines these marks, as the reader, and hand in where all have one."""
        act_as(self.session, self.session.get_one(Person, reader.reader_id).actor())
        for line, mark in zip(self.lines, marks, strict=False):
            judge_line(self.session, reader, line, mark=mark, reason=f"So reader {reader.place} says of {line.number}.")
        if len(marks) == len(self.lines):
            hand_in_reading(self.session, reader)
        self.session.commit()
        act_as(self.session, Actor.system())

    def read(self) -> None:
        """Both read all: alike on the first and third line, not on the second."""
        first, second = self.ask()
        self.judge(first, Mark.CONFLICT, Mark.AGREE, Mark.SILENT)
        self.judge(second, Mark.CONFLICT, Mark.PARTLY, Mark.SILENT)

    def enter(self, browser: Open, person: Person) -> Browser:
        return browser(person.role, name=person.name)


@pytest.fixture
def scene(session: PortalSession) -> Scene:
    make.hub(session).officer_id = member(session, Role.OFFICER).id
    review = make.review(session, stage=Stage.EVIDENCE)
    area = make.word(session, ReferenceList.KEY_AREA, "practice")
    for number in (1, 2, 3):
        session.add(KeyLine(review_id=review.id, key_area_id=area.id, number=number, text=f"Line {number}"))
    session.flush()
    lines = key_lines_of(session, review.id)
    for line, source, verdict in (
        (lines[0], Source.SELF_EVALUATION, Verdict.STRENGTH),
        (lines[0], Source.CASE_AUDIT, Verdict.CONCERN),
        (lines[1], Source.CASE_AUDIT, Verdict.MIXED),
        (lines[1], Source.SERVICE_USERS, Verdict.MIXED),
    ):
        judgement = Judgement(source, verdict, f"Words of {source.label} on {line.number}.", key_line_id=line.id)
        take_finding(session, review_id=review.id, judgement=judgement)
    first = member(session, Role.OFFICER, name="Officer of another hub")
    second = member(session, Role.SPONSOR, name="Rosalind Reader")
    return Scene(session, review, first, second)


def test_officer_asks_two_people_and_each_finds_it_among_their_tasks(browser: Open, scene: Scene) -> None:
    officer = browser(Role.OFFICER)
    page = f"{scene.path}readers/"
    assert officer.get(f"{scene.path}triangulation/").select_one(f'a[href="{page}"]') is not None
    answer = officer.send(page, first_id=str(scene.first.id), second_id=str(scene.second.id))
    assert answer.status_code == 302
    assert [each.reader_id for each in readers_of(scene.session, scene.review.id)] == [scene.first.id, scene.second.id]
    for person in (scene.first, scene.second):
        home = scene.enter(browser, person).get("/")
        (task,) = [
            task for task in home.select("ol.tasks > li") if "Read the evidence of 3 key lines" in task.get_text()
        ]
        verb = task.select_one("a.verb")
        assert verb is not None
        assert (verb.get_text().split(":")[0], verb["href"]) == ("Read", f"{scene.path}reading/")
    assert "Read the evidence of" not in officer.get("/").get_text()


def test_only_two_people_who_may_see_the_evidence_can_be_asked(browser: Open, scene: Scene) -> None:
    officer, page = browser(Role.OFFICER), f"{scene.path}readers/"
    twice = officer.send(page, first_id=str(scene.first.id), second_id=str(scene.first.id))
    assert twice.status_code == 422
    assert "Choose two different people." in words_of(twice)
    agency = make.agency(scene.session)
    for stranger in (member(scene.session, Role.BOARD_VIEWER), member(scene.session, Role.MANAGER, agency=agency)):
        assert officer.send(page, first_id=str(scene.first.id), second_id=str(stranger.id)).status_code == 422
        with pytest.raises(RuleBroken, match="may see the review's evidence"):
            ask_readers(scene.session, scene.review, reader_ids=[scene.first.id, stranger.id], person_id=None)
    scene.enter(browser, scene.first).get(page, 403)  # an officer, of another hub
    browser(Role.SPONSOR).get(page, 403)
    scene.ask()
    with pytest.raises(RuleBroken, match="asked to read this review's evidence already"):
        scene.ask()


@pytest.mark.parametrize("stage", [Stage.SCOPING, Stage.IMPROVEMENT_PLANNING])
def test_nobody_is_asked_before_or_after_the_evidence(scene: Scene, stage: Stage) -> None:
    scene.review.stage = stage
    with pytest.raises(RuleBroken, match="while it gathers evidence"):
        scene.ask()


def test_reader_reads_each_source_without_a_mark_judges_and_hands_in(browser: Open, scene: Scene) -> None:
    scene.ask()
    reader, first, second, third = scene.enter(browser, scene.first), *scene.lines
    page = reader.get(f"{scene.path}reading/{first.id}/")
    said = page.get_text(" ", strip=True)
    assert "Words of Self-evaluation on 1." in said
    assert "Words of Case audit on 1." in said
    assert page.select("main .tag") == []
    assert CONFLICT not in said
    refused = reader.send(f"{scene.path}reading/{first.id}/", mark="", reason="")
    assert refused.status_code == 422
    assert "Say in a sentence why." in words_of(refused)
    onward = reader.send(f"{scene.path}reading/{first.id}/", mark="conflict", reason="One praises, one worries.")
    assert onward.headers["Location"] == f"{scene.path}reading/{second.id}/"
    overview = reader.get(f"{scene.path}reading/")
    assert "2 key lines are left of 3." in overview.get_text(" ", strip=True)
    assert "One praises, one worries." in overview.get_text()
    for line in (second, third):
        reader.send(f"{scene.path}reading/{line.id}/", mark="agree", reason="All say so.")
    amended = reader.send(f"{scene.path}reading/{third.id}/", mark="silent", reason="Nobody speaks.")
    assert amended.headers["Location"] == f"{scene.path}reading/"
    assert reader.send(f"{scene.path}reading/hand-in/", page=f"{scene.path}reading/").status_code == 302
    assert "You handed in on" in reader.get(f"{scene.path}reading/").get_text()
    assert "Read the evidence of" not in reader.get("/").get_text()
    assert reader.client.get(f"{scene.path}reading/{first.id}/").status_code == 302  # nothing is judged afterwards


def test_what_is_said_alike_stands_once_and_a_survey_says_what_was_answered() -> None:
    answers = [
        Evidence(Source.CASE_AUDIT, 1, 0.5, "Was the child seen? Partly", f"sheet_answers:{key}", said_by=agency)
        for key, agency in enumerate(("Police", "Health", "Police"))
    ]
    asked = Evidence(
        Source.PRACTITIONERS, 1, 0.853, "Help comes (5 answers)", "surveys:1/help", Strength.MODERATE, "Staff"
    )
    panels = {panel.title: panel.rows for panel in said_panels([*answers, asked])}
    assert panels["Case audit"] == [("Was the child seen? Partly", "3 times: Health and Police", "Weak", "")]
    said = ("Help comes (5 answers): on average 85% of the best answer", "Staff", "Moderate", "")
    assert panels["Practitioners"] == [said]
    assert [title for title, rows in panels.items() if not rows] == [
        "Self-evaluation", "Service users and carers", "Reviews and inspections",
    ]  # fmt: skip


def test_nobody_hands_in_while_a_line_is_left_or_judges_for_another(browser: Open, scene: Scene) -> None:
    first, _ = scene.ask()
    scene.judge(first, Mark.AGREE)
    with pytest.raises(RuleBroken, match="2 key lines are not judged yet"):
        hand_in_reading(scene.session, first)
    officer = browser(Role.OFFICER)  # runs the review, and does not read it
    for path in ("reading/", f"reading/{scene.lines[0].id}/"):
        assert officer.client.get(f"{scene.path}{path}").status_code == 302
    other = make.review(scene.session, title="Another", kind=make.HubKind.ADULTS)
    stray = KeyLine(review_id=other.id, key_area_id=scene.lines[0].key_area_id, number=1, text="Elsewhere")
    scene.session.add(stray)
    scene.session.flush()
    with pytest.raises(RuleBroken, match="no key line of this review"):
        judge_line(scene.session, first, stray, mark=Mark.AGREE, reason="So.")


def test_open_reading_hides_every_mark_from_its_readers_on_every_page(browser: Open, scene: Scene) -> None:
    first, second = scene.ask()
    scene.judge(first, Mark.CONFLICT, Mark.AGREE, Mark.SILENT)  # has handed in, and still sees nothing
    line = scene.lines[0].id
    pages = ("", "gates/", "triangulation/", "triangulation/?order=lines", "report/", "scope/", "evidence/")
    refused = ("triangulation/unplaced/", f"triangulation/{line}/case_audit/", "triangulation/workbook/")
    for person in (scene.first, scene.second):
        reader = scene.enter(browser, person)
        for path in pages:
            answer = reader.client.get(f"{scene.path}{path}", follow_redirects=True)
            said = words_of(answer)
            assert CONFLICT not in said, path
            assert "in conflict" not in said, path
            assert "key line is silent:" not in said, path
            assert "So reader 1 says" not in said or person is scene.first, path
        for path in refused:
            assert "once both" in words_of(reader.client.get(f"{scene.path}{path}")), path
        page = reader.get(f"{scene.path}triangulation/")
        assert page.select_one(f'main a[href="{scene.path}reading/"]') is not None
        assert page.select("table") == []
    with_officer = browser(Role.OFFICER).get(f"{scene.path}triangulation/").get_text(" ", strip=True)
    assert CONFLICT in with_officer
    assert "Rosalind Reader is reading" in with_officer
    assert second.done_at is None


def test_open_reading_keeps_marks_off_every_paper_whoever_asks(browser: Open, scene: Scene) -> None:
    scene.ask()
    officer = browser(Role.OFFICER)
    assert BEING_READ in words_of(officer.client.get(f"{scene.path}triangulation/workbook/"))
    with pytest.raises(RuleBroken, match="Two people are reading"):
        matrix_facts(scene.session, OCCASION, review_id=scene.review.id)
    facts = review_facts(scene.session, OCCASION, review_id=scene.review.id)
    assert facts.rows == ()
    paper = str(list(review_paper(facts).blocks))
    assert BEING_READ in paper
    assert "in conflict" not in paper
    picture = agreeing_sources(scene.session, BoardScope(scene.review.year, None))
    assert "No review of the year has evidence" in picture.says
    assert "Two people are reading the evidence" in " ".join(missing_of(scene.session, scene.review))


def _judgements(session: PortalSession, person: Person) -> list[str]:
    """What a person reads of all judgements in plain SQL."""
    act_as(session, person.actor())
    words = list(session.scalars(text("SELECT reason FROM reader_judgements ORDER BY id")))
    act_as(session, Actor.system())
    return words


def test_database_keeps_a_judgement_from_everybody_else_until_both_are_done(scene: Scene) -> None:
    session, (first, second) = scene.session, scene.ask()
    scene.judge(first, Mark.CONFLICT, Mark.AGREE, Mark.SILENT)
    others = [member(session, role) for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR, Role.BOARD_VIEWER)]
    assert len(_judgements(session, scene.first)) == 3
    assert [_judgements(session, person) for person in (scene.second, *others)] == [[]] * 5
    act_as(session, scene.second.actor())
    values = {"evidence_reader_id": first.id, "key_line_id": scene.lines[0].id, "mark": "agree", "reason": "Mine."}
    with pytest.raises(DBAPIError, match="row-level security"), session.begin_nested():
        session.execute(insert(ReaderJudgement).values(**values))
    act_as(session, scene.first.actor())
    changed = session.execute(update(ReaderJudgement).values(reason="Changed after handing in."))
    assert changed.rowcount == 0  # type: ignore[attr-defined]
    act_as(session, Actor.system())
    scene.judge(second, Mark.CONFLICT, Mark.PARTLY, Mark.SILENT)
    assert [len(_judgements(session, person)) for person in (scene.first, scene.second, *others)] == [6] * 6


def test_change_log_says_that_somebody_judged_and_not_what(scene: Scene) -> None:
    first, _ = scene.ask()
    scene.judge(first, Mark.CONFLICT)
    logged = scene.session.scalars(select(ChangeRecord).where(ChangeRecord.table_name == "reader_judgements")).all()
    assert logged
    assert all("So reader 1" not in str(record.new_values) for record in logged)


def test_matrix_shows_portal_readers_and_what_settled_it(browser: Open, scene: Scene) -> None:
    scene.read()
    officer, line = browser(Role.OFFICER), scene.lines[1]
    said = officer.get(f"{scene.path}triangulation/").get_text(" ", strip=True)
    assert "two readers gave the same mark to 2 of 3 key lines (67%; AC1 " in said
    assert "So few key lines tell little." in said
    assert "What was agreed is the portal's mark on 2 of 2 key lines; 1 key line waits to be settled." in said
    assert "Agreed: not settled yet" in said
    page = f"{scene.path}triangulation/{line.id}/settled/"
    empty = officer.send(page, mark="partly", reason=" ")
    assert (empty.status_code, "Write the sentence that settled it." in words_of(empty)) == (422, True)
    assert officer.send(page, mark="partly", reason="Mixed for reasons of their own.").status_code == 302
    (row,) = [row for row in triangulate(scene.session, scene.review).rows if row.line.id == line.id]
    assert row.read is not None
    assert (row.mark, row.read.agreed, row.sentence) == (Mark.AGREE, Mark.PARTLY, row.sentence)
    for reader in (scene.first, scene.second):
        after = scene.enter(browser, reader).get(f"{scene.path}triangulation/").get_text(" ", strip=True)
        assert "Mixed for reasons of their own." in after
        assert "So reader 2 says of 2." in after
    assert officer.send(page, mark="", reason="So.").status_code == 422
    scene.enter(browser, scene.first).get(page, 403)  # of another hub


def test_papers_spreadsheet_and_board_say_what_both_judged_and_name_nobody(browser: Open, scene: Scene) -> None:
    scene.read()
    settle_line(scene.session, scene.lines[1], mark=Mark.PARTLY, reason="Read together.", person_id=None)
    scene.session.commit()
    matrix = str(list(matrix_paper(matrix_facts(scene.session, OCCASION, review_id=scene.review.id)).blocks))
    report = str(list(review_paper(review_facts(scene.session, OCCASION, review_id=scene.review.id)).blocks))
    for paper in (matrix, report):
        for words in ("Two readers", "First reader", "gave the same mark to 2 of 3 key lines", "Read together."):
            assert words in paper
        assert scene.second.name not in paper
    assert "Two people read the evidence by themselves and gave the same mark" in report
    picture = agreeing_sources(scene.session, BoardScope(scene.review.year, None))
    assert f"{scene.review.title}: two people read the evidence by themselves and gave the same mark" in picture.base
    answer = browser(Role.OFFICER).client.get(f"{scene.path}triangulation/workbook/")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    answer.close()
    assert sheet is not None
    rows: list[Any] = list(sheet.iter_rows(values_only=True))
    assert rows[0][-6:] == ("First reader", "Why", "Second reader", "Why", "Agreed", "What settled it")
    assert rows[2][-6:-2] == ("Agree", "So reader 1 says of 2.", "Partly agree", "So reader 2 says of 2.")
    assert rows[2][-2:] == ("Partly agree", "Read together.")


def test_officer_closes_a_reading_and_what_is_judged_by_then_stands(browser: Open, scene: Scene) -> None:
    first, second = scene.ask()
    scene.judge(first, Mark.CONFLICT, Mark.AGREE, Mark.SILENT)
    scene.judge(second, Mark.PARTLY)
    assert browser(Role.OFFICER).send(f"{scene.path}readers/close/").status_code == 302
    said = scene.enter(browser, scene.second).get(f"{scene.path}triangulation/").get_text(" ", strip=True)
    assert CONFLICT in said
    assert "Rosalind Reader was not done when it was closed on" in said
    assert "gave the same mark to 0 of 1 key line (0%)." in said
    assert said.count("Not judged") == 2
    with pytest.raises(RuleBroken, match="reading is over"):
        judge_line(scene.session, second, scene.lines[1], mark=Mark.AGREE, reason="Late.")
    with pytest.raises(RuleBroken, match="No reading of this review is open"):
        close_reading(scene.session, scene.review, person_id=None)


def test_reading_called_off_is_gone_and_others_can_be_asked(browser: Open, scene: Scene) -> None:
    first, _ = scene.ask()
    scene.judge(first, Mark.CONFLICT)
    assert browser(Role.OFFICER).send(f"{scene.path}readers/call-off/").status_code == 302
    scene.session.expire_all()
    assert scene.session.scalars(select(ReaderJudgement)).all() == []
    scene.read()
    with pytest.raises(RuleBroken, match="No reading of this review is open"):
        call_off_reading(scene.session, scene.review)


def test_nothing_is_settled_before_both_are_done_or_where_nobody_judged(scene: Scene) -> None:
    first, _ = scene.ask()
    scene.judge(first, Mark.CONFLICT)
    for line in scene.lines[:2]:
        with pytest.raises(RuleBroken, match="once two people have judged"):
            settle_line(scene.session, line, mark=Mark.AGREE, reason="So.", person_id=None)
    close_reading(scene.session, scene.review, person_id=None)
    assert settle_line(scene.session, scene.lines[0], mark=Mark.AGREE, reason="So.", person_id=None) is not None
    with pytest.raises(RuleBroken, match="once two people have judged"):
        settle_line(scene.session, scene.lines[1], mark=Mark.AGREE, reason="So.", person_id=None)


def test_reading_of_one_review_hides_nothing_of_another(session: Session, scene: Scene) -> None:
    scene.ask()
    other = make.review(session, title="Another", kind=make.HubKind.ADULTS, stage=Stage.EVIDENCE)
    session.add(KeyLine(review_id=other.id, key_area_id=scene.lines[0].key_area_id, number=1, text="Elsewhere"))
    session.commit()
    act_as(scene.session, scene.first.actor())
    assert [triangulate(session, each).is_hidden for each in (scene.review, other)] == [True, False]
    assert len(triangulate(session, other).rows) == 1
