"""How is a message's text made from a template that officers edit themselves?

A template holds names in braces, `{due_on}`; nothing else is special. Values are put in as they are and never looked
at again, so a value that looks like a name stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from models.core.errors import RuleBroken

_NAME = re.compile(r"\{([a-z_]+)\}")


def names_in(template: str) -> set[str]:
    """The names a template asks for.

    >>> sorted(names_in("{action} is due on {due_on}. {action}"))
    ['action', 'due_on']
    """
    return set(_NAME.findall(template))


def check_template(template: str, names: Collection[str], *, field: str = "") -> None:
    """Refuse with RuleBroken a name that nothing will fill, and braces that hold no name; `field` holds the text.

    >>> check_template("Due on {due_on}", ["due_on"])
    >>> check_template("Due on {due}", ["due_on"])
    Traceback (most recent call last):
    models.core.errors.RuleBroken: The text asks for {due}, which is not known here; use {due_on}.
    """
    unknown = sorted(names_in(template) - set(names))
    if unknown:
        offered = ", ".join(f"{{{name}}}" for name in names)
        raise RuleBroken(f"The text asks for {{{unknown[0]}}}, which is not known here; use {offered}.", field=field)
    if re.search(r"[{}]", _NAME.sub("", template)):
        raise RuleBroken(
            "The text has a brace that encloses no name; write names like {due_on} and no other braces.", field=field
        )


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with each name replaced by its value; raises KeyError on a name without one.

    >>> fill("{action} is due", {"action": "Audit {ten} files"})
    'Audit {ten} files is due'
    """
    return _NAME.sub(lambda name: values[name.group(1)], template)
