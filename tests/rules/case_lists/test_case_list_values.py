"""Are cells, codes, personal numbers, dates and headings read as a person would read them?"""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.case_lists.date_readings import DateReader
from models.rules.case_lists.days.dates import DateEvidence, DateOrder, decide_order
from models.rules.case_lists.headings import ColumnChoice, find_header_row, guess_columns, is_statistics_table, locate
from models.rules.case_lists.layouts import LAYOUTS
from models.rules.case_lists.levels import Level, LevelFinder
from models.rules.case_lists.repeats import RepeatFinder
from models.rules.case_lists.survey import Survey
from models.rules.case_lists.values import (
    clean,
    heading_key,
    looks_like_nhs_number,
    looks_like_postcode,
    passes_nhs_checksum,
    stem,
    unique_headings,
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("  F1 ", "F1"),
        ("Lexie\u00a0D", "Lexie D"),
        ("\ufeffF1\u200b", "F1"),
        ("a\r\n\tb", "a b"),
        ("#N/A", ""),
        ("NULL", ""),
        ("#VALUE!", ""),
        ("N/A", "N/A"),
        ("00123", "00123"),
        ("مرحبا\u200cبك", "مرحبا\u200cبك"),
        ("safe\u202etxet", "safetxet"),
    ],
)
def test_cell_reads_as_a_person_sees_it(text: str, meant: str) -> None:
    assert clean(text) == meant


@given(st.text())
def test_cleaned_text_is_clean_and_holds_no_control_character(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in once)


def test_one_in_eleven_ten_digit_numbers_passes_the_checksum() -> None:
    dice = random.Random(3)
    passing = sum(passes_nhs_checksum(str(dice.randrange(10**9, 10**10))) for _number in range(22_000))
    assert 1_850 < passing < 2_150


@pytest.mark.parametrize("text", ["9434765919", "943 476 5919", "943-476-5919"])
def test_nhs_number_is_known_with_and_without_spaces(text: str) -> None:
    assert looks_like_nhs_number(text)


@pytest.mark.parametrize("text", ["9434765918", "94347659190", "943 4765919", "1111111111", "F943476591", "٩٤٣٤٧٦٥٩١٩"])
def test_other_digits_are_no_nhs_number(text: str) -> None:
    assert not looks_like_nhs_number(text)


@pytest.mark.parametrize("text", ["CV34 4RL", "cv34 4rl", "CV344RL", "M1 1AE", "EC1A 1BB", "W1A 0AX", "T28 2WB"])
def test_postcode_is_known_by_its_shape(text: str) -> None:
    assert looks_like_postcode(text)


@pytest.mark.parametrize("text", ["R1 1", "nope", "ABC 1", "N1", "RN12AB", "F1001", "CV34", "1B: Individual", "U6"])
def test_codes_and_placeholders_are_no_postcodes(text: str) -> None:
    assert not looks_like_postcode(text)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("b) Physical abuse", "Physical Abuse"),
        ("(a) Yes", "yes"),
        ("d. Emotional", "EMOTIONAL"),
        ("N1-Abuse", "n1 abuse"),
    ],
)
def test_codes_agree_by_stem(text: str, other: str) -> None:
    assert stem(text) == stem(other)


def test_headings_agree_whatever_their_case_blanks_punctuation_and_apostrophes() -> None:
    assert heading_key("Child’s  Category of Need ") == heading_key("child's category-of need")
    assert unique_headings(["A", "", "a "]) == ("A", "Column B", "a (2)")


def read_date(text: str, order: DateOrder) -> date | None:
    return DateReader(order).read(text).day


@pytest.mark.parametrize(
    ("text", "order", "meant"),
    [
        ("08/02/2021", "day", date(2021, 2, 8)),
        ("08/02/2021", "month", date(2021, 8, 2)),
        ("21/02/08", "year", date(2021, 2, 8)),
        ("8.2.21", "day", date(2021, 2, 8)),
        ("8-2-2021", "day", date(2021, 2, 8)),
        ("2021-02-08", "month", date(2021, 2, 8)),
        ("2021/2/8", "day", date(2021, 2, 8)),
        ("20210208", "day", date(2021, 2, 8)),
        ("2021-02", "day", date(2021, 2, 1)),
        ("2021-02-08T23:59:59Z", "day", date(2021, 2, 8)),
        ("08/02/2021 10:30", "day", date(2021, 2, 8)),
        ("08/02/2021 10:30:00 PM", "day", date(2021, 2, 8)),
        ("8 February 2021", "month", date(2021, 2, 8)),
        ("8-Feb-21", "month", date(2021, 2, 8)),
        ("8th Feb 2021", "day", date(2021, 2, 8)),
        ("Feb 8, 2021", "day", date(2021, 2, 8)),
        ("1 Sept 2021", "day", date(2021, 9, 1)),
        ("44235", "day", date(2021, 2, 8)),
        ("44235.75", "day", date(2021, 2, 8)),
        ("08/02/2021", "year", None),
        ("31/04/2021", "day", None),
        ("13/13/2021", "day", None),
        ("01/01/1899", "day", None),
        ("31/12/9999", "day", None),
        ("2021", "day", None),
        ("May be 8 Jan 2000", "day", None),
        ("08/02-2021", "day", None),
        ("٠٨/٠٢/٢٠٢١", "day", None),
        ("0", "day", None),
    ],
)
def test_date_is_read_in_its_columns_order(text: str, order: DateOrder, meant: date | None) -> None:
    assert read_date(text, order) == meant


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_reads_back_in_each_order_it_can_be_written_in(day: date) -> None:
    assert read_date(day.isoformat(), "day") == day
    assert read_date(day.strftime("%d/%m/%Y"), "day") == day
    assert read_date(day.strftime("%m/%d/%Y"), "month") == day


