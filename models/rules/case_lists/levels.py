"""Which level of intervention does a coded text mean, given the partnership's own list of levels?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.core.errors import RuleBroken
from models.rules.case_lists.values import stem

NOT_RECORDED = "Level not recorded"
"""The stratum of rows whose level is blank or not on the list."""


@dataclass(frozen=True)
class Level:
    """One level of intervention: a higher rank is a higher level; aliases are other words and codes for it."""

    rank: int
    label: str
    aliases: tuple[str, ...] = ()


@dataclass
class LevelFinder:
    """Finds a level's rank from a coded text by its stem; `also` maps further texts the officer has placed by hand."""

    levels: Iterable[Level]
    also: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.levels = tuple(self.levels)
        self.labels = {level.rank: level.label for level in self.levels}
        self._ranks: dict[str, int] = {}
        for level in self.levels:
            for words in (level.label, *level.aliases):
                self._ranks.setdefault(stem(words), level.rank)
        for words, rank in self.also.items():
            self._ranks[stem(words)] = rank

    def find(self, text: str) -> int | None:
        """The rank of a text, by its whole stem, else by its code or its words (`E1: Placement order`), else None.

        >>> finder = LevelFinder([Level(3, "Looked after", ("CLA", "Looked after child")), Level(1, "Closed")])
        >>> finder.find("a) Looked After Child"), finder.find("cla - Child looked after"), finder.find("Other")
        (3, 3, None)
        """
        whole = self._ranks.get(stem(text))
        if whole is not None:
            return whole
        for sign in (":", " - "):
            code, separator, words = text.partition(sign)
            if separator:
                return self._ranks.get(stem(code), self._ranks.get(stem(words)))
        return None

    def must_find(self, text: str) -> int:
        """The rank of a level named by a person.

        Raises RuleBroken naming the levels there are when the list has none of that name.
        """
        rank = self.find(text)
        if rank is None:
            labels = ", ".join(level.label for level in self.levels) or "none yet"
            raise RuleBroken(f"“{text[:60]}” is not on the list of levels of intervention ({labels}).")
        return rank
