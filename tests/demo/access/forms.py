"""How is a form of a page filled in so that the portal would take it from whoever may send it?"""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag

from models.core.clock import today
from tests.web import first_listed, sent_by

WORDS = "Words of a test."
_BY_TYPE = {"date": f"{today():%Y-%m-%d}", "datetime-local": f"{today():%Y-%m-%d}T09:00", "email": "a@example.org"}


def filled_form(text: str, path: str) -> dict[str, Any] | None:
    """What a browser sends for the form of a page, every empty field filled in; None where the page has none."""
    page = BeautifulSoup(text, "html.parser")
    forms = page.select("main form[method=post]")
    own = [form for form in forms if str(form.get("action") or path).partition("?")[0] == path.partition("?")[0]]
    if not own:
        return None
    form = max(own, key=lambda form: len(form.select("[name]")))
    values = sent_by(BeautifulSoup(f"<main>{form}</main>", "html.parser"))
    for field in form.select("input[name], textarea[name], select[name]"):
        name = str(field["name"])
        if not values.get(name) and (value := _value_for(field)):
            values[name] = value
    return values


def _value_for(field: Tag) -> str:
    """A value that a field takes; "" for one that is better left as it is."""
    kind = str(field.get("type", "text"))
    if kind in ("hidden", "checkbox", "file"):
        return ""
    if field.get("list"):
        return first_listed(field)
    if field.name == "select":
        options = [str(option.get("value", "")) for option in field.select("option")]
        return next((option for option in options if option), "")
    if kind == "radio":
        return str(field.get("value", ""))
    return _BY_TYPE.get(kind) or ("1" if field.get("inputmode") in ("numeric", "decimal") else WORDS)
