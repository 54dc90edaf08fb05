"""Does any text become printable lines that fit, with nothing lost silently and nothing slow?"""

import logging
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.pdf.paper.directions import segments_of
from jobs.pdf.paper.texts import GOES_ON, LETTER_LIMIT, LINE_LIMIT, SMALLEST_SIZE, Style, Typesetter, readable
from jobs.pdf.paper.typefaces import REGULAR, face_for

STYLE = Style()

NAMES = {
    "Welsh": "Siân Llŷr Gŵyn",
    "Polish": "Zażółć Gęślą",
    "Romanian": "Ștefan Țăranu",
    "Turkish": "Işıl Gürkan",
    "Lithuanian": "Žydrūnė",
    "Hungarian": "Győző",
    "Icelandic": "Þórður",
    "Vietnamese": "Nguyễn Thị Hương",
    "Yoruba": "Oluwaṣeun Adébáyọ̀",
    "Greek": "Ἀλέξανδρος",
    "Russian": "Екатерина",
    "Ukrainian": "Їжакевич",
    "Arabic": "فاطمة الزهراء",
    "Urdu": "ٹیپو گُل",
    "Persian": "پژمان چگینی",
    "Hebrew": "שלום",
    "Bengali": "শর্মিষ্ঠা",
    "Hindi": "क्षमा",
    "Gujarati": "જ્ઞાન",
    "Punjabi": "ਹਰਪ੍ਰੀਤ",
    "Tamil": "குழந்தை",
    "Armenian": "Հայկ",
    "Georgian": "გიორგი",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_in_many_scripts_have_a_glyph_for_every_letter(name: str) -> None:
    lost: Counter[str] = Counter()
    setter = Typesetter()
    assert readable(name, lost).split() == name.split()
    assert not lost
    setter.show(setter.wrap(name, STYLE, 500), STYLE, 500)
    texts = "".join(text for used in setter.fonts.used.values() for text in used.texts().values())
    assert 0 not in {glyph for used in setter.fonts.used.values() for glyph in used.texts()}
    assert texts


def test_a_letter_that_no_font_has_is_marked_where_it_stands() -> None:
    assert readable("a 日本 b 한 c") == "a [2 characters not available] b [character not available] c"


def test_the_log_names_lost_code_points_and_never_the_text(caplog: pytest.LogCaptureFixture) -> None:
    setter = Typesetter()
    setter.wrap("Secret name 日", STYLE, 100)
    with caplog.at_level(logging.WARNING):
        setter.report_lost("AP-2026-01")
    assert "U+65E5" in caplog.text
    assert "AP-2026-01" in caplog.text
    assert "Secret" not in caplog.text


def test_control_codes_and_broken_surrogates_become_a_visible_mark() -> None:
    assert readable("a\x00b\x1bc\ud800d\x7fe") == "a�b�c�d�e"


def test_invisible_codes_that_could_reorder_the_line_are_dropped() -> None:
    assert readable("ab\u202ecd\u202c\u200b\u2066e\u2069") == "abcde"


def test_tabs_and_line_ends_of_every_kind_become_blanks_and_breaks() -> None:
    assert readable("a\tb\r\nc\u2028d\x85e") == "a b\nc\nd\ne"


def test_a_tower_of_accents_is_cut_and_says_so() -> None:
    assert readable("Zal" + "\u0301" * 100 + "go").endswith("[97 accents not shown]go")


def test_a_text_over_the_limit_is_cut_with_a_note() -> None:
    cut = readable("word " * 5000)
    assert cut.endswith(f"[cut after {LETTER_LIMIT:,} characters; the full text is in the portal]")
    assert readable("x" * LETTER_LIMIT) == "x" * LETTER_LIMIT


def test_ten_thousand_letters_are_printed_in_full() -> None:
    text = "Every word of this counts. " * 370
    assert len(text) < LETTER_LIMIT
    assert " ".join(Typesetter().wrap(text, STYLE, 150)).split() == text.split()


def test_very_many_lines_are_cut_with_a_note() -> None:
    lines = Typesetter().wrap("a\n" * 3000, STYLE, 300)
    assert len(lines) == LINE_LIMIT + 1
    assert lines[-1] == "[cut after 800 lines; the full text is in the portal]"


def test_twenty_thousand_blank_lines_collapse_to_none() -> None:
    assert Typesetter().wrap("a" + "\n" * 10_000 + "b", STYLE, 300) == ["a", "", "b"]


def test_an_unbroken_word_is_broken_to_the_column_without_losing_a_letter() -> None:
    word = "Pneumono" * 1000
    setter = Typesetter()
    lines = setter.wrap(word, STYLE, 90)
    assert "".join(lines) == word
    assert max(setter.width(line, STYLE) for line in lines) <= 90


def test_word_that_is_too_wide_is_set_smaller_and_not_broken() -> None:
    setter = Typesetter()
    style, lines = setter.wrap_whole("114490-3271-A of Buckinghamshire", STYLE, 45)
    assert lines == ["114490-3271-A", "of", "Buckinghamshire"]
    assert SMALLEST_SIZE < style.size < STYLE.size
    assert max(setter.width(line, style) for line in lines) <= 45
    assert setter.wrap_whole("of 114490", STYLE, 45)[0] is STYLE


def test_reference_that_had_to_be_broken_shows_that_it_goes_on() -> None:
    """Without a mark the first line of 114490-… would read as the reference of somebody else."""
    setter, reference = Typesetter(), "LA" + "0123456789-" * 18
    style, lines = setter.wrap_whole(reference, STYLE, 90)
    assert "".join(lines) == reference
    drawn = setter.show(lines, style)
    marked = [f"<{setter.fonts.encode(line + GOES_ON, style.font)}>" for line in lines]
    assert all(mark in drawn for mark in marked[:-1])
    assert marked[-1] not in drawn
    assert max(setter.width(line + GOES_ON, style) for line in lines[:-1]) <= 90


def test_fingerprint_is_compared_and_broken_without_a_mark() -> None:
    setter = Typesetter()
    lines = setter.wrap("0123456789abcdef" * 4, STYLE, 90)
    assert setter.fonts.encode(GOES_ON, STYLE.font) not in setter.show(lines, STYLE)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=300), st.sampled_from([40.0, 90.0, 300.0]))
