"""From which place in a list did somebody come to a record, and how do they get back to it?

The place is the list's own questions, order and page, carried in the address of the record's pages; nothing of it is
kept by the portal. Only what the list knows is taken from it, so that no address can be smuggled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

PLACE = "list"
"""The argument of a record's address that names the place."""

_LONGEST = 1500
_LEFT_AS_THEY_ARE = "!$'()*,/:;?@"  # by Werkzeug too, in the other links of a page


def address_with(path: str, arguments: Mapping[str, Any]) -> str:
    """A path with arguments, as Flask writes it; what is None is no argument.

    >>> address_with("/people/", {"q": "ann lee", "sort": None, "columns": "name,role"}), address_with("/people/", {})
    ('/people/?q=ann+lee&columns=name,role', '/people/')
    """
    asked = [(name, value) for name, value in arguments.items() if value is not None]
    return f"{path}?{urlencode(asked, safe=_LEFT_AS_THEY_ARE)}" if asked else path


def place_of(arguments: Mapping[str, str], known: Iterable[str]) -> str:
    """The place that a list's address shows, as one word; empty for the list as it usually is, or beyond 1,500 letters.

    >>> place_of({"q": "ann lee", "sort": "-name", "next": "//evil.example"}, ["q", "sort"])
    'q=ann+lee&sort=-name'
    """
    place = urlencode({name: arguments[name] for name in known if arguments.get(name, "").strip()})
    return place if len(place) <= _LONGEST else ""


def asked_at(place: str, known: Iterable[str]) -> dict[str, str]:
    """What the list is asked at a place; what is no question of this list is left out.

    >>> asked_at("q=ann+lee&sort=-name&next=//evil.example", ["q", "sort"]), asked_at("https://evil.example", ["q"])
    ({'q': 'ann lee', 'sort': '-name'}, {})
    """
    if len(place) > _LONGEST:
        return {}
    asked = dict(parse_qsl(place))
    return {name: asked[name] for name in known if asked.get(name)}
