"""Does the portal stay quick, without an error and without growing, while many people browse and answer?"""

from __future__ import annotations

import pytest

from tests.assurance.figures import note_figure, scaled
from tests.machines.fleet import Fleet
from tests.machines.load import Crowd
from tests.machines.one_machine import LIMIT_MS, borne, busy_portal, stay, steps
from tests.web import PASSWORD

pytestmark = [pytest.mark.faults, pytest.mark.assures(38)]


def test_many_people_at_once_see_no_error(fleet: Fleet) -> None:
    with Crowd(fleet.visitor, PASSWORD, think=(0.2, 0.8)) as crowd:
        crowd.let_in(scaled(50, ci=10))
        seen = crowd.watch(scaled(120, ci=8))
    note_figure(38, "errors on two machines", reached=sum(seen.troubles.values()), wanted="0", tried=str(seen),
                holds=not seen.troubles)  # fmt: skip
    assert not seen.troubles
    assert len(seen.taken) > seen.people


def test_fifty_people_for_half_an_hour_see_quick_pages_and_the_memory_stays() -> None:
    if not scaled(1, ci=0):
        pytest.skip("takes three quarters of an hour: make assurance runs it")
    with busy_portal() as crowd:
        stayed = stay(crowd, 50, 30 * 60)
        tried = list(steps(crowd, most=600))
    seen = stayed.seen
    told = str(seen)
    errors = sum(seen.troubles.values())
    note_figure(38, "errors", reached=errors, wanted="0", tried=told, holds=not errors)
    note_figure(38, "p95", reached=f"{seen.p95:.0f} ms", wanted="500 ms", tried=told, holds=seen.p95 <= LIMIT_MS)
    note_figure(38, "growth of the web processes", reached=f"{stayed.growth:.1f} %", wanted="10 %", tried=told,
                holds=stayed.growth < 10)  # fmt: skip
    note_figure(38, "people that this machine bears", reached=borne(tried), wanted="stated",
                tried="; ".join(map(str, tried)), holds=borne(tried) >= 50)  # fmt: skip
    assert not seen.troubles
