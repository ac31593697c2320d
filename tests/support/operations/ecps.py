"""Documents of ECPs: the app, their managers, and connected systems."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.node_kinds import NodeKind
from tests.support.client import gid
from tests.support.factories.enrollments import EnrollmentFactory
from tests.support.factories.schemes import SchemeFactory
from tests.support.operations.documents import Prepared
from tests.support.world import World


async def _the_app(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.verified()
    return "ECP", {}


async def _some_ecps(factory: SchemeFactory, world: World) -> Prepared:
    await factory.ecps.verified()
    await factory.ecps.registered("Binod Thapa", place="Kathmandu")
    chosen = {
        "search": "Rao",
        "geographyIds": [gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)],
        "tierIds": [gid(NodeKind.TIER, world.tiers["Gold"].id)],
        "statuses": ["ACTIVE", "SUSPENDED"],
        "registeredFrom": "2026-01-01",
    }
    return "PROGRAM_MANAGER", {"filter": chosen, "orderBy": "REGISTERED_AT_DESC", "first": 10}


async def _an_ecp(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.suspended()
    return "PROGRAM_MANAGER", {"code": "ecp-2026-000001"}


async def _waiting_ecps(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.registered()
    return "PROGRAM_MANAGER", {}


async def _a_registration(_factory: SchemeFactory, world: World) -> Prepared:
    place = gid(NodeKind.GEOGRAPHY, world.geographies["Pune"].id)
    details = {"displayName": "Asha Rao", "email": "asha@example.org", "phone": "020 5550101", "practice": "Rao Garage"}
    return "ECP", {"input": {"geographyId": place, **details}}


async def _a_verification(factory: SchemeFactory, world: World) -> Prepared:
    ecp_id = gid(NodeKind.ECP, await factory.ecps.registered())
    return "PROGRAM_MANAGER", {"input": {"ecpId": ecp_id, "tierId": gid(NodeKind.TIER, world.tiers["Gold"].id)}}


def _of_an_ecp(account: str, **values: Any) -> Any:
    async def prepared(factory: SchemeFactory, _world: World) -> Prepared:
        return account, {"input": {"ecpId": gid(NodeKind.ECP, await factory.ecps.verified()), **values}}

    return prepared


async def _registration_form(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ECP", {}


async def _a_place(_factory: SchemeFactory, _world: World) -> Prepared:
    return "ECP", {"search": "pun"}


async def _open_schemes(factory: SchemeFactory, _world: World) -> Prepared:
    await EnrollmentFactory(factory).open_scheme()
    await factory.ecps.verified()
    return "ECP", {"search": "monsoon", "first": 10}


async def _application(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await factory.ecps.verified()
    return "ECP", {"input": {"schemeId": gid(NodeKind.SCHEME, scheme_id), "termsVersion": 1}}


async def _enrolling(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = gid(NodeKind.SCHEME, await EnrollmentFactory(factory).open_scheme())
    ecp_id = gid(NodeKind.ECP, await factory.ecps.verified())
    return "PROGRAM_MANAGER", {"input": {"schemeId": scheme_id, "termsVersion": 1, "ecpId": ecp_id}}


def _of_an_enrollment(account: str, **values: Any) -> Any:
    async def prepared(factory: SchemeFactory, _world: World) -> Prepared:
        scheme_id = await EnrollmentFactory(factory).open_scheme()
        enrollment_id = await EnrollmentFactory(factory).pending(scheme_id, await factory.ecps.verified())
        return account, {"input": {"enrollmentId": gid(NodeKind.ENROLLMENT, enrollment_id), **values}}

    return prepared


async def _my_enrollments(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await EnrollmentFactory(factory).enrolled(scheme_id, await factory.ecps.verified())
    return "ECP", {"statuses": ["ENROLLED", "PENDING"]}


async def _enrolled(factory: SchemeFactory, world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await EnrollmentFactory(factory).enrolled(scheme_id, await factory.ecps.verified())
    chosen = {
        "search": "Rao",
        "statuses": ["ENROLLED"],
        "geographyIds": [gid(NodeKind.GEOGRAPHY, world.geographies["Maharashtra"].id)],
        "tierIds": [gid(NodeKind.TIER, world.tiers["Gold"].id)],
        "enrolledFrom": "2026-03-01",
    }
    variables = {"id": gid(NodeKind.SCHEME, scheme_id), "filter": chosen, "orderBy": "REQUESTED_AT_ASC"}
    return "PROGRAM_MANAGER", variables


async def _waiting_enrollments(factory: SchemeFactory, _world: World) -> Prepared:
    scheme_id = await EnrollmentFactory(factory).open_scheme()
    await EnrollmentFactory(factory).pending(scheme_id, await factory.ecps.verified())
    return "PROGRAM_MANAGER", {"first": 5}


async def _a_report(factory: SchemeFactory, _world: World) -> Prepared:
    await factory.ecps.verified()
    activity = {"externalId": "a-1", "ecpCode": "ECP-2026-000001", "kind": "APP_INSTALLED"}
    report = {"source": "academy", "activities": [{**activity, "occurredAt": "2026-03-01T09:30:00Z"}]}
    return "INTEGRATION", {"input": report}


async def _a_sale(factory: SchemeFactory, world: World) -> Prepared:
    sale = {
        "schemeId": gid(NodeKind.SCHEME, await factory.complete()),
        "ecpId": gid(NodeKind.ECP, await factory.ecps.verified()),
        "variantId": gid(NodeKind.VARIANT, world.variants["AMB-1L"].id),
        "channel": "SALE",
        "quantity": 3,
        "at": "2026-05-10T12:00:00Z",
    }
    return "PROGRAM_MANAGER", {"input": sale}


OF_ECPS: dict[str, Callable[[SchemeFactory, World], Awaitable[Prepared]]] = {
    "portal/EcpList": _some_ecps,
    "portal/EcpDetail": _an_ecp,
    "portal/EcpsToVerify": _waiting_ecps,
    "portal/VerifyEcp": _a_verification,
    "portal/SuspendEcp": _of_an_ecp("PROGRAM_MANAGER", reason="Under review."),
    "portal/UpdateEcp": _of_an_ecp("PROGRAM_MANAGER", displayName="Asha R. Rao", phone=""),
    "portal/EraseEcp": _of_an_ecp("PROGRAM_MANAGER", reason="A request by letter."),
    "mobile/Home": _the_app,
    "mobile/Places": _a_place,
    "mobile/RegistrationForm": _registration_form,
    "mobile/RegisterEcp": _a_registration,
    "mobile/UpdateEcp": _of_an_ecp("ECP", email="asha@example.net"),
    "mobile/OpenSchemes": _open_schemes,
    "mobile/Enroll": _application,
    "mobile/MyEnrollments": _my_enrollments,
    "mobile/WithdrawEnrollment": _of_an_enrollment("ECP"),
    "portal/SchemeEnrollments": _enrolled,
    "portal/EnrollmentsToDecide": _waiting_enrollments,
    "portal/DecideEnrollment": _of_an_enrollment("PROGRAM_MANAGER", accept=False, reason="Too far away."),
    "portal/EnrollEcp": _enrolling,
    "integration/RecordActivities": _a_report,
    "portal/PreviewPoints": _a_sale,
}
