"""How does an operator draw a sample from a frame, and check that a draw repeats?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.commands.kit import command_session, readable_file, refusals, refuse, settings_in_use, show
from models.case_lists.case_frames import CaseFrame
from models.case_lists.case_imports import rows_for_certificate
from models.core.clock import today
from models.core.errors import RuleBroken
from models.rules.sampling.populations import CaseRow
from models.rules.sampling.sample_certificate_checks import check_draw
from models.rules.sampling.sample_plans import SamplePlan, read_plan
from models.rules.sampling.sampling import seed_text
from models.sampling.audit_samples import AuditSample, SampleBrief, SampleStatus, plan_sample, quick_draw
from models.sampling.sample_certificates import current_certificate, repeat_draw, write_certificate
from models.sampling.sample_draws import draw_sample

samples = AppGroup("samples", help="Audit samples: draws from a frame, and their check.")


@samples.command("draw")
@click.option("--frame", "reference", required=True, help="Reference of the frozen frame, such as CF-2026-01.")
@click.option("--plan", "plan_file", required=True, help="The plan as a JSON file.")
@click.option("--seed", required=True, help="The seed, exactly as it is to be used.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@refusals
def draw(reference: str, plan_file: str, seed: str, as_json: bool) -> None:
    """Draw by a typed seed. The same frame, plan and seed give the same certificate again; there is no second try."""
    plan = read_plan(readable_file(plan_file).read_bytes())
    with command_session() as session:
        frame = session.scalar(select(CaseFrame).where(CaseFrame.reference == reference))
        if frame is None:
            raise RuleBroken(f"There is no frame {reference[:40]}.")
        sample = _standing_draw(session, frame, plan, seed) or _draw_now(session, frame, plan, seed)
        certificate = current_certificate(session, sample)
    path = _keep(certificate)
    facts = {"strata": [_stratum(stratum) for stratum in certificate["strata"]], "certificate": str(path)}
    facts |= {"sample": certificate["reference"], "notes": certificate["population"]["notes"]}
    show(facts, as_json=as_json, words=_words(facts))


@samples.command("check")
@click.argument("certificate_file")
@click.option("--frame-file", help="The case list itself, where the portal does not have the frame.")
@refusals
def check(certificate_file: str, frame_file: str | None) -> None:
    """Repeat a draw from its certificate: status 0 when all agrees, else 1 and the first difference."""
    certificate = _read_certificate(readable_file(certificate_file))
    with command_session() as session:
        if frame_file is None:
            difference = repeat_draw(session, certificate)
        else:
            difference = check_draw(certificate, _rows_of_file(session, certificate, readable_file(frame_file)))
    if difference:
        refuse(difference, status=1)
    click.echo("The draw repeats: every stratum, case and ticket agrees.")


def _standing_draw(session: Session, frame: CaseFrame, plan: SamplePlan, seed: str) -> AuditSample | None:
    """The draw that was made before from exactly this frame, plan and seed."""
    return session.scalar(
        select(AuditSample).where(
            AuditSample.frame_id == frame.id,
            AuditSample.plan_fingerprint == plan.fingerprint(),
            AuditSample.seed == seed_text(seed),
            AuditSample.status == SampleStatus.DRAWN,
        )
    )


def _draw_now(session: Session, frame: CaseFrame, plan: SamplePlan, seed: str) -> AuditSample:
    sample = plan_sample(session, brief=SampleBrief(title=frame.title), frame=frame, plan=plan)
    quick_draw(session, sample, seed=seed, person_id=None)
    write_certificate(session, sample, frame, draw_sample(session, sample, frame))
    return sample


def _keep(certificate: Mapping[str, Any]) -> Path:
    folder = settings_in_use().data_dir / "certificates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{certificate['reference']}.json"
    path.write_text(json.dumps(certificate, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _stratum(stratum: Mapping[str, Any]) -> dict[str, Any]:
    def cases(kind: str) -> list[dict[str, str]]:
        return [{"reference": case["reference"], "ticket": case["ticket"]} for case in stratum[kind]]

    kept = {name: stratum[name] for name in ("name", "population", "asked")}
    return {**kept, "selected": cases("selected"), "reserves": cases("reserves"), "shortage": stratum["shortage"]}


def _words(facts: Mapping[str, Any]) -> str:
    lines = [f"{facts['sample']}, certificate in {facts['certificate']}"]
    for stratum in facts["strata"]:
        lines.append(
            f"{stratum['name']}: {len(stratum['selected'])} of {stratum['population']:,} drawn, "
            f"asked {stratum['asked']}"
        )
        lines += [f"  {case['ticket']}  {case['reference']}" for case in stratum["selected"]]
    return "\n".join([*lines, *facts["notes"]])


def _read_certificate(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise RuleBroken("This is not a draw certificate that the portal can read.")
    return data


def _rows_of_file(session: Session, certificate: Mapping[str, Any], path: Path) -> Iterator[CaseRow]:
    with path.open("rb") as source:
        yield from rows_for_certificate(session, certificate, source, today=today())
