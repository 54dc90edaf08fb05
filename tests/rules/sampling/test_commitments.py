"""Is the portal bound by its commitment, and can a stranger repeat it with everyday tools?"""

from __future__ import annotations

import shutil
import subprocess

import pytest

from models.core.errors import RuleBroken
from models.rules.sampling.commitments import commitment, public_part, seed_from

FRAME, PLAN, SECRET = "a1" * 32, "b2" * 32, "c3" * 32


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_stranger_repeats_the_commitment_with_the_printed_command() -> None:
    command = f"printf '%s\\n%s\\n%s\\n' {FRAME} {PLAN} {SECRET} | sha256sum"
    printed = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
    assert printed.split()[0] == commitment(FRAME, PLAN, SECRET)


@pytest.mark.parametrize("changed", [(PLAN, FRAME, SECRET), (FRAME, PLAN, "c4" * 32), ("a2" * 32, PLAN, SECRET)])
def test_commitment_binds_frame_plan_and_secret(changed: tuple[str, str, str]) -> None:
    assert commitment(*changed) != commitment(FRAME, PLAN, SECRET)


@pytest.mark.parametrize("secret", ["", "c3", "c3" * 15, "C3" * 32, "zz" * 32, "c3" * 65, "c3" * 32 + "\n"])
def test_secret_that_could_be_guessed_or_misread_is_refused(secret: str) -> None:
    with pytest.raises(RuleBroken, match="secret"):
        commitment(FRAME, PLAN, secret)
    with pytest.raises(RuleBroken, match="secret"):
        seed_from(secret, "4613")


@pytest.mark.parametrize("fingerprints", [("", PLAN), (FRAME, ""), (FRAME.upper(), PLAN), (FRAME[:-1], PLAN)])
def test_commitment_needs_both_fingerprints(fingerprints: tuple[str, str]) -> None:
    with pytest.raises(RuleBroken, match="fingerprints"):
        commitment(*fingerprints, SECRET)


def test_seed_is_secret_bar_public_and_blanks_around_make_no_difference() -> None:
    assert seed_from(SECRET, " 4 6 1 3\u00a0") == f"{SECRET}|4 6 1 3"
    assert seed_from(SECRET, "4613") != seed_from(SECRET, "4 613")


@pytest.mark.parametrize("public", ["", " ", "4\n6", "x" * 201])
def test_public_part_that_cannot_be_read_aloud_is_refused(public: str) -> None:
    with pytest.raises(RuleBroken):
        public_part(public)
