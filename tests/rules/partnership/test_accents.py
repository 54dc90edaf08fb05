"""Can everything be read in the colours that follow from any accent that is accepted?"""

from __future__ import annotations

import colorsys

import pytest

from models.core.errors import RuleBroken
from models.rules.partnership.accents import DARK_SURFACES, ENOUGH, LIGHT_GROUNDS, checked_accent, contrast, palette_of


def wheel() -> list[str]:
    """Colours of every hue, lightness and strength."""
    steps = [step / 12 for step in range(13)]
    return [
        "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, strength))
        for hue in steps
        for lightness in steps
        for strength in (0.0, 0.5, 1.0)
    ]


def is_accepted(colour: str) -> bool:
    try:
        return checked_accent(colour) == colour
    except RuleBroken:
        return False


def test_every_accent_that_is_accepted_can_be_read_wherever_it_stands() -> None:
    accepted = [colour for colour in wheel() if is_accepted(colour)]
    assert len(accepted) > 100
    for accent in accepted:
        palette = palette_of(accent)
        day, night = palette.light, palette.dark
        pairs = [
            *((accent, ground) for ground in LIGHT_GROUNDS.values()),
            (day.accent, day.tint), (day.accent_ink, day.accent), (day.accent_ink, day.accent_hover),
            ("#ffffff", day.top), (day.top_muted, day.top),
            *((night.accent, surface) for surface in DARK_SURFACES),
            *((night.accent_hover, surface) for surface in DARK_SURFACES),
            (night.accent, night.tint), (night.accent_ink, night.accent), (night.accent_ink, night.accent_hover),
            ("#e9eef5", night.tint), ("#17212e", day.tint), ("#f2f6fb", night.top), (night.top_muted, night.top),
        ]  # fmt: skip
        assert min(contrast(*pair) for pair in pairs) >= ENOUGH, accent


def test_every_accent_that_is_refused_could_not_be_read_somewhere() -> None:
    for colour in wheel():
        worst = min(contrast(colour, ground) for ground in LIGHT_GROUNDS.values())
        assert is_accepted(colour) == (worst >= ENOUGH), colour


@pytest.mark.parametrize(("colour", "ratio"), [("#777777", "4.4"), ("#ffffff", "1.0")])
def test_refusal_names_the_ratio_and_never_rounds_it_up(colour: str, ratio: str) -> None:
    with pytest.raises(RuleBroken, match=f"contrast of {ratio} to 1 against white, and text needs at least 4.5 to 1"):
        checked_accent(colour)
