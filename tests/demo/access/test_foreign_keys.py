"""Does a form, an address or a bulk action take the key of a record that is somebody else's?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from models.core.access import Role
from tests.assurance.figures import note_figure, scaled
from tests.demo.access.addresses import ASKED, ROWS, existing, table_of
from tests.demo.access.foreign_keys import Foreign, Others
from tests.demo.access.forms import filled_form
from tests.demo.access.reference_forms import ReferenceForm, form_addresses, opened, reference_form
from tests.demo.access.stated import Asked, every_address, stated
from tests.demo.access.strangers import says_the_mark
from tests.demo.access.world import World

pytestmark = pytest.mark.assures(5)

BOUND = frozenset({Role.MANAGER, Role.AGENCY_MEMBER})
OF_THE_PARTNERSHIP = frozenset({Role.ADMINISTRATOR, Role.OFFICER, Role.SPONSOR})
REFUSED = (400, 403, 404, 422)
ALLOWED = {
    ("/learning-uses/new/", "product_id"): "what is released is there for everybody, whichever hub it is from",
}
"""Fields in which an officer may name what hangs on another hub, each with the reason."""

NOT_IN_THE_DEMO = 0.25
"""Of the forms, so many at most may need a record or a state that nobody asked has in the demo."""

OF_ALL = 0.5
"""Of the forms with a field for records, at least so many are taken when they are sent as they were filled in."""


@dataclass(frozen=True)
class Attempt:
    """A form that is sent with keys of others' records in it."""

    form: ReferenceForm
    tried: tuple[Foreign, ...]
    values: dict[str, Any]
    what: str
    is_offered: bool = False


@dataclass
class Tally:
    """What came of the attempts."""

    forms: int = 0
    unopened: list[str] = field(default_factory=list)
    taken: int = 0
    fields: int = 0
    posts: int = 0
    accepted: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)

    def note(self, what: str) -> None:
        """Write the figures of a test down."""
        taken = f" ({self.taken} of them taken as they are)" if self.taken else ""
        unopened = f"; {len(self.unopened)} forms that nobody opens in the demo" if self.unopened else ""
        tried = f"{self.posts:,} posts of {self.forms} forms{taken}, {self.fields} fields for records{unopened}"
        note_figure(5, what, reached=len(self.accepted), wanted="0", tried=tried, holds=not self.accepted)
        said = "answers that are neither a refusal nor a sentence"
        note_figure(5, f"{what}: {said}", reached=len(self.unsaid), wanted="0", tried=tried, holds=not self.unsaid)


def cast(world: World, others: Others, role: Role) -> list[int]:
    """People of a role who have something to do with the demo, and who are bound where the role may be."""
    known = [person for person in world.people[role] if person not in world.foreigners.values()]
    if role in BOUND:
        return [person for person in known if others.of(person, "agencies")][:12]
    return known[:2]


@pytest.mark.parametrize("roles", [BOUND, OF_THE_PARTNERSHIP], ids=["bound to an agency", "of the partnership"])
def test_no_form_takes_the_key_of_a_record_that_is_anothers(world: World, roles: frozenset[Role]) -> None:
    others, tally = Others(world), Tally()
    of_each = scaled(1, ci=6) if roles is BOUND else scaled(1, ci=40)
    for rule, role in form_addresses(roles)[::of_each]:
        people, opened_by_some = cast(world, others, role), False
        for some in (people[::2], people[1::2])[: scaled(2, ci=1)]:
            form = reference_form(world, rule, role, some, most=scaled(40 if roles is BOUND else 4, ci=2))
            opened_by_some |= form is not None
            for attempt in attempts(world, others, form, tally) if form is not None else ():
                send(world, others, attempt, tally)
        tally.unopened += [] if opened_by_some else [f"{rule} by {role}"]
    tally.note(f"keys accepted in forms of people {'bound to an agency' if roles is BOUND else 'of the partnership'}")
    assert "\n".join([*tally.accepted, *tally.unsaid]) == ""
    assert tally.posts > scaled(80, ci=3)
    assert tally.taken > tally.forms * OF_ALL
    assert len(tally.unopened) < tally.forms * NOT_IN_THE_DEMO, tally.unopened


