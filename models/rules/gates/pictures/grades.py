"""What do the pictures of grades say: good or better by level over the years, and own grades beside moderated ones?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from models.rules.core.counts import count_words, list_words
from models.rules.documents.pictures import Line, Mark, Picture, Rows, Tick
from models.rules.feedback.small_numbers import SMALLEST

_Z = 1.959963984540054
USUAL = 4
"""So many grades always have their row: Outstanding to Inadequate. What follows them has one where it was given."""
ALL_LEVELS = "All levels"
_WITHHELD = f"Withheld: fewer than {SMALLEST}"


@dataclass(frozen=True)
class LevelGrades:
    """How many moderated cases of a level a year had, and how many of them were good or better."""

    level: str
    year: int
    good: int
    count: int

    @property
    def is_withheld(self) -> bool:
        return self.count < SMALLEST

    @property
    def words(self) -> str:
        """The share as people read it.

        >>> LevelGrades("Early Help", 2026, 9, 14).words, LevelGrades("Early Help", 2026, 1, 4).words
        ('64%, 9 of 14', 'Withheld: fewer than 5')
        """
        if self.is_withheld:
            return _WITHHELD
        return f"{round(100 * self.good / self.count)}%, {self.good:,} of {self.count:,}"


def wilson(good: int, count: int) -> tuple[float, float]:
    """The 95% interval of a share, by Wilson's score (Journal of the American Statistical Association 22, 1927).

    >>> [round(end, 3) for end in wilson(9, 14)]
    [0.388, 0.837]
    """
    share, weight = good / count, _Z**2 / count
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z / (1 + weight) * sqrt(share * (1 - share) / count + weight / (4 * count))
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))


def grades_picture(grades: Sequence[LevelGrades], year: int, words: str, href: str) -> Picture:
    """The share that was good or better at each level, year by year, in the order of the levels given.

    >>> grades_picture([LevelGrades("Early Help", 2026, 9, 14)], 2026, "all reviews", "/").says
    '9 of 14 moderated cases of 2026 were good or better.'
    """
    name, title = "grades", "Good or better, by level"
    if not grades:
        says = "No case has been moderated yet; the share that is good or better will stand here by level."
        return Picture(name, title, says, None, (), (), shape="Dot plot")
    whole = [_together(grades, each) for each in sorted({each.year for each in grades})]
    every = [*whole, *grades]
    told = dict.fromkeys(each.level for each in every if not each.is_withheld)
    lines: list[Line] = []
    for level in told:
        lines.append(Line(level, is_group=True))
        lines += [_line(each, year) for each in every if each.level == level]
    ticks = (Tick(0.0, "0%"), Tick(0.5, "50%"), Tick(1.0, "100%"))
    table = tuple((f"{each.level}, {each.year}", each.words) for each in every)
    return Picture(
        name, title, _said(grades, year), Rows(tuple(lines), ticks=ticks) if lines else None,
        ("Level and year", "Good or better"), table, _base(grades, words), href, "Open the moderated grades",
        shape="Dot plot",
    )  # fmt: skip


def _base(grades: Sequence[LevelGrades], words: str) -> str:
    told = {each.level for each in grades if not each.is_withheld}
    withheld = list(dict.fromkeys(each.level for each in grades if each.level not in told))
    few = f" Withheld, as no year has {SMALLEST} cases: {list_words(withheld)}." if withheld else ""
    base = f"Moderated cases of {words}. Good or better: graded Good or Outstanding. Dot: share; line: its 95% "
    return f"{base}interval, as if drawn from very many.{few} It cannot say why."


def _together(grades: Sequence[LevelGrades], year: int) -> LevelGrades:
    """All levels of a year as one."""
    own = [each for each in grades if each.year == year]
    return LevelGrades(ALL_LEVELS, year, sum(each.good for each in own), sum(each.count for each in own))


def _line(grades: LevelGrades, year: int) -> Line:
    tone, label = ("blue" if grades.year == year else "grey"), str(grades.year)
    if grades.is_withheld:
        return Line(label, (), grades.words, is_strong=grades.year == year)
    low, high = wilson(grades.good, grades.count)
    share = grades.good / grades.count
    marks = (Mark(low, high, tone, kind="line"), Mark(share, share, tone, kind="dot"))
    text = f"interval {round(100 * low)}% to {round(100 * high)}%"
    return Line(label, marks, grades.words, is_strong=grades.year == year, text=text)


def _said(grades: Sequence[LevelGrades], year: int) -> str:
    now = [each for each in grades if each.year == year]
    good, count = sum(each.good for each in now), sum(each.count for each in now)
    if count < SMALLEST:
        return f"Fewer than {SMALLEST} cases of {year} have been moderated yet."
    says = f"{good:,} of {count_words(count, 'moderated case')} of {year} "
    says += f"{'was' if good == 1 else 'were'} good or better."
    differ = [level for level in dict.fromkeys(each.level for each in now) if _has_moved(grades, level, year)]
    before = [each for each in grades if each.year < year and not each.is_withheld]
    if before and not differ:
        return f"{says} At no level do the intervals part from the years before, so a change may be chance."
    return f"{says} {' and '.join(differ)} moved by more than chance alone would explain." if differ else says


def _has_moved(grades: Sequence[LevelGrades], level: str, year: int) -> bool:
    known = [each for each in grades if each.level == level and not each.is_withheld]
    if len(known) < 2 or known[-1].year != year:
        return False
    now, before = (wilson(each.good, each.count) for each in (known[-1], known[-2]))
    return now[0] > before[1] or now[1] < before[0]
