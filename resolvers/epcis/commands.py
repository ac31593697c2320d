"""Turn what an event states into the command of a mutation, and run it."""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.sessions import Writing
from domain.epcis.statements import Stated, StatementKind
from domain.failures import InvalidInput, Problem, UserErrorCode
from resolvers.consignments.commands import (
    CommissionCoupons,
    DeclarePacks,
    DispatchBatch,
    NamedLine,
    NewPack,
    ProducedLine,
    ReceiveBatch,
    ReceivedLine,
    RecordProduction,
    SerialLine,
    commission_coupons,
    declare_packs,
    dispatch_batch,
    receive_batch,
    record_production,
)
from resolvers.context import Operation
from resolvers.epcis.locating import Located, find_batch

_REFERENCE_LENGTH: Final = 120


async def run_command(operation: Operation, session: Writing, events: tuple[Sequence[str], Stated, Located]) -> None:
    """Record what events with these ids state together, as the mutation does. Raises what the mutation raises."""
    event_ids, stated, located = events
    key = f"epcis:{hashlib.sha256(' '.join(event_ids).encode()).hexdigest()}"
    if stated.kind in {StatementKind.PRODUCED, StatementKind.SPOILED}:
        await record_production(operation, _production(stated, located, key))
    elif stated.kind is StatementKind.DISPATCHED:
        await dispatch_batch(operation, _dispatch(stated, located, key))
    elif stated.kind in {StatementKind.RECEIVED, StatementKind.DAMAGED}:
        batch_id = await find_batch(operation, session, stated, located)
        await receive_batch(operation, _receipt(stated, located, batch_id, key))
    elif stated.kind is StatementKind.COMMISSIONED:
        await commission_coupons(operation, _commissioning(stated, located, key))
    else:
        await declare_packs(operation, _packing(stated, located, key))


def _production(stated: Stated, located: Located, key: str) -> RecordProduction:
    spoiled = stated.kind is StatementKind.SPOILED
    return RecordProduction(
        consignment_id=located.consignment_id,
        lines=tuple(
            ProducedLine(line.variant_id, spoiled_serials=line.serials)
            if spoiled
            else ProducedLine(line.variant_id, quantity=line.quantity, serials=line.serials)
            for line in located.lines
        ),
        occurred_at=stated.occurred_at,
        idempotency_key=key,
    )


def _packing(stated: Stated, located: Located, key: str) -> DeclarePacks:
    if len(located.lines) > 1:
        message = "A pack contains coupons of one variant. Send one event for each variant, with a pack of its own."
        raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, stated.serials_path))
    (line,) = located.lines
    return DeclarePacks(
        consignment_id=located.consignment_id,
        packs=(NewPack(line.variant_id, line.serials or (), stated.parent),),
        occurred_at=stated.occurred_at,
        idempotency_key=key,
    )


def _dispatch(stated: Stated, located: Located, key: str) -> DispatchBatch:
    """The despatch advice of the sender becomes the reference of the batch, by which the receiver may name it."""
    reference = stated.batch
    if reference is not None and len(reference) > _REFERENCE_LENGTH:
        message = f"The despatch advice has at most {_REFERENCE_LENGTH} characters."
        raise InvalidInput(Problem(UserErrorCode.INVALID, message, ("bizTransactionList",)))
    if reference is not None and reference.startswith("BAT-"):
        message = "A batch of this program cannot be sent again. Name a despatch advice of your own, or none."
        raise InvalidInput(Problem(UserErrorCode.CONFLICT, message, ("bizTransactionList",)))
    return DispatchBatch(
        consignment_id=located.consignment_id,
        lines=tuple(SerialLine(line.variant_id, line.quantity, line.serials) for line in located.lines),
        shipment_reference=reference,
        occurred_at=stated.occurred_at,
        idempotency_key=key,
    )


def _receipt(stated: Stated, located: Located, batch_id: UUID, key: str) -> ReceiveBatch:
    """An event says what arrived and nothing about the rest, unless it is final."""
    damaged = stated.kind is StatementKind.DAMAGED
    return ReceiveBatch(
        batch_id=batch_id,
        lines=tuple(
            ReceivedLine(
                line.variant_id,
                accepted_serials=None if damaged else line.serials,
                damaged_serials=line.serials if damaged else None,
                final=stated.final,
            )
            for line in located.lines
        ),
        occurred_at=stated.occurred_at,
        idempotency_key=key,
    )


def _commissioning(stated: Stated, located: Located, key: str) -> CommissionCoupons:
    return CommissionCoupons(
        consignment_id=located.consignment_id,
        batch_id=None,
        lines=tuple(NamedLine(line.variant_id, line.serials or ()) for line in located.lines),
        occurred_at=stated.occurred_at,
        idempotency_key=key,
    )
