"""Does the printed certificate say all that the certificate's data say, and is it as sound as the other papers?"""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from jobs.pdf.sampling.sample_certificates import build
from models.rules.sampling.commitments import commitment, seed_from
from models.rules.sampling.draws import draw_from_rows
from models.rules.sampling.populations import CaseRow
from models.rules.sampling.sample_certificate_report import CertificateReport, ReportedCase, ReportedStratum
from models.rules.sampling.sample_certificate_words import report_of_certificate
from models.rules.sampling.sample_certificates import (
    CertificateKind,
    Elimination,
    FrameRecord,
    Occasion,
    make_certificate,
)
from models.rules.sampling.sample_plans import exclude, parse_plan
from tests.pdf.pdf_structure import marks_of, pages_of, structure_of, text_of

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LEVELS = {1: "Early Help", 2: "Child in Need", 3: "Child Protection"}
SECRET = "5e" * 32
FRAME = "f" * 64


def rows() -> list[CaseRow]:
    """Ninety cases in two levels."""
    return [
        (number, f"C-{number:03d}", 1 + number % 2, "Neglect", date(2026, 3, 1), None, None) for number in range(90)
    ]


def certificate(kind: CertificateKind = CertificateKind.CEREMONY) -> dict[str, Any]:
    """A true certificate, made by the rules from a drawn sample."""
    excluded = ["C-003", "X-1"]
    kept_out = exclude(excluded, months=12)
    plan = parse_plan(
        {
            "time_frame": {"rule": "started_in", "from": "2026-01-01", "to": "2026-06-30"},
            "themes": ["Neglect"],
            "strata": "level",
            "allocation": {"method": "fixed", "size": 3},
            "exclusions": {"months": 12, "count": kept_out.count, "fingerprint": kept_out.fingerprint},
        }
    )
    is_ceremony = kind is CertificateKind.CEREMONY
    occasion = Occasion(
        reference="AS-2026-01",
        title="Neglect in spring",
        review="TR-2026-01 Front door",
        kind=kind,
        officer="Morgan Reed",
        witness="Siân Llewellyn",
        drawn_at=NOON,
        committed_at=NOON,
        commitment=commitment(FRAME, plan.fingerprint(), SECRET) if is_ceremony else None,
        secret=SECRET if is_ceremony else None,
        public="4 6 1" if is_ceremony else None,
        software_version="0.1.0",
    )
    frame = FrameRecord("CF-2026-01", FRAME, 91, 90, LEVELS, NOON, {"sheet": "List 4", "date_order": "day"})
    draw = draw_from_rows(rows(), LEVELS, plan, seed_from(SECRET, "4 6 1") if is_ceremony else "31", excluded)
    gone = draw.strata[-1]
    out = Elimination(
        gone.name, gone.selected[1].reference, "Wrong period", "Reed", "Hart", NOON, gone.reserves[0].reference
    )
    return make_certificate(occasion, frame, plan, draw, excluded=excluded, eliminations=[out])


def report(kind: CertificateKind = CertificateKind.CEREMONY, **changes: Any) -> CertificateReport:
    """The facts that are printed of that certificate."""
    certificate_report = report_of_certificate(
        certificate(kind), partnership="Arden Partnership", made_on=date(2026, 11, 22)
    )
    return replace(certificate_report, **changes)


@pytest.fixture(scope="module")
def text() -> str:
    """The whole text of a ceremony's certificate."""
    return text_of(build(report()))


def test_everything_needed_to_repeat_the_draw_is_printed(text: str) -> None:
    pdf_bytes = certificate()
    squeezed = text.replace(" ", "")
    exact = (FRAME, pdf_bytes["plan_fingerprint"], pdf_bytes["commitment"], SECRET, pdf_bytes["seed"].replace(" ", ""))
    assert [words for words in exact if words not in squeezed] == []
    assert pdf_bytes["exclusions"]["fingerprint"] in squeezed
    wanted = (
        *("AS-2026-01", "Neglect in spring", "TR-2026-01 Front door", "Morgan Reed", "Siân Llewellyn", "CF-2026-01"),
        *("1 Jul 2026, 13:00 BST", "Started from 1 Jan 2026 to 30 Jun 2026", "3 in every stratum"),
        *("91 rows of 90 cases", "C-003, X-1", "sheet List 4; date order day", "Triangulate 0.1.0"),
    )
    assert [words for words in wanted if words not in text] == []


