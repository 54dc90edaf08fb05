"""What do people type, send and link to who mean harm, or whose machine has gone wrong?"""

from __future__ import annotations

from itertools import product
from urllib.parse import quote

NUMBERS = ("-1", "0", "99999999999999999999", "1e309", "0x1F", "NaN", "1_000", "٣", "²", "2147483648")
DATES = ("2026-02-30", "0000-00-00", "99999-01-01", "2026-13-01", "31/02/2026", "-2026-01-01")
TEXTS = (
    "", " ", "x" * 300, "y" * 20_000, "<script>alert(1)</script>", "' OR 1=1 --", "%s%n{0}{{7*7}}", "../../etc/passwd",
    "\u202eabc", "\u0000", "\ufffd", "💥" * 50, "é" * 999, "\r\nSet-Cookie: a=b", "[]", "{}", "null", "y" * 65_537,
)  # fmt: skip
VALUES = (*NUMBERS, *DATES, *TEXTS)
RAW = ("%00", "%ED%A0%80", "%FF%FE", "%C0%AF", "%", "%zz", "%E2%82", "WyJcdWQ4MDAiLDFd", "//[", "%2F%2F[::1", "a%00b")
"""Pieces of addresses as they travel: broken UTF-8, NUL, half a character, a cursor with half a character in it."""

MARK = "data-planted"
_CLOSING = (
    "",
    '">',
    "'>",
    "</title>",
    "</textarea>",
    "</script>",
    "</style>",
    "-->",
    "</option></select>",
    "</td></tr>",
)
_ALIVE = (
    "<i {mark}>", "<img {mark} src=x onerror=alert(1)>", "<svg {mark} onload=alert(1)>", "<math {mark}><mi>x",
    "<script {mark}>alert(1)</script>", "<a {mark} href=javascript:alert(1)>x</a>", "<input {mark} onfocus=a()>",
    "<iframe {mark} src=javascript:alert(1)></iframe>", "<details {mark} ontoggle=a()>", "<body {mark} onload=a()>",
    '" {mark} onmouseover=alert(1) x="', "' {mark} onmouseover=alert(1) x='", " {mark} onmouseover=alert(1) ",
    "&lt;i {mark}&gt;", "&#60;i {mark}&#62;", "\\u003ci {mark}\\u003e", "<<i {mark}>", "<i/{mark}>", "<I {mark}>",
    "<i\t{mark}>",
)  # fmt: skip
MARKUP = tuple(before + alive.format(mark=MARK) for before, alive in product(_CLOSING, _ALIVE))
"""Two hundred strings, each of which leaves an element with the attribute `data-planted` where it is not escaped."""

_HOSTS = ("evil.example", "evil.example%2f@portal", "portal.evil.example", "127.0.0.1:9", "[::1]")
_WAYS = (
    "https://{}",
    "//{}",
    "/\\{}",
    "\\\\{}",
    "///{}",
    "/\t/{}",
    "https:{}",
    "javascript:alert('{}')",
    "/%2f{}",
    "\n//{}",
)
PLACES = tuple(way.format(host) for way, host in product(_WAYS, _HOSTS))
"""Fifty places elsewhere, written so that they may be taken for pages of the portal."""


def raw_address(piece: str) -> str:
    """A piece as it stands in an address; what is raw already stays so."""
    return piece if piece in RAW else quote(piece.encode("utf-8", "surrogatepass"), safe="")
