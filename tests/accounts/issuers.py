"""Which issuers do the tests of work accounts sign in with: one that may be told to lie, and a real one."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import new as keyed
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from joserfc import jwt
from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
CLIENT, SECRET = "portal", "a secret ~ of & the portal's"
Sign = Callable[[dict[str, Any]], str]


def by(key: RSAKey, algorithm: str = "RS256", **header: Any) -> Sign:
    """Signs honestly with a key; `kid` may be told otherwise."""
    return lambda claims: jwt.encode({"alg": algorithm, "kid": key.kid, **header}, claims, key)


def unsigned(claims: dict[str, Any]) -> str:
    return f"{_part({'alg': 'none', 'kid': 'first'})}.{_part(claims)}."


def with_public_key(claims: dict[str, Any]) -> str:
    """Signed as if the public key, which everybody has, were a shared secret."""
    text = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(claims)}"
    return f"{text}.{_bytes(keyed(KEY.as_pem(private=False), text.encode(), sha256).digest())}"


def _part(words: dict[str, Any]) -> str:
    return _bytes(json.dumps(words).encode())


def _bytes(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass
class LyingIssuer:
    """An issuer that keeps to OpenID Connect but for what a test tells it: its words, its signature, its manners."""

    address: str = ""
    keys: list[RSAKey] = field(default_factory=lambda: [KEY])
    sign: Sign = field(default_factory=lambda: by(KEY))
    claims: dict[str, Any] = field(default_factory=dict)
    description: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def code_for(self, location: str) -> str:
        """What the issuer's page does once somebody has signed in there: a code for what the portal has asked."""
        code = token_urlsafe(16)
        self.codes[code] = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        return code

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(path)
        time.sleep(self.delay)
        status, body = self.answers.get(path) or self._answer(path, environ)
        start_response(f"{status} Said", [("Content-Type", "application/json"), ("Location", "/elsewhere")])
        return iter([body])

    def _answer(self, path: str, environ: dict[str, Any]) -> tuple[int, bytes]:
        pages: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self._describe,
            "/keys": lambda: {"keys": [key.as_dict(private=False) for key in self.keys]},
            "/token": lambda: self._token(environ),
            "/userinfo": lambda: self.userinfo,
        }
        said = pages[path]() if path in pages else None
        return (400, b'{"error": "invalid_grant"}') if said is None else (200, json.dumps(said).encode())

    def _describe(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        ends |= {"userinfo_endpoint": "userinfo", "end_session_endpoint": "leave"}
        return {
            "issuer": self.address,
            **{name: f"{self.address}/{end}" for name, end in ends.items()},
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            **self.description,
        }

    def _token(self, environ: dict[str, Any]) -> dict[str, Any] | None:
        """The token for a code, once, for whoever holds the verifier and the secret."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        begun = self.codes.pop(sent.get("code", ""), None)
        challenge = _bytes(sha256(sent.get("code_verifier", "").encode()).digest())
        if begun is None or challenge != begun["code_challenge"] or sent["redirect_uri"] != begun["redirect_uri"]:
            return None
        if self._client(environ, sent) != begun["client_id"]:
            return None
        moment = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "iat": moment, "exp": moment + 300, "nonce": begun["nonce"],
            **self.claims,
        }  # fmt: skip
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.sign(_without_nothing(claims))}

    def _client(self, environ: dict[str, Any], sent: dict[str, str]) -> str:
        """Who asks: by Basic with the right secret, or a public client."""
        kind, _, word = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        name, _, secret = b64decode(word).decode().partition(":") if kind == "Basic" else ("", "", "")
        return sent.get("client_id", "") if not kind else unquote(name) if unquote(secret) == SECRET else ""


def _without_nothing(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def lying_issuer() -> Iterator[LyingIssuer]:
    """That issuer, on a port of its own."""
    issuer = LyingIssuer()
    with make_server("127.0.0.1", 0, issuer, handler_class=_Quiet) as server:
        issuer.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def real_issuer(port: int, **claims: dict[str, Any]) -> Iterator[str]:
    """The package's issuer as a process of its own; `claims` are those of its users by subject. Its keys are new ones.

    Gives its address. Raises RuntimeError when it does not answer.
    """
    users = [option for sub, said in claims.items() for option in ("--user-claims", json.dumps({"sub": sub, **said}))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _ready(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(20)


def _ready(address: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/.well-known/openid-configuration", timeout=2).ok:
                return address
        except requests.ConnectionError:
            time.sleep(0.1)
    raise RuntimeError("the issuer did not start")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
