"""Which plain sentence does a person read when the database says no?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from psycopg import errors as database_errors
from sqlalchemy import CheckConstraint, Constraint, Index, Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models.core.db import Base
from models.core.errors import RuleBroken

SAVED_MEANWHILE = "Somebody else changed this record after you opened it."
_NEEDED = "This cannot be removed or changed because another record needs it."
_TAKEN = "There is already a record like this one."
_MISSING = "Something that must be given is missing."
_NOT_YOURS = "You may not save that: part of it lies outside what you may see or change."
_USUAL = "This cannot be saved because it does not fit the portal's rules."

REFUSALS = (RuleBroken, IntegrityError, StaleDataError, DBAPIError)


def sentence_of(error: Exception) -> str | None:
    """The sentence for a refusal; None when the error is a fault of ours that nobody should be told as a rule."""
    if isinstance(error, RuleBroken):
        return error.sentence
    if isinstance(error, StaleDataError):
        return SAVED_MEANWHILE
    if isinstance(error, DBAPIError):
        return _database_sentence(error.orig)
    return None


def names_of(error: Exception) -> Sequence[str]:
    """The columns that a refusal is about: the field it names, or those its constraint is about; may be empty."""
    if isinstance(error, RuleBroken):
        return [error.field] if error.field else []
    cause = getattr(error, "orig", None)
    if not isinstance(cause, database_errors.IntegrityError):
        return []
    return _constrained().get(cause.diag.constraint_name or "") or (cause.diag.column_name or "",)


def _database_sentence(cause: BaseException | None) -> str | None:
    if isinstance(cause, database_errors.IntegrityError):
        return _stated().get(cause.diag.constraint_name or "") or _by_kind(cause)
    if isinstance(cause, database_errors.InsufficientPrivilege):
        return _NOT_YOURS
    if isinstance(cause, database_errors.DataError):
        return _USUAL
    return None


def _by_kind(cause: database_errors.IntegrityError) -> str:
    kinds = (
        (database_errors.ForeignKeyViolation, _NEEDED),
        (database_errors.RestrictViolation, _NEEDED),
        (database_errors.UniqueViolation, _TAKEN),
        (database_errors.NotNullViolation, _MISSING),
    )
    return next((sentence for kind, sentence in kinds if isinstance(cause, kind)), _USUAL)


@lru_cache(maxsize=1)
def _stated() -> dict[str, str]:
    """The sentences that tables state for their constraints, unique columns and triggers, by the constraint's name."""
    sentences: dict[str, str] = {}
    for table in Base.metadata.tables.values():
        sentences |= table.info.get("trigger_sentences", {})
        for constraint in table.constraints | set(table.indexes):
            sentence = constraint.info.get("sentence")
            columns = list(getattr(constraint, "columns", ()))
            if not sentence and len(columns) == 1 and getattr(columns[0], "unique", False):
                sentence = columns[0].info.get("sentence")
            if sentence and constraint.name:
                sentences[str(constraint.name)] = sentence
    return sentences


@lru_cache(maxsize=1)
def _constrained() -> dict[str, Sequence[str]]:
    """The columns each constraint is about, by its name: the one it states, else all that it speaks of."""
    return {
        str(constraint.name): _columns_of(table, constraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints | set(table.indexes)
        if constraint.name
    }


def _columns_of(table: Table, constraint: Constraint | Index) -> Sequence[str]:
    stated = constraint.info.get("field")
    if stated:
        return [str(stated)]
    if isinstance(constraint, CheckConstraint):
        words = set(re.findall(r"\w+", str(constraint.sqltext)))
        return [column.name for column in table.columns if column.name in words]
    return [column.name for column in constraint.columns] if isinstance(constraint, (UniqueConstraint, Index)) else []
