"""Which words does this partnership use: its levels, key areas, grades, reasons and colours?"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.access import EVERYTHING, RowPolicy
from models.db import Record
from models.words import Choice, choice_column, must, one_of


class ReferenceList(Choice):
    """The lists a partnership may rename and reorder."""

    LEVEL_OF_INTERVENTION = "level_of_intervention"
    KEY_AREA = "key_area"
    GRADE = "grade"
    BRAG = "brag"
    ELIMINATION_REASON = "elimination_reason"
    AGENCY_CATEGORY = "agency_category"

    @property
    def label(self) -> str:
        return "BRAG word" if self is ReferenceList.BRAG else super().label


class Service(Choice):
    """Whose safeguarding a record is about."""

    CHILDREN = "children"
    ADULTS = "adults"
    BOTH = "both"

    @property
    def label(self) -> str:
        return "Children and adults" if self is Service.BOTH else super().label


class ReferenceItem(Record):
    """One word of one list. Signed records keep the words they were signed with; this is what new ones offer."""

    __tablename__ = "reference_items"
    __table_args__ = (
        UniqueConstraint(
            "list_name", "code", name="code_once_per_list", info={"sentence": "This list already has that code."}
        ),
        one_of("list_name", ReferenceList, "known_list"),
        one_of("applies_to", Service, "known_service"),
        must("label <> ''", name="label_given", sentence="Give the word people will read."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(agency_reads=EVERYTHING, reason="Words everybody reads.")

    list_name: Mapped[ReferenceList] = mapped_column(choice_column(ReferenceList), index=True)
    code: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(server_default="0")
    applies_to: Mapped[Service] = mapped_column(choice_column(Service), server_default=Service.BOTH)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    hint: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    is_to_be_confirmed: Mapped[bool] = mapped_column(server_default="false")

    def __str__(self) -> str:
        return self.label


def items_of(session: Session, list_name: ReferenceList) -> list[ReferenceItem]:
    """The active words of a list, in the list's own order."""
    statement = select(ReferenceItem).where(ReferenceItem.list_name == list_name, ReferenceItem.is_active)
    return list(session.scalars(statement.order_by(ReferenceItem.rank, ReferenceItem.id)))
