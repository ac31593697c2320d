"""Labels of adjustments, and sentences about them from stored facts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, assert_never

from domain.adjustments.facts import AdjustmentStatus
from domain.adjustments.stored_facts import (
    AdjustmentApproved,
    AdjustmentRejected,
    AdjustmentRequested,
    AdjustmentWithdrawn,
    PointsAdjusted,
    StoredAdjustmentFact,
)
from domain.stored_facts import Reader
from domain.text import format_number, quote

STATUS_LABELS: Final[Mapping[AdjustmentStatus, str]] = MappingProxyType(
    {
        AdjustmentStatus.PENDING: "Decision pending",
        AdjustmentStatus.APPROVED: "Approved",
        AdjustmentStatus.REJECTED: "Rejected",
        AdjustmentStatus.WITHDRAWN: "Withdrawn",
    }
)


def adjustment_sentence(fact: StoredAdjustmentFact, reader: Reader) -> str:
    """Write what happened to an adjustment, for the managers that it concerns, and for the ECP."""
    points = f"{signed(fact.points)} {'point' if abs(fact.points) == 1 else 'points'}"
    what = f"adjustment of {points} for {fact.code} in {quote(fact.title)}"
    match fact:
        case AdjustmentRequested():
            return f"An {what} is waiting for the decision of a second person."
        case AdjustmentApproved():
            return f"The {what} was approved and posted."
        case AdjustmentRejected():
            return f"The {what} was rejected. Nothing was posted."
        case AdjustmentWithdrawn():
            return f"The maker withdrew the {what}. Nobody needs to decide."
        case PointsAdjusted():
            whose = "Your points" if fact.ecp_id == reader.ecp_id else f"The points of {fact.code}"
            return f"{whose} in {quote(fact.title)} were adjusted: {points}. The adjustment states the reason."
        case _:
            assert_never(fact)


def signed(points: int) -> str:
    """Write points with their sign: “+500”, “-1,200”."""
    return f"{'+' if points > 0 else '-'}{format_number(abs(points))}"
