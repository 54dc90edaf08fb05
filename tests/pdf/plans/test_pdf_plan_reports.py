"""Does the action-plan PDF say all that it should, look after its pages, and stay harmless whatever is in the texts?"""

import hashlib
import re
import subprocess
import sys
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.pdf.paper.page import BOTTOM
from jobs.pdf.paper.pictures.layouts import lay_out
from jobs.pdf.paper.pictures.shapes import COLOURS, Box
from jobs.pdf.paper.styles import ALARM, BRAG_COLOURS, INK, MUTED, NAVY, STYLES, TINT
from jobs.pdf.paper.texts import LETTER_LIMIT
from jobs.pdf.plans.plan_reports import LETTER_BUDGET, build
from models.core.errors import RuleBroken
from models.rules.documents.bars import TONES
from models.rules.documents.fingerprints import in_groups
from models.rules.documents.pictures import Rows
from models.rules.plans.plan_changes import ActionChange, PlanChanges
from models.rules.plans.plan_report_paper import ADDED_UNKNOWN, rating_picture
from models.rules.plans.plan_reports import BRAG_WORDS, PlanReport, ReportAction, ReportUpdate, summarise
from tests.pdf.pdf_facts import SINCE, TODAY, action, report, report_of
from tests.pdf.pdf_structure import marks_of, pages_of, text_of

ROOT = Path(__file__).resolve().parents[3]
FULL = ReportAction(
    reference="AP-2026-01/07",
    action="Hold weekly strategy meetings",
    brag_code="amber",
    brag_label="Amber: at risk",
    recommendation="Decide within one day",
    key_area="Practice and process",
    lead_agency="Arden Police",
    other_agencies=("Probation", "Health"),
    owner_name="Siân Llewellyn",
    owner_role="Service Manager",
    starts_on=TODAY.replace(month=1, day=5),
    due_on=TODAY.replace(month=10, day=19),
    original_due_on=TODAY.replace(month=7, day=1),
    success_measure="Nine of ten in time",
    baseline="41 %",
    target="90 %",
    completion_evidence="Minutes of June",
    impact_evidence="Fewer repeat referrals",
    latest_update=ReportUpdate(TODAY.replace(day=12), "Chair appointed"),
    critical_friend_comment="Name the recovery",
    board_decision="Return in March",
)


def test_every_fact_of_an_action_is_printed() -> None:
    text = text_of(build(report_of([FULL])))
    wanted = [
        *("AP-2026-01/07", "Hold weekly strategy meetings", "Amber: at risk", "Decide within one day"),
        *("Practice and process", "Arden Police", "Probation; Health", "Siân Llewellyn", "Service Manager"),
        *("Due 19 Oct 2026", "34 days overdue", "First due 1 Jul 2026", "Start 5 Jan 2026", "Nine of ten in time"),
        *("Baseline: 41 %", "Target: 90 %", "Minutes of June", "Fewer repeat referrals", "Update of 12 Nov 2026"),
        *("Chair appointed", "Critical friend", "Name the recovery", "Board decision", "Return in March"),
    ]
    assert [words for words in wanted if words not in text] == []


def test_the_cover_states_the_facts_of_the_plan() -> None:
    facts = report(25, scope="Lead agency: Arden Police")
    cover = pages_of(build(facts))[0]
    wanted = [
        "AP-2026-01",
        facts.title,
        facts.review_title,
        "TR-2026-01",
        facts.sponsor,
        facts.partnership,
        "22 Nov 2026",
    ]
    wanted += ["OFFICIAL-SENSITIVE", "Lead agency: Arden Police", "Agreed by the Executive Board", "Morgan Reed"]
    assert [words for words in wanted if words not in cover] == []


def test_fingerprint_stands_whole_in_the_last_line_and_shortened_on_the_cover() -> None:
    facts = report(25)
    cover, *_, last = pages_of(build(facts))
    assert facts.fingerprint not in cover.replace(" ", "")
    assert f"Check this document: fingerprint (SHA-256) {in_groups(facts.fingerprint)}" in " ".join(last.split())