def test_no_letter_is_lost_by_wrapping_whatever_the_text(text: str, width: float) -> None:
    setter = Typesetter()
    lines = setter.wrap(text, STYLE, width)
    assert "".join("".join(lines).split()) == "".join(readable(text).split())
    setter.show(lines or [""], STYLE, width)


@settings(deadline=None)
@given(st.text(st.sampled_from("abc żŵ-/’“ \n"), max_size=400), st.sampled_from([30.0, 90.0]))
def test_no_line_of_plain_letters_is_wider_than_its_column(text: str, width: float) -> None:
    setter = Typesetter()
    assert all(setter.width(line, STYLE) <= width + 0.001 for line in setter.wrap(text, STYLE, width))


HOSTILE = {
    "newlines": "\n" * 20_000,
    "short lines": "a\n" * 20_000,
    "unbroken": "W" * 200_000,
    "unbroken Arabic": "ب" * 200_000,
    "one letter of each script in turn": "aبবa1" * 40_000,
    "accents": "e" + "\u0301" * 200_000,
    "lost letters": "日 " * 100_000,
    "brackets": "[(<" * 60_000,
    "blanks": " " * 200_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_becomes_more_than_its_caps_allow(text: str) -> None:
    setter = Typesetter()
    lines = setter.wrap(text, STYLE, 120)
    assert len(lines) <= LINE_LIMIT + 3
    assert sum(map(len, lines)) <= LETTER_LIMIT * 14  # at worst each lost letter is marked by itself
    setter.show(lines or [""], STYLE, 120)


def test_a_right_to_left_name_in_an_english_line_keeps_its_own_order() -> None:
    seen = [part.text for part in segments_of("by אב גד, then", REGULAR) if not part.text.isspace()]
    assert seen == ["by", "גד", "אב", ",", "then"]


def test_digits_inside_a_right_to_left_phrase_keep_their_order() -> None:
    assert [part.text for part in segments_of("אב 12 גד", REGULAR, is_rtl=True)] == ["גד", " ", "12", " ", "אב"]


def test_brackets_in_a_right_to_left_line_are_mirrored() -> None:
    assert [part.text for part in segments_of("(אב)", REGULAR, is_rtl=True)] == ["(", "אב", ")"]


def test_each_letter_is_taken_from_the_first_font_that_has_it() -> None:
    assert [face_for(letter, REGULAR) for letter in "ŵبবש日"] == [
        "Inter-Regular",
        "NotoSansArabic-Regular",
        "NotoSansBengali-Regular",
        "DejaVuSans",
        None,
    ]
