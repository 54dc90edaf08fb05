"""How does a test see that nothing was written anywhere, or what was?"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.core.db import Base
from models.core.rooms import load_rooms

Fingerprint = dict[str, tuple[int, str]]
OF_THE_VISIT = {"sign_ins", "form_receipts", "looks"}  # pages write here that somebody is at work, and what they saw


def fingerprint(session: Session, *, without: set[str] | frozenset[str] = frozenset()) -> Fingerprint:
    """How many rows each table has, and a hash over all their columns; tables `without` are left out.

    The session must act as the portal itself, which sees every row. Commits, so that others may use its connection.
    """
    load_rooms("models")
    names = sorted(Base.metadata.tables.keys() - without)
    digest = "coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '')"
    parts = [f"SELECT '{name}' AS name, count(*) AS rows, {digest} AS hash FROM {name} t" for name in names]
    rows = session.execute(text(" UNION ALL ".join(parts))).all()
    session.commit()
    return {row.name: (row.rows, row.hash) for row in rows}


def changed(before: Fingerprint, after: Fingerprint) -> set[str]:
    """The tables whose rows are not what they were."""
    return {name for name in before if before[name] != after[name]}
