"""Which of a person's sign-ins and links does the database itself end when their access changes?

A trigger does it, so that nobody can forget to: not a form, not a change of many at once, not a command, not raw SQL.
"""

from __future__ import annotations

from models.core.database_functions import DatabaseFunction

_END = """
CREATE OR REPLACE FUNCTION end_access() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM sign_ins WHERE person_id = NEW.id;
    IF (OLD.password_hash, OLD.email, OLD.is_active) IS DISTINCT FROM (NEW.password_hash, NEW.email, NEW.is_active) THEN
        UPDATE access_links SET withdrawn_at = clock_timestamp()
        WHERE person_id = NEW.id AND used_at IS NULL AND withdrawn_at IS NULL AND expires_at > now();
    END IF;
    RETURN NULL;
END $$"""

ACCESS_FUNCTIONS = (DatabaseFunction("end_access()", _END),)
"""No role may call it: it reaches sign-ins, which only the portal's own sign-in may."""

ACCESS_TRIGGERS = (
    "DROP TRIGGER IF EXISTS end_access ON people",
    "CREATE TRIGGER end_access AFTER UPDATE ON people FOR EACH ROW WHEN"
    " ((OLD.password_hash, OLD.role, OLD.agency_id, OLD.email, OLD.is_active) IS DISTINCT FROM"
    " (NEW.password_hash, NEW.role, NEW.agency_id, NEW.email, NEW.is_active)) EXECUTE FUNCTION end_access()",
)
