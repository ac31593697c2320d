"""Documents of Operations and vendors: coupons, consignments, batches, and recalls."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy import update

from db.accounts.tables import AccountTable
from domain.node_kinds import NodeKind
from domain.spans import Span
from tests.support.client import gid
from tests.support.custody import discrepancies_of
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.packs import set_prefix, sscc
from tests.support.world import World, key

_Preparation = Callable[[SchemeFactory, World], Awaitable[Prepared]]
# The world's vendor account works for the printer, so the printer is the last vendor of a chain of one.
_ALONE = ("PRN-1",)


def _consignments(factory: SchemeFactory) -> ConsignmentFactory:
    return ConsignmentFactory(factory.environment, factory)


def _range(first: int, last: int) -> dict[str, int]:
    return {"first": first, "last": last}


def _of(made: UUID, **values: Any) -> dict[str, Any]:
    return {"input": {"consignmentId": gid(NodeKind.CONSIGNMENT, made), **values}}


async def _work_for_the_packager(factory: SchemeFactory) -> None:
    """Let the world's vendor account work for the vendor that receives batches of the printer."""
    async with factory.environment.database.writing() as session:
        await session.execute(
            update(AccountTable).where(AccountTable.id == key("account VENDOR")).values(vendor_id=key("vendor PCK-1"))
        )


async def _generation(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await factory.approved()
    return "OPERATIONS", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "idempotencyKey": "generate"}}


async def _spoiled(factory: SchemeFactory) -> tuple[ConsignmentFactory, UUID, UUID]:
    consignments = _consignments(factory)
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id)
    await consignments.produce(made, spoiled_serials=(Span(0, 9),))
    return consignments, scheme_id, made


async def _a_shortfall(factory: SchemeFactory, _world: World) -> Prepared:
    consignments, scheme_id, _ = await _spoiled(factory)
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "variantId": gid(NodeKind.VARIANT, consignments.variant())}
    return "OPERATIONS", {"input": {**given, "reason": "There are enough.", "idempotencyKey": "close"}}


async def _an_allocation(factory: SchemeFactory, world: World) -> Prepared:
    consignments = _consignments(factory)
    given = {
        "schemeId": gid(NodeKind.SCHEME, await consignments.generated()),
        "vendorIds": [gid(NodeKind.VENDOR, world.vendors[code].id) for code in ("PRN-1", "PCK-1", "FAC-1")],
        "lines": [{"variantId": gid(NodeKind.VARIANT, consignments.variant()), "quantity": 600}],
        "dueOn": "2026-06-01",
        "idempotencyKey": "create",
    }
    return "OPERATIONS", {"input": given}


async def _an_update(factory: SchemeFactory, world: World) -> Prepared:
    made = await _consignments(factory).created()
    chain = [gid(NodeKind.VENDOR, world.vendors[code].id) for code in ("PRN-1", "FAC-1")]
    return "OPERATIONS", _of(made, dueOn="2026-06-01", vendorIds=chain, idempotencyKey="update")


async def _a_cancellation(factory: SchemeFactory, _world: World) -> Prepared:
    _, _, made = await _spoiled(factory)
    return "OPERATIONS", _of(made, reason="Another printer takes over.", idempotencyKey="cancel")


async def _a_discrepancy(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=1000)
    batch = await consignments.dispatch(made, quantity=100)
    await consignments.receive(batch, accepted_serials=(Span(0, 87),))
    ((found, _, _, _),) = await discrepancies_of(factory.environment.database, made)
    given = {"discrepancyId": gid(NodeKind.DISCREPANCY, found), "found": [_range(88, 97)], "lost": [_range(98, 99)]}
    return "OPERATIONS", {"input": {**given, "note": "A carton was found.", "idempotencyKey": "resolve"}}


