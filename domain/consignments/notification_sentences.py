"""Sentences of notifications about consignments, from stored facts, for a vendor or for Operations."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, assert_never

from domain.calendar import format_day
from domain.consignments.stored_facts import (
    BatchSent,
    BatchTakenBack,
    ConsignmentAssigned,
    ConsignmentRerouted,
    ConsignmentRescheduled,
    ConsignmentStopped,
    ConsignmentWithdrawn,
    CouponsSuperseded,
    CouponsToDestroy,
    DiscrepancyOpened,
    MissingCouponScanned,
    RecalledPlace,
    ReceiptDiffers,
    StoredBatchFact,
    StoredChainFact,
    StoredConsignmentFact,
)
from domain.text import add_reason, format_count


def consignment_sentence(fact: StoredConsignmentFact) -> str:
    """Write what happened to a consignment, for the person who is notified."""
    if isinstance(fact, StoredChainFact):
        return _chain_sentence(fact)
    if isinstance(fact, StoredBatchFact):
        return _batch_sentence(fact)
    if isinstance(fact, MissingCouponScanned):
        return _scanned(fact)
    return _superseded(fact) if isinstance(fact, CouponsSuperseded) else _recalled(fact)


def _chain_sentence(fact: StoredChainFact) -> str:
    match fact:
        case ConsignmentAssigned():
            return _assigned(fact)
        case ConsignmentRescheduled(code=code, due_on=due_on):
            return f"{code} no longer has a due date." if due_on is None else f"{code} is now {_due(due_on)}."
        case ConsignmentRerouted():
            return f"The chain of {fact.code} changed: {_neighbors(fact)}."
        case ConsignmentWithdrawn(code=code):
            return f"You no longer take part in {code}."
        case ConsignmentStopped(code=code, reason=reason):
            return add_reason(f"{code} was canceled", reason)
        case _:
            assert_never(fact)


def _batch_sentence(fact: StoredBatchFact) -> str:
    match fact:
        case BatchSent():
            coupons = format_count(fact.quantity, "coupon")
            return f"{fact.sender} sent you {coupons} of {fact.code} in {fact.batch}. Record what arrives."
        case BatchTakenBack():
            return add_reason(f"{fact.sender} voided the dispatch of {fact.batch} of {fact.code} to you", fact.reason)
        case ReceiptDiffers():
            difference = _difference(fact, sent="you sent", not_sent="you did not send")
            return f"{difference}. Operations will resolve the discrepancy."
        case DiscrepancyOpened(sender=sender):
            difference = _difference(fact, sent=f"{sender} sent", not_sent=f"{sender} did not send")
            return f"{difference}. Resolve the discrepancy."
        case _:
            assert_never(fact)


def _due(due_on: date) -> str:
    return f"due on {format_day(due_on)}"


def _assigned(fact: ConsignmentAssigned) -> str:
    coupons = f"{format_count(fact.quantity, 'coupon')} of the new consignment {fact.code}"
    whose = f"{fact.sender} will send you {coupons}" if fact.sender else f"You produce {coupons}"
    return f"{whose}." if fact.due_on is None else f"{whose}, {_due(fact.due_on)}."


def _neighbors(fact: ConsignmentRerouted) -> str:
    source = f"{fact.sender} sends you its coupons" if fact.sender else "you produce its coupons"
    target = f"you send them to {fact.receiver}" if fact.receiver else "you commission them"
    return f"{source}, and {target}"


def _difference(fact: ReceiptDiffers | DiscrepancyOpened, *, sent: str, not_sent: str) -> str:
    """Write “Second Pack received 12 fewer coupons than you sent in BAT-2026-000004 of CON-2026-000017”."""
    where = f"in {fact.batch} of {fact.code}"
    extra = format_count(fact.not_sent, "coupon")
    if not fact.missing:
        return f"{fact.receiver} received {extra} {where} that {not_sent}"
    fewer = f"{fact.receiver} received {format_count(fact.missing, 'fewer coupon')} than {sent} {where}"
    return f"{fewer}, and {extra} that {not_sent}" if fact.not_sent else fewer


def _recalled(fact: CouponsToDestroy) -> str:
    coupons = f"{format_count(fact.quantity, 'coupon')} of {fact.sku} in {fact.code}"
    where, task = _RECALLED[fact.place]
    return f"{add_reason(f'Operations recalled {coupons} {where}', fact.reason)} {task}"


def _scanned(fact: MissingCouponScanned) -> str:
    state = "lost" if fact.lost else "missing"
    return (
        f"An ECP scanned the coupon {fact.serial} of {fact.sku} in {fact.code}, which is {state}. "
        "Find out how it came to the ECP; the discrepancy lists all such scans."
    )


def _superseded(fact: CouponsSuperseded) -> str:
    """Names the consignment if there is only one."""
    where = fact.codes[0] if len(fact.codes) == 1 else format_count(len(fact.codes), "consignment")
    version = f"Version {fact.version} of the artwork of {fact.sku} superseded what coupons in {where} carry"
    tasks = []
    if fact.held:
        one = fact.held == 1
        tasks.append(
            f"{format_count(fact.held, 'coupon')} {'is' if one else 'are'} held. "
            f"Accept or scrap {'it' if one else 'them'}."
        )
    if fact.commissioned:
        one = fact.commissioned == 1
        tasks.append(
            f"{format_count(fact.commissioned, 'coupon')} {'is' if one else 'are'} commissioned and "
            f"{'stays' if one else 'stay'} active."
        )
    return f"{version}: {' '.join(tasks)}"


_RECALLED: Final[Mapping[RecalledPlace, tuple[str, str]]] = MappingProxyType(
    {
        RecalledPlace.PLANNED: ("that you have not produced", "Do not produce them."),
        RecalledPlace.ON_HAND: ("that you hold", "Destroy them."),
        RecalledPlace.ON_THE_WAY: ("on the way to you", "Destroy them when they arrive."),
    }
)