def attempts(world: World, others: Others, form: ReferenceForm, tally: Tally) -> Iterator[Attempt]:
    """Each field with each key of another's; all hidden ones at once; and the form that an address with one opens."""
    tally.forms, tally.fields = tally.forms + 1, tally.fields + len(form.fields)
    tally.taken += form.is_taken
    review = review_of_form(others, form)
    for known in form.fields:
        if (form.rule, known.name) not in ALLOWED:
            for foreign in [*others.of(form.person, known.table), *others.of_other_reviews(known.table, review)]:
                yield Attempt(form, (foreign,), form.with_key(known, foreign.key), known.name, known.is_offered)
    hidden = {
        known.name: keys[0]
        for known in form.hidden_fields()
        if (keys := others.of(form.person, known.table) or others.of_other_reviews(known.table, review))
    }
    if hidden:
        values = {**form.values, **{name: str(foreign.key) for name, foreign in hidden.items()}}
        yield Attempt(form, tuple(hidden.values()), values, f"hidden {', '.join(hidden)}")
    if form.record_id is None:
        yield from begun_elsewhere(world, others, form)


def begun_elsewhere(world: World, others: Others, form: ReferenceForm) -> Iterator[Attempt]:
    """The forms that open at the address when it names another's record as what the new one is to belong to."""
    for known in [*form.fields, *form.hidden_fields()]:
        for foreign in others.of(form.person, known.table)[:1] if (form.rule, known.name) not in ALLOWED else ():
            path = f"{form.path}{'&' if '?' in form.path else '?'}{known.name}={foreign.key}"
            begun = opened(world, form.rule, path, form.role, form.person)
            if begun is not None:
                yield Attempt(begun, (foreign,), begun.values, f"address with {known.name}")


def review_of_form(others: Others, form: ReferenceForm) -> int | None:
    """The review that a form is about: its record's, or the one that is chosen in it."""
    table = table_of(form.rule)
    if form.record_id is not None:
        return others.review_of(table, form.record_id) if table else None
    chosen = {name: str(form.values.get(name, "")) for name in ("review_id", "plan_id")}
    if chosen["review_id"].isdecimal():
        return int(chosen["review_id"])
    return others.review_of("action_plans", int(chosen["plan_id"])) if chosen["plan_id"].isdecimal() else None


def send(world: World, others: Others, attempt: Attempt, tally: Tally) -> None:
    """Send a form; a row that refers to another's record, or a record of others that is changed, is noted."""
    form = attempt.form
    others.remember(attempt.tried)
    tally.posts += 1
    with world.answered(form.person, form.path, method="POST", form=attempt.values) as answer:
        touched = others.touched(attempt.tried)
        is_shown = form.role in BOUND and says_the_mark(answer.data) and not form.is_marked
    said = f"{form.path} by {form.role} {form.person}, {attempt.what}: {answer.status_code}"
    if touched or is_shown:
        tally.accepted.append(f"{said} {', '.join(map(str, touched)) or 'shows the marker'}")
    elif answer.status_code not in REFUSED and (attempt.is_offered or answer.status_code >= 500):
        tally.unsaid.append(f"{said} {', '.join(map(str, attempt.tried))}")


def test_no_address_moves_or_changes_a_row_of_another_record_than_it_names(world: World) -> None:
    others, tally = Others(world), Tally()
    for asked, role in list(_two_numbers(world))[:: scaled(1, ci=20)]:
        _through_another_parent(world, others, asked, role, tally)
    tally.note("rows reached through an address of another record")
    assert "\n".join([*tally.accepted, *tally.unsaid]) == ""
    assert tally.taken > tally.forms * OF_ALL
    assert tally.posts > scaled(20, ci=1)


def _two_numbers(world: World) -> Iterator[tuple[Asked, Role]]:
    """Every address at which a row within a record is changed, with the roles that may."""
    assert world.portal is not None
    for asked in every_address(world.portal):
        if asked.method == "POST" and "<int:record_id>" in asked.rule and _inner(asked.rule):
            yield from ((asked, role) for role in sorted(stated().roles.get(asked, frozenset())))


