"""Documents of redemptions: the app of ECPs, and managers that unlock them."""

from collections.abc import Awaitable, Callable
from datetime import date

from db.redemptions.changes import set_lock
from domain.node_kinds import NodeKind
from domain.spans import Span
from tests.support.client import gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.secrets import COUPON_KEYS
from tests.support.world import World

# The scheme starts on the day of the tests.
_DATES = (date(2026, 3, 1), date(2026, 4, 30), date(2026, 3, 10), date(2026, 7, 31))


async def _a_coupon(factory: SchemeFactory, _world: World) -> Prepared:
    """The ECP is enrolled, and the coupon is commissioned."""
    enrollments, consignments = EnrollmentFactory(factory), ConsignmentFactory(factory.environment, factory)
    scheme_id = await enrollments.open_scheme(dates=_DATES)
    await consignments.generated(scheme_id)
    made = await consignments.created(scheme_id, chain=("PRN-1",))
    await consignments.produce(made, quantity=10)
    await consignments.commission(made, Span(0, 9), by="PRN-1")
    await enrollments.enrolled(scheme_id, await factory.ecps.verified())
    await consignments.close()
    code = COUPON_KEYS.write(0, 1)
    return "ECP", {"input": {"code": code, "deviceId": "phone 1", "idempotencyKey": "a key"}}


async def _an_unknown_coupon(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.verified()
    return "ECP", {"code": COUPON_KEYS.write(0, 1)}


async def _an_ecp(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.verified()
    return "PROGRAM_MANAGER", {"code": "ECP-2026-000001", "first": 10}


async def _a_locked_ecp(factory: SchemeFactory, _world: World) -> Prepared:
    ecp_id = await factory.ecps.verified()
    async with factory.environment.database.writing() as session:
        await set_lock(session, ecp_id, factory.environment.clock())
    return "PROGRAM_MANAGER", {"input": {"ecpId": gid(NodeKind.ECP, ecp_id), "reason": "A worn label."}}


OF_REDEMPTIONS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "mobile/MyCoupon": _an_unknown_coupon,
    "mobile/RedeemCoupon": _a_coupon,
    "portal/EcpAttempts": _an_ecp,
    "portal/UnlockEcp": _a_locked_ecp,
}
