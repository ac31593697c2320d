"""Documents that read consignments: tracking, allocation, and the lists of vendors."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from domain.node_kinds import NodeKind
from domain.spans import Span
from tests.support.client import gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared, key_of
from tests.support.world import World


async def _follow(factory: SchemeFactory) -> UUID:
    """A consignment with a short receipt; return its id."""
    made = ConsignmentFactory(factory.environment, factory)
    consignment_id = await made.created()
    await made.produce(consignment_id, quantity=600)
    batch_id = await made.dispatch(consignment_id, quantity=300)
    await made.receive(batch_id, accepted_serials=(Span(0, 298),))
    return consignment_id


async def _a_board(factory: SchemeFactory, _world: World) -> Prepared:
    await _follow(factory)
    return "ANALYST", {"filter": {"stuckForDays": 0}}


async def _a_list(factory: SchemeFactory, _world: World) -> Prepared:
    await _follow(factory)
    chosen = {"search": "con-2026", "statuses": ["IN_PRODUCTION"], "overdue": False, "hasDiscrepancy": True}
    return "PROGRAM_MANAGER", {"filter": chosen, "orderBy": "DUE_ON_ASC", "first": 10}


async def _a_consignment(factory: SchemeFactory, _world: World) -> Prepared:
    await _follow(factory)
    return "OPERATIONS", {"code": "con-2026-000001"}


async def _discrepancies(factory: SchemeFactory, _world: World) -> Prepared:
    await _follow(factory)
    return "OPERATIONS", {"filter": {"open": True, "kinds": ["SHORT"]}}


async def _a_scheme(factory: SchemeFactory, _world: World) -> Prepared:
    await _follow(factory)
    return "OPERATIONS", {"code": "SCH-2026-000001"}


async def _movements(factory: SchemeFactory, _world: World) -> Prepared:
    consignment_id = gid(NodeKind.CONSIGNMENT, await _follow(factory))
    return "ANALYST", {"filter": {"consignmentId": consignment_id, "kinds": ["PRODUCED", "DISPATCHED"]}}


async def _progress(factory: SchemeFactory, _world: World) -> Prepared:
    return "ANALYST", {"consignmentId": gid(NodeKind.CONSIGNMENT, await _follow(factory))}


async def dispatch_more(factory: SchemeFactory, variables: dict[str, Any]) -> None:
    """Move coupons of the consignment that a document of movements or of progress follows."""
    text = variables.get("consignmentId") or variables["filter"]["consignmentId"]
    made = ConsignmentFactory(factory.environment, factory, keys="more")
    await made.dispatch(key_of(text), quantity=100)


async def _a_vendor(factory: SchemeFactory, _world: World) -> Prepared:
    await _follow(factory)
    return "VENDOR", {"first": 10}


async def _work_of_a_vendor(factory: SchemeFactory, world: World) -> Prepared:
    await _follow(factory)
    return "VENDOR", {"vendorId": gid(NodeKind.VENDOR, world.vendors["PRN-1"].id), "first": 10}


OF_TRACKING: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "dashboard/BatchMovements": _movements,
    "dashboard/ConsignmentProgress": _progress,
    "dashboard/PollBatchMovements": _movements,
    "dashboard/TrackingBoard": _a_board,
    "portal/ConsignmentHistory": _a_consignment,
    "portal/ConsignmentList": _a_list,
    "portal/ConsignmentTracking": _a_consignment,
    "portal/Discrepancies": _discrepancies,
    "portal/SchemeAllocation": _a_scheme,
    "vendor/MyBatches": _a_vendor,
    "vendor/MyConsignments": _a_vendor,
    "vendor/MyWork": _work_of_a_vendor,
}
