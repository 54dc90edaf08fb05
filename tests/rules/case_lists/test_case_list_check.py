"""Which rows does the check let through, reject or warn about, and is each judged as if it stood alone?"""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.core.errors import RuleBroken
from models.rules.case_lists.check import CaseListCheck
from models.rules.case_lists.file import describe_sheets, likely_sheet, open_case_list
from models.rules.case_lists.fingerprints import canonical_line, fingerprint
from models.rules.case_lists.headings import ColumnChoice
from models.rules.case_lists.levels import Level
from models.rules.case_lists.references.codes import reference_codes
from models.rules.case_lists.references.shapes import odd_places
from models.rules.case_lists.report import LISTED, REJECTIONS, WARNINGS
from models.rules.case_lists.survey import survey_case_list
from models.rules.case_lists.values import clean, passes_nhs_checksum
from tests.make_case_lists import HEADINGS, LEVELS, TODAY, case_row, check_bytes, csv_bytes, listed


def codes(*rows: tuple[str, ...]) -> list[tuple[int, tuple[str, ...]]]:
    report, _rows = check_bytes(listed(*rows))
    return sorted((problem.row, problem.codes) for problem in (*report.rejected, *report.warnings))


def nhs_number(place: int) -> str:
    """A ten-digit number with a right checksum, from the range kept for tests (999 ...)."""
    passing = (str(number) for number in range(9_990_000_000, 9_999_999_999) if passes_nhs_checksum(str(number)))
    return next(number for index, number in enumerate(passing) if index == place)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (case_row(reference=""), "missing_reference"),
        (case_row(reference="#N/A"), "missing_reference"),
        (case_row(reference="\u00a0"), "missing_reference"),
        (case_row(reference="A" * 201), "reference_too_long"),
        (case_row(reference="CV34 4RL"), "postcode_in_reference"),
        (case_row(theme="CV34 4RL"), "postcode_in_theme"),
        (case_row(agency="943 476 5919"), "nhs_number_in_agency"),
        (case_row(level="9434765919"), "nhs_number_in_level"),
        (case_row(start=""), "missing_start"),
        (case_row(start="#REF!"), "unreadable_start"),
        (case_row(start="soon"), "unreadable_start"),
        (case_row(start="31/02/2020"), "unreadable_start"),
        (case_row(start="16/05/2019", end="15/05/2019"), "end_before_start"),
    ],
)
def test_row_that_cannot_be_used_is_rejected_with_its_row_number(row: tuple[str, ...], code: str) -> None:
    report, rows = check_bytes(listed(case_row("F1"), row, case_row("F3")))
    assert [(problem.row, problem.codes) for problem in report.rejected] == [(3, (code,))]
    assert [accepted[1] for accepted in rows] == ["F1", "F3"]
    assert (report.rows, report.accepted, report.rejected_count) == (3, 2, 1)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (case_row(end="later"), "unreadable_end"),
        (case_row(born="May be 8 Jan 2000"), "unreadable_dob"),
        (case_row(born="17/05/2019"), "start_before_birth"),
        (case_row(start="01/04/2026"), "start_in_future"),
        (case_row(end="31/12/2026"), "end_in_future"),
        (case_row(level="Level 9"), "unmapped_level"),
        (case_row(level=""), "missing_level"),
        (case_row(theme="x" * 301), "theme_too_long"),
        (case_row(agency="x" * 301), "agency_too_long"),
        (case_row(reference="1.23457E+11"), "damaged_reference"),
        ((*case_row(), "one cell more"), "too_many_cells"),
    ],
)
def test_row_with_something_odd_is_imported_with_a_warning(row: tuple[str, ...], code: str) -> None:
    assert codes(case_row("F1"), row) == [(3, (code,))]


