"""Which passkeys does a person sign in with, and is this the answer of one of them?

A passkey is a key pair: its public half is here, its private half never leaves the person's device, which asks for a
finger, a face or a PIN before it uses it. So it stands for two factors by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication

from models.accounts.access_changes import BY_ONESELF, actor_words, tell_of_change
from models.accounts.invitations import accept
from models.accounts.passkey_answers import Answer, credential_of, read_proof, read_registration
from models.accounts.recovery_codes import renew_recovery_codes
from models.accounts.second_factors import has_factor
from models.accounts.sign_in_attempts import Outcome, SignInAttempt
from models.accounts.sign_ins import SignIn
from models.accounts.work_accounts import WorkAccount
from models.accounts.work_issuers import WorkIssuer, only_way_of
from models.core.access import ALL, OWN_PERSON, READ, Role, RowPolicy
from models.core.clock import now
from models.core.db import Base
from models.core.errors import RuleBroken
from models.partnership.people import Person

MOST = 20
LONGEST_NAME = 60
_COPIED = (
    "This passkey's counter went backwards, so it may have been copied. It is not accepted any more: sign in another"
    " way and remove it."
)
_ANOTHER_WAY = "People of your agency sign in with {}. Use that button instead."
_ADDED = "A passkey was added to your account: “{}”. Whoever has it signs in as you."
_SHUT = "Your passkey “{}” is not accepted any more: its counter went backwards, so it may have been copied."


class Passkey(Base):
    """One passkey of a person: its public key, what it is called, and how far its counter has come.

    `answered_at` is when the last challenge it answered was given out: it answers none of that moment or before, so no
    answer is good twice. `copied_at` is set when its counter went backwards; it is refused from then on.
    """

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("person_id", "name"),)
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        own_reads=f"person_id = {OWN_PERSON}",
        staff=READ,
        administrator=("select", "delete"),
        sign_in=ALL,
        agency_reads=f"person_id = {OWN_PERSON}",
        unlogged_columns=(
            *("credential_id", "public_key", "user_handle", "sign_count", "is_backed_up"),
            *("answered_at", "last_used_at"),
        ),
        reason="Made and used by the portal's own sign-in; an administrator may take them away for a lost device.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    user_handle: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    device: Mapped[str] = mapped_column(server_default="")
    aaguid: Mapped[str] = mapped_column(server_default="")
    transports: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    is_backed_up: Mapped[bool] = mapped_column(server_default="false")
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    answered_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    copied_at: Mapped[datetime | None]

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Settled:
    """Who may come in, or the sentence that says more than the usual refusal."""

    person: Person | None = None
    sentence: str = ""


def passkeys_of(session: Session, person_id: int) -> list[Passkey]:
    """A person's passkeys, oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)))


def has_passkey(session: Session, person_id: int) -> bool:
    """Whether the person has a passkey that is still accepted, as far as the asking session may see it."""
    mine = (Passkey.person_id == person_id) & Passkey.copied_at.is_(None)
    return bool(session.scalar(select(exists(1).where(mine))))


def asks_for_second(session: Session, person: Person, forced: Collection[Role]) -> bool:
    """Whether a password is not enough: for whoever has an authenticator, and in roles that must have a second factor
    (`forced`) for whoever has a passkey.
    """
    return has_factor(session, person.id) or (person.role in forced and has_passkey(session, person.id))


def user_handle_of(session: Session, person_id: int) -> bytes:
    """The random bytes by which a person's devices know them: those of their first passkey, or new ones."""
    kept = session.scalar(select(Passkey.user_handle).where(Passkey.person_id == person_id).limit(1))
    return kept or token_bytes(32)


def add_passkey(
    session: Session, person: Person, answer: Answer, *, handle: bytes, name: str = "", device: str = ""
) -> list[str]:
    """Keep a new passkey. With a person's first second factor come ten recovery codes, shown once; otherwise none.

    Refuses an answer that is not to this challenge, from another address, without the device having asked for its
    owner, a passkey that is here already, and a name the person uses for another.
    """
    new = read_registration(answer)
    mine = passkeys_of(session, person.id)
    if len(mine) >= MOST:
        raise RuleBroken(f"You have {MOST} passkeys, which is the most there can be; remove one first.")
    if session.scalar(select(exists(1).where(Passkey.credential_id == new.proof.credential_id))):
        raise RuleBroken("This passkey is set up here already.")
    is_first = not has_passkey(session, person.id) and not has_factor(session, person.id)
    free = _free_name(name, device, mine)
    session.add(
        Passkey(
            person_id=person.id, name=free, device=device, user_handle=handle,
            credential_id=new.proof.credential_id, public_key=new.proof.credential_public_key,
            sign_count=new.proof.sign_count, is_backed_up=new.proof.credential_backed_up, aaguid=new.proof.aaguid,
            transports=new.transports,
        )
    )  # fmt: skip
    session.flush()
    if person.accepted_at is not None:
        tell_of_change(session, person, _ADDED.format(free), by=BY_ONESELF, is_out=False)
    accept(session, person, now=now())
    return renew_recovery_codes(session, person.id) if is_first else []


def note_two_factor(session: Session, sign_in_id: int) -> None:
    """Count a sign-in as one with two factors: its person has unlocked a passkey in it."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(is_two_factor=True))


def rename_passkey(session: Session, person_id: int, passkey_id: int, name: str) -> None:
    """Give one of a person's passkeys another name. Refuses an empty name and one that is taken."""
    passkey = own_passkey(session, person_id, passkey_id)
    others = [other for other in passkeys_of(session, person_id) if other.id != passkey_id]
    passkey.name = _checked_name(name, others)
    session.flush()


