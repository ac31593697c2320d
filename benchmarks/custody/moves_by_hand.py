"""Movements by hand: the statements of the mutations dispatchBatch and receiveBatch, in the same transactions."""

import base64
import hashlib
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
import uuid_utils.compat

from benchmarks.floor_reads import global_id
from db.consignments import changes, reads
from db.consignments.custody_reads import MOVE, PLACES_OF_BATCH, SPANS_AT_PLACES
from db.consignments.view_reads import BATCH_LINE_VIEWS
from db.idempotency import CLAIM_KEY
from db.notifications.changes import NOTIFY_VENDORS
from domain.consignments.facts import BatchStatus
from domain.consignments.sentences import BATCH_LABELS
from domain.consignments.stored_facts import BatchSent
from domain.stored_facts import encode_fact
from domain.viewers import ConsignmentScope, Viewer

_OWN: Final = ConsignmentScope.OWN
_LOCK: Final = reads.lock_consignment(_OWN, exclusive=False)
_BATCH: Final = reads.batches_by_id(_OWN)
_LOCK_BATCH: Final = reads.lock_batch(_OWN)
_SET_BATCH: Final = changes.change_batch(("status", "received_at"))


class Refused(Exception):
    """The movement cannot be recorded."""


async def run(connection: Any, statement: Any, **parameters: Any) -> list[Any]:
    """The rows of a statement of the server, as asyncpg returns them."""
    found: list[Any] = await connection.fetch(statement.sql, *statement.arguments(parameters))
    return found