def test_row_wrong_in_two_ways_is_one_rejection_with_both_sentences() -> None:
    report, _rows = check_bytes(listed(case_row(reference="", start="")))
    assert [problem.sentence for problem in report.rejected] == ["No case reference. No start date."]
    assert report.rejections == {"missing_reference": 1, "missing_start": 1}


def test_case_that_starts_and_ends_on_the_same_day_today_is_plainly_good() -> None:
    day = TODAY.strftime("%d/%m/%Y")
    assert codes(case_row(start=day, end=day, born=day)) == []


def test_no_sentence_of_a_problem_can_carry_a_value_of_the_row() -> None:
    assert not [sentence for sentence in (*REJECTIONS.values(), *WARNINGS.values()) if "{" in sentence]


def test_repeats_are_told_among_accepted_rows_and_whole_rows_among_all() -> None:
    twice_bad = case_row(reference="", theme="Neglect")
    report, _rows = check_bytes(
        listed(case_row("F1"), twice_bad, case_row("F1"), twice_bad, case_row("F1", theme="Other"), case_row("F2"))
    )
    assert report.rows_with("repeated_reference") == [4, 6]
    assert report.rows_with("exact_duplicate_row") == [4, 5]
    assert report.cases == 2


def test_blank_lines_are_no_rows_but_keep_the_numbers_of_the_rows_below() -> None:
    content = listed(case_row("F1"), ("", "", "", "", "", "", ""), case_row("F2", start="")) + b"\r\n\r\n"
    report, _rows = check_bytes(content)
    assert report.rows == 2
    assert [problem.row for problem in report.rejected] == [4]


def test_officer_places_unmapped_levels_and_sees_how_many_each_text_has() -> None:
    content = listed(case_row("F1", level="Step down"), case_row("F2", level="STEP DOWN"), case_row("F3", level="x"))
    report, _rows = check_bytes(content)
    assert report.unmapped_levels == {"Step down": 1, "STEP DOWN": 1, "x": 1}
    assert report.by_level == {"Level not recorded": 3}
    report, rows = check_bytes(content, level_map={"step down": 2})
    assert [row[2] for row in rows] == [2, 2, None]
    assert report.by_level == {"Early help": 2, "Level not recorded": 1}


def test_levels_are_found_by_stem_code_or_alias() -> None:
    levels = [Level(2, "Placement order", ("E1",)), Level(1, "Looked after", ("Looked after child",))]
    rows = [case_row(f"F{n}", level=text) for n, text in enumerate(("E1: Placement Order", "a) looked after CHILD"))]
    _report, accepted = check_bytes(listed(*rows), levels=levels)
    assert [row[2] for row in accepted] == [2, 1]


def test_fixed_level_that_is_not_on_the_list_is_refused_with_the_words_there_are() -> None:
    choice = ColumnChoice(reference="Case reference", fixed_level="Moon")
    with pytest.raises(RuleBroken, match=r"“Moon” is not on the list .*Early help"):
        check_bytes(listed(case_row()), choice)


def test_fixed_agency_and_fixed_level_stand_on_every_row() -> None:
    choice = ColumnChoice(reference="Case reference", fixed_level="early help", fixed_agency="Police")
    report, rows = check_bytes(listed(case_row("F1"), case_row("F2")), choice)
    assert [(row[2], row[6]) for row in rows] == [(2, "Police")] * 2
    assert report.by_agency == {"Police": 2}
    assert report.no_date_count == 2


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (ColumnChoice(), "not a case list"),
        (ColumnChoice(reference="Nope"), "no column “Nope”"),
        (ColumnChoice(reference="Case reference", level="Level", fixed_level="Closed"), "not both"),
        (ColumnChoice(reference="Case reference", level_rule="open_or_closed"), "column for the end date"),
        (ColumnChoice(reference="Case reference", date_order="dmy"), "day, month or year"),  # type: ignore[arg-type]
    ],
)
def test_choice_that_does_not_fit_is_refused_in_words(choice: ColumnChoice, words: str) -> None:
    with pytest.raises(RuleBroken, match=words):
        check_bytes(listed(case_row()), choice)