def test_the_title_stands_once_on_the_cover_and_what_is_unknown_is_left_out() -> None:
    facts = report(3, title="Improvement plan: The front door", review_title="The front door")
    head = pages_of(build(facts))[0]
    assert head.count("The front door") == 1
    assert head.count(facts.scope) == 1
    bare = report(3, review_reference="", review_title="", sponsor="", status="", version="", made_by="")
    cover = pages_of(build(bare))[0]
    assert [word for word in ("Thematic review", "Lead sponsor", "Status", "Version", "Made by") if word in cover] == []


def test_the_cover_says_what_has_changed_since_the_last_meeting_each_by_its_reference() -> None:
    cover = pages_of(build(report(25, since=SINCE)))[0]
    wanted = (
        *(
            "since the last meeting, the Executive Board of 21 Jul 2026",
            "Completed 2",
            "AP-2026-01/03 (done 4 Sep 2026)",
        ),
        *("AP-2026-01/11 (1 Sep 2026 to 1 Dec 2026)", "None: newly overdue and rating changed."),
    )
    assert [words for words in wanted if words not in cover] == []
    assert ADDED_UNKNOWN in cover
    assert "Actions by rating" not in cover  # the picture's title is in its alternative text
    assert "Not rated yet 3 12% 0" in cover


def test_a_meeting_after_which_nothing_changed_is_said_in_a_sentence() -> None:
    quiet = PlanChanges(meeting="Executive Board", held_on=date(2026, 7, 21), added=())
    cover = pages_of(build(report(3, since=quiet)))[0]
    assert "Nothing that the portal can tell." in cover
    assert ADDED_UNKNOWN not in cover
    assert "What has changed" not in pages_of(build(report(3)))[0]


def test_many_changes_of_a_kind_are_named_up_to_forty_and_counted() -> None:
    many = tuple(ActionChange(f"AP-1/{number:03d}") for number in range(1, 101))
    text = text_of(build(report(3, since=PlanChanges(meeting="Board", held_on=date(2026, 7, 1), completed=many))))
    assert "AP-1/040; and 60 more" in " ".join(text.split())
    assert "AP-1/041" not in text


def test_bars_are_true_to_scale_and_a_rating_without_actions_has_none() -> None:
    codes = ["red"] + ["green"] * 199
    actions = [
        action(number, brag_code=code, brag_label=BRAG_WORDS[code], completed_on=None)
        for number, code in enumerate(codes, 1)
    ]
    plot = rating_picture(summarise(report_of(actions))).plot
    assert isinstance(plot, Rows)
    assert [(line.label.partition(":")[0], [mark.ends for mark in line.marks]) for line in plot.lines] == [
        ("Red", [0.005]), ("Amber", []), ("Green", [0.995]), ("Blue", []),
    ]  # fmt: skip
    drawn = [shape for shape in lay_out(plot, 500).shapes if isinstance(shape, Box) and shape.tone in ("red", "green")]
    red, green = sorted(shape.width for shape in drawn)
    assert red < green / 100


def test_the_cover_counts_what_the_summary_counts() -> None:
    facts = report(25)
    cover, summary = pages_of(build(facts))[0], summarise(facts)
    for brag in summary.brag:
        assert f"{brag.label} {brag.count} {brag.count / 25:.0%} {brag.overdue_count}" in cover
    assert f"{summary.overdue_count} overdue" in cover


def test_actions_are_printed_in_the_order_of_the_summary_overdue_first() -> None:
    facts = report(25)
    text = text_of(build(facts))
    wanted = [action.reference for group in summarise(facts).groups for action in group.actions]
    assert [text.index(reference) for reference in wanted] == sorted(text.index(reference) for reference in wanted)
    assert text.index("Overdue (") < text.index("Still to be done (") < text.index("Complete (")


def test_missing_facts_are_said_not_left_blank() -> None:
    bare = ReportAction(reference="AP-1/01", action="", brag_code="none", brag_label="")
    text = text_of(build(report_of([bare])))
    wanted = ("No action written", "No lead agency named", "No owner named", "No due date", "No measure written")
    assert [words for words in (*wanted, "No update yet", "Not rated yet") if words not in text] == []


@pytest.mark.parametrize("count", [0, 1, 25, 200])
def test_every_page_carries_its_number_version_date_and_fingerprint(count: int) -> None:
    facts = report(count)
    pages = pages_of(build(facts))
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page
        assert "AP-2026-01 · Version 3 · 22 Nov 2026" in page
        assert f"Fingerprint{facts.fingerprint[:16].upper()}" in page.replace(" ", "")
        assert "OFFICIAL-SENSITIVE" in page


