"""Do our documents pass the shared tests, and do the shared tests notice what is wrong?"""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO
from types import ModuleType
from typing import Any

import pikepdf
import pytest

from jobs.pdf.paper.drawing import draw
from jobs.pdf.plans import plan_reports
from jobs.pdf.sampling import sample_certificates
from models.rules.plans.plan_report_paper import plan_paper
from models.rules.plans.plan_summary_paper import plan_summary
from models.rules.sampling.sample_certificate_paper import certificate_paper
from models.rules.sampling.sample_certificate_report import ReportedCase, ReportedStratum
from tests.house.source import PROJECT
from tests.pdf import pdf_facts
from tests.pdf.pdf_kit import Kit, SoundDocument, says, sound
from tests.pdf.sampling.test_pdf_sample_certificates import report as certificate

PLAN_CODES = ("brag_code", "about")


def certificate_of(count: int) -> object:
    cases = tuple(ReportedCase(f"C-{number:04d}", f"0.{number:09d}", "Selected") for number in range(count))
    return replace(certificate(), strata=(ReportedStratum("Early Help", 5000, count, cases, ()),))


class TestActionPlan(SoundDocument):
    """The whole plan on landscape paper."""

    kit = Kit(
        lambda count: pdf_facts.report(count, since=pdf_facts.SINCE),
        plan_paper,
        plan_reports.build,
        fixed=PLAN_CODES,
        short=(
            *("title", "review_title", "partnership", "reference", "version", "classification", "other_agencies"),
            *("meeting", "words"),
        ),
    )


class TestPlanSummary(SoundDocument):
    """The plan on one page."""

    kit = Kit(
        lambda count: pdf_facts.report(count, since=pdf_facts.SINCE),
        plan_summary,
        plan_reports.build_summary,
        fixed=PLAN_CODES,
        is_one_page=True,
    )


class TestDrawCertificate(SoundDocument):
    """The certificate on upright paper."""

    kit = Kit(
        certificate_of,
        certificate_paper,
        sample_certificates.build,
        short=("title", "partnership", "reference", "classification", "excluded"),
    )


def example() -> dict[str, Any]:
    """The example of docs/paper.md, run as it stands there."""
    text = (PROJECT / "docs" / "paper.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "example_of_the_docs"}
    sys.modules["example_of_the_docs"] = ModuleType("example_of_the_docs")  # dataclasses look their module up
    exec(text.partition("```python\n")[2].partition("```")[0], names)
    return names


EXAMPLE = example()


def a_briefing(count: int) -> Any:
    grades = tuple((f"Grade {number}", "green", number) for number in range(count))
    facts = {"partnership": "P", "made_on": pdf_facts.TODAY, "reference": "TR-2026-01", "title": "Seven minutes"}
    points = tuple(f"Point {number}" for number in range(3))
    return EXAMPLE["BriefingFacts"](**facts, sponsor="Ann Bee", points=points, grades=grades)


class TestExampleOfTheDocs(SoundDocument):
    """A document written in thirty lines, as docs/paper.md shows."""

    kit = Kit(
        a_briefing,
        EXAMPLE["briefing_paper"],
        lambda facts: draw(EXAMPLE["briefing_paper"](facts)),
        fixed=("grades",),
    )


def test_the_harness_sees_a_text_that_is_missing() -> None:
    pdf_bytes = plan_reports.build(pdf_facts.report(1))
    assert says(pdf_bytes, "The multi-agency front door")
    assert not says(pdf_bytes, "The single-agency back door")


def test_the_harness_sees_a_mark_outside_the_structure() -> None:
    with pikepdf.open(BytesIO(plan_reports.build(pdf_facts.report(1)))) as pdf:
        page = pdf.pages[0]
        page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n0 0 10 10 re f")
        out = BytesIO()
        pdf.save(out)
    with pytest.raises(AssertionError):
        sound(out.getvalue())


def test_the_harness_sees_a_line_that_leaves_the_page() -> None:
    with pikepdf.open(BytesIO(plan_reports.build(pdf_facts.report(1)))) as pdf:
        pdf.pages[0].mediabox = [0, 0, 400, 595]
        out = BytesIO()
        pdf.save(out)
    with pytest.raises(AssertionError):
        sound(out.getvalue())
