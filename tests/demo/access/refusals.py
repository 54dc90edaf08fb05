"""What may people reach who have nothing to do with the record, and which checks are held by a test of their own?"""

from __future__ import annotations

REACHED_WITHOUT_A_TIE: set[str] = set()
"""Acts open to everybody of the role, whatever the record: by foreigner and address."""

HELD_BY_TESTS: dict[str, str] = {}
"""Checks that no foreigner of the demo comes by, each with the test that fails when it is gone."""
