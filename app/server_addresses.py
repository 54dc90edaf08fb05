"""How does an operator write where a server is, and what is refused?"""

from __future__ import annotations


def with_scheme(value: str, form: str, *schemes: str) -> str:
    """Refuse another kind of address. The value itself may hold a password and is never repeated."""
    if value and not value.partition("://")[0].startswith(schemes):
        raise ValueError(f"must be {form}")
    return value
