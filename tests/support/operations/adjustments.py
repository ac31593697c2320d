"""Documents of adjustments of points."""

from collections.abc import Awaitable, Callable

from domain.node_kinds import NodeKind
from tests.support.adjustments import adjusted, enrolled_ecp
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World


async def _adjusting(factory: SchemeFactory, _world: World) -> Prepared:
    ecp_id, scheme_id = await enrolled_ecp(factory)
    named = {"ecpId": gid(NodeKind.ECP, ecp_id), "schemeId": gid(NodeKind.SCHEME, scheme_id)}
    given = {"points": -250, "reason": "Two coupons were misread.", "idempotencyKey": "a-1"}
    return "PROGRAM_MANAGER", {"input": {**named, **given}}


async def _deciding(factory: SchemeFactory, _world: World) -> Prepared:
    adjustment_id = await adjusted(factory, *await enrolled_ecp(factory), 5_000, by="second manager")
    given = {"accept": True, "reason": "Agreed by phone.", "idempotencyKey": "d-1"}
    return "PROGRAM_MANAGER", {"input": {"adjustmentId": gid(NodeKind.ADJUSTMENT, adjustment_id), **given}}


async def _withdrawing(factory: SchemeFactory, _world: World) -> Prepared:
    adjustment_id = await adjusted(factory, *await enrolled_ecp(factory), 5_000)
    return "PROGRAM_MANAGER", {
        "input": {"adjustmentId": gid(NodeKind.ADJUSTMENT, adjustment_id), "idempotencyKey": "w-1"}
    }


async def _all(factory: SchemeFactory, _world: World) -> Prepared:
    ecp_id, scheme_id = await enrolled_ecp(factory)
    for points in (500, 5_000):
        await adjusted(factory, ecp_id, scheme_id, points)
    named = {"ecpId": gid(NodeKind.ECP, ecp_id), "schemeId": gid(NodeKind.SCHEME, scheme_id)}
    return "ANALYST", {"filter": {**named, "statuses": ["APPROVED", "PENDING"]}, "first": 10}


async def _of_one(factory: SchemeFactory, _world: World) -> Prepared:
    await adjusted(factory, *await enrolled_ecp(factory), 500)
    return "ADMIN", {"code": "ECP-2026-000001"}


async def _waiting(factory: SchemeFactory, _world: World) -> Prepared:
    await adjusted(factory, *await enrolled_ecp(factory), 5_000, by="second manager")
    return "PROGRAM_MANAGER", {"first": 5}


OF_ADJUSTMENTS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/AdjustPoints": _adjusting,
    "portal/DecideAdjustment": _deciding,
    "portal/Adjustments": _all,
    "portal/EcpAdjustments": _of_one,
    "portal/AdjustmentsToDecide": _waiting,
    "portal/WithdrawAdjustment": _withdrawing,
}
