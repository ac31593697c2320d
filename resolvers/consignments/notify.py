"""Notify vendors and Operations of what happens to consignments, in the transaction in which it happens.

Production, receipts without a difference, and commissioning notify nobody: those who follow them watch live streams.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from db.consignments.rows import BatchRow
from db.sessions import Writing
from domain.consignments.facts import Condition
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
    RecalledPlace,
    ReceiptDiffers,
    StoredConsignmentFact,
)
from domain.events import EventKind
from domain.permissions import Role
from resolvers.consignments.locking import Chain
from resolvers.consignments.steps import Step
from resolvers.context import Operation
from resolvers.notifications.notify import notify_role, notify_vendors

# The vendors of a chain in order, each with its name.
Vendors = Sequence[tuple[UUID, str]]


async def notify_of_assignment(  # noqa: PLR0913 - the parts of the fact, by name
    operation: Operation,
    session: Writing,
    *,
    scheme_id: UUID,
    consignment: tuple[UUID, str],
    vendors: Vendors,
    quantity: int,
    due_on: date | None,
) -> None:
    """Notify the vendors of a new consignment, which is given with its code."""
    consignment_id, code = consignment
    senders = [None, *(name for _, name in vendors)]
    facts = [
        (
            vendor_id,
            ConsignmentAssigned(
                consignment_id=consignment_id, code=code, quantity=quantity, due_on=due_on, sender=sender
            ),
        )
        for (vendor_id, _), sender in zip(vendors, senders, strict=False)
    ]
    await notify_vendors(operation, session, (EventKind.CONSIGNMENT_CREATED, scheme_id), facts)


async def notify_of_update(  # noqa: PLR0913 - the parts of the facts, by name
    operation: Operation,
    session: Writing,
    chain: Chain,
    *,
    vendors: Vendors,
    quantity: int,
    due_on: date | None,
    due_changed: bool,
) -> None:
    """Notify vendors of a changed consignment; `chain` is as before the change, and the others are as after it.

    New vendors, those that left, those with other neighbors, and if the due date changed, all others.
    """
    before = _neighbors(list(zip(chain.vendor_ids, chain.vendor_names, strict=True)))
    after = _neighbors(vendors)
    named: dict[str, Any] = {"consignment_id": chain.id, "code": chain.code}
    facts: list[tuple[UUID, StoredConsignmentFact]] = [
        (vendor_id, ConsignmentWithdrawn(**named)) for vendor_id in before if vendor_id not in after
    ]
    for vendor_id, (sender, receiver) in after.items():
        if vendor_id not in before:
            assigned = ConsignmentAssigned(**named, quantity=quantity, due_on=due_on, sender=sender)
            facts.append((vendor_id, assigned))
            continue
        if before[vendor_id] != (sender, receiver):
            facts.append((vendor_id, ConsignmentRerouted(**named, sender=sender, receiver=receiver)))
        if due_changed:
            facts.append((vendor_id, ConsignmentRescheduled(**named, due_on=due_on)))
    await notify_vendors(operation, session, (EventKind.CONSIGNMENT_UPDATED, chain.scheme_id), facts)


def _neighbors(vendors: Vendors) -> Mapping[UUID, tuple[str | None, str | None]]:
    """The names of the vendors before and behind each one."""
    names = [None, *(name for _, name in vendors), None]
    return {vendor_id: (names[index], names[index + 2]) for index, (vendor_id, _) in enumerate(vendors)}


async def notify_of_cancellation(operation: Operation, session: Writing, chain: Chain, reason: str) -> None:
    """Notify the vendors of a canceled consignment."""
    fact = ConsignmentStopped(consignment_id=chain.id, code=chain.code, reason=reason)
    facts = [(vendor_id, fact) for vendor_id in chain.vendor_ids]
    await notify_vendors(operation, session, (EventKind.CONSIGNMENT_CANCELED, chain.scheme_id), facts)


async def notify_of_dispatch(
    operation: Operation, session: Writing, chain: Chain, batch: BatchRow, quantity: int
) -> None:
    """Notify the receiver of a batch."""
    sender = chain.name_of(batch.from_leg)
    fact = BatchSent(
        consignment_id=chain.id,
        code=chain.code,
        batch_id=batch.id,
        batch=batch.code,
        sender=sender,
        quantity=quantity,
    )
    about = (EventKind.COUPONS_DISPATCHED, chain.scheme_id)
    await notify_vendors(operation, session, about, [(batch.to_vendor_id, fact)])


async def notify_of_voided_dispatch(
    operation: Operation, session: Writing, chain: Chain, batch: BatchRow, reason: str | None
) -> None:
    """Notify the vendor that would have received a batch."""
    sender = chain.name_of(batch.from_leg)
    fact = BatchTakenBack(
        consignment_id=chain.id, code=chain.code, batch_id=batch.id, batch=batch.code, sender=sender, reason=reason
    )
    about = (EventKind.COUPONS_DISPATCH_VOIDED, chain.scheme_id)
    await notify_vendors(operation, session, about, [(batch.to_vendor_id, fact)])


async def notify_of_difference(  # noqa: PLR0913 - the parts of the facts, by name
    operation: Operation, session: Writing, chain: Chain, batch: BatchRow, *, missing: int, not_sent: int
) -> None:
    """Notify the sender of a batch and Operations that what arrived is not what was sent."""
    if not missing and not not_sent:
        return
    about = (EventKind.COUPONS_SHORT if missing else EventKind.COUPONS_RECEIVED, chain.scheme_id)
    named: dict[str, Any] = {"consignment_id": chain.id, "code": chain.code, "batch_id": batch.id, "batch": batch.code}
    sender, receiver = chain.name_of(batch.from_leg), chain.name_of(batch.from_leg + 1)
    differs = ReceiptDiffers(**named, receiver=receiver, missing=missing, not_sent=not_sent)
    await notify_vendors(operation, session, about, [(batch.from_vendor_id, differs)])
    opened = DiscrepancyOpened(**named, sender=sender, receiver=receiver, missing=missing, not_sent=not_sent)
    await notify_role(operation, session, about, Role.OPERATIONS, opened)


async def notify_of_superseding(
    operation: Operation, session: Writing, scheme_id: UUID, fact: CouponsSuperseded
) -> None:
    """Notify Operations that coupons carry superseded artwork."""
    await notify_role(operation, session, (EventKind.COUPONS_HELD, scheme_id), Role.OPERATIONS, fact)


async def notify_of_recall(
    operation: Operation,
    session: Writing,
    steps: Sequence[tuple[Chain, Step]],
    reason: str,
    *,
    kind: EventKind = EventKind.COUPONS_RECALLED,
) -> None:
    """Notify the vendors that have or expect recalled or scrapped coupons; each step names the vendor first.

    Coupons that are lost need no work.
    """
    totals: Counter[tuple[UUID, UUID, str, str, RecalledPlace]] = Counter()
    for chain, step in steps:
        if step.source.condition is not Condition.LOST:
            totals[step.vendor_ids[0], chain.id, chain.code, step.line.sku, _place_of(step)] += step.quantity
    facts = [
        (
            vendor_id,
            CouponsToDestroy(
                consignment_id=consignment_id, code=code, sku=sku, quantity=quantity, place=place, reason=reason
            ),
        )
        for (vendor_id, consignment_id, code, sku, place), quantity in totals.items()
    ]
    await notify_vendors(operation, session, (kind, steps[0][0].scheme_id), facts)


def _place_of(step: Step) -> RecalledPlace:
    if step.source.batch_id is not None:
        return RecalledPlace.ON_THE_WAY
    return RecalledPlace.PLANNED if step.source.condition is Condition.PLANNED else RecalledPlace.ON_HAND
