"""How does somebody get an empty sheet to fill in, with a word on every column?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, abort, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin_views.kit.base import OFFICERS, PageSet, expose, role
from admin_views.kit.lists.exports import MEDIA_TYPES, csv_pieces
from admin_views.kit.lists.workbooks import Worksheet, workbook_of
from models.spreadsheets.look_ups import LookUp
from models.spreadsheets.sheet_kinds import Holds, SheetColumn, SheetKind, all_kinds, kind_of

PARTNERSHIP = "partnership"
EXPLAINED = "How to fill this in"
_HEADINGS = ("Sheet", "Column", "Must be given", "What it holds", "Words to choose from", "Meaning")
_NAMED = 60
"""Words of a list that the explanations name."""


def may_bring(kind: SheetKind) -> bool:
    """Whether the person who asks may bring in rows of that kind."""
    return role() in kind.roles


def kinds_offered(name: str) -> list[SheetKind]:
    """The kind of that name, or all that make up a partnership, as far as the asking person may bring them in."""
    whole = list(all_kinds().values())
    kinds = whole if name == PARTNERSHIP else [kind_of(name), *map(kind_of, kind_of(name).stated.along)]
    return [kind for kind in kinds if may_bring(kind) and (name != PARTNERSHIP or kind.stated.is_of_partnership)]


class TemplatePages(PageSet):
    """Templates to download."""

    @expose("/template/<list_name>.<file_kind>", roles=OFFICERS)
    def template(self, list_name: str, file_kind: str) -> ResponseReturnValue:
        """A workbook with a sheet of headings for each kind and one that explains them; a CSV file of headings."""
        if list_name != PARTNERSHIP and list_name not in all_kinds():
            abort(404)
        kinds = kinds_offered(list_name)
        if not kinds or file_kind not in MEDIA_TYPES:
            abort(404 if kinds else 403)
        if file_kind == "csv":
            headers = {"Content-Disposition": f'attachment; filename="{list_name}.csv"'}
            pieces = csv_pieces(_headings(kinds[0]), [])
            return Response(pieces, content_type=MEDIA_TYPES["csv"], headers=headers)
        file = workbook_of(*_sheets(self.session, kinds))
        return send_file(file, MEDIA_TYPES["xlsx"], as_attachment=True, download_name=f"{list_name}.xlsx")


def _headings(kind: SheetKind) -> list[str]:
    return [column.heading for column in kind.columns]


def _sheets(session: Session, kinds: Sequence[SheetKind]) -> Iterator[Worksheet]:
    for kind in kinds:
        yield Worksheet(kind.title, _headings(kind), [])
    yield Worksheet(EXPLAINED, _HEADINGS, [row for kind in kinds for row in _explained(session, kind)])


def _explained(session: Session, kind: SheetKind) -> Iterator[tuple[str, ...]]:
    first_key = kind.stated.keys[0]
    for column in kind.columns:
        needed = "Yes" if column.is_required or (column.key in first_key and not column.is_key_only) else ""
        words = "; ".join(_words(session, column))
        yield kind.title, column.heading, needed, column.holds.label, words, _meaning(column)


def _meaning(column: SheetColumn) -> str:
    if column.is_key_only:
        return "Leave it empty for a new one; the portal gives it."
    kept = "An empty cell leaves what is saved, or takes the usual value."
    return f"{column.help} {kept if column.is_kept_when_empty and not column.is_required else ''}".strip()


def _words(session: Session, column: SheetColumn) -> list[str]:
    """The words that a column takes, as far as they are few enough to be listed."""
    if column.words is not None:
        return [str(getattr(word, "label", word.value)) for word in column.words]
    if column.holds is not Holds.RECORD:
        return []
    offered = LookUp(session, column, {}).offers()
    return offered if len(offered) <= _NAMED else [*offered[:3], "…"]
