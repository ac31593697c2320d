"""The actions on a settlement."""

from enum import StrEnum
from typing import Final

from domain.failures import Failure, IllegalState, SelfApproval
from domain.guards import Guards
from domain.permissions import Permission
from domain.settlements.facts import SettlementFacts, SettlementStatus
from domain.settlements.failures import SETTLEMENT_PATH
from domain.viewers import Viewer


class SettlementAction(StrEnum):
    """What a viewer can do to a settlement."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"
    RECORD_PAYOUTS = "RECORD_PAYOUTS"


_DECIDED: Final = {
    SettlementStatus.PREPARING: "is still being prepared. Try again when its lines are complete.",
    SettlementStatus.APPROVED: "is already approved.",
    SettlementStatus.PAYING: "is already approved.",
    SettlementStatus.SETTLED: "is already settled.",
    SettlementStatus.REJECTED: "was rejected. Settle the scheme again for a new one.",
    SettlementStatus.WITHDRAWN: "was withdrawn. Settle the scheme again for a new one.",
}


def _decide(facts: SettlementFacts, viewer: Viewer) -> Failure | None:
    if facts.status is not SettlementStatus.PROPOSED:
        return _illegal(facts, _DECIDED[facts.status])
    if facts.made_by == viewer.account_id:
        return SelfApproval("This is your own settlement. Another person must decide on it.", SETTLEMENT_PATH)
    if facts.has_own_line:
        return SelfApproval("This settlement has a line of yours. Another person must decide on it.", SETTLEMENT_PATH)
    return None


def _withdraw(facts: SettlementFacts, viewer: Viewer) -> Failure | None:
    if facts.made_by != viewer.account_id:
        message = "was made by another person, and only that person can withdraw it. An approver can reject it."
        return _illegal(facts, message)
    if facts.status in {SettlementStatus.PREPARING, SettlementStatus.PROPOSED}:
        return None
    return _illegal(facts, _DECIDED[facts.status])


def _record_payouts(facts: SettlementFacts, _viewer: Viewer) -> Failure | None:
    refused = {
        SettlementStatus.PREPARING: "is not approved yet, so nothing can have been paid.",
        SettlementStatus.PROPOSED: "is not approved yet, so nothing can have been paid.",
        SettlementStatus.APPROVED: "is approved, and its points are being posted. Report payouts in a moment.",
        SettlementStatus.REJECTED: "was rejected, so nothing can have been paid.",
        SettlementStatus.WITHDRAWN: "was withdrawn, so nothing can have been paid.",
    }
    found = refused.get(facts.status)
    return None if found is None else _illegal(facts, found)


def _illegal(facts: SettlementFacts, what: str) -> IllegalState:
    return IllegalState(f"Settlement {facts.number} {what}", SETTLEMENT_PATH)


SETTLEMENT_GUARDS: Final = Guards(
    SettlementAction,
    {
        SettlementAction.APPROVE: (Permission.SETTLEMENT_APPROVE, _decide),
        SettlementAction.REJECT: (Permission.SETTLEMENT_APPROVE, _decide),
        SettlementAction.WITHDRAW: (Permission.POINTS_SETTLE, _withdraw),
        SettlementAction.RECORD_PAYOUTS: (Permission.PAYOUT_RECORD, _record_payouts),
    },
)
