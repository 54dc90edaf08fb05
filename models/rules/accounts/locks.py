"""How long must somebody wait until another password is looked at, after how many that were wrong, and from where?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Patience:
    """So many wrong tries are free; then each must wait, twice as long each time, at most `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def wait_after(self, failure_count: int) -> timedelta:
        """How long after the last of so many wrong tries the next one is looked at.

        >>> [str(OF_A_PLACE.wait_after(count)) for count in (4, 5, 6, 9, 99)]
        ['0:00:00', '0:01:00', '0:02:00', '0:15:00', '0:15:00']
        """
        if failure_count < self.free:
            return timedelta(0)
        doubled: int = 2 ** min(failure_count - self.free, 16)
        return min(self.first * doubled, self.longest)


_MINUTE = timedelta(minutes=1)
OF_A_PLACE = Patience(free=5, first=_MINUTE, longest=15 * _MINUTE)
"""For one account, in one browser that its person has used, or from one network."""

OF_STRANGERS = Patience(free=10, first=15 * _MINUTE, longest=60 * _MINUTE)
"""For one account, in all browsers that its person has never used, wherever they are."""

OF_A_NETWORK = Patience(free=20, first=_MINUTE, longest=15 * _MINUTE)
"""For one network, over all accounts, in browsers that nobody known has used."""

REMEMBERED = timedelta(days=1)
"""How long a wrong try counts against an account."""

REMEMBERED_OF_A_NETWORK = timedelta(hours=1)
"""How long it counts against a network, in which a whole organisation may sit."""


def place_of(address: str) -> str:
    """Whose line a request came by: one IPv4 address, or the half of an IPv6 address that one household or office has.

    >>> place_of("192.0.2.7"), place_of("2001:db8:1:2:3:4:5:6"), place_of("::ffff:192.0.2.7"), place_of("")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7', '')
    """
    return _within(address, 32).removesuffix("/32")


def network_of(address: str) -> str:
    """The network that tries are counted by: 256 neighbouring IPv4 addresses, or one half of an IPv6 address.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3:4:5:6"), network_of("no address")
    ('192.0.2.0/24', '2001:db8:1:2::/64', '')
    """
    return _within(address, 24)


def _within(address: str, bits: int) -> str:
    try:
        known = ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or known
    return str(ip_network(f"{known}/{64 if known.version == 6 else bits}", strict=False))
