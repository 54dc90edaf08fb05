"""What has somebody said about the sheets and columns of a file, in a form?"""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app, request

from models.rules.spreadsheets.cells import fold
from models.rules.spreadsheets.tables import Table
from models.spreadsheets.import_runs import SheetChoice
from models.spreadsheets.sheet_kinds import all_kinds
from models.spreadsheets.table_imports import choose_kind


def secret() -> str:
    """What uploads are sealed with."""
    return str(current_app.extensions["settings"].secret_key)


def is_other_kind() -> bool:
    """Whether the form says of a sheet that it holds something else than its page showed: its columns come anew."""
    sent = request.form
    return any(sent.get(f"was-{name}", "") != said for name, said in sent.items() if name.startswith("kind-"))


def choices_of_form(tables: Sequence[Table], kept: Sequence[SheetChoice]) -> list[SheetChoice]:
    """What each sheet holds and which column is which, as the form says; answers given before stay."""
    return [_choice(number, table, before) for number, (table, before) in enumerate(zip(tables, kept, strict=True))]


def _choice(number: int, table: Table, before: SheetChoice) -> SheetChoice:
    sent = request.form
    kind = sent.get(f"kind-{number}", "")
    kind = kind if kind in all_kinds() else ""
    if not kind or sent.get(f"was-kind-{number}", "") != kind:
        return choose_kind(table, kind)
    headings = {column.key: sent.get(f"column-{number}-{column.key}", "") for column in all_kinds()[kind].columns}
    columns = {key: heading for key, heading in headings.items() if heading in table.headings}
    return SheetChoice(table.name, kind, columns, before.answers if before.kind == kind else {})


def answered(kept: Sequence[SheetChoice]) -> list[SheetChoice]:
    """The choices with the words that the form says are meant; a word left open stays refused."""
    by_kind = {choice.kind: choice for choice in kept}
    names = ("kind", "key", "word", "meant")
    for kind, key, word, meant in zip(*(request.form.getlist(name) for name in names), strict=False):
        if kind in by_kind and meant:
            by_kind[kind].answers.setdefault(key, {})[fold(word)] = meant
    return list(kept)
