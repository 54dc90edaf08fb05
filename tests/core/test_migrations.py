"""Does every migration keep what the database holds, and do the migrations say what the models say?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy.exc import IntegrityError

from models import schema, schema_changes
from models.core.db import Base
from models.core.errors import RuleBroken
from tests.assurance.figures import note_figure, scaled
from tests.core.migration_walk import Ground, ground, losses, shape_of, snapshot
from tests.databases import Database

MAY_LOSE: dict[str, dict[str, str]] = {
    "0006": {"recovery_codes.factor_id": "recovery codes belong to the person now, whose factor it named"},
    "0013": {"documents.content": "the bytes lie in pieces now; the test below follows them there and back"},
}
"""By revision: the columns or tables it takes out or changes on purpose, each with the reason."""

ADDS = {
    "up": 'op.add_column("people", sa.Column("nickname", sa.Text(), server_default="none yet", nullable=False))',
    "down": 'op.drop_column("people", "nickname")',
}
DESTROYS = {
    "people.team": (
        'op.drop_column("people", "team")',
        'op.add_column("people", sa.Column("team", sa.Text(), server_default="", nullable=False))',
    ),
    "agencies.partnership_role": (
        'op.execute("ALTER TABLE agencies ALTER partnership_role TYPE varchar(3) USING left(partnership_role, 3)")',
        'op.alter_column("agencies", "partnership_role", type_=sa.Text())',
    ),
    "action_update_files": ('op.execute("TRUNCATE action_update_files")', "pass"),
    "actions.text": ("op.execute(\"SET LOCAL ROLE portal_system; UPDATE actions SET text = ''; RESET ROLE\")", "pass"),
}
"""What is lost, and the two ways of a revision that loses it."""


@pytest.fixture(scope="module")
def newest(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A database `furnished` at the newest revision, with rows in every table; walks go over copies of it."""
    place = ground(database, tmp_path_factory.mktemp("newest"))
    place.make("furnished", place.revisions()[-1])
    yield place
    place.drop("furnished")


@pytest.fixture
def walked(newest: Ground, tmp_path: Path) -> Iterator[Ground]:
    """A database `walked` at the newest revision, with rows, and a folder for a revision after that."""
    newest.copy("walked", of="furnished")
    yield ground(newest.database, tmp_path)
    newest.drop("walked")


@pytest.mark.assures(29)
def test_rows_survive_every_revision_up_down_and_up_again(database: Database, tmp_path: Path) -> None:
    place = ground(database, tmp_path)
    place.write("one_more", after=place.revisions()[-1], **ADDS)
    revisions = place.revisions()
    lost = {}
    for previous, revision in pairwise(revisions):
        place.make("walked", previous)
        lost[revision] = place.walk("walked", revision)
        place.drop("walked")
    wanted = {revision: sorted(MAY_LOSE.get(revision, {})) for revision in revisions[1:]}
    losing = [revision for revision, losses_there in lost.items() if losses_there != wanted[revision]]
    note_figure(29, "revisions that lose rows up, down or up again", reached=len(losing), wanted="0",
                tried=f"{len(lost)} revisions with rows in every table", holds=not losing)  # fmt: skip
    assert lost == wanted


@pytest.mark.assures(29)
def test_each_earlier_release_with_rows_becomes_the_present_one_and_loses_nothing(newest: Ground) -> None:
    releases = newest.revisions()
    tried = releases[: scaled(len(releases), ci=1)]
    wanted = shape_of(newest.administrator("furnished"))
    lost, differences, rows = [], [], 0
    for number, release in enumerate(tried):
        newest.make("upgraded", release)
        before = snapshot(newest.administrator("upgraded"))
        schema.migrate(newest.owner("upgraded"))
        may_lose = {loss for later in releases[number + 1 :] for loss in MAY_LOSE.get(later, {})}
        lost += sorted(losses(before, snapshot(newest.administrator("upgraded"))) - may_lose)
        differences += [
            *(shape_of(newest.administrator("upgraded")) ^ wanted),
            *schema_changes.drift(newest.owner("upgraded")),
        ]
        rows += sum(map(len, before.values()))
        newest.drop("upgraded")
    told = f"{rows} rows in {len(tried)} earlier releases, from {tried[0]} on, each to {releases[-1]} in one go"
    note_figure(29, "tables or columns that lost something", reached=len(lost), wanted="0", tried=told, holds=not lost)
    note_figure(29, "differences from a fresh schema and from the models", reached=len(differences), wanted="0",
                tried=told, holds=not differences)  # fmt: skip
    assert (lost, differences) == ([], [])


