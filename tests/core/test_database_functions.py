"""Can a role call a function in the database that it does not need, or bend one that runs with the owner's rights?"""

from __future__ import annotations

import re
from contextlib import nullcontext

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.orm import Session

from models.case_lists.case_frames import CaseFrame
from models.case_lists.frame_functions import FRAME_FUNCTIONS
from models.core.access import Actor, DatabaseRole
from models.core.clock import now
from models.core.database_functions import DatabaseFunction
from models.core.db import PortalSession, act_as, become
from models.schema import all_functions
from models.tools.starting_words import give_starting_words
from tests import make, make_audits

FUNCTIONS = all_functions()
CALLED_BY_HAND = [function for function in FRAME_FUNCTIONS if function.executable_by]
ANSWERS = {
    "note_look": "null value in column",
    "forget_looks": "looks are kept for 180 days at least",
    "plan_with": "no plan is made with",
    **dict.fromkeys(("sign_in_of", "note_sign_in", "keep_sign_in_data"), ""),
    **dict.fromkeys(("change_log_seal_waiting", "change_log_tail"), ""),
}
"""What a function says that is called with nothing in its arguments, if anything; the others speak of frames."""
ODD_NUMBERS = (None, -1, 0, 987_654_321)

_OURS = """
SELECT p.oid::regprocedure::text AS signature, p.prosecdef AS is_definer, p.proconfig AS settings,
    ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname = ANY(:roles)
          AND has_function_privilege(rolname, p.oid, 'execute') ORDER BY 1) AS roles,
    EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0) AS is_public,
    d.objid IS NOT NULL AS is_borrowed  -- from an extension, which owns it
FROM pg_proc p
LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
WHERE p.pronamespace = 'public'::regnamespace"""


def in_catalogue(signature: str) -> str:
    """A function's signature as the catalogue writes it."""
    return signature.replace("int)", "integer)").replace("int,", "integer,").replace(", ", ",")


def call(function: DatabaseFunction) -> str:
    """A statement that calls a function with nothing in its arguments."""
    name, kinds = function.signature.rstrip(")").split("(")
    return f"SELECT {name}({', '.join(f'NULL::{kind}' for kind in kinds.split(', ') if kind)})"


@pytest.fixture
def frame(session: PortalSession) -> CaseFrame:
    """A frame whose rows are not loaded yet."""
    frame = CaseFrame(title="Half a frame", frozen_at=now())
    session.add(frame)
    session.flush()
    return frame


def refused(session: Session, statement: str, why: str, **values: object) -> None:
    with pytest.raises(DBAPIError, match=why) as refusal, session.begin_nested():
        session.execute(text(statement), values)
    assert getattr(refusal.value.orig, "sqlstate", "") == "23001"  # restrict_violation: our own refusal


def test_the_catalogue_holds_just_the_stated_functions_and_grants(session: Session) -> None:
    rows = session.execute(text(_OURS), {"roles": list(DatabaseRole)}).all()
    ours = {row.signature: (row.roles, row.is_public) for row in rows if not row.is_borrowed}
    assert ours == {in_catalogue(function.signature): (sorted(function.executable_by), False) for function in FUNCTIONS}


def test_every_function_pins_where_names_are_looked_up_with_temporary_tables_last(session: Session) -> None:
    rows = session.execute(text(_OURS), {"roles": list(DatabaseRole)}).all()
    assert [row.signature for row in rows if row.is_borrowed and row.is_definer] == []
    unpinned = [
        row.signature
        for row in rows
        if not row.is_borrowed and "search_path=public, pg_temp" not in (row.settings or [])
    ]
    assert unpinned == []
    stated = sum("SECURITY DEFINER" in function.statement for function in FUNCTIONS)
    assert sum(row.is_definer for row in rows) == stated > 5


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.signature)
@pytest.mark.parametrize("role", DatabaseRole)
def test_a_role_calls_just_the_functions_it_needs(
    session: PortalSession, function: DatabaseFunction, role: DatabaseRole
) -> None:
    session.flush()
    act_as(session, Actor(role))
    refusal = ANSWERS.get(function.signature.partition("(")[0], "there is no frame")
    answer = refusal if role in function.executable_by else "permission denied for function"
    with pytest.raises(DBAPIError, match=answer) if answer else nullcontext():
        session.execute(text(call(function)))


@pytest.mark.parametrize("function", CALLED_BY_HAND, ids=lambda function: function.signature)
@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_odd_arguments_are_refused_before_anything_is_done(
    session: Session, function: DatabaseFunction, number: int | None
) -> None:
    statement = re.sub(r"NULL::int", ":number", call(function))
    refused(session, statement, "there is no frame", number=number)


