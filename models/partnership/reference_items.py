"""Which words does this partnership use: its levels, key areas, grades, reasons and colours?"""

from __future__ import annotations

import re
from typing import ClassVar

from sqlalchemy import String, Text, UniqueConstraint, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, Session, column_property, mapped_column

from models.core.access import EVERYTHING, READ, RowPolicy
from models.core.choices import Choice
from models.core.db import Base, Record
from models.core.errors import RuleBroken
from models.core.words import choice_column, must, one_of


class ReferenceList(Choice):
    """The lists a partnership may rename and reorder."""

    LEVEL_OF_INTERVENTION = "level_of_intervention"
    KEY_AREA = "key_area"
    GRADE = "grade"
    BRAG = "brag", "BRAG word"
    ELIMINATION_REASON = "elimination_reason"
    AGENCY_CATEGORY = "agency_category"
    ESCALATION_STEP = "escalation_step"


class Service(Choice):
    """Whose safeguarding a record is about."""

    CHILDREN = "children"
    ADULTS = "adults"
    BOTH = "both", "Children and adults"


class ReferenceItem(Record):
    """One word of one list. Signed records keep the words they were signed with; this is what new ones offer."""

    __tablename__ = "reference_items"
    __table_args__ = (
        UniqueConstraint(
            "list_name", "code", name="code_once_per_list", info={"sentence": "This list already has that code."}
        ),
        one_of("list_name", ReferenceList, "known_list"),
        one_of("applies_to", Service, "known_service"),
        must("day_count >= 0", name="days_not_before", sentence="Give days of 0 or more."),
        must("label <> ''", name="label_given", sentence="Give the word people will read."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        officer=READ,
        agency_reads=EVERYTHING,
        reason="Words everybody reads.",
    )

    list_name: Mapped[ReferenceList] = mapped_column(choice_column(ReferenceList), index=True)
    code: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    rank: Mapped[int] = mapped_column(server_default="0")
    applies_to: Mapped[Service] = mapped_column(choice_column(Service), server_default=Service.BOTH)
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    hint: Mapped[str] = mapped_column(Text, server_default="")
    day_count: Mapped[int | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    is_to_be_confirmed: Mapped[bool] = mapped_column(server_default="false")

    in_order: Mapped[str] = column_property(
        cast(list_name, String) + ":" + func.lpad(cast(rank, String), 10, "0"), deferred=True
    )

    def __str__(self) -> str:
        return self.label

    def check(self, session: Session) -> None:
        self.code = (self.code or "").strip().lower()
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", self.code):
            raise RuleBroken("Give a code of letters, digits and underscores, without blanks.", field="code")
        if (self.rank or 0) < 0:
            raise RuleBroken("Give a place in the list of 0 or more.", field="rank")
        if self.is_active is not False:
            self._check_words(session)

    def _check_words(self, session: Session) -> None:
        """A case list must be able to tell from any word which item is meant."""
        with session.no_autoflush:
            for other in items_of(session, self.list_name):
                if other is not self and _share_a_service(self, other):
                    for word in sorted(self.words & other.words):
                        raise RuleBroken(f"“{word}” already stands for {other.label} in this list.")

    @property
    def words(self) -> set[str]:
        """Every word for this item, in lower case."""
        return {word.strip().lower() for word in (self.label or "", *(self.aliases or ())) if word.strip()}


def _share_a_service(item: ReferenceItem, other: ReferenceItem) -> bool:
    return Service.BOTH in (item.applies_to, other.applies_to) or item.applies_to == other.applies_to


def items_of(session: Session, list_name: ReferenceList) -> list[ReferenceItem]:
    """The active words of a list, in the list's own order."""
    statement = select(ReferenceItem).where(ReferenceItem.list_name == list_name, ReferenceItem.is_active)
    return list(session.scalars(statement.order_by(ReferenceItem.rank, ReferenceItem.id)))


def last_place(session: Session, list_name: ReferenceList) -> int:
    """The place after all words of a list, where a new one stands until somebody moves it."""
    return (session.scalar(select(func.max(ReferenceItem.rank)).where(ReferenceItem.list_name == list_name)) or 0) + 1


def is_in_use(session: Session, item: ReferenceItem) -> bool:
    """Whether any record of any table names this item."""
    own = ReferenceItem.__table__
    naming = [
        select(literal(1)).where(key.parent == item.id)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is own
    ]
    return session.execute(union_all(*naming).limit(1)).first() is not None


def move_item(session: Session, item: ReferenceItem, places: int) -> None:
    """Take an item up (-1) or down (1) in its list, and number the list again from 1. Refuses beyond either end."""
    statement = select(ReferenceItem).where(ReferenceItem.list_name == item.list_name).with_for_update()
    items = list(session.scalars(statement.order_by(ReferenceItem.rank, ReferenceItem.id)))
    place = items.index(item) + places
    if not 0 <= place < len(items):
        raise RuleBroken(f"{item.label} is the {'first' if places < 0 else 'last'} of its list already.")
    items.remove(item)
    items.insert(place, item)
    for rank, listed in enumerate(items, 1):
        if listed.rank != rank:
            listed.rank = rank
    session.flush()