def test_bytes_of_documents_go_into_pieces_and_come_back_whole(database: Database, tmp_path: Path) -> None:
    place, large = ground(database, tmp_path), bytes(range(256)) * 10_000
    place.make("walked", "0010")
    config, url = place.config("walked"), place.administrator("walked")
    with psycopg.connect(url) as administrator:
        administrator.execute("UPDATE documents SET content = %s, kind = 'evidence'", [large])
        administrator.execute("UPDATE documents SET content = '' WHERE id = (SELECT max(id) FROM documents)")
        before = administrator.execute("SELECT id, content FROM documents ORDER BY id").fetchall()
    command.upgrade(config, "0013")
    with psycopg.connect(url) as administrator:
        sizes = "SELECT number, octet_length(content) FROM document_parts WHERE document_id = %s ORDER BY number"
        assert administrator.execute(sizes, [before[0][0]]).fetchall() == [(0, 1048576), (1, 1048576), (2, 462848)]
        assert administrator.execute(sizes, [before[-1][0]]).fetchall() == []
        assert administrator.execute("SELECT DISTINCT scan_status FROM documents").fetchall() == [("unscanned",)]
    command.downgrade(config, "-1")
    with psycopg.connect(url) as administrator:
        assert administrator.execute("SELECT id, content FROM documents ORDER BY id").fetchall() == before
    place.drop("walked")


def test_walk_begins_with_rows_in_every_table(newest: Ground) -> None:
    rows = snapshot(newest.administrator("furnished"))
    assert rows.keys() == Base.metadata.tables.keys()
    assert [table for table, rows_of_table in rows.items() if not rows_of_table] == []


def test_database_of_another_version_is_refused_in_a_sentence(walked: Ground) -> None:
    with psycopg.connect(walked.administrator("walked")) as administrator:
        administrator.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RuleBroken, match="another version of the portal"):
        schema.migrate(walked.owner("walked"))


@pytest.mark.assures(29)
def test_migrations_say_what_the_models_say(newest: Ground) -> None:
    assert schema_changes.drift(newest.owner("furnished")) == []


@pytest.mark.assures(29)
def test_migrations_lead_down_to_nothing_and_up_again(newest: Ground) -> None:
    newest.make_empty("bare", "head")
    try:
        shape = shape_of(newest.administrator("bare"))
        command.downgrade(newest.config("bare"), "base")
        assert shape_of(newest.administrator("bare")) == set()
        command.upgrade(newest.config("bare"), "head")
        assert shape_of(newest.administrator("bare")) == shape
    finally:
        newest.drop("bare")


def test_new_column_comes_with_its_default_and_is_seen_as_drift(walked: Ground) -> None:
    walked.write("adds", after=walked.revisions()[-1], **ADDS)
    assert walked.walk("walked", "adds") == []
    people = snapshot(walked.administrator("walked"))["people"]
    assert {row["nickname"] for row in people.values()} == {"none yet"}
    [difference] = schema_changes.drift(walked.owner("walked"))
    assert "remove_column" in difference
    assert "nickname" in difference


@pytest.mark.parametrize("loss", DESTROYS)
def test_revision_that_loses_something_is_found_out(walked: Ground, loss: str) -> None:
    up, down = DESTROYS[loss]
    walked.write("destroys", after=walked.revisions()[-1], up=up, down=down)
    assert walked.walk("walked", "destroys") == [loss]


def test_revision_that_only_empty_tables_can_take_is_refused(walked: Ground) -> None:
    up = 'op.add_column("people", sa.Column("nickname", sa.Text(), nullable=False))'
    walked.write("needs_empty_tables", after=walked.revisions()[-1], up=up)
    with pytest.raises(IntegrityError, match="nickname"):
        walked.walk("walked", "needs_empty_tables")


def test_way_down_that_does_not_lead_back_is_found_out(walked: Ground) -> None:
    up = 'op.execute("CREATE INDEX IF NOT EXISTS stays ON people (name)")'
    walked.write("one_way", after=walked.revisions()[-1], up=up)
    [remark] = walked.walk("walked", "one_way")
    assert remark.startswith("not as before after the way down: CREATE INDEX stays")
