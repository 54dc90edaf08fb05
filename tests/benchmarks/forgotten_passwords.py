"""Does the time of the answer to “Forgotten your password?” tell whether an address is known here?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from models.core.access import Actor, Role
from models.core.db import make_session_factory
from models.partnership.people import Person
from tests.databases import Database
from tests.web import Browser, make_portal

TRIES = 200


def bench(database: Database) -> list[str]:
    """Ask TRIES times for known and unknown addresses in turn, each from a network of its own; in milliseconds."""
    engine = database.engine()
    factory = make_session_factory(engine)
    with factory(info={"actor": Actor.system()}) as session:
        session.add_all(
            Person(name=f"Known {n}", email=f"known{n}@example.org", role=Role.OFFICER, password_hash="x")
            for n in range(TRIES)
        )
        session.commit()
    asked = _asker(Browser(make_portal(factory)))
    for number in range(20):
        asked(f"warm{number}@example.org", 250, number)
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(TRIES):
        for place, kind in enumerate(times if number % 2 else reversed(times)):
            times[kind].append(asked(f"{kind}{number}@example.org", number, place))
    engine.dispose()
    return ["Forgotten passwords", *(_line(kind, taken) for kind, taken in times.items())]


def _asker(browser: Browser) -> Callable[[str, int, int], float]:
    tokens = browser.tokens("/forgotten-password/")

    def ask(email: str, *network: int) -> float:
        origin = {"REMOTE_ADDR": f"10.1.{network[0]}.{network[1] + 1}"}
        began = time.perf_counter()
        answer = browser.client.post("/forgotten-password/", data={**tokens, "email": email}, environ_base=origin)
        assert answer.status_code == 200
        return (time.perf_counter() - began) * 1000

    return ask


def _line(kind: str, taken: list[float]) -> str:
    lower, middle, upper = statistics.quantiles(taken, n=4)
    return f"{kind:<8} {len(taken)} tries, median {middle:.2f} ms, middle half {lower:.2f} to {upper:.2f} ms"