def test_survey_of_other_columns_is_not_trusted() -> None:
    rows = [("Case reference", "Start date", "Opened"), ("F1", "05/06/2019", "06/25/2019")]
    file = open_case_list(io.BytesIO(csv_bytes(rows)))
    sheet = describe_sheets(file)[0]
    survey = survey_case_list(file, sheet, sheet.choice)
    choice = replace(sheet.choice, start="Opened")
    check = CaseListCheck(file, sheet, choice, [], today=TODAY, survey=survey)
    assert [row[4] for row in check.rows()] == [date(2019, 6, 25)]


def test_officers_order_of_dates_wins_over_what_the_column_shows() -> None:
    choice = ColumnChoice(reference="Case reference", start="Start date", date_order="month")
    report, rows = check_bytes(listed(case_row("F1", start="05/06/2019"), case_row("F2", start="16/05/2019")), choice)
    assert [row[4] for row in rows] == [date(2019, 5, 6)]
    assert report.date_orders == {"Start date": "month"}
    assert report.rows_with("unreadable_start") == [3]


def test_column_of_nhs_numbers_cannot_be_the_reference() -> None:
    rows = [case_row(nhs_number(place)) for place in range(5)]
    with pytest.raises(RuleBroken, match="holds NHS numbers"):
        check_bytes(listed(*rows))


def test_single_nhs_number_among_local_references_is_rejected() -> None:
    rows = [case_row(f"F{place}") for place in range(30)]
    assert codes(*rows, case_row(nhs_number(0)))[-1] == (32, ("nhs_number_in_reference",))


def test_ten_digit_local_references_are_kept_although_some_pass_the_checksum_by_chance() -> None:
    references = [str(4_000_000_000 + place * 7919) for place in range(220)]
    passing = sum(map(passes_nhs_checksum, references))
    assert passing > 10
    report, rows = check_bytes(listed(*map(case_row, references)))
    assert len(rows) == 220
    assert any(f"{passing} of 220 ten-digit references" in note.text for note in report.notes)


def test_ten_digit_references_with_more_passes_than_chance_lose_each_that_passes() -> None:
    references = [str(4_000_000_000 + place * 7919) for place in range(150)]
    passing = sum(map(passes_nhs_checksum, references)) + 60
    report, _rows = check_bytes(listed(*map(case_row, references), *(case_row(nhs_number(n)) for n in range(60))))
    assert report.rejections == {"nhs_number_in_reference": passing}


def test_nhs_number_with_spaces_is_rejected_even_among_ten_digit_references() -> None:
    number = nhs_number(1)
    rows = [case_row(str(4_000_000_000 + place * 7919)) for place in range(220)]
    spaced = case_row(f"{number[:3]} {number[3:6]} {number[6:]}")
    assert check_bytes(listed(*rows, spaced))[0].rejections == {"nhs_number_in_reference": 1}


def test_personal_values_never_reach_the_counts_of_the_report() -> None:
    report, _rows = check_bytes(listed(case_row(theme="CV34 4RL"), case_row(agency="9434765919")))
    assert "CV34" not in str(report.as_facts())
    assert "9434765919" not in str(report.as_facts())


def test_date_of_birth_and_unmapped_columns_are_dropped_and_named() -> None:
    rows = [(*HEADINGS, "Worker"), (*case_row(born="01/02/2010"), "Somebody")]
    report, accepted = check_bytes(csv_bytes(rows))
    assert report.dropped_columns == ("Date of birth", "Worker")
    assert accepted == [(2, "F1001", 3, "Neglect", date(2019, 5, 16), None, None)]


def test_free_text_column_cannot_serve_as_theme() -> None:
    rows = [case_row(f"F{place}", theme=f"story {place}") for place in range(10_001)]
    with pytest.raises(RuleBroken, match=r"“Theme” has more than 10,000 different values"):
        check_bytes(listed(*rows))


