"""Which groups of service users, carers, families and practitioners can be heard, who was heard lately, and who never?

Source: framework, "Feedback": care will be taken to ensure that we are not always engaging with the same, established
groups; suitable groups are found through schools, service providers and community groups.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from models.core.access import NONE, RowPolicy
from models.core.choices import Choice
from models.core.db import Record
from models.core.words import choice_column, must, one_of


class GroupKind(Choice):
    """Who a group is made of."""

    SERVICE_USERS = "service_users"
    CARERS = "carers"
    FAMILIES = "families"
    PRACTITIONERS = "practitioners"


class FoundThrough(Choice):
    """Through whom a group is reached."""

    SCHOOL = "school"
    SERVICE_PROVIDER = "service_provider"
    COMMUNITY_GROUP = "community_group"
    AGENCY = "agency"
    OTHER = "other"


class FeedbackGroup(Record):
    """A group that may be asked to take part. Names no person: a group, not its members."""

    __tablename__ = "feedback_groups"
    __table_args__ = (
        one_of("kind", GroupKind, "known_group_kind"),
        one_of("found_through", FoundThrough, "known_way_to_group"),
        must("name <> ''", name="group_named", sentence="Give the group a name."),
    )
    row_policy: ClassVar[RowPolicy] = RowPolicy(
        manager=NONE,
        reader=("select (id, name)",),
        reason="The hub's own register of groups; the Board reads who waits for an outcome.",
    )

    name: Mapped[str] = mapped_column(Text, unique=True, info={"sentence": "There is already a group of that name."})
    kind: Mapped[GroupKind] = mapped_column(choice_column(GroupKind))
    found_through: Mapped[FoundThrough] = mapped_column(choice_column(FoundThrough))
    contact: Mapped[str] = mapped_column(Text, server_default="")
    note: Mapped[str] = mapped_column(Text, server_default="")
    is_active: Mapped[bool] = mapped_column(server_default="true")

    def __str__(self) -> str:
        return self.name