@pytest.mark.parametrize(
    ("texts", "order", "is_ambiguous", "is_mixed"),
    [
        (["05/06/2019", "16/05/2019"], "day", False, False),
        (["05/06/2019", "05/16/2019"], "month", False, False),
        (["05/06/2019"], "day", True, False),
        (["16/05/2019", "17/05/2019", "05/16/2019"], "day", False, True),
        (["05/16/2019", "16/05/2019"], "day", False, True),
        (["2019-05-16", ""], "year", False, False),
        (["2019-05-16", "05/16/2019"], "month", False, False),
        (["2010-01-01", "43831"], "year", False, False),
        (["99/05/16", "98/05/06"], "year", False, False),
        (["45/67/2019", "soon"], "day", False, False),
        ([], "day", False, False),
    ],
)
def test_order_is_decided_over_the_whole_column(
    texts: list[str], order: DateOrder, is_ambiguous: bool, is_mixed: bool
) -> None:
    column_dates = decide_order(texts)
    assert (column_dates.order, column_dates.is_ambiguous, column_dates.is_mixed) == (order, is_ambiguous, is_mixed)


def test_one_proof_at_the_end_of_a_long_column_decides_for_all_of_it() -> None:
    evidence = DateEvidence()
    for year in range(1950, 2020):
        evidence.add({f"{first:02}/{two:02}/{year}" for first in range(1, 13) for two in range(1, 13)})
    evidence.add({"01/13/2020"})
    assert evidence.decide().order == "month"


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_layout_is_known_by_its_own_headings(layout: object) -> None:
    headings = [heading.upper() + " " for heading in dict.fromkeys(layout.headings())]  # type: ignore[attr-defined]
    guess = guess_columns(unique_headings([*headings, "Gender"]))
    assert guess.layout == layout.name  # type: ignore[attr-defined]
    locate(guess, unique_headings(headings))


def test_adult_list_of_the_safeguarding_collection_is_guessed_by_synonyms() -> None:
    guess = guess_columns(["Person ID", "Enquiry type", "Type(s) of risk", "Concern date", "Enquiry end date", "DOB"])
    expected = ColumnChoice(
        "Person ID", "Enquiry type", "Type(s) of risk", "Concern date", "Enquiry end date", "DOB", None
    )
    assert guess == expected


def test_client_level_data_are_guessed_with_the_local_identifier_never_the_nhs_number() -> None:
    headings = ["LA Code", "NHS Number", "LA Person Unique Identifier", "Event Type", "Event Start Date", "Postcode"]
    guess = guess_columns(headings)
    assert (guess.reference, guess.level, guess.start) == (headings[2], "Event Type", "Event Start Date")
    assert "NHS Number" not in guess.columns()


def test_headings_are_found_below_a_title_and_not_in_a_row_of_guidance() -> None:
    title = (1, ["List 1: Contacts", "", ""])
    heading = (2, ["Child Unique ID", "Date of Contact", "Contact Source"])
    guidance = (3, ["List 1: Contacts", "Child Unique ID", "Unique Identity number for each child."])
    assert find_header_row([title, heading]) == (2, True)
    assert find_header_row([title, guidance]) == (3, False)
    assert find_header_row([]) == (1, False)


def test_statistics_are_known_by_three_of_their_headings() -> None:
    assert is_statistics_table(["Time period", "Geographic level", "LA name"])
    assert not is_statistics_table(["LA name", "CHILD", "DECOM"])


def test_hand_placed_level_wins_over_the_list() -> None:
    finder = LevelFinder([Level(1, "Closed"), Level(2, "Early help")], {"closed": 2})
    assert finder.find("CLOSED") == 2


def test_repeats_are_found_across_parts_and_blanks_are_never_repeats() -> None:
    dice = random.Random(8)
    references = [dice.choice((0, dice.randrange(1, 4000), dice.randrange(1 << 62))) for _row in range(9000)]
    rows = [value ^ 7 for value in references]
    finder = RepeatFinder()
    for place in range(0, 9000, 500):
        part = slice(place, place + 500)
        finder.add(range(place, place + 500), rows[part], references[part], ())
    seen: set[int] = set()
    expected = [place for place, value in enumerate(references) if value and (value in seen or seen.add(value))]
    assert list(finder.repeated_references()) == expected
    first = references.index(0)
    assert set(finder.repeated_rows()) == {*expected, *(n for n, v in enumerate(references) if v == 0 and n != first)}


def test_survey_kept_as_plain_values_comes_back_equal() -> None:
    survey = Survey({"start": decide_order(["16/05/2019"])}, 10, 5, 1, 1)
    assert Survey.from_facts(survey.as_facts()) == survey


def test_day_numbers_of_a_spreadsheet_agree_with_the_calendar() -> None:
    for days in (10_000, 40_000, 73_050):
        assert read_date(str(days), "day") == date(1899, 12, 30) + timedelta(days)