def test_problems_are_listed_up_to_a_bound_and_counted_beyond() -> None:
    rows = [case_row(reference="") for _place in range(LISTED + 5)]
    report, _rows = check_bytes(listed(*rows))
    assert report.rejected_count == report.rejections["missing_reference"] == LISTED + 5
    assert len(report.rejected) == LISTED


WEIRD = st.sampled_from(
    ["", " ", "#N/A", "NULL", "\u00a0x\u00a0", "a\tb", "\\", "back\\slash", "CV34 4RL", "cv344rl", "9434765919",
     "#REF!", "943 476 5919", "4000000001", "1.5E+11", "F1", "F2", "f-3/x", "R1 1",
     "F 12", "F  12", "1234567A", "3f2504e0-4f89-11d3", "NULL ", "943-476-5919", "Ω\u200b7", "x" * 301, "12E45"]
)  # fmt: skip
DATES = st.sampled_from(
    ["", "16/05/2019", "05/06/2019", "2019-05-16", "2018-08", "43831", "31/12/2026", "01/04/2026", "soon", "#VALUE!",
     "16 May 2019", "31/02/2020", "01/01/1899", " 16/05/2019 ", "16/05/2019 10:30", "31/03/2026"]
)  # fmt: skip
LEVEL_TEXTS = st.sampled_from(["", "CIN", "a) Looked after child", "closed", "Level 9", "CV34 4RL", "CPP - plan"])
REFERENCES = st.one_of(
    WEIRD,
    st.text("AR194 -./xE+", max_size=14),
    st.integers(1, 40).map(lambda number: f"F{number}"),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12),
)
ROWS = st.tuples(REFERENCES, LEVEL_TEXTS, WEIRD, DATES, DATES, DATES, WEIRD)


@settings(max_examples=150, deadline=None)
@given(st.lists(ROWS, max_size=25), st.booleans(), st.integers(0, 3))
def test_a_row_is_judged_in_its_batch_exactly_as_alone(
    rows: list[tuple[str, ...]], is_quoted: bool, shortened: int
) -> None:
    rows = [tuple(cell.replace("\r", " ").replace("\n", " ").replace("\0", " ") for cell in row) for row in rows]
    rows = [row[: len(row) - shortened] if place % 4 == 0 else row for place, row in enumerate(rows)]
    if not is_quoted:
        rows = [tuple(cell.replace('"', " ").replace(",", " ") for cell in row) for row in rows]
    content = csv_bytes([HEADINGS, *rows], quoting=1 if is_quoted else 0)
    outcomes = []
    for is_row_by_row in (False, True):
        try:
            report, accepted = check_bytes(content, is_row_by_row=is_row_by_row)
            outcomes.append((accepted, report.as_facts()))
        except RuleBroken as refusal:
            outcomes.append((refusal.sentence, {}))
    assert outcomes[0] == outcomes[1]


def test_reference_is_repeated_whatever_stands_around_it_but_not_by_a_row_that_is_rejected() -> None:
    rows = [
        case_row("F1"),
        case_row(" F1\u00a0", theme="Abuse"),
        case_row("F2", start=""),
        case_row("F2"),
        case_row("F2."),
    ]
    report, accepted = check_bytes(listed(*rows))
    assert [row[1] for row in accepted] == ["F1", "F1", "F2", "F2."]
    assert report.rows_with("repeated_reference") == [3]


@settings(max_examples=60, deadline=None)
@given(st.lists(ROWS, min_size=1, max_size=25))
def test_quotation_marks_change_nothing_but_the_reader(rows: list[tuple[str, ...]]) -> None:
    plain = str.maketrans(dict.fromkeys('\r\n\0",', " "))
    rows = [tuple(cell.translate(plain) for cell in row) for row in rows]
    contents = [csv_bytes([HEADINGS, *rows], quoting=quoting) for quoting in (0, 1)]
    outcomes = []
    for content in contents:
        try:
            report, accepted = check_bytes(content)
            outcomes.append((accepted, report.as_facts()))
        except RuleBroken as refusal:
            outcomes.append((refusal.sentence, {}))
    assert outcomes[0] == outcomes[1]


