"""Which functions does the portal keep in the database, and which roles may call them?"""

from __future__ import annotations

from dataclasses import dataclass

from models.core.access import DatabaseRole


@dataclass(frozen=True)
class DatabaseFunction:
    """One function of the database, and the roles that may call it.

    `signature` is the name with the types of its arguments, `open_frame(int)`; `statement` creates or replaces it.
    PostgreSQL lets everybody call a new function unless told otherwise, so nobody is named who does not need it: a
    trigger function is called by no role at all, for a trigger fires whoever may call its function.
    """

    signature: str
    statement: str
    executable_by: tuple[DatabaseRole, ...] = ()

    def statements(self) -> list[str]:
        """The DDL that makes the function and states anew who may call it; safe to run again and again."""
        stated = [
            self.statement,
            f"REVOKE ALL ON FUNCTION {self.signature} FROM PUBLIC, {', '.join(DatabaseRole)}",
        ]
        if self.executable_by:
            stated.append(f"GRANT EXECUTE ON FUNCTION {self.signature} TO {', '.join(self.executable_by)}")
        return stated
