"""Which operators draw a line, a box or a box with round corners?"""


def line_path(x: float, y: float, width: float) -> str:
    """The path of a horizontal line.

    >>> line_path(10, 20, 5)
    '10.00 20.00 m 15.00 20.00 l'
    """
    return f"{x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l"


def plate_path(x: float, y: float, width: float, height: float, radius: float) -> str:
    """The path of a rectangle with its lower left corner at (x, y), and rounded corners if `radius` is given.

    >>> plate_path(1, 2, 3, 4, 0)
    '1.00 2.00 3.00 4.00 re'
    """
    if not radius:
        return f"{x:.2f} {y:.2f} {width:.2f} {height:.2f} re"
    return _rounded(x, y, x + width, y + height, radius)


def _rounded(left: float, low: float, right: float, high: float, radius: float) -> str:
    """The path of a rectangle whose corners are quarter circles (0.4477 is 1 - 0.5523, the usual Bézier constant)."""
    bend = radius * 0.4477
    return (
        f"{left + radius:.2f} {low:.2f} m {right - radius:.2f} {low:.2f} l "
        f"{right - bend:.2f} {low:.2f} {right:.2f} {low + bend:.2f} {right:.2f} {low + radius:.2f} c "
        f"{right:.2f} {high - radius:.2f} l "
        f"{right:.2f} {high - bend:.2f} {right - bend:.2f} {high:.2f} {right - radius:.2f} {high:.2f} c "
        f"{left + radius:.2f} {high:.2f} l "
        f"{left + bend:.2f} {high:.2f} {left:.2f} {high - bend:.2f} {left:.2f} {high - radius:.2f} c "
        f"{left:.2f} {low + radius:.2f} l "
        f"{left:.2f} {low + bend:.2f} {left + bend:.2f} {low:.2f} {left + radius:.2f} {low:.2f} c h"
    )


def circle_path(x: float, y: float, radius: float) -> str:
    """The path of a circle around (x, y), as a box whose corners are all curve.

    >>> circle_path(5, 5, 5).split(" c")[0]
    '5.00 0.00 m 5.00 0.00 l 7.76 0.00 10.00 2.24 10.00 5.00'
    """
    return _rounded(x - radius, y - radius, x + radius, y + radius, radius)
