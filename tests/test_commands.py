"""Do the commands give operators the figures of the real files, one JSON object and nothing else?"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import Result
from flask.testing import FlaskCliRunner

from app.servers.local_postgres import in_database
from models.core.access import STAFF_ROLES, DatabaseRole
from tests.databases import Database, drop_database
from tests.web import make_portal

OPEN_AT = {"rule": "open_at", "from": "2018-03-31", "to": "2018-03-31"}


@pytest.fixture(scope="module")
def commands(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskCliRunner]:
    """The command line on a prepared database, emptied when all of these tests are done."""
    app = make_portal(
        None,
        database_url=database.app_url,
        database_owner_url=database.owner_url,
        redis_url="redis://127.0.0.1:1/0",
        data_dir=tmp_path_factory.mktemp("data"),
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
    assert lines[:2] == ["portal_administrator may delete", "    rows that are: true"]
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
    assert "portal_administrator may select (browser, ends_at, id," in closed
    assert not [role for role in STAFF_ROLES[1:] if role in closed]


def test_wall_of_no_table_is_refused_in_one_sentence(commands: FlaskCliRunner) -> None:
    result = commands.invoke(args=["database", "wall", "diaries"])
    assert (result.exit_code, result.stderr) == (2, "There is no table diaries in the database.\n")


def expected_lists() -> dict[str, Any]:
    file = Path(__file__).resolve().parents[2] / "shared" / "data" / "lists" / "expected.json"
    return json.loads(file.read_text()) if file.is_file() else {}


@pytest.mark.parametrize("name", list(expected_lists()))
def test_operator_gets_what_a_careful_officer_reads_in_lists_that_went_wrong(
    commands: FlaskCliRunner, shared_data: Path, name: str
) -> None:
    expected = expected_lists()[name]
    result = imported(commands, shared_data / "lists" / name, "--dry-run", "--rows", "20")
    references = [row["reference"] for row in result["first_rows"]]
    if isinstance(expected.get("cases"), int):
        assert result["cases"] == expected["cases"]
    if isinstance(expected.get("refs"), list):
        assert references[: len(expected["refs"])] == expected["refs"]
    assert len(result["rejected"]) == expected.get("rejected", 0)
    assert result["starts"]["first"] == expected.get("first_start", result["starts"]["first"])
    assert result["starts"]["last"] == expected.get("last_start", result["starts"]["last"])
    if "open" in expected:
        ends = [row["ended_on"] for row in result["first_rows"]]
        assert (ends.count(None), len(ends) - ends.count(None)) == (expected["open"], expected["closed"])
    if "themes" in expected:
        assert len({row["theme"] for row in result["first_rows"]}) == expected["themes"]


SAID = {
    "01a_total_row_dated.csv": ("no_cases", [10, 12]),
    "01c_care_leavers_footer.csv": ("no_cases", [8, 9, 10]),
    "02b_hidden_sheet_first.xlsx": ("hidden_sheets", []),
    "04c_serial_float.csv": ("rounded_midnight", [2, 3, 4, 5, 6, 7]),
    "05f_bst_z.csv": ("utc_stamps", [2, 3, 4, 5, 6, 7, 8, 9]),
    "07a_half_converted.xlsx": ("half_converted_dates", [2, 4, 6, 8]),
    "08f_cin_placeholders.csv": ("placeholder_end", [3, 4, 5, 6]),
    "10d_notes_swallow.csv": ("stray_quotation_mark", [6]),
    "12a_joined_encodings.csv": ("joined_encodings", [5, 6, 7]),
    "13d_blank_second_start.csv": ("same_heading", []),
    "15a_row_number_id.csv": ("row_numbers_passed_over", []),
    "20a_two_digit_years.csv": ("two_digit_years", [2, 3, 4, 5, 6, 7]),
    "28_monthly_tabs.xlsx": ("other_lists", []),
}


@pytest.mark.parametrize("name", list(SAID))
def test_operator_is_told_what_the_importer_decided_with_the_rows(
    commands: FlaskCliRunner, shared_data: Path, name: str
) -> None:
    result = imported(commands, shared_data / "lists" / name, "--dry-run")
    rule, rows = SAID[name]
    assert [note["rows"] for note in result["notes"] if note["rule"] == rule][:1] == [rows]


def test_operator_takes_the_other_reading_that_a_note_offers(commands: FlaskCliRunner, shared_data: Path) -> None:
    expected = expected_lists()["07a_half_converted.xlsx"]["true_starts"]
    file = shared_data / "lists" / "07a_half_converted.xlsx"
    result = imported(commands, file, "--rows", "8", "--choose", "restore_swapped_dates")
    assert [row["started_on"] for row in result["first_rows"]] == expected
    assert result["frame"]


def test_operator_of_a_managed_database_that_nobody_prepared_is_told_what_to_do(
    database: Database, tmp_path: Path
) -> None:
    name = "unprepared"
    with psycopg.connect(in_database(database.superuser_url, "postgres"), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    app = make_portal(
        None,
        database_url=in_database(database.app_url, name),
        database_owner_url=in_database(database.owner_url, name),
        redis_url="redis://127.0.0.1:1/0",
        data_dir=tmp_path,
    )
    file = tmp_path / "list.csv"
    file.write_text("Case reference,Start date\nF1,16/05/2019\n")
    for command in (["frames", "import", str(file)], ["database", "wall", "people"]):
        result = app.test_cli_runner().invoke(args=command)
        assert result.exit_code == 2, command
        assert result.stderr.startswith("The database is not prepared for this version of the portal"), command
    drop_database(database, name)
