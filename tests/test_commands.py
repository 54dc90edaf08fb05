"""Do the commands give operators the figures of the real files, one JSON object and nothing else?"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from models.core.access import DatabaseRole
from tests.databases import Database
from tests.web import make_portal

OPEN_AT = {"rule": "open_at", "from": "2018-03-31", "to": "2018-03-31"}


@pytest.fixture
def commands(database: Database, tmp_path: Path) -> Iterator[FlaskCliRunner]:
    """The command line on a database of its own, prepared and emptied afterwards."""
    app = make_portal(
        None,
        database_url=database.app_url,
        database_owner_url=database.owner_url,
        redis_url="redis://127.0.0.1:1/0",
        data_dir=tmp_path,
    )
    runner = app.test_cli_runner()
    assert runner.invoke(args=["database", "prepare", "--json"]).exit_code == 0
    yield runner
    database.empty()


def facts(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    printed: dict[str, Any] = json.loads(result.stdout)
    return printed


def imported(commands: FlaskCliRunner, path: Path, *options: str) -> dict[str, Any]:
    return facts(commands.invoke(args=["frames", "import", str(path), *options, "--json"]))


def drawn(commands: FlaskCliRunner, tmp_path: Path, frame: str, plan: dict[str, Any], seed: str) -> dict[str, Any]:
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan))
    return facts(
        commands.invoke(args=["samples", "draw", "--frame", frame, "--plan", str(file), "--seed", seed, "--json"])
    )


FILES = ["cin_details.csv", "ssda903_episodes.csv", "ssda903_episodes_three_las.csv", "annex_a_list4_windows1252.csv"]


@pytest.mark.parametrize("name", [*FILES, "police_warwickshire_2018-08_extract.csv"])
def test_operator_gets_the_expected_figures_of_each_list(
    commands: FlaskCliRunner, shared_data: Path, name: str
) -> None:
    expected = json.loads((shared_data / "expected.json").read_text())[name]
    result = imported(commands, shared_data / name)
    assert result["rows"] == expected["rows"]
    assert result["accepted"] == expected["importable_rows"]
    assert result["cases"] == expected["distinct_references"]
    assert len(result["rejected"]) == expected["rejected_rows"]
    refused = expected["problems"].get("missing_reference", {}).get("file_rows", [])
    assert [entry["row"] for entry in result["rejected"]] == refused
    assert len(result["fingerprint"]) == 64


@pytest.mark.parametrize("number", range(1, 12))
def test_operator_imports_each_list_of_the_annex(commands: FlaskCliRunner, shared_data: Path, number: int) -> None:
    expected = json.loads((shared_data / "expected.json").read_text())["annex_a_liia_sample.xlsx"]["lists"][str(number)]
    result = imported(commands, shared_data / "annex_a_liia_sample.xlsx", "--sheet", expected["sheet"], "--dry-run")
    assert (result["rows"], result["accepted"]) == (expected["rows"], expected["importable_rows"])
    assert result["cases"] == expected["distinct_references"]
    assert result["by_level"] == {expected["level"]: expected["rows"]}
    assert result["frame"] is None


@pytest.mark.parametrize("name", ["dfe_cin_primary_need_2013_to_2024.csv", "cin_census_2022.xml", "expected.json"])
def test_operator_is_refused_in_one_sentence_what_is_no_case_list(
    commands: FlaskCliRunner, shared_data: Path, name: str
) -> None:
    result = commands.invoke(args=["frames", "import", str(shared_data / name), "--json"])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("need", ["N1", "N2", "N8"])
def test_operator_draws_the_cases_of_the_published_vectors_and_the_draw_repeats(
    commands: FlaskCliRunner, shared_data: Path, tmp_path: Path, need: str
) -> None:
    vectors = json.loads((shared_data / "vectors" / "consistent_sampler_generated.json").read_text())["cases"]
    vector = next(candidate for candidate in vectors if candidate["seed"].endswith(f"Looked after|{need}"))
    frame = imported(commands, shared_data / "ssda903_episodes.csv")["frame"]
    allocation = {"method": "fixed", "size": vector["take"]}
    plan = {
        "time_frame": OPEN_AT,
        "themes": [need],
        "strata": "level",
        "allocation": allocation,
        "reserves": vector["reserve"],
    }
    result = drawn(commands, tmp_path, frame, plan, vector["seed"])
    stratum = next(each for each in result["strata"] if each["name"] == "Looked after")
    assert stratum["population"] == vector["population"]
    assert [(drawn["reference"], drawn["ticket"]) for drawn in stratum["selected"]] == [
        (case["id"], case["ticket"]) for case in vector["sample"]
    ]
    assert [drawn["reference"] for drawn in stratum["reserves"]] == [row["id"] for row in vector["reserves"]]
    certificate = Path(result["certificate"])
    assert commands.invoke(args=["samples", "check", str(certificate)]).exit_code == 0
    file = str(shared_data / "ssda903_episodes.csv")
    assert commands.invoke(args=["samples", "check", str(certificate), "--frame-file", file]).exit_code == 0
    changed = certificate.with_name("changed.json")
    changed.write_text(certificate.read_text().replace(vector["sample"][0]["id"], "000000"))
    tampered = commands.invoke(args=["samples", "check", str(changed)])
    assert tampered.exit_code == 1
    assert tampered.stderr.count("\n") == 1


def test_operator_reads_which_cases_stand_in_several_levels_in_the_check_and_of_the_frame(
    commands: FlaskCliRunner, tmp_path: Path
) -> None:
    lines = ["Case reference,Level,Start date"]
    for reference, level in (("F1", "CIN"), ("F2", "CPP"), ("F3", "CIN"), ("F1", "CPP"), ("F2", "CPP"), ("F3", "")):
        lines.append(f"{reference},{level},13/05/2025")
    path = tmp_path / "levels.csv"
    path.write_text("\n".join(lines))
    expected = {
        "count": 1,
        "listed": [{"row": 2, "reference": "F1", "levels": ["Child protection plan", "Child in need"]}],
    }
    assert imported(commands, path, "--dry-run")["several_levels"] == expected
    assert imported(commands, path)["several_levels"] == expected
    said = commands.invoke(args=["frames", "import", str(path), "--dry-run"]).stdout
    assert "1 case stands in several levels; it counts in its highest." in said


def test_operator_draws_open_children_in_need_as_the_vectors_do(
    commands: FlaskCliRunner, shared_data: Path, tmp_path: Path
) -> None:
    vectors = json.loads((shared_data / "vectors" / "consistent_sampler_generated.json").read_text())["cases"]
    vector = next(candidate for candidate in vectors if candidate["seed"].endswith("Open child in need|N4"))
    with (shared_data / "cin_details.csv").open() as source:
        rows = [row for row in csv.DictReader(source) if not row["CINclosureDate"]]
    listed = tmp_path / "open.csv"
    with listed.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Case reference", "Primary need code", "Start date"))
        for row in rows:
            writer.writerow(
                (f"{row['LAchildID']}/{row['CINdetailsID']}", row["PrimaryNeedCode"], row["CINreferralDate"])
            )
    frame = imported(commands, listed, "--fixed-level", "Child in need")["frame"]
    allocation = {"method": "fixed", "size": 4}
    plan = {"time_frame": {"rule": "any"}, "themes": ["N4"], "strata": "theme", "allocation": allocation, "reserves": 2}
    stratum = drawn(commands, tmp_path, frame, plan, vector["seed"])["strata"][0]
    whole = [case["reference"] for case in (*stratum["selected"], *stratum["reserves"])]
    digest = hashlib.sha256("\n".join(whole).encode()).hexdigest()
    assert digest == vector["sha256_of_full_order_joined_by_newline"]


def test_the_same_draw_again_gives_the_same_certificate_and_another_seed_is_refused(
    commands: FlaskCliRunner, shared_data: Path, tmp_path: Path
) -> None:
    frame = imported(commands, shared_data / "cin_details.csv")["frame"]
    plan = {
        "time_frame": {"rule": "any"},
        "themes": None,
        "strata": "level",
        "allocation": {"method": "equal", "size": 6},
    }
    first = drawn(commands, tmp_path, frame, plan, "1")
    assert drawn(commands, tmp_path, frame, plan, "1") == first
    again = ["samples", "draw", "--frame", frame, "--plan", str(tmp_path / "plan.json"), "--seed", "2", "--json"]
    result = commands.invoke(args=again)
    assert result.exit_code == 2
    assert "must be voided" in result.stderr


def test_operator_prints_the_demo_plan_and_every_room(commands: FlaskCliRunner, tmp_path: Path) -> None:
    assert commands.invoke(args=["database", "prepare", "--demo"]).exit_code == 0
    out = tmp_path / "plan.pdf"
    result = commands.invoke(args=["plans", "pdf", "AP-2026-01", "--out", str(out)])
    assert result.output == "plan.pdf: 25 actions.\n"
    assert out.read_bytes().startswith(b"%PDF-")
    assert commands.invoke(args=["plans", "pdf", "AP-1999-01", "--out", str(out)]).exit_code == 2
    rooms = commands.invoke(args=["rooms"]).output
    for word in ("HubScreen", "AuditSampleScreen", "draw_sample", "make_plan_pdf", "reminders"):
        assert word in rooms
    assert commands.invoke(args=["database", "verify"]).exit_code == 0


def test_migrations_and_models_say_the_same_and_roles_are_printed_for_an_operator(commands: FlaskCliRunner) -> None:
    assert commands.invoke(args=["database", "drift"]).output == "The migrations and the models say the same.\n"
    script = commands.invoke(args=["database", "roles"]).output
    assert all(f"CREATE ROLE {role}" in script for role in DatabaseRole)


def test_operator_reads_the_wall_of_a_table_from_the_database(commands: FlaskCliRunner) -> None:
    lines = commands.invoke(args=["database", "wall", "challenges"]).output.splitlines()
    assert lines[:2] == ["portal_staff may delete", "    rows that are: true"]
    at = lines.index("portal_agency may update (answer, answered_on, row_version)")
    assert "app.agency_ids" in lines[at + 1]
    assert "closed_on IS NULL" in lines[at + 2]
    assert lines[-1] == "Agencies have rows of their own."
    assert not [line for line in lines if line.startswith("portal_public")]
    closed = commands.invoke(args=["database", "wall", "sign_ins"]).output
    assert "portal_system may insert\n    written as: true\n" in closed
    assert closed.endswith(
        "Reason: Sessions belong to the portal's own sign-in; every attempt is on record in sign_in_attempts.\n"
    )
    assert "portal_staff" not in closed


def test_wall_of_no_table_is_refused_in_one_sentence(commands: FlaskCliRunner) -> None:
    result = commands.invoke(args=["database", "wall", "diaries"])
    assert (result.exit_code, result.stderr) == (2, "There is no table diaries in the database.\n")
