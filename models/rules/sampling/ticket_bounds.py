"""Which ticket has almost surely enough cases below it, and how can whole-number arithmetic on a hash tell?

A ticket's digits are the decimal digits of a hash backwards. So a ticket is below m / 10^places exactly when the hash,
divided by 10^places, leaves one of 0, 1, …, m - 1 times 10^(places - 1); then its low bits are zero, which settles most
hashes with a look at one byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

MOST_PLACES = 9
BITS_LOOKED_AT = 8


@dataclass(frozen=True)
class TicketBound:
    """Tickets below `times` / 10^`places`: times 1 to 9 and places 0 to 9; times 0 is no ticket, (1, 0) every one."""

    times: int
    places: int

    @property
    def whole(self) -> int:
        """The divisor of the hash."""
        return int(10**self.places)

    @property
    def step(self) -> int:
        """The number that the remainder is a multiple of."""
        return int(10 ** max(self.places - 1, 0))

    @property
    def end(self) -> int:
        """The number that the remainder is below."""
        return (self.times - 1) * self.step + 1 if self.times else 0

    @property
    def mask(self) -> int:
        """The bits of the hash's last byte that are zero below the bound (all of them where nothing is)."""
        if not self.times:
            return int(2**BITS_LOOKED_AT) - 1
        zeros = self.places if self.times == 1 else max(self.places - 1, 0)
        return int(2 ** min(zeros, BITS_LOOKED_AT)) - 1

    def holds(self, number: int) -> bool:
        """Whether the ticket of a hash is below the bound; the database asks the same of its last nine digits.

        >>> TicketBound(2, 3).holds(77_100), TicketBound(2, 3).holds(77_200)
        (True, False)
        """
        rest = number % 10**MOST_PLACES % self.whole
        return number & self.mask == 0 and rest < self.end and rest % self.step == 0


EVERY = TicketBound(1, 0)
NONE = TicketBound(0, 0)


def bound_for(needed: int, population: int) -> TicketBound:
    """The lowest bound below which `needed` of `population` cases lie, save one time in many thousands.

    It looks for four standard deviations and five cases more than are needed.

    >>> bound_for(80, 140_000), bound_for(80, 200), bound_for(0, 5_000)
    (TicketBound(times=9, places=4), TicketBound(times=7, places=1), TicketBound(times=0, places=0))
    """
    if not needed:
        return NONE
    looked_for = needed + 4 * (isqrt(needed) + 1) + 5
    if looked_for >= population:
        return EVERY
    for places in range(MOST_PLACES, 0, -1):
        times = -(-looked_for * 10**places // population)  # division of whole numbers, rounded up
        if times <= 9:
            return TicketBound(times, places)
    return EVERY
