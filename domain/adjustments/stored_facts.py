"""Stored facts about adjustments.

They hold the ECP's code and never the name, and no reasons, which people write freely: facts remain when the personal
data is erased. The title of the scheme is the one of that time.
"""

from uuid import UUID

from domain.stored_facts import StoredFact


class _FactOfAdjustment(StoredFact, frozen=True):
    ecp_id: UUID
    code: str
    title: str
    points: int


class AdjustmentRequested(_FactOfAdjustment, frozen=True, tag="adjustmentRequested"):
    """A manager adjusted more points than the threshold allows, and a second person decides."""


class AdjustmentApproved(_FactOfAdjustment, frozen=True, tag="adjustmentApproved"):
    """A second person approved an adjustment."""


class AdjustmentRejected(_FactOfAdjustment, frozen=True, tag="adjustmentRejected"):
    """A second person rejected an adjustment, or the ECP was erased before anybody decided."""


class AdjustmentWithdrawn(_FactOfAdjustment, frozen=True, tag="adjustmentWithdrawn"):
    """The maker of an adjustment withdrew it before anybody decided."""


class PointsAdjusted(_FactOfAdjustment, frozen=True, tag="pointsAdjusted"):
    """An adjustment of the ECP's points was posted."""


StoredAdjustmentFact = (
    AdjustmentRequested | AdjustmentApproved | AdjustmentRejected | AdjustmentWithdrawn | PointsAdjusted
)
