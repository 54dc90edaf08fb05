"""Does a list end exactly where a spreadsheet cannot go on?"""

from collections.abc import Iterable

from models.rules.case_lists.files.batches import Batch
from models.rules.case_lists.notes import Note

_SPREADSHEET_ROWS = (65_536, 1_048_576)
"""Rows of a sheet in the Excel of 2003, and in today's."""


def _is_filled(cells: Iterable[str]) -> bool:
    return any(cell and not cell.isspace() for cell in cells)


def last_filled_row(batch: Batch) -> int:
    """The number of the batch's last row with a filled cell, 0 when there is none."""
    for place in reversed(range(len(batch.numbers))):
        if _is_filled(batch.row(place)):
            return batch.numbers[place]
    return 0


def limit_note(last_row: int, header_row: int) -> Note | None:
    """A note on a list whose rows, with or without its heading, are exactly as many as a spreadsheet can hold.

    >>> limit_note(65_536, 1).rows, limit_note(1_048_577, 1).rows, limit_note(65_535, 1)
    ((65536,), (1048577,), None)
    """
    for limit in _SPREADSHEET_ROWS:
        if last_row == limit or last_row - header_row in (limit, limit - 1):
            return Note(
                "ends_at_limit",
                f"This list ends exactly at Excel's limit of {limit:,} rows, so rows may be missing after row "
                f"{last_row:,}. Ask for the number of rows it should have, or for the list in parts.",
                (last_row,),
            )
    return None
