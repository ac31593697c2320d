"""A scheme that pays for coupons, coupons in every condition, and an ECP that redeems them over HTTP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from domain.node_kinds import NodeKind
from domain.permissions import Role
from domain.spans import Span
from tests.support.client import Answer, Client, Clients, document, gid
from tests.support.clock import TestClock
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.secrets import COUPON_KEYS

# The scheme runs from 1 May to 31 July 2026.
RUNNING: Final = datetime(2026, 5, 10, 9, tzinfo=UTC)
ENROLLING: Final = datetime(2026, 4, 10, 9, tzinfo=UTC)
# Serials by what became of them: 0 to 99 are commissioned, and 2,000 is of no run.
ACTIVE, SPOILED, DAMAGED, MISSING, AT_PRINTER, ON_HAND, UNALLOCATED, NOWHERE = 0, 900, 100, 101, 500, 102, 1500, 4_000


def code_of(serial: int, key_id: int = 1) -> str:
    """The code of a coupon."""
    return COUPON_KEYS.write(serial, key_id)


@dataclass
class RedemptionScene:
    """The scheme and its ECP; `keys` numbers the idempotency keys."""

    clients: Clients
    clock: TestClock
    scheme_id: UUID
    consignment_id: UUID
    ecp_id: UUID
    keys: int = field(default=0)

    async def send(self, code: str, *, client: Client | None = None, **given: Any) -> Answer:
        """Send a redemption and return the answer."""
        self.keys += 1
        values = {"code": code, "idempotencyKey": f"key {self.keys}", **given}
        return await (client or self.clients[Role.ECP]).send(document("mobile/RedeemCoupon"), input=values)

    async def redeem(self, code: int | str, **given: Any) -> Any:
        """Redeem a coupon and return the points and the errors."""
        answer = await self.send(code_of(code) if isinstance(code, int) else code, **given)
        payload = answer.data["redeemCoupon"]
        return {name: payload[name] for name in ("points", "errors")}

    async def fail(self, code: int | str, **given: Any) -> dict[str, Any]:
        """Redeem a coupon in vain and return the one error, without what it lacks."""
        payload = await self.redeem(code, **given)
        assert payload["points"] is None
        (error,) = payload["errors"]
        return {name: value for name, value in error.items() if name != "path"}

    async def enroll(self, enrollments: EnrollmentFactory, name: str) -> Client:
        """Enroll a new ECP while enrollment is open, and return its client."""
        now, self.clock.now = self.clock.now, ENROLLING
        ecp_id = await enrollments.ecps.verified(name)
        await enrollments.enrolled(self.scheme_id, ecp_id)
        self.clock.now = now
        return self.client_of(ecp_id)

    def client_of(self, ecp_id: UUID) -> Client:
        """The client of an ECP."""
        return self.clients.of(next(key for key, found in self.clients.world.ecps.items() if found == ecp_id))

    async def attempts(self, role: Role = Role.PROGRAM_MANAGER, **page: Any) -> Any:
        """The attempts of the ECP as a role reads them."""
        query = "query ($id: ID!) { node(id: $id) { ... on Ecp { code } } }"
        found = await self.clients[Role.PROGRAM_MANAGER].send(query, id=gid(NodeKind.ECP, self.ecp_id))
        code = found.data["node"]["code"]
        answer = await self.clients[role].send(document("portal/EcpAttempts"), code=code, **page)
        return answer.data["ecp"]


async def open_scene(
    clients: Clients,
    clock: TestClock,
    consignments: ConsignmentFactory,
    enrollments: EnrollmentFactory,
    *,
    budget: int | None = None,
) -> RedemptionScene:
    """A scheme in its second week: coupons in every condition, and the world's ECP enrolled."""
    scheme_id = await enrollments.open_scheme(budget=budget)
    await consignments.generated(scheme_id)
    made = await consignments.created(scheme_id, chain=("PRN-1", "FAC-1"))
    await consignments.produce(made, quantity=400, spoiled_serials=(Span(SPOILED, SPOILED),))
    batch_id = await consignments.dispatch(made, quantity=103)
    await consignments.receive(
        batch_id,
        by="FAC-1",
        accepted_serials=(Span(0, 99), Span(ON_HAND, ON_HAND)),
        damaged_serials=(Span(DAMAGED, DAMAGED),),
    )
    await consignments.commission(made, Span(0, 99))
    ecp_id = await enrollments.ecps.verified()
    await enrollments.enrolled(scheme_id, ecp_id)
    clock.now = RUNNING
    return RedemptionScene(clients=clients, clock=clock, scheme_id=scheme_id, consignment_id=made, ecp_id=ecp_id)