async def _a_recall(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    scheme_id = await consignments.generated()
    made = await consignments.created(scheme_id)
    await consignments.produce(made, quantity=1000)
    await consignments.dispatch(made, quantity=100)
    given = {"schemeId": gid(NodeKind.SCHEME, scheme_id), "serials": [_range(50, 149), _range(300, 300)]}
    return "OPERATIONS", {"input": {**given, "reason": "The ink fades.", "idempotencyKey": "recall"}}


async def _production(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    line = {"variantId": gid(NodeKind.VARIANT, consignments.variant()), "quantity": 500}
    lines = [{**line, "spoiledSerials": [_range(10, 19)]}]
    return "VENDOR", _of(made, lines=lines, occurredAt="2026-03-10T08:30:00Z", idempotencyKey="produce")


async def _packs(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    await set_prefix(factory.environment.database)
    line = {"variantId": gid(NodeKind.VARIANT, consignments.variant())}
    packs = [{**line, "serials": [_range(0, 99)]}, {**line, "serials": [_range(100, 199)], "sscc": sscc(1_000)}]
    return "VENDOR", _of(made, packs=packs, idempotencyKey="pack")


async def _opened_packs(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    await consignments.pack(made, (sscc(1), Span(0, 99)))
    return "VENDOR", _of(made, packs=[sscc(1)], idempotencyKey="unpack")


async def _my_packs(factory: SchemeFactory, world: World) -> Prepared:
    await _opened_packs(factory, world)
    return "VENDOR", {"filter": {"open": True}, "sscc": sscc(1)}


async def _dispatch(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    lines = [{"variantId": gid(NodeKind.VARIANT, consignments.variant()), "serials": [_range(0, 99), _range(200, 299)]}]
    return "VENDOR", _of(made, lines=lines, shipmentReference="AWB 4711", idempotencyKey="dispatch")


async def _a_voided_dispatch(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    batch = gid(NodeKind.BATCH, await consignments.dispatch(made, quantity=100))
    return "VENDOR", {"input": {"batchId": batch, "reason": "The truck broke down.", "idempotencyKey": "void"}}


async def _damage(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    lines = [{"variantId": gid(NodeKind.VARIANT, consignments.variant()), "serials": [_range(7, 7)]}]
    return "VENDOR", _of(made, lines=lines, note="It got wet.", idempotencyKey="damage")


async def _commissioning(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = _consignments(factory)
    made = await consignments.created(chain=_ALONE)
    await consignments.produce(made, quantity=500)
    lines = [{"variantId": gid(NodeKind.VARIANT, consignments.variant()), "serials": [_range(0, 99)]}]
    return "VENDOR", _of(made, lines=lines, idempotencyKey="commission")


async def _a_batch(factory: SchemeFactory) -> tuple[ConsignmentFactory, UUID]:
    consignments = _consignments(factory)
    made = await consignments.created()
    await consignments.produce(made, quantity=500)
    return consignments, await consignments.dispatch(made, quantity=100)


async def _a_receipt(factory: SchemeFactory, _world: World) -> Prepared:
    consignments, batch = await _a_batch(factory)
    line = {"variantId": gid(NodeKind.VARIANT, consignments.variant()), "accepted": 98}
    lines = [{**line, "damagedSerials": [_range(3, 4)]}]
    await _work_for_the_packager(factory)
    return "VENDOR", {"input": {"batchId": gid(NodeKind.BATCH, batch), "lines": lines, "idempotencyKey": "receive"}}


async def _a_voided_receipt(factory: SchemeFactory, _world: World) -> Prepared:
    consignments, batch = await _a_batch(factory)
    await consignments.receive(batch, accepted_serials=(Span(0, 87),))
    reason = "Another truck was counted."
    await _work_for_the_packager(factory)
    return "VENDOR", {"input": {"batchId": gid(NodeKind.BATCH, batch), "reason": reason, "idempotencyKey": "void"}}


OF_CONSIGNMENTS: dict[str, _Preparation] = {
    "portal/GenerateCoupons": _generation,
    "portal/CloseShortfall": _a_shortfall,
    "portal/CreateConsignment": _an_allocation,
    "portal/UpdateConsignment": _an_update,
    "portal/CancelConsignment": _a_cancellation,
    "portal/ResolveDiscrepancy": _a_discrepancy,
    "portal/VoidCoupons": _a_recall,
    "vendor/RecordProduction": _production,
    "vendor/DeclarePacks": _packs,
    "vendor/UnpackPacks": _opened_packs,
    "vendor/MyPacks": _my_packs,
    "vendor/DispatchBatch": _dispatch,
    "vendor/VoidDispatch": _a_voided_dispatch,
    "vendor/ReceiveBatch": _a_receipt,
    "vendor/VoidReceipt": _a_voided_receipt,
    "vendor/ReportDamage": _damage,
    "vendor/CommissionCoupons": _commissioning,
}
