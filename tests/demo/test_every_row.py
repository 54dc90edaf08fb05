"""Is every row of a whole demonstration on record, however it came to be?"""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.schema import all_policies
from tests.assurance.figures import note_figure

_MISSING = """
SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM change_log c WHERE c.table_name = '{table}' AND c.row_key = t.key AND c.verb = 'insert'
    AND c.changed_at IS NOT NULL AND c.request_id <> '' AND c.new_values IS NOT NULL))
FROM (SELECT coalesce(to_jsonb(r) ->> 'id', '') AS key FROM "{table}" r) t"""
BY_THE_MIGRATION = {"partnership_settings", "mail_settings"}
"""Tables whose one row is there before the trigger is."""


@pytest.mark.assures(30)
def test_every_row_of_the_demo_has_its_record(session: Session) -> None:
    missing, count = {}, 0
    for table, policy in sorted(all_policies().items()):
        if policy.is_logged and table not in BY_THE_MIGRATION:
            rows, without = session.execute(text(_MISSING.format(table=table))).one()
            count += rows
            if without:
                missing[table] = without
    note_figure(
        30, "rows of the demonstration without a record", reached=sum(missing.values()), wanted="0",
        tried=f"{count:,} rows", holds=not missing,
    )  # fmt: skip
    assert missing == {}
    assert count > 1000