def test_every_drawn_case_is_printed_with_ticket_place_and_standing(text: str) -> None:
    for stratum in certificate()["strata"]:
        for case in [*stratum["selected"], *stratum["reserves"]]:
            assert f"{case['reference']} {case['ticket']} {case['position']} " in text


def test_each_stratum_states_population_asked_selected_reserves_and_chance(text: str) -> None:
    for stratum in report().strata:
        counts = f"{stratum.population} {stratum.asked} {len(stratum.selected)}"
        assert f"{stratum.name} {counts}" in text
        assert stratum.chance in text


def test_the_eliminated_case_and_its_successor_are_named_and_marked(text: str) -> None:
    (gone,) = certificate()["eliminations"]
    assert "Wrong period" in text
    assert "Reed; Hart" in text
    standings = {
        case.reference: case.standing for stratum in report().strata for case in (*stratum.selected, *stratum.reserves)
    }
    assert standings[gone["reference"]] == "Selected, taken out"
    assert standings[gone["replaced_by"]] == "Reserve, stepped in"


def test_the_steps_of_the_check_and_the_rule_of_the_order_are_numbered_lists(text: str) -> None:
    facts = report()
    with pikepdf.open(BytesIO(build(facts))) as pdf:
        lists = structure_of(pdf).all("L")
    assert [len(element.kids) for element in lists] == [len(facts.algorithm_words), len(facts.how_to_check)]
    assert all([kid.role for kid in item.kids] == ["Lbl", "LBody"] for element in lists for item in element.kids)
    assert "sha256sum" in text


def test_a_quick_draw_says_so_and_shows_no_commitment() -> None:
    text = text_of(build(report(CertificateKind.QUICK)))
    assert "Quick draw by one person" in text
    assert "Commitment published beforehand" not in text


def test_a_void_draw_says_so_at_the_top() -> None:
    first = pages_of(build(report(void_reason="The wrong frame was used")))[0]
    assert "This draw is void: The wrong frame was used" in first


def test_a_short_stratum_says_how_many_cases_are_missing() -> None:
    cases = (ReportedCase("A-1", "0.1", "Selected"),)
    short = replace(report(), strata=(ReportedStratum("Universal", 1, 5, cases, ()),))
    assert "4 short" in text_of(build(short))


def test_a_seed_in_which_blanks_count_shows_them() -> None:
    assert "4␣␣6" in text_of(build(report(seed="4  6")))


@pytest.mark.parametrize("count", [0, 1, 400])
def test_any_number_of_cases_is_printed_and_the_bytes_repeat(count: int) -> None:
    cases = tuple(ReportedCase(f"C-{number:04d}", f"0.{number:09d}", "Selected") for number in range(count))
    facts = replace(report(), strata=(ReportedStratum("Early Help", 5000, count, cases, ()),))
    first = build(facts)
    text = text_of(first)
    assert all(f"C-{number:04d}" in text for number in range(count))
    assert build(facts) == first


def test_nothing_is_outside_the_structure_even_with_hostile_texts() -> None:
    hostile = {"title": "<img src='file:///x'/>", "officer": "a\x00\ud800", "witness": "W" * 5000, "seed": "日" * 900}
    facts = replace(report(), **hostile, notes=("n" * 20_000,), how_to_check=("word " * 3000,))
    with pikepdf.open(BytesIO(build(facts))) as pdf:
        tree = structure_of(pdf)
        drawn = sorted((index, number) for index, page in enumerate(pdf.pages) for number in marks_of(page).numbers)
        assert sorted(piece for element in tree.walk() for piece in element.pieces) == drawn
        assert not any(marks_of(page).loose for page in pdf.pages)
        assert not pdf.check_pdf_syntax()
