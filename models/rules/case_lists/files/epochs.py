"""Which day number of a usual workbook is one of a workbook that counts from 1904?"""

import re

_DAY_NUMBER = re.compile(r"(\d{4,5})(\.\d+)?")
_DAYS_BETWEEN = 1_462  # 30 December 1899 to 1 January 1904


def since_1900(text: str) -> str:
    """A cleaned text of a date column in a workbook of 1904: its day number counted as elsewhere, else the text.

    Day numbers stand in cells of General format; date cells are days by themselves.

    >>> since_1900("44258"), since_1900("44258.5"), since_1900("04/03/2025")
    ('45720', '45720.5', '04/03/2025')
    """
    number = _DAY_NUMBER.fullmatch(text)
    # Four digits are a day number from 9,000 on (August 1928): below, they are a year.
    if number is None or (len(number[1]) == 4 and int(number[1]) < 9_000):
        return text
    return f"{int(number[1]) + _DAYS_BETWEEN}{number[2] or ''}"