async def dispatch(connection: Any, viewer: Viewer, now: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """Send so many coupons of one variant to the next vendor."""
    wanted, batch_id = given["lines"][0], uuid_utils.compat.uuid7()
    async with connection.transaction():
        chain = await _lock_chain(connection, viewer, _key(given["consignmentId"]))
        await _claim(connection, viewer, "DispatchBatch", given, batch_id, now)
        leg = chain["vendor_ids"].index(viewer.vendor_id) + 1
        line = chain["variant_ids"].index(_key(wanted["variantId"]))
        ((number,),) = await run(connection, reads.NEXT_BATCH_NUMBER)
        code, receiver = f"BAT-{now.year}-{number:06}", chain["vendor_ids"][leg]
        await run(
            connection,
            changes.ADD_BATCH,
            id=batch_id,
            code=code,
            consignment_id=chain["id"],
            from_leg=leg,
            from_vendor_id=viewer.vendor_id,
            to_vendor_id=receiver,
            status="IN_TRANSIT",
            shipment_reference=None,
            dispatched_at=now,
            received_at=None,
            voided_at=None,
            void_reason=None,
        )
        line_id = chain["line_ids"][line]
        quantity = wanted["quantity"]
        await run(connection, changes.ADD_BATCH_LINE, batch_id=batch_id, line_id=line_id, quantity=quantity)
        ends = ((leg, None, "GOOD"), (leg, batch_id, "GOOD"))
        step = _step(viewer, chain, now, ("DISPATCHED", batch_id, line_id, quantity, None), ends, receiver)
        await _move(connection, step)
        fact = BatchSent(
            consignment_id=chain["id"],
            code=chain["code"],
            batch_id=batch_id,
            batch=code,
            sender=chain["vendor_names"][leg - 1],
            quantity=quantity,
        )
        await run(
            connection,
            NOTIFY_VENDORS,
            vendor_ids=[receiver],
            facts=[encode_fact(fact)],
            kind="COUPONS_DISPATCHED",
            scheme_id=chain["scheme_id"],
            at=now,
            actor_id=viewer.account_id,
        )
    return {"dispatchBatch": await _answer(connection, viewer, batch_id)}


async def receive(connection: Any, viewer: Viewer, now: datetime, given: dict[str, Any]) -> dict[str, Any]:
    """Receive all coupons of a batch of one line."""
    batch_id, wanted = _key(given["batchId"]), given["lines"][0]
    async with connection.transaction():
        await run(connection, _BATCH, ids=[batch_id], viewer_vendor_id=viewer.vendor_id)
        (batch,) = await run(connection, _LOCK_BATCH, id=batch_id, viewer_vendor_id=viewer.vendor_id)
        await _claim(connection, viewer, "ReceiveBatch", given, batch_id, now)
        chain = await _lock_chain(connection, viewer, batch["consignment_id"])
        if batch["to_vendor_id"] != viewer.vendor_id or batch["status"] != "IN_TRANSIT":
            raise Refused(batch["status"])
        (sent,) = await run(connection, reads.BATCH_LINES, ids=[batch_id])
        places = await run(connection, PLACES_OF_BATCH, batch_id=batch_id)
        held = await run(connection, SPANS_AT_PLACES, place_ids=[place["id"] for place in places if place["quantity"]])
        pieces = {str(_segment(chain, sent, row["text"])): row["text"] for row in held}
        if wanted["accepted"] != sent["quantity"]:
            raise Refused(sent["quantity"])
        await run(
            connection,
            changes.SET_BATCH_LINE,
            own_batch=batch_id,
            own_line=sent["line_id"],
            accepted=sent["quantity"],
            damaged=0,
        )
        leg = batch["from_leg"] + 1
        moved = ("RECEIVED", batch_id, sent["line_id"], sent["quantity"], pieces)
        ends = ((batch["from_leg"], batch_id, "GOOD"), (leg, None, "GOOD"))
        await _move(connection, _step(viewer, chain, now, moved, ends, batch["from_vendor_id"]))
        await run(connection, PLACES_OF_BATCH, batch_id=batch_id)
        await run(connection, _SET_BATCH, own_id=batch_id, status="RECEIVED", received_at=now)
    return {"receiveBatch": await _answer(connection, viewer, batch_id)}


async def _lock_chain(connection: Any, viewer: Viewer, consignment_id: UUID) -> Any:
    if not await run(connection, _LOCK, id=consignment_id, viewer_vendor_id=viewer.vendor_id):
        raise Refused(consignment_id)
    (chain,) = await run(connection, reads.CHAINS, ids=[consignment_id])
    return chain


async def _claim(  # noqa: PLR0913, PLR0917 - the columns of a key
    connection: Any, viewer: Viewer, mutation: str, given: dict[str, Any], result_id: UUID, now: datetime
) -> None:
    status = await connection.execute(
        CLAIM_KEY.sql,
        *CLAIM_KEY.arguments(
            {
                "owner_id": viewer.vendor_id,
                "mutation": mutation,
                "key": given["idempotencyKey"],
                "digest": hashlib.blake2b(orjson.dumps(given), digest_size=16).digest(),
                "result_id": result_id,
                "recorded_at": now,
            }
        ),
    )
    if status != "INSERT 0 1":
        raise Refused(given["idempotencyKey"])


def _step(  # noqa: PLR0913, PLR0917 - the parts of a movement
    viewer: Viewer,
    chain: Any,
    now: datetime,
    moved: tuple[str, UUID, UUID, int, dict[str, str] | None],
    ends: tuple[tuple[int, UUID | None, str], tuple[int, UUID | None, str]],
    other: UUID,
) -> dict[str, Any]:
    kind, batch_id, line_id, quantity, pieces = moved
    source, target = ends
    return {
        "id": uuid_utils.compat.uuid7(),
        "request_id": batch_id,
        "consignment_id": chain["id"],
        "line_id": line_id,
        "batch_id": batch_id,
        "kind": kind,
        "vendor_id": viewer.vendor_id,
        "from_leg": source[0],
        "from_batch": source[1],
        "from_condition": source[2],
        "to_leg": target[0],
        "to_batch": target[1],
        "to_condition": target[2],
        "pieces": pieces,
        "quantity": quantity,
        "occurred_at": now,
        "recorded_at": now,
        "account_id": viewer.account_id,
        "note": None,
        "subject_kinds": ["SCHEME", "CONSIGNMENT", "VENDOR", "VENDOR"],
        "subject_ids": [chain["scheme_id"], chain["id"], viewer.vendor_id, other],
    }


async def _move(connection: Any, step: dict[str, Any]) -> None:
    """The lines of the benchmark stay far from empty, so no movement changes the state of a consignment for long."""
    ((_, moved, _crossed),) = await run(connection, MOVE, steps=orjson.dumps([step], default=str).decode())
    if moved != step["quantity"]:
        raise Refused(moved)


async def _answer(connection: Any, viewer: Viewer, batch_id: UUID) -> dict[str, Any]:
    (batch,) = await run(connection, _BATCH, ids=[batch_id], viewer_vendor_id=viewer.vendor_id)
    lines = await run(connection, BATCH_LINE_VIEWS, ids=[batch_id])
    return {
        "batch": {
            "id": global_id("bat", batch["id"]),
            "code": batch["code"],
            "statusLabel": BATCH_LABELS[BatchStatus(batch["status"])],
            "dispatchedAt": batch["dispatched_at"],
            "lines": [
                {
                    "variant": {"sku": line["variant__sku"]},
                    "quantity": line["quantity"],
                    "inTransit": line["in_transit"],
                }
                for line in lines
            ],
        },
        "errors": [],
    }


def _segment(chain: Any, sent: Any, text: str) -> int:
    bits: int = chain["segment_bits"][chain["line_ids"].index(sent["line_id"])]
    return int(text[2 : text.index(",")]) >> bits


def _key(global_key: str) -> UUID:
    return UUID(bytes=base64.urlsafe_b64decode(global_key.partition("_")[2] + "=="))
