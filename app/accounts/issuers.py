"""How does the portal talk to an issuer of work accounts, and which of its answers does it believe?

The protocol is Authlib's. What stands here is what it leaves open: how long and how much an issuer may answer, what of
its own description is taken over, which signatures count, and that what was begun is kept in the database, for once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App, OAuthError
from authlib.integrations.requests_client import OAuth2Session
from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import BadSignatureError, ClaimError, ExpiredTokenError, JoseError
from requests import RequestException, Response
from requests.exceptions import InvalidJSONError
from urllib3.exceptions import HTTPError

from models.accounts.work_issuers import WorkIssuer
from models.rules.accounts.work_accounts import LONGEST_SUBJECT, is_endpoint

DEADLINE = 5.0  # seconds for one answer
LARGEST = 256 * 1024  # bytes of one answer
LEEWAY = 60  # seconds by which the issuer's clock may differ
KEPT = 600.0  # seconds for which an issuer's description and keys are good
SIGNATURES = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What an ID token may be signed with: with a key that only the issuer has. Neither nothing nor a shared word."""
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_MAY_LACK = ("userinfo_endpoint", "end_session_endpoint")
_UNREADABLE = (
    JoseError, AuthlibBaseError, UnsupportedAlgorithm, ValueError, TypeError, KeyError, AttributeError, RecursionError,
)  # fmt: skip


class IssuerAwayError(Exception):
    """The issuer did not answer in time, or said itself that it cannot; the text says why, for administrators."""


class IssuerWrongError(Exception):
    """What the issuer answered cannot be believed; the text says why, for administrators."""


@dataclass(frozen=True)
class Portal:
    """What the portal is to an issuer: its secret there, "" for none, and whether it runs on this machine for a try."""

    secret: str
    is_here: bool


@dataclass
class Known:
    """An issuer's description and keys as they were read, and when (`time.monotonic`)."""

    read_at: float
    metadata: dict[str, Any]
    keys: dict[str, Any] = field(default_factory=dict)
    keys_read_at: float = 0.0


class IssuerSession(OAuth2Session):
    """Requests to an issuer: one deadline, one size, no way round by a redirect, no login from the machine's files."""

    def request(self, method: str, url: str, *arguments: Any, **options: Any) -> Response:
        """The answer, read whole. Raises RequestException when it is late, too large, or leads elsewhere."""
        began = time.monotonic()
        options |= {"timeout": DEADLINE, "allow_redirects": False, "stream": True}
        if options.get("withhold_token"):
            options.setdefault("auth", _nobody)
        answer: Response = super().request(method, url, *arguments, **options)
        with answer:
            answer.raw = BytesIO(_read(answer, began + DEADLINE))
            if answer.is_redirect:
                raise RequestException("leads elsewhere")
            _ = answer.content
        return answer


class IssuerClient(FlaskOAuth2App):
    """Authlib's client of one issuer, which believes only what is checked here."""

    client_cls = IssuerSession

    def __init__(self, flow: FlaskIntegration, issuer: WorkIssuer, portal: Portal, known: dict[str, Known]) -> None:
        super().__init__(
            flow,
            name=str(issuer.id),
            client_id=issuer.client_id,
            client_secret=portal.secret or None,
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
            user_agent="Triangulate",
        )
        self.issuer, self.portal, self.known = issuer, portal, known
        self.server_metadata: dict[str, Any] = {}

    def load_server_metadata(self) -> dict[str, Any]:
        """The issuer's description, at most KEPT old. Raises IssuerAwayError, IssuerWrongError."""
        if not self.server_metadata:
            known = self.known.get(self.issuer.address)
            if known is None or time.monotonic() - known.read_at > KEPT:
                known = self.known[self.issuer.address] = Known(time.monotonic(), self._describe())
            self.server_metadata = known.metadata
        return self.server_metadata

    def read_anew(self) -> dict[str, Any]:
        """The issuer's description as it is now: whoever begins to sign in learns here that it is down."""
        earlier = self.known.pop(self.issuer.address, None)
        self.load_server_metadata()
        if earlier is not None:
            known = self.known[self.issuer.address]
            known.keys, known.keys_read_at = earlier.keys, earlier.keys_read_at
        return self.server_metadata

    def fetch_jwk_set(self, force: bool = False) -> dict[str, Any]:
        """The issuer's public keys. Authlib forces it once for a token whose key is not among them: keys rotate."""
        self.load_server_metadata()
        known, moment = self.known[self.issuer.address], time.monotonic()
        if force or not known.keys or moment - known.keys_read_at > KEPT:
            keys = _listed(self._ask(self.server_metadata["jwks_uri"]), "keys")
            known.keys, known.keys_read_at = {"keys": [key for key in keys if _is_public(key)]}, moment
        return known.keys

    def _describe(self) -> dict[str, Any]:
        """What is taken over of the discovery document: Authlib hands all of its metadata to the client of requests.

        An issuer that could add words of its own there could switch the check of certificates off (`verify`).
        """
        said = self._ask(self.issuer.address.rstrip("/") + "/.well-known/openid-configuration")
        if said.get("issuer") != self.issuer.address:
            raise IssuerWrongError("its description is that of another issuer")
        wrong = next((name for name in _ENDPOINTS if not self._may_ask(said.get(name))), None)
        if wrong is not None:
            raise IssuerWrongError(f"its description has no {wrong} that may be asked")
        names = (*_ENDPOINTS, *(name for name in _MAY_LACK if self._may_ask(said.get(name))))
        return {name: said[name] for name in ("issuer", *names)} | _choices(said, has_secret=bool(self.client_secret))

    def _may_ask(self, address: object) -> bool:
        return is_endpoint(address, here=self.portal.is_here)

    def _ask(self, address: str) -> dict[str, Any]:
        """A JSON object of the issuer's. Raises IssuerAwayError, IssuerWrongError."""
        if not self._may_ask(address):
            raise IssuerWrongError("its address is not https")
        with self._get_session() as session:
            answer = asked(lambda: session.request("GET", address, withhold_token=True))
        return _object(answer)

    def tell(self, code: str, state: Any, redirect_uri: str) -> dict[str, Any]:
        """The claims of the ID token that the issuer gives for a code. Raises IssuerAwayError, IssuerWrongError."""
        token = asked(
            lambda: self.fetch_access_token(redirect_uri=redirect_uri, code=code, code_verifier=state.code_verifier)
        )
        options = {name: {"essential": True} for name in ("exp", "iat", "sub")} | {
            "iss": {"essential": True, "value": self.issuer.address},
            "aud": {"essential": True, "value": self.client_id},
        }
        claims = asked(lambda: self._read(token, nonce=state.nonce, claims_options=options, leeway=LEEWAY))
        if not claims or not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
            raise IssuerWrongError("it gave no ID token with a subject")
        return self._with_address(dict(claims), token)

    def _read(self, token: dict[str, Any], **checks: Any) -> Any:
        """The claims, checked by Authlib, once more with fresh keys when the signature is wrong.

        An issuer with one key may leave out which key it signed with; when that rotates, nothing but this tells.
        """
        try:
            return self.parse_id_token(token, **checks)
        except BadSignatureError:
            self.fetch_jwk_set(force=True)
            return self.parse_id_token(token, **checks)

    def _with_address(self, claims: dict[str, Any], token: dict[str, Any]) -> dict[str, Any]:
        """The claims with the address from the issuer's own page of its user, where the ID token has none."""
        address = self.server_metadata.get("userinfo_endpoint")
        if "email" in claims or address is None:
            return claims
        said = _object(asked(lambda: self.get(address, token=token)))
        if said.get("sub") != claims["sub"]:
            raise IssuerWrongError("it told of another user")
        return claims | {name: said[name] for name in ("email", "email_verified") if name in said}


