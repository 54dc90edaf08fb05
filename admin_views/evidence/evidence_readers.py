"""What do two people judge of each key line's evidence before they see a mark, and who asks them and settles it?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import abort, redirect
from flask.typing import ResponseReturnValue
from wtforms import Form

from admin_views.kit.base import OFFICERS, STAFF, Button, PageSet, Panel, Part, expose, person_id
from admin_views.kit.fields import ChoiceField, RecordField, Required, TextField
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.choices import ChoiceLoader
from admin_views.kit.registry import link_to_row
from admin_views.partnership.hubs import may_run
from models.evidence.evidence_readers import (
    EvidenceReader,
    ask_readers,
    call_off_reading,
    close_reading,
    people_who_may_read,
    readers_of,
)
from models.evidence.gathered_evidence import Evidence, evidence_along
from models.evidence.reader_judgements import hand_in_reading, judge_line, own_judgements
from models.evidence.settled_lines import lines_read, settle_line, settled_of
from models.partnership.people import Person
from models.reviews.thematic_reviews import Stage, ThematicReview
from models.rules.core.counts import count_words, list_words
from models.rules.evidence.evidence_readers import LineRead
from models.rules.evidence.triangulation import LOOKED_INTO, Mark, Source
from models.tools.key_lines import KeyLine, key_lines_of

_SAID_HEADINGS = ("What was said", "Said by", "Evidenced", "Record")
_BLIND = (
    "Each of them gives every key line one of the four marks and says why. Until both have handed in, neither sees "
    "what the portal makes of the evidence, nor what the other has judged, and no paper shows it."
)


_BACK = {"back_words": "Triangulation"}


class AskForm(Form):
    """Which two people are to read the evidence."""

    first_id = RecordField("First reader", loader=ChoiceLoader(Person, people_who_may_read))
    second_id = RecordField("Second reader", loader=ChoiceLoader(Person, people_who_may_read))


class JudgementForm(Form):
    """What the sources of a key line say together, as one reader judges it."""

    mark = ChoiceField("What do the sources say together?", kind=Mark)
    reason = TextField("Why?", validators=[Required("Say in a sentence why.")])


class SettlingForm(Form):
    """Which mark was agreed, and what settled it."""

    mark = ChoiceField("What was agreed", kind=Mark)
    reason = TextField("The sentence that settled it", validators=[Required("Write the sentence that settled it.")])


def said_panels(evidence: Iterable[Evidence]) -> list[Panel]:
    """What each source says of a key line in its own words, without a verdict; what is said alike stands once."""
    items = list(evidence)
    return [
        Panel(
            source.label,
            _SAID_HEADINGS,
            _said([item for item in items if item.source is source]),
            empty="This source says nothing of it.",
        )
        for source in Source
    ]


def _said(items: Sequence[Evidence]) -> list[tuple[Any, ...]]:
    alike: dict[str, list[Evidence]] = {}
    for item in sorted(items, key=lambda item: -item.strength.weight):
        alike.setdefault(_words(item), []).append(item)
    return [(text, _by(same), same[0].strength.label, _record(same)) for text, same in alike.items()]


def _words(item: Evidence) -> str:
    """What was said; of a survey's question, whose words are only what was asked, also what people answered."""
    is_of_survey = item.origin.startswith("surveys:")
    return f"{item.text}: on average {item.level:.0%} of the best answer" if is_of_survey else item.text


def _by(items: Sequence[Evidence]) -> str:
    names = list_words(sorted({item.said_by for item in items if item.said_by}))
    times = f"{count_words(len(items), 'time', 'times')}" if items[1:] else ""
    return ": ".join(part for part in (times, names) if part)


def _record(items: Sequence[Evidence]) -> str:
    """The finding behind what was said, to be read in full; an answer says all there is to it."""
    return link_to_row(items[0].origin, "Open") if items[0].origin.startswith("findings:") else ""


