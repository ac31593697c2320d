"""Tables of simulations: what was tried on which period, and what came of it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Json, Key, Moment


class SimulationTable(Base):
    """A simulation of a scheme or a draft, with its content as it was then.

    `result` is null until everything is replayed. The job may be forgotten before the simulation is.
    """

    __tablename__ = "simulation"
    __table_args__ = (
        Index("ix_simulation__made_at", "made_at", "id"),
        Index("ix_simulation__scheme_id", "scheme_id", "made_at", "id"),
        CheckConstraint("from_day <= to_day", "days_ordered"),
        CheckConstraint("(result IS NULL) = (finished_at IS NULL)", "result_dated"),
    )

    id: Mapped[Key]
    scheme_id: Mapped[UUID] = mapped_column(ForeignKey("scheme.id"))
    live_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("scheme.id"), comment="The approved scheme whose ledger it is compared with; null of a new draft"
    )
    job_id: Mapped[UUID] = mapped_column(comment="Jobs are deleted some time after they ended")
    content: Mapped[Json] = mapped_column(comment="Of the scheme, as it was then")
    from_day: Mapped[date]
    to_day: Mapped[date]
    known_at: Mapped[Moment] = mapped_column(comment="Sales that were recorded later do not count")
    made_at: Mapped[Moment]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    finished_at: Mapped[Moment | None]
    result: Mapped[Any | None] = mapped_column(JSONB(none_as_null=True))


class SimulationPieceTable(Base):
    """What came of some ECPs, while the job runs."""

    __tablename__ = "simulation_piece"

    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("simulation.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    totals: Mapped[bytes] = mapped_column(LargeBinary)


class SimulationEcpTable(Base):
    """An ECP who gains or loses, by the number of the ECP."""

    __tablename__ = "simulation_ecp"
    __table_args__ = (
        Index("ix_simulation_ecp__change", "simulation_id", "change", "id"),
        CheckConstraint("change = points - live_points AND change <> 0", "changes"),
    )

    id: Mapped[Key]
    simulation_id: Mapped[UUID] = mapped_column(ForeignKey("simulation.id", ondelete="CASCADE"))
    ecp: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(BigInteger)
    live_points: Mapped[int] = mapped_column(BigInteger)
    change: Mapped[int] = mapped_column(BigInteger, comment="Points that the ECP gains; negative if it loses")
