"""How does a table of rows come to be, get frozen and be emptied, when nobody who works here may do that by hand?"""

from __future__ import annotations

from models.core.access import DatabaseRole
from models.core.database_functions import DatabaseFunction

_DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
"""With the owner's rights; `public` first and the caller's temporary tables last, so that no name can be taken over."""
_WORKERS = "SET maintenance_work_mem = '256MB' SET max_parallel_maintenance_workers = 2"

_FREEZERS = (DatabaseRole.ADMINISTRATOR, DatabaseRole.OFFICER, DatabaseRole.SYSTEM)
"""A list is frozen by a job that acts as the officer who asked, or from the command line as the portal itself."""

_PART = """
CREATE OR REPLACE FUNCTION frame_part(frame int, wants_frozen boolean) RETURNS text LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp AS $$
DECLARE
    part text := format('frame_rows_%s', frame);
    is_frozen boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM case_frames WHERE id = frame) OR part !~ '^frame_rows_[0-9]+$' THEN
        RAISE EXCEPTION 'there is no frame %', frame USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT relispartition INTO is_frozen FROM pg_class WHERE oid = to_regclass(format('public.%I', part));
    IF is_frozen IS DISTINCT FROM wants_frozen THEN
        RAISE EXCEPTION 'the rows of frame % are %', frame,
            CASE is_frozen WHEN true THEN 'frozen' WHEN false THEN 'not frozen' ELSE 'not loaded' END
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN part;
END $$"""

# The CHECK of the bare table spares ATTACH PARTITION the reading of all its rows (PostgreSQL, ALTER TABLE).
_OPEN = f"""
CREATE OR REPLACE FUNCTION open_frame(frame int) RETURNS text {_DEFINER} AS $$
DECLARE
    part text := frame_part(frame, NULL);
BEGIN
    IF NOT EXISTS (SELECT FROM case_frames WHERE id = frame AND fingerprint = '') THEN
        RAISE EXCEPTION 'frame % is frozen', frame USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE frame_rows INCLUDING DEFAULTS, CHECK (frame_id = %s))', part, frame);
    EXECUTE format('CREATE TABLE public.%I (reference text COLLATE "C")', part || '_repeats');
    EXECUTE format('GRANT INSERT, SELECT ON public.%I, public.%I TO {", ".join(_FREEZERS)}', part, part || '_repeats');
    RETURN part;
END $$"""

_ATTACH = f"""
CREATE OR REPLACE FUNCTION attach_frame(frame int) RETURNS void {_DEFINER} {_WORKERS}
SET default_statistics_target = 30 AS $$
DECLARE
    part text := frame_part(frame, false);
BEGIN
    EXECUTE format('REVOKE ALL ON public.%I FROM {", ".join(_FREEZERS)}', part);
    EXECUTE format('UPDATE public.%I AS r SET is_repeated = true FROM public.%I AS again'
                   ' WHERE again.reference = r.reference', part, part || '_repeats');
    EXECUTE format('DROP TABLE public.%I', part || '_repeats');
    EXECUTE format('ALTER TABLE frame_rows ATTACH PARTITION public.%I FOR VALUES IN (%s)', part, frame);
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('ANALYZE public.%I', part);
END $$"""  # noqa: S608 - our own words

_INDEX = f"""
CREATE OR REPLACE FUNCTION index_frame(frame int) RETURNS void {_DEFINER} {_WORKERS} AS $$
DECLARE
    part text := frame_part(frame, true);
BEGIN
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (frame_id, reference, row_number)',
                   part || '_reference', part);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I (frame_id, started_on, row_number)',
                   part || '_started', part);
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON public.%I USING gin (reference gin_trgm_ops)',
                   part || '_words', part);
    EXECUTE format('ANALYZE public.%I', part);
END $$"""

_EMPTY = f"""
CREATE OR REPLACE FUNCTION empty_frame(frame int) RETURNS void {_DEFINER} AS $$
DECLARE
    part text := frame_part(frame, true);
BEGIN
    IF NOT EXISTS (SELECT FROM case_frames WHERE id = frame AND erased_on IS NOT NULL) THEN
        RAISE EXCEPTION 'frame % is not marked as erased', frame USING ERRCODE = 'restrict_violation';
    END IF;
    EXECUTE format('TRUNCATE TABLE public.%I', part);
END $$"""

FRAME_FUNCTIONS = (
    DatabaseFunction("frame_part(int, boolean)", _PART),
    DatabaseFunction("open_frame(int)", _OPEN, _FREEZERS),
    DatabaseFunction("attach_frame(int)", _ATTACH, _FREEZERS),
    DatabaseFunction("index_frame(int)", _INDEX, _FREEZERS),
    DatabaseFunction("empty_frame(int)", _EMPTY, (DatabaseRole.SYSTEM,)),
)
"""`frame_part` is called by the others only, which run as its owner: it checks the frame and names its table."""
