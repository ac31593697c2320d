"""The table of bonus rules."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Json, Key


class BonusRuleTable(Base):
    """A bonus rule; condition, reward and limits are typed documents (see domain.rules.model)."""

    __tablename__ = "bonus_rule"
    __table_args__ = (
        Index("ix_bonus_rule__scheme_id_position", "scheme_id", "position"),
        Index("ix_bonus_rule__id", "id"),
        # Finds the rules that refer to an entry of the catalog.
        Index("ix_bonus_rule__document", "document", postgresql_using="gin"),
        CheckConstraint("position >= 1", "position_positive"),
    )

    # A rule keeps its id in the revisions of its scheme.
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"), primary_key=True)
    id: Mapped[Key]
    position: Mapped[int]
    document: Mapped[Json]
