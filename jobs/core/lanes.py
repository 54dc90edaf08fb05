"""In which queue does a job wait? Told here by name, so that the relay need not load what a job is made of."""

from __future__ import annotations

from enum import StrEnum


class Lane(StrEnum):
    """The queue a job waits in. Nobody waits for mail; jobs of minutes must hold up nothing that somebody waits for."""

    SHORT = "short"
    MAIL = "mail"
    LONG = "long"


LANES = {
    "send_message": Lane.MAIL,
    "carry_out_table_import": Lane.LONG,
    "check_case_list": Lane.LONG,
    "check_table_import": Lane.LONG,
    "erase_due": Lane.LONG,
    "freeze_case_list": Lane.LONG,
    "index_frame_rows": Lane.LONG,
    "mail_saved_view": Lane.LONG,
    "make_list_workbook": Lane.LONG,
    "scan_waiting_files": Lane.LONG,
}
"""The jobs that do not wait in the short lane. Those of LONG may take minutes: some workers leave them alone. Of MAIL
one process does many in a row, so they must be quick.
"""


def lane_of(name: str) -> Lane:
    """The lane of the job of that name.

    >>> lane_of("send_message"), lane_of("one that this version does not know")
    (<Lane.MAIL: 'mail'>, <Lane.SHORT: 'short'>)
    """
    return LANES.get(name, Lane.SHORT)