def test_thousands_of_mixed_rows_are_judged_together_exactly_as_alone() -> None:
    dice = random.Random(5)
    rows = []
    for _place in range(6000):
        start = date(2015, 1, 1) + timedelta(days=dice.randrange(4400))
        end = (start + timedelta(days=dice.randrange(-3, 300))).strftime("%d/%m/%Y") if dice.random() < 0.6 else ""
        reference = f"W{dice.randrange(5000)}" if dice.random() < 0.98 else ""
        level = dice.choice(("CIN", "CPP", "CLA", "Early help", "Step down"))
        rows.append(case_row(reference, level, dice.choice(("N1", "N2")), start.strftime("%d/%m/%Y"), end))
    together, alone = (check_bytes(listed(*rows), is_row_by_row=is_row_by_row) for is_row_by_row in (False, True))
    assert together[1] == alone[1]
    assert together[0].as_facts() == alone[0].as_facts()
    assert 4000 < together[0].accepted < 6000


@settings(max_examples=300, deadline=None)
@given(st.lists(REFERENCES | st.from_regex(r"[A-Z]{1,3}[ -]?\d{1,6}", fullmatch=True), max_size=8), st.booleans())
def test_reference_taken_as_plain_at_a_glance_needs_no_cleaning_and_breaks_no_rule(
    references: list[str], is_local: bool
) -> None:
    odd = odd_places(references, has_local_ten_digits=is_local)
    for place, reference in enumerate(references):
        if place not in odd:
            assert clean(reference) == reference
            assert reference_codes(reference, has_local_ten_digits=is_local) == ()


@pytest.mark.parametrize("mark", ["", '"'])
def test_batch_without_some_rows_keeps_the_numbers_cells_and_hashes_of_the_others(mark: str) -> None:
    content = "".join(f"{mark}F{n}{mark},CIN,{n}{',' * (n % 3)}\n" for n in range(9)).encode()
    [batch] = open_case_list(io.BytesIO(content)).batches("", 1)
    rest, kept = batch.without({0, 3, 8}), [1, 2, 4, 5, 6, 7]
    assert list(rest.numbers) == [batch.numbers[place] for place in kept]
    assert rest.rows() == [batch.row(place) for place in kept]
    assert rest.hashes() == [batch.hashes()[place] for place in kept]
    assert list(rest.column(2)) == [batch.column(2)[place] for place in kept]
    assert not list(batch.without(set(range(9))).numbers)


def test_copy_blocks_carry_the_same_rows_as_postgresql_text() -> None:
    content = listed(case_row("F\\1", theme="a\\b"), case_row("F2", end="17/05/2019", agency="Police"))
    file = open_case_list(io.BytesIO(content))
    sheet = likely_sheet(describe_sheets(file))
    check = CaseListCheck(file, sheet, sheet.choice, LEVELS, today=TODAY)
    lines = b"".join(check.copy_blocks(prefix="7\t")).decode().splitlines()
    assert lines == ["7\t2\tF\\\\1\t3\ta\\\\b\t2019-05-16\t\t", "7\t3\tF2\t3\tNeglect\t2019-05-16\t2019-05-17\tPolice"]
    labels = {level.rank: level.label for level in LEVELS}
    _report, rows = check_bytes(content)
    canonical = [canonical_line((row[1], labels.get(row[2] or 0), *row[3:])) for row in rows]
    assert canonical[1] == "F2\tChild in need\tNeglect\t2019-05-16\t2019-05-17\tPolice"
    assert fingerprint(canonical) == fingerprint(reversed(canonical))
