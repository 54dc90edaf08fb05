"""Has somebody else saved what this form was opened on, and what must the second person see then?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from wtforms import Form

from admin_views.kit.refusals import SAVED_MEANWHILE

CONFLICT = f"{SAVED_MEANWHILE} What you typed is kept below; check it against what is saved now, then save again."


def version_of(over: Iterable[object]) -> str:
    """The version of everything that a form saves over: of records their row versions, "new" for what is not there yet.

    What has no row version, such as a set of links, stands for itself.
    """
    return "-".join("new" if item is None else str(getattr(item, "row_version", item)) for item in over)


def opened_version(current: str) -> str:
    """The version that the form being sent was opened on; the current one for a form that is being shown."""
    return request.form.get("row_version", "")[:4000] if request.method == "POST" else current


def status_of(problems: Sequence[tuple[str, str]]) -> int:
    """The status of a page that is shown again with these problems: 409 where somebody was faster."""
    return 409 if any(sentence.startswith(SAVED_MEANWHILE) for _, sentence in problems) else 422


def saved_meanwhile(form: Form) -> list[tuple[str, str]]:
    """The label and saved value of each field that was opened on a saved value and says something else now."""
    saved = [(field, _saved_value(field)) for field in form]
    return [
        (str(field.label.text), in_words(field, value))
        for field, value in saved
        if value is not None and field.data != value
    ]


def _saved_value(field: Any) -> Any:
    """The value a field was opened on; of records their keys, which is what such a field holds."""
    if isinstance(field.object_data, list):
        return [getattr(item, "id", item) for item in field.object_data]
    return field.object_data


def in_words(field: Any, value: Any) -> str:
    """A saved value as the field's own choices name it."""
    if isinstance(value, (list, tuple)):
        return ", ".join(in_words(field, each) for each in value)
    pairs = getattr(field, "options", None) or map(_pair, getattr(field, "choices", None) or ())
    choices = {str(key): str(label) for key, label in pairs}
    return choices.get(str(value)) or str("" if value is None else getattr(value, "label", value))


def _pair(choice: Any) -> tuple[Any, Any]:
    """The key and the label of one choice, in either of the forms that WTForms takes."""
    return choice if isinstance(choice, tuple) else (choice.value, choice.label)
