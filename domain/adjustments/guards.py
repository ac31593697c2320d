"""The actions on an adjustment, and who may adjust the points of an ECP."""

from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.adjustments.facts import AdjustmentFacts, AdjustmentStatus
from domain.adjustments.failures import ADJUSTMENT_PATH
from domain.ecps.failures import ECP_PATH
from domain.failures import Failure, IllegalState, SelfApproval
from domain.guards import Guards
from domain.permissions import Permission
from domain.viewers import Viewer


class AdjustmentAction(StrEnum):
    """What a viewer can do to an adjustment."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"


def find_adjusting_failure(viewer: Viewer, ecp_id: UUID, account_id: UUID | None) -> Failure | None:
    """The failure that keeps a viewer from adjusting the points of an ECP with this account: the ECP is its own."""
    if _is_own(viewer, ecp_id, account_id):
        return SelfApproval("These are your own points. Another person must adjust them.", ECP_PATH)
    return None


def _decide(facts: AdjustmentFacts, viewer: Viewer) -> Failure | None:
    if facts.status is not AdjustmentStatus.PENDING:
        return _decided(facts)
    if facts.made_by == viewer.account_id:
        return SelfApproval("This is your own adjustment. Another person must decide on it.", ADJUSTMENT_PATH)
    if _is_own(viewer, facts.ecp_id, facts.ecp_account_id):
        return SelfApproval("These are your own points. Another person must decide on them.", ADJUSTMENT_PATH)
    return None


def _withdraw(facts: AdjustmentFacts, viewer: Viewer) -> Failure | None:
    if facts.made_by != viewer.account_id:
        message = "Another person made this adjustment, and only that person can withdraw it."
        return IllegalState(f"{message} Reject it instead.", ADJUSTMENT_PATH)
    return None if facts.status is AdjustmentStatus.PENDING else _decided(facts)


def _decided(facts: AdjustmentFacts) -> Failure:
    return IllegalState(f"This adjustment was already {facts.status.lower()}.", ADJUSTMENT_PATH)


def _is_own(viewer: Viewer, ecp_id: UUID, account_id: UUID | None) -> bool:
    return viewer.ecp_id == ecp_id or viewer.account_id == account_id


ADJUSTMENT_GUARDS: Final = Guards(
    AdjustmentAction,
    {
        AdjustmentAction.APPROVE: (Permission.POINTS_ADJUST, _decide),
        AdjustmentAction.REJECT: (Permission.POINTS_ADJUST, _decide),
        AdjustmentAction.WITHDRAW: (Permission.POINTS_ADJUST, _withdraw),
    },
)
