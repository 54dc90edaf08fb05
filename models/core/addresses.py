"""At which address is a record read, so that no message, calendar or screen writes an address by hand?

A table says where its records stand, once: by its own name with dashes (`self_evaluations` stands at
`/self-evaluations/`), or by `address_path` in the class where the portal says it otherwise (`FeedbackActivity` stands
at `/feedback/`). Everything else is asked for here:

    address_of(record)                              /self-evaluations/7/
    address_of(review, "gates", code, "waive")      /thematic-reviews/3/gates/focus/waive/
    address_by_id(Action, action_id)                /actions/12/              where only the id is at hand
    list_address(Action, late="yes")                /actions/?late=yes
    list_address(Challenge, "new", review_id=3)     /challenges/new/?review_id=3

What comes back is a path from the portal's root, beginning with a slash and always with the slash at its end that the
portal's pages have; a message that leaves the portal puts the portal's own address before it: `f"{portal}{address}"`.
Parts are written as they are (ids, slugs and codes need no quoting); questions are quoted, and one that is None is
left out.

For screens. A screen's `url` is a slash and `path_of(model)`: the base may take it from the model, so that a screen of
a table names none of its own; a test compares them until then. In a screen's code, write `address_of(review)` for
`f"/thematic-reviews/{review.id}/"`, `address_by_id(ThematicReview, review_id)` where there is but an id, and
`list_address(Challenge, "new", review_id=review.id)` for a button that opens a form. Cards are
`list_address(Action, late="yes")`. Made globals of the templates beside `count_words`, they need only the record there:
`<a href="{{ address_of(review) }}">`. `admin_views.kit.registry.link_to` stays the way to link a record's name, for it
also asks whether the page is open to whoever reads; addresses do not ask, and lead to a refusal where it is not.
Pages that belong to no table (`/account/`, `/sign-in/`, `/answer/…`) are not found here: they are asked for by their
endpoint, with Flask's `url_for`, as a screen's own pages are (`screen.link("wait", record_id=…)`). Answers are plain
text, so that the room below the screens can write them too.
"""

from __future__ import annotations

from urllib.parse import urlencode

from sqlalchemy import inspect

from models.core.db import Base


def path_of(table: type[Base]) -> str:
    """The first part of the addresses of a table's records, such as `self-evaluations`; no slashes."""
    return table.address_path or str(table.__tablename__).replace("_", "-")


def list_address(table: type[Base], *page: object, **asked: object) -> str:
    """The address of a table's list, or of a page beside its records such as `"new"`, with its questions."""
    path = "/".join(str(part) for part in ("", path_of(table), *page, ""))
    answers = {name: value for name, value in asked.items() if value is not None}
    return f"{path}?{urlencode(answers)}" if answers else path


def address_by_id(table: type[Base], record_id: int, *page: object, **asked: object) -> str:
    """The address at which the record with an id is read, or of one of its pages, with its questions."""
    return list_address(table, record_id, *page, **asked)


def address_of(record: Base, *page: object, **asked: object) -> str:
    """The address at which a record is read, or of one of its pages. The record must have been written: it has an id.

    Raises ValueError for a record that has not, and for a table whose key is more than an id.
    """
    (record_id,) = inspect(type(record)).primary_key_from_instance(record)
    if record_id is None:
        raise ValueError(f"this {type(record).__name__} has no address before it is written")
    return address_by_id(type(record), record_id, *page, **asked)


def address_of_name(name: str, *page: object) -> str:
    """The address of the record that is named as `table:key`, or of one of its pages.

    Raises StopIteration for a table that there is not.
    """
    table, _, key = name.partition(":")
    known = next(mapper.class_ for mapper in Base.registry.mappers if mapper.local_table.description == table)
    return list_address(known, key, *page)
