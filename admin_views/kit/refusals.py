"""Which field of a form is marked, and with which sentence, when a rule or the database says no?"""

from __future__ import annotations

from wtforms import Field, Form

from models.core.refusals import REFUSALS, SAVED_MEANWHILE, names_of, sentence_of

__all__ = ["REFUSALS", "SAVED_MEANWHILE", "problems_of", "sentence_of"]


def problems_of(error: Exception, form: Form) -> list[tuple[str, str]] | None:
    """The refusal as a problem of a form; None when the error is a fault of ours.

    Where the refusal is about one field that the form asks for, the field is marked, and the problem carries its id.
    """
    sentence = sentence_of(error)
    if sentence is None:
        return None
    about = _field_of(error, form)
    if about is None:
        return [("", sentence)]
    about.errors = [*about.errors, sentence]
    return [(about.id, sentence)]


def _field_of(error: Exception, form: Form) -> Field | None:
    """The field of the form that the refusal names, or the only one that its constraint is about."""
    asked = [form[name] for name in names_of(error) if name in form]
    return asked[0] if len(asked) == 1 else None
