"""Documents of settlements."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from domain.node_kinds import NodeKind
from domain.settlements.facts import PayoutOutcome
from tests.support.client import gid
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.settlements import line_ids, paid, paying, proposed, scheme_with_points
from tests.support.world import World

_POINTS = {"own": 700, "Binod Thapa": 300, "Chitra Das": 20}


def _settlement(settlement_id: UUID) -> dict[str, str]:
    return {"settlementId": gid(NodeKind.SETTLEMENT, settlement_id)}


async def _proposed(factory: SchemeFactory) -> UUID:
    return await proposed(factory, (await scheme_with_points(factory, _POINTS)).scheme_id)


async def _settling(factory: SchemeFactory, _world: World) -> Prepared:
    payees = await scheme_with_points(factory, _POINTS)
    given = {"schemeId": gid(NodeKind.SCHEME, payees.scheme_id), "acknowledgeOpen": True, "idempotencyKey": "s-1"}
    return "PROGRAM_MANAGER", {"input": given}


async def _approving(factory: SchemeFactory, _world: World) -> Prepared:
    return "APPROVER", {"input": {**_settlement(await _proposed(factory)), "idempotencyKey": "a-1"}}


async def _rejecting(factory: SchemeFactory, _world: World) -> Prepared:
    given = {"reason": "The minimum is wrong.", "idempotencyKey": "r-1"}
    return "APPROVER", {"input": {**_settlement(await _proposed(factory)), **given}}


async def _withdrawing(factory: SchemeFactory, _world: World) -> Prepared:
    return "PROGRAM_MANAGER", {"input": {**_settlement(await _proposed(factory)), "idempotencyKey": "w-1"}}


def _reporting(role: str) -> Callable[[SchemeFactory, World], Awaitable[Prepared]]:
    async def prepare(factory: SchemeFactory, _world: World) -> Prepared:
        payees = await scheme_with_points(factory, _POINTS)
        settlement_id = await paying(factory, payees.scheme_id)
        lines = await line_ids(factory, settlement_id)
        payouts = [
            {"lineId": gid(NodeKind.SETTLEMENT_LINE, lines[payees.ecps[name]]), "outcome": outcome, "reference": name}
            for name, outcome in (("own", "PAID"), ("Binod Thapa", "FAILED"), ("Chitra Das", "PAID"))
        ]
        return role, {"input": {**_settlement(settlement_id), "payouts": payouts, "idempotencyKey": "p-1"}}

    return prepare


async def _all(factory: SchemeFactory, _world: World) -> Prepared:
    payees = await scheme_with_points(factory, _POINTS)
    await paying(factory, payees.scheme_id)
    chosen = {"schemeId": gid(NodeKind.SCHEME, payees.scheme_id), "statuses": ["PAYING", "SETTLED"]}
    return "ANALYST", {"filter": chosen, "first": 10}


async def _one(factory: SchemeFactory, _world: World) -> Prepared:
    settlement_id = await _proposed(factory)
    return "PROGRAM_MANAGER", {
        "id": gid(NodeKind.SETTLEMENT, settlement_id),
        "filter": {"statuses": ["PENDING"], "ecpCode": "ecp-2026-000001"},
    }


async def _of_scheme(factory: SchemeFactory, _world: World) -> Prepared:
    payees = await scheme_with_points(factory, _POINTS)
    await proposed(factory, payees.scheme_id)
    return "PROGRAM_MANAGER", {"id": gid(NodeKind.SCHEME, payees.scheme_id)}


async def _waiting(factory: SchemeFactory, _world: World) -> Prepared:
    await _proposed(factory)
    return "APPROVER", {"first": 5}


async def _to_pay(factory: SchemeFactory, _world: World) -> Prepared:
    await paying(factory, (await scheme_with_points(factory, _POINTS)).scheme_id)
    return "INTEGRATION", {"first": 5}


async def _file(factory: SchemeFactory, _world: World) -> Prepared:
    settlement_id = await paying(factory, (await scheme_with_points(factory, _POINTS)).scheme_id)
    return "INTEGRATION", {"id": gid(NodeKind.SETTLEMENT, settlement_id)}


async def _own(factory: SchemeFactory, _world: World) -> Prepared:
    payees = await scheme_with_points(factory, _POINTS)
    settlement_id = await paying(factory, payees.scheme_id)
    await paid(factory, settlement_id, {payees.ecps["own"]: PayoutOutcome.PAID})
    return "ECP", {"first": 5}


OF_SETTLEMENTS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/SettleScheme": _settling,
    "portal/ApproveSettlement": _approving,
    "portal/RejectSettlement": _rejecting,
    "portal/WithdrawSettlement": _withdrawing,
    "portal/RecordPayouts": _reporting("PROGRAM_MANAGER"),
    "vendor/RecordPayouts": _reporting("INTEGRATION"),
    "portal/Settlements": _all,
    "portal/Settlement": _one,
    "portal/SchemeSettlements": _of_scheme,
    "portal/SettlementsToApprove": _waiting,
    "vendor/SettlementsToPay": _to_pay,
    "vendor/PayableLines": _file,
    "mobile/Payouts": _own,
}
