"""What becomes of a form that is sent after its sign-in has ended, or under a sign-in that is not its own?

Whether somebody is signed in is asked before whether the form is forged. What was typed comes back, sealed, so that
nobody else can read it, and only to the person whom the form was made for: they send it once more with a fresh token.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from admin_views.kit.lists.columns import label_from_key
from admin_views.kit.requests import actor, own_path, role
from app.doors import DOORS
from app.sessions import mark_of

KEPT = 12 * 60 * 60  # seconds that a form's words can be brought back
_NEVER_KEPT = ("auth.", "second_factor.", "passkeys.", "links.")
_UNSAID = ("once", "row_version", "shown", "confirmed", "_find")
_UNSAID_BEGINNINGS = ("seen-", "theirs-")


class SentForm(NamedTuple):
    """A form as it was sent: whose it was made for (a mark), where it was sent to, and its fields without secrets."""

    owner: str
    path: str
    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[tuple[str, str]]:
        """What a person has typed or chosen in it, under its fields' names in plain words."""
        said = [(name, value) for name, value in self.fields if value.strip() and name not in _UNSAID]
        return [(label_from_key(name), value) for name, value in said if not name.startswith(_UNSAID_BEGINNINGS)]


def refuse_signed_out() -> ResponseReturnValue | None:
    """Answer what somebody sends who is not signed in, before anything else looks at it; None for everything else."""
    is_asking = request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint is None
    if is_asking or role() is not None or g.get("is_database_away") or _takes_from_strangers():
        return None
    if request.endpoint == "auth.sign_out_here":
        return redirect(url_for("auth.sign_in"))
    form = sent_form()
    sealed = _sealer().encrypt(json.dumps(form).encode()).decode() if form else ""
    page = render_template("signed_out.html", path=own_path(), sealed=sealed, has_files=_has_files(), refused=True)
    return page, 401


def _takes_from_strangers() -> bool:
    door = DOORS.get(request.endpoint or "")
    return door is not None and door.takes_forms


def form_made_before() -> ResponseReturnValue | None:
    """The page that brings back a form made for this same person under an earlier sign-in; None for any other form."""
    form, person_id = sent_form(), actor().person_id
    if form is None or person_id is None or form.owner != mark_of(person_id):
        return None
    return render_template("signed_in_again.html", form=form, has_files=_has_files(), refused=True), 400


def sent_form() -> SentForm | None:
    """The form that is being sent, when its token says whom it was made for, or when it comes back sealed.

    None for forms with secrets (sign-in, the account), for forged ones, and for those too long to be read.
    """
    if (request.endpoint or "").startswith(_NEVER_KEPT):
        return None
    try:
        sent = request.form
    except HTTPException:
        return None
    form = _opened(sent["sealed"]) if sent.get("sealed") else None
    if form is not None:
        return form if form.path == own_path() else None
    owner = _owner_of(sent.get("csrf_token", ""))
    fields = [(name, value) for name, value in sent.items(multi=True) if not _is_secret(name)]
    return SentForm(owner, own_path(), fields) if owner else None


def _is_secret(name: str) -> bool:
    return name in {"csrf_token", "sealed"} or "password" in name


def _has_files() -> bool:
    try:
        return any(file.filename for file in request.files.values())
    except HTTPException:
        return True


def _owner_of(token: str) -> str:
    """The mark of the person a form token was made for, "" when it was made for nobody or not by us."""
    signer = URLSafeTimedSerializer(_secret(), salt="wtf-csrf-token")
    try:
        owner, dot, _ = str(signer.loads(token, max_age=KEPT)).partition(".")
    except BadSignature:
        return ""
    return owner if dot else ""


def _opened(sealed: str) -> SentForm | None:
    try:
        owner, path, fields = json.loads(_sealer().decrypt(sealed.encode(), ttl=KEPT))
    except InvalidToken:
        return None
    return SentForm(owner, path, [(name, value) for name, value in fields])


def _sealer() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(f"sent forms|{_secret()}".encode()).digest()))


def _secret() -> str:
    return str(current_app.extensions["settings"].secret_key)
