"""How wide is each column of a table, so that no word is broken where another column has room to spare?"""

from collections.abc import Sequence


def column_widths(shares: Sequence[float], needs: Sequence[float], width: float) -> list[float]:
    """The width of each column in points, `width` in all: by its share, and no less than it needs for its widest word.

    What a column lacks is given by those that have more than they need, each in proportion to what it can spare.
    Where all together need more than there is, each gets as much less.

    >>> column_widths([1, 1, 2], [60, 10, 60], 200)
    [60, 45.0, 95.0]
    >>> column_widths([1, 1], [300, 100], 200)
    [150.0, 50.0]
    """
    whole = sum(shares)
    wanted = [width * share / whole for share in shares]
    if sum(needs) >= width:
        return [width * need / sum(needs) for need in needs]
    lacking = sum(max(0.0, need - want) for need, want in zip(needs, wanted, strict=True))
    spare = sum(max(0.0, want - need) for need, want in zip(needs, wanted, strict=True))
    part = lacking / spare if lacking else 0.0
    return [want - (want - need) * part if want > need else need for need, want in zip(needs, wanted, strict=True)]
