"""How is text kept from acting as a formula in a spreadsheet, so that it can be read back exactly?"""

from typing import Any

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell that is worked out begins with; the wide ones are read like the others on East Asian machines."""

_BEGINNINGS = frozenset((*DANGEROUS, " ", "'"))
"""What any such text begins with, before which spaces and apostrophes may stand; hardly any other text does."""


def harmless(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers and dates stay.

    Text that would be taken for such a marked one gets another, so that `unmarked` gives back every text as it was.

    >>> harmless("=HYPERLINK(1)"), harmless("Ann"), harmless(-3), harmless("'=1")
    ("'=HYPERLINK(1)", 'Ann', -3, "''=1")
    """
    return f"'{value}" if isinstance(value, str) and _is_dangerous(value) else value


def unmarked(text: str) -> str:
    """The text without the apostrophe that `harmless` put before it.

    >>> unmarked("'=HYPERLINK(1)"), unmarked("''=1"), unmarked("'tis"), unmarked("=1")
    ('=HYPERLINK(1)', "'=1", "'tis", '=1')
    """
    return text[1:] if text.startswith("'") and _is_dangerous(text[1:]) else text


def _is_dangerous(text: str) -> bool:
    return text[:1] in _BEGINNINGS and text.lstrip(" '").startswith(DANGEROUS)