def asked(ask: Callable[[], Any]) -> Any:
    """What an issuer was asked, its faults told apart: away (no answer, or its own fault), or not to be believed."""
    try:
        return ask()
    except InvalidJSONError as error:
        raise IssuerWrongError("its answer cannot be read") from error
    except RequestException as error:
        raise IssuerAwayError(f"it does not answer ({type(error).__name__})") from error
    except ExpiredTokenError as error:
        raise IssuerWrongError("its ID token has expired") from error
    except ClaimError as error:
        raise IssuerWrongError(f"its ID token has a wrong {error.claim}") from error
    except OAuthError as error:
        raise IssuerWrongError(f"it did not take the code ({_plain(error.error)})") from error
    except _UNREADABLE as error:
        raise IssuerWrongError(f"its answer cannot be believed ({type(error).__name__})") from error


def _object(answer: Response) -> dict[str, Any]:
    if answer.status_code >= 500:
        raise IssuerAwayError(f"it answers with status {answer.status_code}")
    said = asked(answer.json) if answer.status_code == 200 else None
    if not isinstance(said, dict):
        raise IssuerWrongError(f"its answer with status {answer.status_code} cannot be read")
    return said


def _choices(said: Mapping[str, Any], *, has_secret: bool) -> dict[str, Any]:
    """The signatures it says that it uses and we accept, and how the portal shows who it is.

    The standard's RS256 and Basic stand where it says nothing.
    """
    signatures = _listed(said, "id_token_signing_alg_values_supported") or ["RS256"]
    ways = _listed(said, "token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    posts = has_secret and "client_secret_basic" not in ways and "client_secret_post" in ways
    way = "client_secret_post" if posts else "client_secret_basic" if has_secret else "none"
    return {
        "id_token_signing_alg_values_supported": [name for name in SIGNATURES if name in signatures],
        "token_endpoint_auth_method": way,
        "names_itself": said.get("authorization_response_iss_parameter_supported") is True,
    }


def _listed(said: Mapping[str, Any], name: str) -> list[Any]:
    value = said.get(name)
    return value if isinstance(value, list) else []


def _is_public(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"


def _nobody(prepared: Any) -> Any:
    """Asks without a login; without this, requests would look for one in the machine's `.netrc`."""
    return prepared


def _read(answer: Response, deadline: float) -> bytes:
    """The body, piece by piece: requests' own deadline is for each piece, and it has no limit of size."""
    body, wire = b"", answer.raw
    try:
        for piece in wire.stream(16 * 1024, decode_content=True):
            body += piece
            if len(body) > LARGEST or time.monotonic() > deadline:
                raise RequestException("too much, or too late")
    except HTTPError as error:
        raise RequestException("broke off") from error
    finally:
        wire.close()
    return body


def _plain(word: object) -> str:
    """An error's code as the standard writes them; anything longer is the issuer's own prose and stays out."""
    return word if isinstance(word, str) and re.fullmatch("[a-z_]{1,40}", word) else "without a word"
