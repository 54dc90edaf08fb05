"""What does the database itself do for sign-ins, and which change of access does it refuse, with its owner's rights?

A trigger ends a person's sign-ins and links when their access changes, so that nobody can forget to: not a form, not a
change of many at once, not a command, not raw SQL. Pages find, note and furnish the one sign-in whose token they hold,
and read no other; an administrator's page lists where somebody is signed in.
"""

from __future__ import annotations

from models.accounts.sign_ins import sign_in_query
from models.core.access import PEOPLES_ROLES, DatabaseRole
from models.core.database_functions import DatabaseFunction
from models.partnership.people import LAST_ADMINISTRATOR

_ADMINISTRATES = (
    "{person}.role = 'administrator' AND {person}.is_active"
    " AND ({person}.accepted_at IS NOT NULL OR {person}.password_hash IS NOT NULL)"
)

_END = """
CREATE OR REPLACE FUNCTION end_access() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM sign_ins WHERE person_id = NEW.id;
    IF (OLD.password_hash, OLD.email, OLD.is_active) IS DISTINCT FROM (NEW.password_hash, NEW.email, NEW.is_active) THEN
        DELETE FROM known_browsers WHERE person_id = NEW.id;
        UPDATE access_links SET withdrawn_at = clock_timestamp()
        WHERE person_id = NEW.id AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > now();
    END IF;
    RETURN NULL;
END $$"""

_STAY = f"""
CREATE OR REPLACE FUNCTION keep_an_administrator() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('administrators'));
    IF NOT EXISTS (SELECT FROM people WHERE {_ADMINISTRATES.format(person="people")}) THEN
        RAISE EXCEPTION 'the last administrator stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = '{LAST_ADMINISTRATOR}';
    END IF;
    RETURN NULL;
END $$"""

_PINNED = "SECURITY DEFINER SET search_path = public, pg_temp"

_FIND = f"""
CREATE OR REPLACE FUNCTION sign_in_of(
    given_token bytea, given_now timestamp with time zone, given_idle_since timestamp with time zone)
RETURNS TABLE (
    sign_in_id int, person_id int, person_name text, person_email text, person_role text, belongs_to int,
    last_seen_at timestamptz, has_two_factors boolean, browser_data jsonb, revision int, database_role text)
LANGUAGE sql STABLE ROWS 1 {_PINNED} AS $$ {sign_in_query()} $$"""

_NOTE = f"""
CREATE OR REPLACE FUNCTION note_sign_in(given_token bytea, given_now timestamp with time zone) RETURNS void
LANGUAGE sql {_PINNED} AS $$
    SELECT set_config('synchronous_commit', 'off', true);  -- every page writes this, and none waits for the disk
    UPDATE sign_ins SET seen_at = given_now WHERE token_hash = given_token AND seen_at < given_now
$$"""  # noqa: S608 - our own words

_KEEP = f"""
CREATE OR REPLACE FUNCTION keep_sign_in_data(given_token bytea, given_data jsonb) RETURNS void
LANGUAGE sql {_PINNED} AS $$ UPDATE sign_ins SET data = given_data WHERE token_hash = given_token $$"""  # noqa: S608 - our own words

_AT_THE_DOOR = (DatabaseRole.DOOR, DatabaseRole.SYSTEM)
_MOMENT = "timestamp with time zone"

ACCESS_FUNCTIONS = (
    DatabaseFunction("end_access()", _END),
    DatabaseFunction("keep_an_administrator()", _STAY),
    DatabaseFunction(f"sign_in_of(bytea, {_MOMENT}, {_MOMENT})", _FIND, _AT_THE_DOOR),
    DatabaseFunction(f"note_sign_in(bytea, {_MOMENT})", _NOTE, (*_AT_THE_DOOR, *PEOPLES_ROLES)),
    DatabaseFunction("keep_sign_in_data(bytea, jsonb)", _KEEP, _AT_THE_DOOR),
)
"""No role may call the triggers' own. At the door the others are called, with a token that is in one browser only."""

ACCESS_TRIGGERS = (
    "DROP TRIGGER IF EXISTS end_access ON people",
    "CREATE TRIGGER end_access AFTER UPDATE ON people FOR EACH ROW WHEN"
    " ((OLD.password_hash, OLD.role, OLD.agency_id, OLD.email, OLD.is_active) IS DISTINCT FROM"
    " (NEW.password_hash, NEW.role, NEW.agency_id, NEW.email, NEW.is_active)) EXECUTE FUNCTION end_access()",
    "DROP TRIGGER IF EXISTS keep_an_administrator ON people",
    "CREATE TRIGGER keep_an_administrator AFTER UPDATE ON people FOR EACH ROW WHEN"
    f" ({_ADMINISTRATES.format(person='OLD')} AND NOT ({_ADMINISTRATES.format(person='NEW')}))"
    " EXECUTE FUNCTION keep_an_administrator()",
    "DROP TRIGGER IF EXISTS keep_an_administrator_here ON people",
    "CREATE TRIGGER keep_an_administrator_here AFTER DELETE ON people FOR EACH ROW WHEN"
    f" ({_ADMINISTRATES.format(person='OLD')}) EXECUTE FUNCTION keep_an_administrator()",
)
