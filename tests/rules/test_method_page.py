"""Does docs/method.md say what the portal shows, figure by figure?"""

from math import comb
from pathlib import Path

import pytest

from models.rules.audits.grade_differences import grade_differences
from models.rules.audits.sample_estimates import change_words, estimate_picture
from models.rules.core.chance_agreement import chance_agreement
from models.rules.evidence.evidence_readers import Judged, LineRead, readers_agreement
from models.rules.evidence.triangulation import Mark
from models.rules.sampling.estimates import StratumResult, estimate_of
from models.rules.sampling.finite_counts import TAIL, likely_range
from models.rules.sampling.sample_sizes import size_words
from models.rules.sampling.weighted_chances import design_weights, most_surprise
from tests.rules.sampling.interval_coverage import DEMO_STRATA

PAGE = " ".join((Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8").split())
THEN = (
    StratumResult("Protection", 20, 2, 4),
    StratumResult("Child in need", 60, 3, 2, unknown=1),
    StratumResult("Early help", 120, 5, 1),
)
NOW = (
    StratumResult("Protection", 24, 5, 1),
    StratumResult("Child in need", 55, 5, 1),
    StratumResult("Early help", 130, 6, 0),
)
SIZES = {each.name: each.population for each in THEN}


def test_the_page_shows_the_table_and_the_sentence_of_the_portal() -> None:
    picture = estimate_picture(THEN)
    assert f"| {' | '.join(picture.headings)} |" in PAGE
    assert all(f"| {' | '.join(row)} |" in PAGE for row in picture.table)
    assert f"“{picture.says}”" in PAGE


def test_the_page_reckons_by_hand_what_the_rules_reckon() -> None:
    assert (comb(20, 6), comb(18, 4)) == (38_760, 3_060)
    assert comb(6, 4) * comb(14, 2) + comb(6, 5) * 14 + 1 == 1_450 > TAIL * 38_760
    assert comb(5, 4) * comb(15, 2) + comb(5, 5) * 15 == 540 < TAIL * 38_760
    assert (likely_range(60, 6, 3)[0], likely_range(60, 6, 4)[1]) == (8, 56)
    assert f"{estimate_of(THEN).share:.0%}" == "71%"
    weights = design_weights(list(SIZES.values()), [6, 6, 6])
    assert [round(weight, 3) for weight in weights] == [0.143, 0.487, 1.0]
    assert round(most_surprise(weights, TAIL), 3) == 4.505


def test_the_page_tells_the_size_the_agreement_and_the_change_as_the_portal_does() -> None:
    assert f"“{size_words(SIZES, dict.fromkeys(SIZES, 6)).sentence}”" in PAGE
    agreed = chance_agreement([(3, 0), (2, 1), (0, 3), (3, 0), (2, 1), (3, 0)])
    assert agreed is not None
    assert f"/ 6 = {agreed.share:.2f}" in PAGE
    assert f"= {agreed.words}:" in PAGE
    (police,) = grade_differences({"Police": [1, 0, 1, 1, 0, 1]})
    assert police.words in PAGE
    assert police.verdict.lower() == "grades higher"
    assert f"“{change_words(THEN, NOW)}”" in PAGE


def test_the_page_tells_how_far_two_readers_agree_as_the_portal_does() -> None:
    conflict, partly, agree = (Judged(mark) for mark in (Mark.CONFLICT, Mark.PARTLY, Mark.AGREE))
    alike = [LineRead(conflict, conflict)] * 5 + [LineRead(partly, partly)] * 3 + [LineRead(agree, agree)]
    agreed = readers_agreement([*alike, *[LineRead(partly, conflict)] * 2, LineRead(agree, partly)])
    assert agreed is not None
    assert agreed.chance is not None
    assert f"“two readers gave {agreed.words}”" in PAGE
    chance = (1 / 4 + 15 / 64 + 7 / 64) / 3
    assert f"/ 3 = {chance:.2f}. AC1 = (0.75 − {chance:.2f}) / (1 − {chance:.2f}) = {agreed.chance.value:.2f}." in PAGE
    assert agreed.chance.value == pytest.approx((0.75 - chance) / (1 - chance))


def test_the_printed_coverage_names_every_stratum_and_nowhere_falls_below_95_of_100() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "method.md").read_text(encoding="utf-8").split("```")[1].splitlines()
    rows = {line[:26].strip(): line[26:].replace("%", " ").split() for line in lines[2:] if line.strip()}
    assert list(rows) == [*DEMO_STRATA, "All together"]
    assert all(float(held) >= 95 for row in rows.values() for held in row)
