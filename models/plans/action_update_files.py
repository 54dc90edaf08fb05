"""Which files show what an update of an action says, and who may read them?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.core.access import OWN_PERSON, READ, RowPolicy
from models.core.db import Record
from models.core.errors import RuleBroken
from models.documents.documents import Document
from models.documents.evidence_files import USUAL_RULES, KeptFor, SentFile, UploadRules, keep_evidence
from models.plans.action_updates import ActionUpdate
from models.plans.actions import Action

_OWN_UPDATE = "EXISTS (SELECT FROM action_updates u WHERE u.id = update_id"  # of which an agency sees its own only
_OWN_DOCUMENT = f"EXISTS (SELECT FROM documents d WHERE d.id = document_id AND d.made_by_id = {OWN_PERSON})"


class ActionUpdateFile(Record):
    """One file of evidence that came with an update. Added with it, never changed; it goes when its document goes."""

    __tablename__ = "action_update_files"
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        staff=READ,
        administrator=("select", "insert"),
        officer=("select", "insert"),
        own=f"{_OWN_UPDATE} AND u.author_id = {OWN_PERSON})",
        agency_reads=f"{_OWN_UPDATE})",
        agency_inserts=f"{_OWN_UPDATE} AND u.author_id = {OWN_PERSON}) AND {_OWN_DOCUMENT}",
    )

    update_id: Mapped[int] = mapped_column(ForeignKey("action_updates.id", ondelete="CASCADE"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), unique=True)

    update: Mapped[ActionUpdate] = relationship(lazy="raise_on_sql")
    document: Mapped[Document] = relationship(lazy="raise_on_sql")


def attach_files(
    session: Session, action: Action, update: ActionUpdate, files: Sequence[SentFile], rules: UploadRules = USUAL_RULES
) -> list[Document]:
    """Keep files as evidence of an update, behind the wall of the agency that leads the action.

    Refuses, in one sentence that names the file, what `keep_evidence` refuses.
    """
    kept_for = KeptFor(f"actions:{action.id}", action.lead_agency_id, update.author_id)
    documents = [_kept(session, sent, kept_for, rules) for sent in files]
    session.add_all(ActionUpdateFile(update_id=update.id, document_id=document.id) for document in documents)
    session.flush()
    return documents


def _kept(session: Session, sent: SentFile, kept_for: KeptFor, rules: UploadRules) -> Document:
    try:
        return keep_evidence(session, sent, kept_for, rules)
    except RuleBroken as refusal:
        is_named = sent.file_name in refusal.sentence
        raise RuleBroken(
            refusal.sentence if is_named else f"{sent.file_name}: {refusal.sentence}", field="file"
        ) from None


def files_of(session: Session, update_ids: Iterable[int]) -> dict[int, list[Document]]:
    """The files of updates that whoever acts may see, by update, in the order they were sent."""
    statement = (
        select(ActionUpdateFile.update_id, Document)
        .join(Document, Document.id == ActionUpdateFile.document_id)
        .where(ActionUpdateFile.update_id.in_(list(update_ids)))
        .order_by(ActionUpdateFile.id)
    )
    files: dict[int, list[Document]] = {}
    for update_id, document in session.execute(statement):
        files.setdefault(update_id, []).append(document)
    return files