class ReaderPages(PageSet):
    """The pages of the reviews' screen on which two people are asked, read, judge and hand in, and what they settle."""

    part = Part.TRIANGULATION

    @expose("/<int:record_id>/readers/", roles=OFFICERS, methods=("GET", "POST"))
    def ask_readers(self, record_id: int) -> ResponseReturnValue:
        """Ask two people to read the evidence before they see a mark."""
        review, form = self._run(record_id), AskForm(sent_form())
        values = {"title": "Ask two people to read the evidence", "button": "Ask them", "lead": _BLIND}
        return self.ask(form, self._matrix(review), lambda: self._asked(review, form), review=review, **_BACK, **values)

    def _asked(self, review: ThematicReview, form: Form) -> str:
        people = [form["first_id"].data, form["second_id"].data]
        asked = ask_readers(self.session, review, reader_ids=people, person_id=person_id())
        names = list_words([self.session.get_one(Person, each.reader_id).name for each in asked])
        return f"{names} are asked; it stands among their tasks."

    @expose("/<int:record_id>/readers/close/", roles=OFFICERS, methods=("GET", "POST"))
    def close_reading(self, record_id: int) -> ResponseReturnValue:
        """End the reading although not everything is judged."""
        review = self._run(record_id)
        lead = "What is judged by now stands, and the marks are shown to everybody. Nothing can be judged afterwards."
        values = {"title": "Close the reading", "button": "Close the reading", "lead": lead, "tone": "warning"}
        return self.ask(Form(), self._matrix(review), lambda: self._closed(review), review=review, **_BACK, **values)

    def _closed(self, review: ThematicReview) -> str:
        close_reading(self.session, review, person_id=person_id())
        return "The reading is closed."

    @expose("/<int:record_id>/readers/call-off/", roles=OFFICERS, methods=("GET", "POST"))
    def call_off_reading(self, record_id: int) -> ResponseReturnValue:
        """Take back that these two were asked."""
        review = self._run(record_id)
        lead = "What they have judged so far is deleted. Two people, the same or others, can be asked afterwards."
        values = {"title": "Call the reading off", "button": "Call it off", "lead": lead, "tone": "warning"}
        return self.ask(
            Form(), self._matrix(review), lambda: self._called_off(review), review=review, **_BACK, **values
        )

    def _called_off(self, review: ThematicReview) -> str:
        call_off_reading(self.session, review)
        return "The reading is called off."

    @expose("/<int:record_id>/reading/", roles=STAFF)
    def reading(self, record_id: int) -> ResponseReturnValue:
        """The key lines that one is asked to judge, and which of them one has judged."""
        review = self.get_record(record_id)
        reader = self._reader(review)
        if reader is None or all(each.done_at for each in readers_of(self.session, review.id)):
            return redirect(self._matrix(review))
        lines, judged = key_lines_of(self.session, review.id), own_judgements(self.session, reader)
        return self.render(
            "thematic_reviews/reading.html", review=review, lines=lines, judged=judged, reader=reader,
            left=[line for line in lines if line.id not in judged],
        )  # fmt: skip

    @expose("/<int:record_id>/reading/<int:line_id>/", roles=STAFF, methods=("GET", "POST"))
    def read_line(self, record_id: int, line_id: int) -> ResponseReturnValue:
        """What the sources say of one key line, without a mark, and one's own judgement of it."""
        review, back = self.get_record(record_id), self.link("reading", record_id=record_id)
        reader, line = self._reader(review), self._line_of(review, line_id)
        if reader is None or reader.done_at is not None:
            return redirect(back)
        given = own_judgements(self.session, reader).get(line.id)
        form = JudgementForm(sent_form(), obj=given)
        said = evidence_along(self.session, review.id, line.id)
        values = {"review": review, "line": line, "panels": said_panels(said), "marks": LOOKED_INTO}
        return self.ask(form, back, lambda: self._judged(reader, line, form), over=(given,),
                        template="thematic_reviews/reading_line.html", **values)  # fmt: skip

    def _judged(self, reader: EvidenceReader, line: KeyLine, form: JudgementForm) -> tuple[str, str]:
        judge_line(self.session, reader, line, mark=form.mark.value(), reason=form.reason.data or "")
        judged = own_judgements(self.session, reader)
        left = [each for each in key_lines_of(self.session, reader.review_id) if each.id not in judged]
        onward = [each for each in left if each.number > line.number] or left
        if not onward:
            return "Every key line is judged; hand in when you are done.", self._reading(reader)
        page = self.link("read_line", record_id=reader.review_id, line_id=onward[0].id)
        return f"Key line {line.number} is judged; {count_words(len(left), 'line is', 'lines are')} left.", page

    @expose("/<int:record_id>/reading/hand-in/", roles=STAFF, methods=("POST",))
    def hand_in_reading(self, record_id: int) -> ResponseReturnValue:
        """Hand in what one has judged, for good."""
        review = self.get_record(record_id)
        reader = self._reader(review)
        if reader is None:
            return redirect(self._matrix(review))
        return self.press(self._reading(reader), lambda: self._handed_in(reader))

    def _handed_in(self, reader: EvidenceReader) -> str:
        if hand_in_reading(self.session, reader):
            return "You have handed in, and so has the other reader: here is what the sources say together."
        return "You have handed in. The marks are shown once the other reader has too."

    @expose("/<int:record_id>/triangulation/<int:line_id>/settled/", roles=OFFICERS, methods=("GET", "POST"))
    def settle_line(self, record_id: int, line_id: int) -> ResponseReturnValue:
        """Write down what was agreed of a key line after two people had judged it."""
        review = self._run(record_id)
        line = self._line_of(review, line_id)
        read, settled = lines_read(self.session, [review.id]).get(line.id), settled_of(self.session, line.id)
        form = SettlingForm(sent_form(), obj=settled)
        values = {"title": f"What was agreed: {line}", "button": "Save", "lead": judged_words(read or LineRead())}
        return self.ask(form, self._matrix(review), lambda: self._settled(line, form), review=review, over=(settled,),
                        **_BACK, **values)  # fmt: skip

    def _settled(self, line: KeyLine, form: SettlingForm) -> str:
        reason = form.reason.data or ""
        settle_line(self.session, line, mark=form.mark.value(), reason=reason, person_id=person_id())
        return "What was agreed is saved."

    def _run(self, record_id: int) -> ThematicReview:
        review: ThematicReview = self.get_record(record_id)
        if not may_run(self.session, review.hub_id):
            abort(403)
        return review

    def _reader(self, review: ThematicReview) -> EvidenceReader | None:
        """Whoever asks, as a reader of the review's evidence."""
        return next((each for each in readers_of(self.session, review.id) if each.reader_id == person_id()), None)

    def _line_of(self, review: ThematicReview, line_id: int) -> KeyLine:
        line = self.session.get(KeyLine, min(line_id, 2**31 - 1))
        if line is None or line.review_id != review.id:
            abort(404)
        return line

    def _matrix(self, review: ThematicReview) -> str:
        return self.link("triangulation", record_id=review.id)

    def _reading(self, reader: EvidenceReader) -> str:
        return self.link("reading", record_id=reader.review_id)


def judged_words(read: LineRead) -> str:
    """What both readers judged of a line, in words."""
    names = (("The first reader", read.first), ("the second", read.second))
    told = [f"{name}: {said.mark.label.lower()}. {said.reason}" for name, said in names if said is not None]
    return " ".join(f"{part[:1].upper()}{part[1:]}" for part in told)


def reading_buttons(pages: Any, review: ThematicReview, readers: Sequence[EvidenceReader]) -> list[Button]:
    """What an officer who runs the review can do about its reading: ask for one, or end the one that is open."""
    if not readers and review.stage is Stage.EVIDENCE:
        return [Button("Ask two people to read it first", pages.link("ask_readers", record_id=review.id))]
    if all(reader.done_at is not None for reader in readers):
        return []
    return [
        Button("Close the reading", pages.link("close_reading", record_id=review.id)),
        Button("Call it off", pages.link("call_off_reading", record_id=review.id)),
    ]