def test_column_headings_are_repeated_on_every_page_of_actions() -> None:
    pages = pages_of(build(report(60)))
    with_actions = [page for page in pages if "AP-2026-01/" in page]
    assert len(with_actions) > 10
    assert all("How we will know" in page and "Progress and evidence" in page for page in with_actions)


def test_a_plan_without_actions_is_one_page_that_says_so() -> None:
    pdf_bytes = build(report(0))
    assert len(pages_of(pdf_bytes)) == 1
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        alts = [str(part.Alt) for part in pdf.objects if isinstance(part, pikepdf.Dictionary) and "/Alt" in part]
    assert alts == ["Bar chart. Actions by rating. The plan has no actions."]


def test_two_thousand_actions_are_all_there() -> None:
    with pikepdf.open(BytesIO(build(report(2000)))) as pdf:
        rows = [part for part in pdf.objects if isinstance(part, pikepdf.Dictionary) and part.get("/S") == "/TR"]
        notes = sum(1 for number in range(1, 2001) if number % 4 == 0)
        assert len(rows) >= 2000 + notes
        assert len(pdf.pages) > 300


def test_the_same_facts_give_the_same_bytes_whatever_the_clock_says() -> None:
    facts = report(25)
    with time_machine.travel(datetime(2031, 5, 1, tzinfo=UTC)):
        later = build(facts)
    assert build(facts) == later


def test_another_process_with_another_hash_seed_gives_the_same_bytes() -> None:
    code = (
        "import hashlib; from jobs.pdf.plans.plan_reports import build; from tests.pdf.pdf_facts import report;"
        "print(hashlib.sha256(build(report(25))).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONHASHSEED": "77"}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == hashlib.sha256(build(report(25))).hexdigest()


def test_a_cell_taller_than_a_page_runs_on_and_loses_nothing() -> None:
    text = " ".join(f"word{number}" for number in range(1400))
    assert 9_000 < len(text) < LETTER_LIMIT
    pdf_bytes = build(report_of([action(1, action=text, critical_friend_comment=text)]))
    pages = pages_of(pdf_bytes)
    assert len(pages) > 4
    printed = " ".join(pages).split()
    assert all(printed.count(f"word{number}") == 2 for number in range(1400))
    assert any("Continued: AP-2026-01/01" in page for page in pages)


def test_a_row_that_fits_a_page_is_split_before_its_note_at_most_and_says_whose_note_it_is() -> None:
    pages = [" ".join(page.split()) for page in pages_of(build(report(60)))]
    goes_on = [page.partition("Continued: ")[2] for page in pages if "Continued: " in page]
    assert len(goes_on) < len(pages) / 2
    assert all(re.match(r"AP-2026-01/\d\d (Critical friend|Board decision) ", rest) for rest in goes_on)


def test_no_page_of_a_plan_but_the_last_stands_a_third_empty() -> None:
    with pikepdf.open(BytesIO(build(report(60)))) as pdf:
        lowest = [min(height for height in marks_of(page).heights if height > BOTTOM) for page in pdf.pages]
    assert max(lowest[:-1]) < BOTTOM + 501 / 3, "of 501 points between head and foot"


def test_no_line_leaves_the_paper() -> None:
    tall = report_of([action(number, action="long text " * (number * 60)) for number in range(1, 16)])
    with pikepdf.open(BytesIO(build(tall))) as pdf:
        heights = [height for page in pdf.pages for height in marks_of(page).heights]
    assert min(heights) > BOTTOM - 30
    assert max(heights) < 595


