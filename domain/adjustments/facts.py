"""The basic types of adjustments: statuses, the facts that guards use, and when a second person must decide."""

from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from msgspec import Struct

# What one account adjusts for one ECP within this time counts together, so that splitting an adjustment is no way
# around the second person.
COUNTED_TOGETHER: Final = timedelta(hours=24)
DEFAULT_THRESHOLD: Final = 1_000
# What every JSON client holds exactly.
LARGEST_POINTS: Final = 2**53 - 1
# Stored with what an erasure decides by itself.
FORFEIT_REASON: Final = "Forfeited, because the personal data of this ECP was erased."
REJECTED_BY_ERASURE: Final = "Rejected, because the personal data of this ECP was erased."


class AdjustmentStatus(StrEnum):
    """The status of an adjustment. Only an approved one has an entry in the ledger."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class AdjustmentFacts(Struct, frozen=True):
    """The facts about an adjustment that guards use: who made it, and the account with which its ECP signs in."""

    status: AdjustmentStatus
    made_by: UUID
    ecp_id: UUID
    ecp_account_id: UUID | None


def needs_second_person(points: int, *, before: int, threshold: int) -> bool:
    """Whether a second person must decide: the points count without their sign, together with those `before`."""
    return before + abs(points) > threshold
