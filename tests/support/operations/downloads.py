"""Documents of codes: downloads, the audit log, and one coupon."""

from collections.abc import Awaitable, Callable

from domain.node_kinds import NodeKind
from resolvers.downloads.request_code_download import RequestCodeDownload, request_code_download
from tests.support.client import gid
from tests.support.factories.consignments import ConsignmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World


async def _a_download(factory: SchemeFactory, _world: World) -> Prepared:
    made = await ConsignmentFactory(factory.environment, factory).created()
    return "VENDOR", {"input": {"consignmentId": gid(NodeKind.CONSIGNMENT, made)}}


async def _an_audit_log(factory: SchemeFactory, _world: World) -> Prepared:
    consignments = ConsignmentFactory(factory.environment, factory)
    made = await consignments.created()
    await request_code_download(consignments.operations(), RequestCodeDownload(made))
    return "ADMIN", {"filter": {"subjectId": gid(NodeKind.CONSIGNMENT, made)}, "first": 10}


async def _a_coupon(factory: SchemeFactory, _world: World) -> Prepared:
    await ConsignmentFactory(factory.environment, factory).created()
    return "OPERATIONS", {"code": factory.environment.coupon_keys.write(7, 1)}


OF_DOWNLOADS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/RequestCodeDownload": _a_download,
    "portal/AuditLog": _an_audit_log,
    "portal/CouponCheck": _a_coupon,
}
