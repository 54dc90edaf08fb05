"""What does the database itself end when a person's access changes, and which change of it does it refuse?

A trigger does it, so that nobody can forget to: not a form, not a change of many at once, not a command, not raw SQL.
"""

from __future__ import annotations

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

_KEEP = f"""
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

ACCESS_FUNCTIONS = (DatabaseFunction("end_access()", _END), DatabaseFunction("keep_an_administrator()", _KEEP))
"""No role may call them: they reach sign-ins, which only the portal's own sign-in may, and everybody's role."""

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