def remove_passkey(session: Session, person_id: int, passkey_id: int, *, by: str) -> Passkey:
    """Take one of a person's passkeys away, tell them by mail, and return what it was.

    Refuses the last way in that is left to them.
    """
    passkey = own_passkey(session, person_id, passkey_id)
    others = [other for other in passkeys_of(session, person_id) if other.id != passkey_id]
    if not _has_another_way(session, person_id) and not any(other.copied_at is None for other in others):
        raise RuleBroken("This passkey is the only way you can sign in; set a password or another passkey up first.")
    session.delete(passkey)
    session.flush()
    person = session.get_one(Person, person_id)
    tell_of_change(session, person, f"Your passkey “{passkey.name}” was removed.", by=by, is_out=False)
    return passkey


def _has_another_way(session: Session, person_id: int) -> bool:
    """Whether the person signs in by a password, or by a work account whose issuer is in use."""
    in_use = select(WorkIssuer.id).where(WorkIssuer.is_in_use)
    has_account = exists(1).where(WorkAccount.person_id == person_id, WorkAccount.issuer_id.in_(in_use))
    has_password = exists(1).where(Person.id == person_id, Person.has_password)
    return bool(session.scalar(select(or_(has_account, has_password))))


def remove_all_passkeys(session: Session, person: Person) -> int:
    """Take all of a person's passkeys away, for devices that are lost, and tell them by mail; returns how many."""
    gone = session.scalars(delete(Passkey).where(Passkey.person_id == person.id).returning(Passkey.name)).all()
    if gone:
        change = f"Your passkeys were removed: {', '.join(gone)}."
        tell_of_change(session, person, change, by=actor_words(session), is_out=False)
    return len(gone)


def own_passkey(session: Session, person_id: int, passkey_id: int) -> Passkey:
    """A person's own passkey. Refuses another's in the same words as one that is gone."""
    mine = select(Passkey).where(Passkey.person_id == person_id, Passkey.id == min(passkey_id, 2_147_483_647))
    passkey = session.scalar(mine)
    if passkey is None:
        raise RuleBroken("That passkey is not here any more.")
    return passkey


def answering_passkey(session: Session, answer: Answer) -> Passkey | None:
    """The passkey that an answer claims to come from; None when nobody here has it."""
    credential_id = credential_of(answer)
    return session.scalar(select(Passkey).where(Passkey.credential_id == credential_id)) if credential_id else None


def settle_by_passkey(
    session: Session, attempt: SignInAttempt, passkey: Passkey | None, answer: Answer, *, now: datetime
) -> Settled:
    """Whoever the passkey lets in, when it answers this challenge, its person may sign in and is not locked.

    The outcome is written into the attempt. A counter that went backwards is kept with the passkey, which is refused
    from then on: two devices hold the same key.
    """
    if attempt.outcome is not Outcome.STARTED:
        return Settled()
    attempt.outcome = Outcome.REFUSED
    person = session.get(Person, passkey.person_id) if passkey is not None else None
    if passkey is None or person is None or not person.is_active:
        return Settled()
    held = session.get(Passkey, passkey.id, with_for_update=True, populate_existing=True)  # answers take turns
    proof = _proof_of(held, answer) if held is not None else None
    if held is None or proof is None:
        return Settled()
    if held.copied_at is None and _is_behind(held, proof):
        held.copied_at = now
        tell_of_change(session, person, _SHUT.format(held.name), by="the portal itself", is_out=False)
    if held.copied_at is not None:
        return Settled(sentence=_COPIED)
    only = only_way_of(session, person)
    if only is not None:
        return Settled(sentence=_ANOTHER_WAY.format(only.name))
    _note_use(held, proof, answer, now)
    attempt.outcome = Outcome.SIGNED_IN
    return Settled(person)


def _proof_of(held: Passkey, answer: Answer) -> VerifiedAuthentication | None:
    """What the passkey has proved; None when the answer is another's, to another challenge, or was given before."""
    challenge = answer.challenge
    if challenge is None or (held.answered_at is not None and challenge.given_at <= held.answered_at):
        return None
    return read_proof(answer, public_key=held.public_key, user_handle=held.user_handle)


def _is_behind(held: Passkey, proof: VerifiedAuthentication) -> bool:
    """Whether the counter has not gone on; passkeys that do not count stay at nought."""
    return (proof.new_sign_count, held.sign_count) != (0, 0) and proof.new_sign_count <= held.sign_count


def _note_use(held: Passkey, proof: VerifiedAuthentication, answer: Answer, now: datetime) -> None:
    held.sign_count, held.is_backed_up = proof.new_sign_count, proof.credential_backed_up
    held.answered_at = answer.challenge.given_at if answer.challenge else now
    held.last_used_at = now


def _free_name(name: str, device: str, mine: list[Passkey]) -> str:
    """The name given, or the device's words, with a number where they are in use already."""
    if name.strip():
        return _checked_name(name, mine)
    taken, words = {other.name for other in mine}, device or "Passkey"
    names = (words, *(f"{words} ({number})" for number in range(2, MOST + 2)))
    return next(free for free in names if free not in taken)


def _checked_name(name: str, others: list[Passkey]) -> str:
    words = " ".join(name.split())
    if not 1 <= len(words) <= LONGEST_NAME:
        raise RuleBroken(f"Give the passkey a name of at most {LONGEST_NAME} letters.", field="name")
    if words in {other.name for other in others}:
        raise RuleBroken("You have a passkey of that name already.", field="name")
    return words
