"""Is what people type read as the number they mean, and asked about where it may be two?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from models.core.errors import RuleBroken
from models.rules.core.numbers import NotANumber, NumberRefused, read_number, read_whole_number
from models.rules.tools.question_kinds import KINDS, read_answer

# What is typed, as any number, as a whole number; a text is what the person is asked, NO that it is no number.
NO, NO_WHOLE = "Give a number, such as 12 or 3.5.", "Give a whole number, such as 12."
MEANT = "Did you mean {}? Write the one you mean."
WHOLE = "Did you mean {}? Give a whole number."
SO = "Did you mean {}? Write it like that."
READINGS = [
    ("", None, None),
    ("  ", None, None),
    ("12", 12, 12),
    (" 12 ", 12, 12),
    ("\u00a012\u2009", 12, 12),
    ("\u200e12\ufeff", 12, 12),
    ("007", 7, 7),
    ("+3", 3, 3),
    ("-3", -3, -3),
    ("−3", -3, -3),
    ("– 3", -3, -3),
    ("-0", 0, 0),
    ("-0.0", 0, 0),
    ("12.0", 12, 12),
    ("12.", 12, 12),
    ("3.5", "3.5", NO_WHOLE),
    (".5", "0.5", NO_WHOLE),
    ("1,000", 1000, 1000),
    ("12,345,678", 12345678, 12345678),
    ("1,000.25", "1000.25", NO_WHOLE),
    ("1 000", 1000, 1000),
    ("1\u00a0000", 1000, 1000),
    ("1\u202f000\u202f000", 1000000, 1000000),
    ("1'000", 1000, 1000),
    ("1’000", 1000, 1000),
    ("１２", 12, 12),
    ("１，０００", 1000, 1000),
    ("－３．５", "-3.5", NO_WHOLE),
    ("٣", 3, 3),
    ("٣٫٥", "3.5", NO_WHOLE),
    ("१२", 12, 12),
    ("½", "0.5", NO_WHOLE),
    ("1½", "1.5", NO_WHOLE),
    ("-1 ¾", "-1.75", NO_WHOLE),
    ("⅓", NO, NO_WHOLE),
    ("1,5", MEANT.format("1.5 or 15"), WHOLE.format("1.5 or 15")),
    ("-1,5", MEANT.format("-1.5 or -15"), WHOLE.format("-1.5 or -15")),
    ("1, 5", MEANT.format("1.5 or 15"), WHOLE.format("1.5 or 15")),
    ("1,50", MEANT.format("1.5 or 150"), WHOLE.format("1.5 or 150")),
    ("0,125", MEANT.format("0.125 or 125"), WHOLE.format("0.125 or 125")),
    ("12,0000", MEANT.format("12 or 120,000"), MEANT.format("12 or 120,000")),
    (",5", MEANT.format("0.5 or 5"), WHOLE.format("0.5 or 5")),
    ("5,", SO.format("5"), SO.format("5")),
    ("1,,5", SO.format("15"), SO.format("15")),
    ("1,00,000", SO.format("100,000"), SO.format("100,000")),
    ("1.000,50", SO.format("1,000.5"), WHOLE.format("1,000.5")),
    ("1.5,", SO.format("1.5"), WHOLE.format("1.5")),
    ("1.000", 1, MEANT.format("1 or 1,000")),
    ("1.500", "1.5", WHOLE.format("1.5 or 1,500")),
    ("1.000.000", SO.format("1,000,000"), SO.format("1,000,000")),
    ("1 5", SO.format("15"), SO.format("15")),
    ("12 34", SO.format("1,234"), SO.format("1,234")),
    ("1e3", SO.format("1,000"), SO.format("1,000")),
    ("1.5E+2", SO.format("150"), SO.format("150")),
    ("1e99", NO, NO_WHOLE),
    ("1e-3", NO, NO_WHOLE),
    ("1.5.2", NO, NO_WHOLE),
    ("1_000", NO, NO_WHOLE),
    ("0x10", NO, NO_WHOLE),
    ("3²", NO, NO_WHOLE),
    ("①", NO, NO_WHOLE),
    ("nan", NO, NO_WHOLE),
    ("Infinity", NO, NO_WHOLE),
    ("--3", NO, NO_WHOLE),
    ("-", NO, NO_WHOLE),
    ("3-", NO, NO_WHOLE),
    ("(3)", NO, NO_WHOLE),
    ("12%", NO, NO_WHOLE),
    ("£12", NO, NO_WHOLE),
    ("1/2", NO, NO_WHOLE),
    ("12 cases", NO, NO_WHOLE),
    ("about 12", NO, NO_WHOLE),
    ("1" * 61, NO, NO_WHOLE),
    ("0.1234567890123456", "Give a number of at most 15 digits.", "Give a number of at most 15 digits."),
    ("1,000,000,000,000", 10**12, "Give a whole number of at most 2,147,483,647."),
    ("1,000,000,000,001", "Give a number of at most 1,000,000,000,000.", "Give a number of at most 1,000,000,000,000."),
    ("2,147,483,647", 2147483647, 2147483647),
    ("-2147483648", -2147483648, "Give a whole number of at most 2,147,483,647."),
]


def _said(read: object, typed: str) -> object:
    try:
        return read(typed)  # type: ignore[operator]
    except NumberRefused as refusal:
        return refusal.sentence


@pytest.mark.parametrize(("typed", "number", "whole"), READINGS, ids=[repr(typed) for typed, *_ in READINGS])
def test_number_is_read_as_written_or_the_person_is_asked(
    typed: str, number: int | str | None, whole: int | str | None
) -> None:
    is_sentence = isinstance(number, str) and number.endswith(".")
    assert _said(read_number, typed) == (number if is_sentence or number is None else Decimal(number))
    assert _said(read_whole_number, typed) == whole


def test_what_is_no_number_at_all_is_told_apart_from_what_has_two_readings() -> None:
    with pytest.raises(NotANumber):
        read_whole_number("soon")
    with pytest.raises(NumberRefused) as doubt:
        read_whole_number("1,5")
    assert not isinstance(doubt.value, NotANumber)


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,000", 1000), ("-0", 0), ("12.0", 12), ("½", 0.5), ("0.00001", 0.00001)]
)
def test_answer_of_number_kind_is_kept_and_offered_again_as_the_same_number(typed: str, kept: float) -> None:
    value = read_answer("number", [typed])
    assert (value, type(value)) == (kept, type(kept))
    assert read_answer("number", KINDS["number"].given(value)) == kept
    assert "e" not in KINDS["number"].show(value)


def test_answer_with_a_comma_in_doubt_is_asked_about_and_not_kept_as_fifteen() -> None:
    with pytest.raises(RuleBroken, match=r"Did you mean 1\.5 or 15\?"):
        read_answer("number", ["1,5"])