def _inner(rule: str) -> str:
    """The name of the number of the row within the record; "" where an address has none of those known."""
    names = [name for name in re.findall(r"<int:(\w+)>", rule) if name != "record_id"]
    return next((name for name in names if ":record_id" in ROWS.get(name, "")), "")


def _through_another_parent(world: World, others: Others, asked: Asked, role: Role, tally: Tally) -> None:
    """Send what an address takes to the same record with a row that belongs to another."""
    hole = _inner(asked.rule)
    own = ROWS[hole].format(table=table_of(asked.rule))
    child = own.partition("FROM ")[2].split()[0]
    for person in cast(world, others, role):
        for path in existing(world, asked.rule, 3):
            with world.answered(person, path) as answer:
                form = filled_form(answer.text, path) if answer.status_code == 200 else {}
            if answer.status_code not in (200, 302, 405):
                continue
            record_id = int(re.findall(r"/(\d+)/", path)[0])
            with world.session() as session:
                foreign = session.scalars(
                    text(f'SELECT id FROM "{child}" WHERE id NOT IN ({own}) ORDER BY id DESC'), {"record_id": record_id}
                ).first()
            if foreign is None:
                continue
            _posted_to(world, others, person, _with_row(asked.rule, path, hole, foreign), form or {},
                       Foreign(child, foreign, "another record's"), tally)  # fmt: skip
            with world.answered(person, path, method="POST", form=form or {}) as answer:
                tally.taken += answer.status_code == 302
            tally.forms, tally.fields = tally.forms + 1, tally.fields + 1
            return


def _with_row(rule: str, path: str, hole: str, key: int) -> str:
    """The address with another number in one of its holes."""
    pieces, words = rule.split("/"), path.split("/")
    return "/".join(str(key) if piece == f"<int:{hole}>" else word for piece, word in zip(pieces, words, strict=True))


def _posted_to(
    world: World, others: Others, person: int, path: str, form: dict[str, Any], foreign: Foreign, tally: Tally
) -> None:
    others.remember([foreign])
    tally.posts += 1
    with world.answered(person, path, method="POST", form=form) as answer:
        touched = others.touched([foreign])
    if touched:
        tally.accepted.append(f"{path} by {person}: {answer.status_code} {foreign}")
    elif answer.status_code >= 500:
        tally.unsaid.append(f"{path} by {person}: {answer.status_code}")


def test_no_bulk_action_reaches_a_record_that_is_anothers(world: World) -> None:
    others, tally = Others(world), Tally()
    for asked, role in list(_bulk(world))[:: scaled(1, ci=4)]:
        for person in cast(world, others, role)[:2]:
            for foreign in others.of(person, table_of(asked.rule)):
                path = asked.rule + ASKED.get(asked.rule, "").format(id=foreign.key)
                ticked = {"rowid": str(foreign.key), "confirmed": "yes"}
                form = {**(_shown_at(world, person, path) if "?" in path else {}), **ticked}
                tally.forms, tally.fields = tally.forms + 1, tally.fields + 1
                _posted_to(world, others, person, path, form, foreign, tally)
    tally.note("records of others reached by bulk actions")
    assert "\n".join([*tally.accepted, *tally.unsaid]) == ""
    assert tally.posts > scaled(20, ci=1)


def _shown_at(world: World, person: int, path: str) -> dict[str, Any]:
    """The form that an address shows somebody, filled in; nothing where it shows none."""
    with world.answered(person, path) as answer:
        return (filled_form(answer.text, path) if answer.status_code == 200 else None) or {}


def _bulk(world: World) -> Iterator[tuple[Asked, Role]]:
    """Every address that acts on records whose numbers stand in the form, or behind it, with the roles that may."""
    assert world.portal is not None
    for asked in every_address(world.portal):
        if asked.method == "POST" and ("/bulk/" in asked.rule or "ids={id}" in ASKED.get(asked.rule, "")):
            roles = stated().roles.get(asked, frozenset())
            yield from ((asked, role) for role in sorted(roles))