def test_a_list_is_opened_loaded_frozen_and_indexed_in_this_order_only(session: Session, frame: CaseFrame) -> None:
    def rows_are(state: str, *names: str) -> None:
        for name in names:
            refused(session, f"SELECT {name}(:frame)", f"rows of frame {frame.id} are {state}", frame=frame.id)

    rows_are("not loaded", "attach_frame", "index_frame", "empty_frame")
    session.execute(text("SELECT open_frame(:frame)"), {"frame": frame.id})
    rows_are("not frozen", "open_frame", "index_frame", "empty_frame")
    session.execute(text("SELECT attach_frame(:frame)"), {"frame": frame.id})
    rows_are("frozen", "open_frame", "attach_frame")
    session.execute(text("SELECT index_frame(:frame)"), {"frame": frame.id})
    refused(session, "SELECT empty_frame(:frame)", "not marked as erased", frame=frame.id)


def test_a_frozen_frame_is_not_opened_anew_even_when_its_rows_are_gone(session: Session, frame: CaseFrame) -> None:
    frame.fingerprint = "0" * 64
    session.flush()
    refused(session, "SELECT open_frame(:frame)", f"frame {frame.id} is frozen", frame=frame.id)


@pytest.mark.parametrize("role", [DatabaseRole.OFFICER, DatabaseRole.SYSTEM])
def test_a_temporary_table_does_not_take_the_place_of_ours(session: PortalSession, role: DatabaseRole) -> None:
    act_as(session, Actor(role))
    session.execute(text("CREATE TEMP TABLE case_frames (id int, fingerprint text, erased_on date) ON COMMIT DROP"))
    session.execute(text("INSERT INTO pg_temp.case_frames VALUES (77, '', '2026-01-01')"))
    session.execute(text("CREATE TEMP TABLE frame_rows_77 (frame_id int, reference text, is_repeated boolean)"))
    for name in ("open_frame", "attach_frame", "index_frame"):
        refused(session, f"SELECT {name}(77)", "there is no frame 77")


def test_a_temporary_table_is_never_taken_for_the_loaded_rows(session: Session, frame: CaseFrame) -> None:
    part = f"frame_rows_{frame.id}"
    session.execute(text(f"CREATE TEMP TABLE {part} (frame_id int, reference text, is_repeated boolean)"))
    session.execute(text(f"CREATE TEMP TABLE {part}_repeats (reference text)"))
    refused(session, "SELECT attach_frame(:frame)", "are not loaded", frame=frame.id)


def test_a_schema_earlier_in_the_search_path_does_not_capture_a_function(owner_engine: Engine) -> None:
    with owner_engine.connect() as connection, connection.begin() as transaction:
        _set_trap(connection)
        become(connection, Actor.system())
        assert (
            connection.scalar(text("SELECT frame_part(77, false)")) == "trapped"
        )  # the trap is set for unpinned names
        for name in ("open_frame", "attach_frame", "index_frame", "empty_frame"):
            with pytest.raises(DBAPIError, match="there is no frame 77"), connection.begin_nested():
                connection.execute(text(f"SELECT {name}(77)"))
        transaction.rollback()


def _set_trap(connection: Connection) -> None:
    for statement in (
        "CREATE SCHEMA trap",
        "GRANT USAGE ON SCHEMA trap TO PUBLIC",
        "CREATE TABLE trap.case_frames AS SELECT 77 AS id, ''::text AS fingerprint, now()::date AS erased_on",
        "CREATE FUNCTION trap.frame_part(int, boolean) RETURNS text LANGUAGE sql AS $$SELECT 'trapped'$$",
        "SET LOCAL search_path = trap, public",
    ):
        connection.execute(text(statement))


@pytest.mark.parametrize("role", DatabaseRole)
@pytest.mark.parametrize("function", ["change_log_write()", "refuse_change()"])
def test_nobody_can_hang_the_writing_of_the_log_on_a_table_of_their_own(
    session: PortalSession, role: DatabaseRole, function: str
) -> None:
    act_as(session, Actor(role))
    session.execute(text("CREATE TEMP TABLE people (id int) ON COMMIT DROP"))
    with pytest.raises(ProgrammingError, match="permission denied for function"):
        session.execute(
            text(f"CREATE TRIGGER forged AFTER INSERT ON pg_temp.people FOR EACH ROW EXECUTE FUNCTION {function}")
        )


@pytest.mark.parametrize("role", [DatabaseRole.OFFICER, DatabaseRole.SYSTEM])
def test_whoever_freezes_a_list_gets_its_rows_in_and_cannot_touch_them_afterwards(
    session: PortalSession, role: DatabaseRole
) -> None:
    give_starting_words(session)
    review = make.review(session)
    session.flush()
    act_as(session, Actor(role))
    frame = make_audits.frame(session, review)
    assert frame.row_count == 4
    for statement in ("DELETE FROM frame_rows", f"INSERT INTO frame_rows_{frame.id} DEFAULT VALUES"):
        with pytest.raises(ProgrammingError, match="permission denied"), session.begin_nested():
            session.execute(text(statement))
