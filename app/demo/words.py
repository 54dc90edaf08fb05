"""Where are the demo's words? In a TOML file beside each loader; this reads it as what the loader says it is."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

Kind = TypeVar("Kind")

_FOLDER = Path(__file__).parent

DEMO_SETTINGS = {
    "name": "Demo Safeguarding Partnership",
    "short_name": "Demo Partnership",
    "document_footer": "Demonstration: nothing here is real",
}
"""What the demonstration says of itself on pages and documents; it stays behind when it is left."""


def words_of(noun: str, key: str, kind: type[Kind]) -> Kind:
    """What `<noun>.toml` holds under a key, as the type that is named. Raises ValidationError where it is not that."""
    stated = tomllib.loads((_FOLDER / f"{noun}.toml").read_text(encoding="utf-8"))
    return TypeAdapter(kind).validate_python(stated[key])
