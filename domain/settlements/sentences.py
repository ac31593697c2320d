"""Sentences about settlements and their lines, for managers, approvers, and ECPs."""

from decimal import Decimal
from typing import assert_never

from domain.settlements.facts import UNDONE, CarryReason, LineStatus, SettlementStatus
from domain.settlements.stored_facts import (
    PaymentsReturned,
    PayoutReturned,
    PointsPaid,
    SettlementApproved,
    SettlementProposed,
    SettlementRejected,
    SettlementSettled,
    SettlementWithdrawn,
    StoredPayoutFact,
    StoredSettlementFact,
)
from domain.stored_facts import Reader
from domain.text import format_count, quote


def settlement_sentence(fact: StoredSettlementFact, reader: Reader) -> str:
    """Write what happened to a settlement, or to the payout of an ECP."""
    if isinstance(fact, StoredPayoutFact):
        return _payout_sentence(fact, reader)
    named = f"ettlement {fact.number} of {quote(fact.title)}"
    points = format_count(fact.points, "point")
    match fact:
        case SettlementProposed():
            lines = format_count(fact.lines, "line")
            return f"S{named} waits for the approval of a second person: {points} in {lines}."
        case SettlementApproved():
            rest = f" {format_count(fact.carried_over, 'point')} {_are(fact.carried_over)} carried over."
            return f"S{named} was approved: {points} will be paid.{rest if fact.carried_over else ''}"
        case SettlementRejected():
            return f"S{named} was rejected. Nothing was posted."
        case SettlementWithdrawn():
            return f"The maker withdrew s{named}. Nobody needs to decide."
        case SettlementSettled() | PaymentsReturned():
            return _result_sentence(fact, named, points)
        case _:
            assert_never(fact)


def _result_sentence(fact: SettlementSettled | PaymentsReturned, named: str, points: str) -> str:
    """Write what came of payments."""
    if isinstance(fact, PaymentsReturned):
        payments = format_count(fact.lines, "payment")
        again = f"{points} {_are(fact.points)} available again"
        return f"{payments} of s{named} came back: {again}. Settle the scheme again to pay them."
    failed = f" {format_count(fact.failed_lines, 'payment')} failed." if fact.failed_lines else ""
    back = f" {format_count(fact.returned_lines, 'payment')} came back." if fact.returned_lines else ""
    again = " Settle the scheme again to pay what is available again." if failed or back else ""
    return f"S{named} is settled: {points} {_were(fact.points)} paid.{failed}{back}{again}"


def _payout_sentence(fact: StoredPayoutFact, reader: Reader) -> str:
    own = fact.ecp_id == reader.ecp_id
    points = format_count(fact.points, "point")
    if isinstance(fact, PointsPaid):
        whose = f"{points} of yours" if own else points
        return f"{whose} in {quote(fact.title)} {_were(fact.points)} paid."
    back = f"{'It is' if fact.points == 1 else 'They are'} available again, and in the next settlement."
    payment = f"payment of {points} in {quote(fact.title)}"
    what = f"The bank sent back the {payment}" if isinstance(fact, PayoutReturned) else f"The {payment} failed"
    return f"{what}. {back}"


def line_sentence(  # noqa: PLR0913 - the parts of a line, by name
    status: LineStatus,
    *,
    points: int,
    carried_over: int,
    reason: CarryReason | None,
    amount: Decimal | None,
    currency: str | None,
    settlement: SettlementStatus,
) -> str:
    """Write what a line means for its ECP, by the status of its settlement."""
    worth = f" ({amount:,f} {currency})" if amount is not None else ""
    counted = f"{format_count(points, 'point')}{worth}"
    match status:
        case LineStatus.PENDING:
            return _pending_sentence(counted, points, settlement)
        case LineStatus.PAID:
            return f"{counted} {_were(points)} paid."
        case LineStatus.FAILED:
            return f"The payment of {counted} failed. {_back(points)}"
        case LineStatus.RETURNED:
            return f"The bank sent back the payment of {counted}. {_back(points)}"
        case LineStatus.CARRIED_OVER:
            return carry_sentence(reason, carried_over)
        case _:
            assert_never(status)


def _pending_sentence(counted: str, points: int, settlement: SettlementStatus) -> str:
    if settlement in UNDONE:
        return f"{counted} {_are(points)} not paid: the settlement was {settlement.lower()}."
    if settlement in {SettlementStatus.PAYING, SettlementStatus.SETTLED}:
        return f"{counted} {_are(points)} being paid."
    return f"{counted} will be paid once the settlement is approved and posted."


def carry_sentence(reason: CarryReason | None, points: int) -> str:
    """Write why points are not paid."""
    if reason is CarryReason.NEGATIVE:
        return f"The balance is negative by {format_count(-points, 'point')}, which later points offset."
    counted = f"{format_count(points, 'point')} {_are(points)} not paid"
    if reason is CarryReason.CLOSED:
        return f"{counted}, because the ECP is closed."
    because = {
        CarryReason.AWAITING_VALUATION: "sales are still being valued",
        CarryReason.SUSPENDED: "the ECP is not active",
        CarryReason.BELOW_MINIMUM: "they are fewer than the minimum of the scheme",
        CarryReason.WITHOUT_AMOUNT: "they are worth less than the smallest amount of the currency",
    }
    why = because[reason] if reason is not None else "they are carried over"
    return f"{counted} now, because {why}. The next settlement counts them again."


def _back(points: int) -> str:
    them = "The point is" if points == 1 else "The points are"
    return f"{them} available again, and in the next settlement."


def _were(points: int) -> str:
    return "was" if points == 1 else "were"


def _are(points: int) -> str:
    return "is" if points == 1 else "are"
