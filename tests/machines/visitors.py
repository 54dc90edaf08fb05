"""How does a test use a running portal over the network as a person in a browser does, from an address of their own?"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

Values = Mapping[str, str | Sequence[str]]
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')
_LOST = (ConnectionError, http.client.HTTPException, OSError)


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass
class Visitor:
    """One browser. `public` is the address it believes to visit, as the proxy in front of the portal is called.

    `number` gives it an address of its own on this machine's loopback, so that limits by address see many people.
    """

    host: str
    port: int
    number: int = 0
    public: str = ""
    is_tls: bool = False
    patience: float = 60.0
    cookies: dict[str, str] = field(default_factory=dict)
    _kept: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, values: Values) -> Answer:
        return self.ask("POST", path, urlencode(values, doseq=True))

    def ask(self, method: str, path: str, body: str = "") -> Answer:
        """Send a request and read its answer whole. Raises OSError or HTTPException where none comes.

        A kept connection that the server has closed meanwhile is opened anew for a GET, as browsers do.
        """
        try:
            return self._exchange(method, path, body)
        except _LOST:
            was_kept = self._kept is not None
            self.hang_up()
            if method != "GET" or not was_kept:
                raise
        return self._exchange(method, path, body)

    def hang_up(self) -> None:
        if self._kept is not None:
            self._kept.close()
        self._kept = None

    def __del__(self) -> None:
        self.hang_up()

    def copy(self, **changes: int) -> Visitor:
        """The same signed-in browser on a connection of its own, perhaps to another port."""
        values = {"host": self.host, "port": self.port, "number": self.number, "public": self.public}
        return Visitor(**{**values, **changes}, is_tls=self.is_tls, cookies=dict(self.cookies))  # type: ignore[arg-type]

    def sign_in(self, email: str, password: str) -> Visitor:
        """Sign in by the page, trying again for a minute while no machine is up; fails when the portal refuses."""
        page, deadline = self.get("/sign-in/"), time.monotonic() + 60
        while page.status == http.client.SERVICE_UNAVAILABLE and time.monotonic() < deadline:
            time.sleep(0.5)
            page = self.get("/sign-in/")
        form = hidden(page.text)
        answer = self.post("/sign-in/", {**form, "email": email, "password": password})
        assert answer.status == http.client.FOUND, (answer.status, words_of(answer.text))
        return self

    def _exchange(self, method: str, path: str, body: str) -> Answer:
        connection = self._connection()
        connection.request(method, path, body=body or None, headers=self._headers(body))
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        content = answer.read()
        if answer.will_close:
            self.hang_up()
        return Answer(answer.status, urlsplit(answer.headers.get("Location", "")).path, content)

    def _headers(self, body: str) -> dict[str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if self.public:
            headers |= {"Host": urlsplit(self.public).netloc, "Referer": f"{self.public}/"}
        return headers | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})

    def _connection(self) -> http.client.HTTPConnection:
        if self._kept is None:
            source = (f"127.{1 + self.number // 250}.{1 + self.number % 250}.1", 0)
            if self.is_tls:
                trusting = ssl.create_default_context()
                trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
                self._kept = http.client.HTTPSConnection(
                    self.host, self.port, timeout=self.patience, source_address=source, context=trusting
                )
            else:
                self._kept = http.client.HTTPConnection(
                    self.host, self.port, timeout=self.patience, source_address=source
                )
        return self._kept


def hidden(page: str) -> dict[str, str]:
    """The hidden fields in the main part of a page: its tokens, its row version, its receipt."""
    fields = (dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(page.partition("<main")[2]))
    return {
        each["name"]: unescape(each.get("value", ""))
        for each in fields
        if each.get("type") == "hidden" and "name" in each
    }


def words_of(page: str) -> str:
    """What a person would read, roughly: for what a failing test says."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).strip()[:400]


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
