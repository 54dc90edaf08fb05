"""What stands in panels side by side: a heading, a text, and what is listed under it?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

LARGE: Final = "large"
"""The look of a text that is read aloud from a sheet."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its heading, its text, and a bulleted list; both may be empty."""

    title: str
    text: str = ""
    points: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Panels:
    """Panels two by two, the last across the page where their number is odd; each heads what stands in it."""

    kind: ClassVar[str] = "panels"
    panels: Sequence[Panel]
    look: str = "lead"


def panel_of(title: str, words: str, bullet: str = "•") -> Panel:
    """A panel of words in which lines that begin with a bullet are its list; what follows the list stands in it too.

    >>> panel_of("What to do", "At once:\\n• Ask the child.\\n• Listen.")
    Panel(title='What to do', text='At once:', points=('Ask the child.', 'Listen.'))
    """
    lines = words.splitlines()
    first = next((at for at, line in enumerate(lines) if line.lstrip().startswith(bullet)), len(lines))
    points = (line.strip().removeprefix(bullet).strip() for line in lines[first:])
    return Panel(title, "\n".join(lines[:first]), tuple(point for point in points if point))