HOSTILE = {
    "markup": "<b>bold</b> <font size=99> &amp; <para> <br/>",
    "image": '<img src="file:///etc/hostname" width="600" height="600"/>',
    "link": '<a href="javascript:alert(1)">x</a> <a href="file:///etc/hostname">y</a>',
    "operators": ") Tj ET Q BT (x) Tj EMC /P <</MCID 0>> BDC endstream endobj",
    "template": "{{ 7*7 }} %s %(x)s ${HOME} {0}",
    "formula": '=HYPERLINK("http://example.org")',
    "controls": "a\x00b\x07c\x1b[31md",
    "surrogate": "a\ud800b",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markup_and_tricks_in_any_field_are_printed_as_they_were_typed(text: str) -> None:
    pdf_bytes = build(_everywhere(text))
    shown = text_of(pdf_bytes).replace(" ", "")
    assert shown.count(_visible(text)) >= 8
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        keys = {key for part in pdf.objects if isinstance(part, pikepdf.Dictionary) for key in part}
        assert not keys & {"/URI", "/JS", "/Launch", "/EmbeddedFile", "/Annots", "/OpenAction", "/AA"}
        assert not [
            part for part in pdf.objects if isinstance(part, pikepdf.Stream) and part.get("/Subtype") == "/Image"
        ]
        assert all(not marks_of(page).loose for page in pdf.pages)


def test_texts_beyond_the_limits_are_cut_with_a_note_in_the_cell() -> None:
    text = text_of(build(report_of([action(1, action="W" * 200_000, recommendation="a\n" * 20_000)])))
    assert "[cut after 12,000 characters; the full text is in the portal]" in text
    assert "[cut after 800 lines; the full text is in the portal]" in text


def test_more_text_than_one_document_can_hold_is_refused_in_a_sentence() -> None:
    text = "x" * LETTER_LIMIT
    many = report_of([action(number, action=text) for number in range(LETTER_BUDGET // LETTER_LIMIT + 1)])
    with pytest.raises(RuleBroken, match="choose one review or one agency"):
        build(many)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_any_text_in_every_field_gives_a_sound_file(text: str) -> None:
    pdf_bytes = build(_everywhere(text))
    with pikepdf.open(BytesIO(pdf_bytes)) as pdf:
        assert not pdf.check_pdf_syntax()
        assert all(not marks_of(page).loose for page in pdf.pages)


@pytest.mark.parametrize(("plate", "letters"), BRAG_COLOURS.values(), ids=BRAG_COLOURS)
def test_each_rating_reads_at_four_and_a_half_to_one(plate: str, letters: str) -> None:
    assert _contrast(plate, letters) >= 4.5


def test_one_amber_stands_on_plates_edges_and_bars_and_reads_in_grey() -> None:
    plate, letters = BRAG_COLOURS["amber"]
    assert plate == TONES["amber"] == COLOURS["amber"]
    assert _contrast(_grey(plate), _grey(letters)) >= 4.4
    assert _contrast(_grey(plate), "#ffffff") >= 3


def test_what_is_read_is_set_in_nine_points_and_nothing_in_fewer_than_eight() -> None:
    read = ("lead", "body", "strong", "alarm", "name")
    assert [look for look in read if STYLES[look].size < 9] == []
    assert [look for look, style in STYLES.items() if style.size < 8] == []
    with pikepdf.open(BytesIO(build(report(25, since=SINCE)))) as pdf:
        sizes = {
            float(ops[1]) for page in pdf.pages for ops, name in pikepdf.parse_content_stream(page) if str(name) == "Tf"
        }
    assert min(sizes) >= 8


@pytest.mark.parametrize("ink", [INK, MUTED, NAVY, ALARM])
@pytest.mark.parametrize("ground", ["#ffffff", TINT])
def test_every_ink_reads_at_four_and_a_half_to_one_on_paper_and_tint(ink: str, ground: str) -> None:
    assert _contrast(ink, ground) >= 4.5


def _everywhere(text: str) -> PlanReport:
    texts = {field.name: text for field in fields(ReportAction) if field.type is str and field.name != "brag_code"}
    long_action = replace(FULL, **texts, other_agencies=(text,), latest_update=ReportUpdate(TODAY, text))
    named = dict.fromkeys(("partnership", "title", "review_title", "sponsor", "version", "status", "scope"), text)
    return replace(report_of([long_action, FULL]), **named, classification=text, reference=text, made_by=text)


def _visible(text: str) -> str:
    return "".join("�" if ord(letter) < 32 or letter == "\ud800" else letter for letter in text).replace(" ", "")


def _grey(web: str) -> str:
    """How a printer without colours sets it."""
    red, green, blue = (int(web[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + f"{round(0.299 * red + 0.587 * green + 0.114 * blue):02x}" * 3


def _contrast(first: str, second: str) -> float:
    """WCAG 2.2's contrast ratio of two web colours."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(web: str) -> float:
    parts = [int(web[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
