"""Rows of adjustments."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import Struct

from domain.adjustments.facts import AdjustmentFacts, AdjustmentStatus


class AdjustmentRow(Struct, frozen=True):
    """Points that a person added or took, with the decision of a second person if one was needed."""

    id: UUID
    ecp_id: UUID
    scheme_id: UUID
    points: int
    reason: str
    status: str
    made_at: datetime
    made_by: UUID
    decided_at: datetime | None
    decided_by: UUID | None
    decision_reason: str | None
    recorded_at: datetime | None
    forfeits: bool

    @property
    def approved_by(self) -> UUID | None:
        """The second person, who approved it."""
        return self.decided_by if self.status == AdjustmentStatus.APPROVED else None

    @property
    def rejected_by(self) -> UUID | None:
        """The second person, who rejected it."""
        return self.decided_by if self.status == AdjustmentStatus.REJECTED else None


class AdjustmentStandingRow(Struct, frozen=True):
    """What guards and notifications need of an adjustment, with its ECP and its scheme."""

    id: UUID
    status: str
    points: int
    made_by: UUID
    ecp_id: UUID
    scheme_id: UUID
    ecp_account_id: UUID | None
    code: str
    title: str

    @property
    def facts(self) -> AdjustmentFacts:
        """The facts that guards check."""
        return AdjustmentFacts(
            status=AdjustmentStatus(self.status),
            made_by=self.made_by,
            ecp_id=self.ecp_id,
            ecp_account_id=self.ecp_account_id,
        )


class AdjustedEcpRow(Struct, frozen=True):
    """An ECP whose points are adjusted, locked."""

    id: UUID
    code: str
    account_id: UUID | None
    status: str


class AdjustedSchemeRow(Struct, frozen=True):
    """A scheme in which points of an ECP are adjusted: whether the ECP takes or took part, and its balance."""

    title: str
    takes_part: bool
    available: int


class BalanceRow(NamedTuple):
    """The available points of an ECP in a scheme."""

    scheme_id: UUID
    available: int


class AdjustmentReasonsRow(NamedTuple):
    """The texts of an adjustment that people wrote."""

    id: UUID
    reason: str
    decision_reason: str | None
